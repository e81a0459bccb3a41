# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that cannot be reached, read or changed: one clear message each, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Lab, StartLab

PASSWORD = "Lab-Passw0rd!"


@pytest.fixture(scope="module")
def trouble(start_lab: StartLab) -> Lab:
    return start_lab("trouble")


@pytest.fixture(scope="module")
def results(trouble: Lab) -> dict[str, Any]:
    return trouble.ansible("windows", "license_info", "", "-f", "16").results


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("wrong-password", ["HTTP 401", "ansible_password"]),
        ("unknown-user", ["HTTP 401", "CORP\\nobody"]),
        ("basic-refused", ["HTTP 401", "AllowUnencrypted", "ntlm"]),
        ("closed-port", ["refused", "WinRM listens"]),
        ("blackhole", ["in time"]),
        ("never-answers", ["in time"]),
        ("tls-mismatch", ["another name", "ansible_winrm_server_cert_validation"]),
        ("tls-expired", ["expired"]),
        ("tls-self-signed", ["not trusted", "ansible_winrm_ca_trust_path"]),
        ("unavailable", ["503"]),
        ("garbage", ["garbage"]),
        ("empty-500", ["HTTP 500", "AllowUnencrypted"]),
        ("truncated", ["connection broke"]),
    ],
)
def test_unreachable_machines_say_why(results: dict[str, Any], host: str, words: list[str]) -> None:
    result = results[host]
    assert result["unreachable"]
    assert result["msg"].startswith(f"{host} (127.")
    for word in words:
        assert word in result["msg"]


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-rights", ["0x00000005", "Administrators", "LocalAccountTokenFilterPolicy"]),
        ("html", ["HTML"]),
        ("doctype", ["document type"]),
        ("busy", ["0x803381A6", "try again"]),
        ("service-disabled", ["0x80070422", "disabled"]),
    ],
)
def test_machines_that_answer_wrongly_say_why(results: dict[str, Any], host: str, words: list[str]) -> None:
    assert "unreachable" not in results[host]
    for word in words:
        assert word in results[host]["msg"]


@pytest.mark.parametrize(
    "host",
    ["healthy", "read-only", "slow", "tls-good", "stale-connection", "expired-enumeration", "german", "wrong-clock"],
)
def test_the_others_are_read_all_the_same(results: dict[str, Any], host: str) -> None:
    assert results[host]["license"]["key_type"]


def test_every_machine_has_a_result(results: dict[str, Any]) -> None:
    assert len(results) == 31


def test_no_password_in_any_message(results: dict[str, Any]) -> None:
    assert PASSWORD not in str(results)
    assert "not-the-password" not in str(results)


# --- the way to a machine


@pytest.fixture(scope="module")
def ways(trouble: Lab) -> dict[str, Any]:
    run = trouble.ansible("windows", "connection_info", "", "-f", "16")
    assert run.code == 0, run.output
    return run.results


_GONE = {
    "reach": {"reach": False, "sign_in": None, "read": None, "invoke": None},
    "sign_in": {"reach": True, "sign_in": False, "read": None, "invoke": None},
    "read": {"reach": True, "sign_in": True, "read": False, "invoke": None},
    "invoke": {"reach": True, "sign_in": True, "read": True, "invoke": False},
    None: {"reach": True, "sign_in": True, "read": True, "invoke": True},
}


@pytest.mark.parametrize(
    ("host", "step", "words"),
    [
        ("closed-port", "reach", ["refused", "WinRM listens"]),
        ("blackhole", "reach", ["in time"]),
        ("never-answers", "reach", ["in time"]),
        ("tls-expired", "reach", ["expired"]),
        ("tls-mismatch", "reach", ["somebody-else.corp.example"]),
        ("unavailable", "reach", ["503"]),
        ("html", "reach", ["not believed"]),
        ("garbage", "reach", ["garbage"]),
        ("wrong-password", "sign_in", ["HTTP 401", "ansible_password"]),
        ("basic-refused", "sign_in", ["it offers Negotiate"]),
        ("no-rights", "read", ["0x00000005", "Administrators"]),
        ("busy", "read", ["0x803381A6"]),
        ("service-disabled", "read", ["0x80070422"]),
        ("read-only", "invoke", ["lacks the required rights"]),
        ("healthy", None, ["ready", "Server 2019", "CORP\\fleetadmin"]),
        ("tls-good", None, ["ready"]),
        ("german", None, ["ready"]),
    ],
)
def test_the_way_ends_where_it_is_blocked(ways: dict[str, Any], host: str, step: str | None, words: list[str]) -> None:
    way = ways[host]
    assert (way["failed_at"], way["ready"]) == (step, step is None)
    assert way["steps"] == _GONE[step]
    assert way["msg"].startswith(f"{host} (127.")
    for word in words:
        assert word in way["msg"]


def test_what_anybody_is_shown(ways: dict[str, Any]) -> None:
    assert ways["basic-refused"]["offers"] == ["Negotiate"]
    # Windows tells its version only to those who signed in.
    assert ways["wrong-password"]["winrm"]["product_version"].startswith("OS: 0.0.0 ")
    assert ways["healthy"]["winrm"]["product_version"].startswith("OS: 10.0.17763 ")
    assert ways["healthy"]["certificate"] is None
    assert ways["tls-mismatch"]["certificate"]["names"] == ["somebody-else.corp.example"]
    expired, good = ways["tls-expired"]["certificate"], ways["tls-good"]["certificate"]
    assert expired["not_after"] < good["not_after"]
    assert expired["not_after"].endswith("Z")


def test_a_clock_that_is_wrong(ways: dict[str, Any]) -> None:
    assert ways["wrong-clock"]["clock_offset"] == pytest.approx(6 * 3600, abs=30)
    assert "6:00 hours ahead of the controller's" in ways["wrong-clock"]["msg"]
    # An answer that takes three seconds does not make a clock wrong.
    assert abs(ways["slow"]["clock_offset"]) < 3
    assert "clock" not in ways["healthy"]["msg"]


def test_the_way_changes_nothing(trouble: Lab, ways: dict[str, Any]) -> None:
    assert ways["healthy"]["changed"] is False
    assert {event["method"] for event in trouble.events("healthy", "invoke")} == {"CheckAccess"}


def test_no_password_on_the_way(ways: dict[str, Any]) -> None:
    assert PASSWORD not in str(ways)
    assert "not-the-password" not in str(ways)


# --- changes


def test_reading_is_allowed_where_changing_is_not(trouble: Lab) -> None:
    before = trouble.state("read-only")["license"]
    run = trouble.ansible("read-only", "product_key", "key=VDYBN-27WPP-V4HQT-9VMD4-VMK7H")
    if before["partial_product_key"] == "VMK7H":
        assert not run.result("read-only")["changed"]
    run = trouble.ansible("read-only", "licensing_service", "state=restarted force=true")
    assert run.code != 0
    assert "lacks the required rights" in run.result("read-only")["msg"]


def test_connection_cut_before_the_key_arrived(trouble: Lab) -> None:
    run = trouble.ansible("cut-before", "product_key")
    result = run.result("cut-before")
    assert run.code != 0
    assert "nothing was changed" in result["msg"]
    assert (result["changed"], result["state_known"]) == (False, True)
    assert trouble.state("cut-before")["license"]["key_type"] == "csvlk"
    again = trouble.ansible("cut-before", "product_key").result("cut-before")
    assert (again["changed"], again["result"]) == (True, "verified")


def test_connection_cut_after_the_key_was_installed(trouble: Lab) -> None:
    run = trouble.ansible("cut-after", "product_key")
    assert run.code == 0, run.output
    assert run.result("cut-after")["result"] == "verified"
    installs = [e for e in trouble.events("cut-after", "invoke") if e["method"] == "InstallProductKey"]
    assert len(installs) == 1
    assert trouble.state("cut-after")["license"]["key_type"] == "gvlk"


def test_restart_that_is_due_is_seen_and_done(trouble: Lab) -> None:
    report = trouble.ansible("restart-pending", "license_info").result("restart-pending")
    assert report["role"] == "kms_host_pending"
    assert "sppsvc" in report["role_reason"]
    done = trouble.ansible("restart-pending", "licensing_service", "state=restarted").result("restart-pending")
    assert (done["changed"], done["after"]["role"]) == (True, "kms_client")


def test_activation_without_internet_is_explained(trouble: Lab) -> None:
    run = trouble.ansible("no-internet", "license")
    result = run.result("no-internet")
    assert run.code != 0
    assert result["error"]["code"].startswith("0x")
    assert result["error"]["admin_action"]
    assert trouble.state("no-internet")["license"]["license_status"] != "licensed"


def test_why_a_license_lapsed_is_explained(results: dict[str, Any]) -> None:
    reason = results["cloned"]["license"]["license_status_reason"]
    assert reason["code"] == "0xC004F00F"
    assert "hardware" in reason["meaning"].lower()
