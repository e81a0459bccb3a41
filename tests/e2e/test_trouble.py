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


def test_reading_is_allowed_where_changing_is_not(trouble: Lab) -> None:
    before = trouble.state("read-only")["license"]
    run = trouble.ansible("read-only", "product_key", "key=VDYBN-27WPP-V4HQT-9VMD4-VMK7H")
    if before["partial_product_key"] == "VMK7H":
        assert not run.result("read-only")["changed"]
    run = trouble.ansible("read-only", "licensing_service", "state=restarted force=true")
    assert run.code != 0
    assert "rights did not suffice" in run.result("read-only")["msg"]


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
