# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on the demonstration fleet, as an administrator does it at a prompt."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Lab, StartLab

ROGUES = ("srv2008-01", "srv2008r2-01", "srv2019-01")
KEY_TYPES = {"gvlk": "GVLK", "csvlk": "CSVLK", "mak": "MAK", "retail": "RETAIL", "evaluation": "EVALUATION"}


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def reports(demo: Lab) -> dict[str, Any]:
    return demo.ansible("windows", "license_info", "approved_kms_hosts=kms01.corp.example").results


def test_every_machine_is_accounted_for(reports: dict[str, Any]) -> None:
    assert len(reports) == 13
    assert reports["srv2012-off"]["unreachable"]
    assert "refused" in reports["srv2012-off"]["msg"].lower()


@pytest.mark.parametrize(
    ("host", "key_type", "role", "verdict"),
    [
        ("kms01", "CSVLK", "kms_host", "kms_host_ok"),
        ("srv2008-01", "CSVLK", "kms_host", "kms_unapproved"),
        ("srv2008r2-01", "CSVLK", "kms_host", "kms_unapproved"),
        ("srv2019-01", "CSVLK", "kms_host", "kms_unapproved"),
        ("srv2016-01", "RETAIL", "other", "wrong_key_type"),
        ("srv2012r2-01", "MAK", "other", "wrong_key_type"),
        ("srv2022-eval", "EVALUATION", "other", "no_gvlk"),
        ("vista-01", "GVLK", "kms_client", "kms_client_ok"),
        ("win7-01", "GVLK", "kms_client", "kms_client_ok"),
        ("win10-01", "GVLK", "kms_client", "kms_client_ok"),
        ("win11-01", "GVLK", "kms_client", "kms_client_ok"),
        ("srv2025-01", "GVLK", "kms_client", "kms_client_ok"),
    ],
)
def test_report_tells_the_truth(
    demo: Lab, reports: dict[str, Any], host: str, key_type: str, role: str, verdict: str
) -> None:
    report, truth = reports[host], demo.state(host)
    license_, true_license = report["license"], truth["license"]
    assert license_["key_type"] == key_type == KEY_TYPES[true_license["key_type"]]
    assert license_["partial_product_key"] == true_license["partial_product_key"]
    assert license_["license_status"] == true_license["license_status"]
    assert license_["activation_id"] == true_license["activation_id"]
    assert license_["channel"] in (true_license["channel"], _token(true_license["description"]))
    assert (report["role"], report["verdict"]) == (role, verdict)
    assert report["kms_host"]["enabled"] is (role == "kms_host")
    assert report["os"]["build"] == truth["os"]["build"]
    assert report["os"]["edition_id"] == truth["os"]["edition_id"]
    assert report["service"]["name"] == truth["service"]["name"]
    assert report["service"]["client_machine_id"] == truth["client_machine_id"]


def _token(description: str) -> str:
    """The last word before "channel", which is all that Vista and Windows 7 tell."""
    return description.rsplit(", ", 1)[1].removesuffix(" channel")


@pytest.mark.parametrize("host", ROGUES)
def test_one_rogue_is_repaired_step_by_step(demo: Lab, host: str) -> None:
    before = demo.state(host)
    asked = len(demo.events(host, "invoke"))

    planned = demo.ansible(host, "product_key", "", "--check", "--diff").result(host)
    assert (planned["changed"], planned["result"], planned["after"]["key_type"]) == (True, "planned", "GVLK")
    assert len(demo.events(host, "invoke")) == asked
    assert demo.state(host)["license"] == before["license"]

    installed = demo.ansible(host, "product_key").result(host)
    assert (installed["changed"], installed["result"], installed["restart_required"]) == (True, "verified", True)
    assert installed["after"]["key_type"] == planned["after"]["key_type"]
    assert installed["after"]["partial_product_key"] == planned["after"]["partial_product_key"]
    assert installed["after"]["role"] == "kms_host_pending"
    assert demo.state(host)["license"]["key_type"] == "gvlk"

    again = demo.ansible(host, "product_key").result(host)
    assert (again["changed"], again["result"], again["restart_required"]) == (False, "verified", True)

    planned_restart = demo.ansible(host, "licensing_service", "state=restarted", "--check").result(host)
    assert (planned_restart["changed"], planned_restart["result"]) == (True, "planned")
    assert demo.state(host)["service"]["starts"] == before["service"]["starts"]

    restarted = demo.ansible(host, "licensing_service", "state=restarted").result(host)
    assert (restarted["changed"], restarted["result"]) == (True, "verified")
    assert restarted["before"]["role"] == "kms_host_pending"
    assert restarted["after"]["role"] == "kms_client"
    assert demo.state(host)["service"]["starts"] == before["service"]["starts"] + 1

    assert not demo.ansible(host, "licensing_service", "state=restarted").result(host)["changed"]
    assert demo.state(host)["service"]["starts"] == before["service"]["starts"] + 1

    report = demo.ansible(host, "license_info").result(host)
    assert (report["role"], report["license"]["key_type"]) == ("kms_client", "GVLK")
    assert not report["kms_host"]["enabled"]
    assert report["license"]["license_status"] == demo.state(host)["license"]["license_status"]


@pytest.mark.parametrize("host", ROGUES)
def test_repaired_machine_is_activated_once(demo: Lab, host: str) -> None:
    """Only now: as long as one rogue answers clients, they may find it in DNS and get 0xC004F038 from it."""

    def activations() -> int:
        return len([event for event in demo.events(host, "invoke") if event["method"] == "Activate"])

    planned = demo.ansible(host, "license", "", "--check").result(host)
    assert (planned["changed"], planned["result"], activations()) == (True, "planned", 0)

    activated = demo.ansible(host, "license").result(host)
    assert (activated["changed"], activated["result"], activations()) == (True, "verified", 1), activated
    assert demo.state(host)["license"]["license_status"] == "licensed"

    assert not demo.ansible(host, "license").result(host)["changed"]
    assert activations() == 1

    report = demo.ansible(host, "license_info").result(host)
    assert report["license"]["license_status"] == "licensed"
    assert report["license"]["expires"]


def test_request_counts_stay_within_what_the_design_notes_say(demo: Lab) -> None:
    """One machine, one keyed product: three reads, two calls, and two or three reads to prove it."""
    host = "srv2012r2-01"
    kinds = {"enumerate", "pull", "get", "put", "invoke", "release"}

    def count(module: str, arguments: str = "") -> int:
        before = len([event for event in demo.events(host) if event["kind"] in kinds])
        demo.ansible(host, module, arguments)
        return len([event for event in demo.events(host) if event["kind"] in kinds]) - before

    assert count("license_info") == 3
    assert count("product_key") == 3 + 2 + 3
    assert count("product_key") == 3
    assert count("license") == 3 + 2 + 2
    assert count("license") == 3
    assert count("cim_query", "query='SELECT Name FROM Win32_OperatingSystem'") == 1


def test_evaluation_edition_is_refused_with_the_way_out(demo: Lab) -> None:
    run = demo.ansible("srv2022-eval", "product_key")
    refused = run.result("srv2022-eval")
    assert run.code != 0
    assert "DISM" in refused["msg"]
    assert not refused["changed"]
    assert demo.events("srv2022-eval", "invoke") == []


def test_any_query(demo: Lab) -> None:
    query = "SELECT Name,State,ProcessId FROM Win32_Service WHERE Name LIKE 'sp%'"
    run = demo.ansible("win10-01", "cim_query", f'query="{query}"')
    services = run.result("win10-01")["instances"]
    assert {service["Name"].lower() for service in services} >= {"sppsvc"}
    assert all(isinstance(service["ProcessId"], int) for service in services)
