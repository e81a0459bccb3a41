# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault and its repair: a host key on an ordinary machine, and what a restart changes."""

from __future__ import annotations

import pytest

from .bench import MakeBench, install, invoke, on_product, on_service, query, restart, service, targets, windows_product

_ROGUES = [
    ("server2008", "enterprise", "csvlk_kms_b", "gvlk_server2008_enterprise"),
    ("server2008r2", "enterprise", "csvlk_kms_c", "gvlk_server2008r2_enterprise"),
    ("server2019", "standard", "csvlk_2025", "gvlk_server2019_standard"),
]


@pytest.mark.parametrize(("release", "edition", "host_key", "setup_key"), _ROGUES)
def test_flag_and_publishing_outlive_the_key_until_the_service_restarts(
    bench: MakeBench, release: str, edition: str, host_key: str, setup_key: str
) -> None:
    lab = bench({"release": release, "edition": edition, "name": "rogue", "key": host_key, "activated": True})
    rogue = lab["rogue"]
    assert targets(lab) == {"rogue.corp.example"}

    install(rogue, setup_key)
    on_service(rogue, "RefreshLicenseStatus")
    assert "VOLUME_KMSCLIENT" in windows_product(rogue)["Description"]
    assert windows_product(rogue).get("IsKeyManagementServiceMachine", 0) == 0
    assert service(rogue)["IsKeyManagementServiceMachine"] == 1

    lab.fleet.zone.withdraw("corp.example", "rogue.corp.example")
    lab.advance("1d1h")
    assert targets(lab) == {"rogue.corp.example"}, "the record comes back while the old role runs"

    restart(lab, rogue)
    assert service(rogue)["IsKeyManagementServiceMachine"] == 0
    assert targets(lab) == {"rogue.corp.example"}, "nobody withdraws the record"
    lab.fleet.zone.withdraw("corp.example", "rogue.corp.example")
    lab.advance("3d")
    assert targets(lab) == set()


def test_a_change_of_key_group_needs_a_restart(bench: MakeBench) -> None:
    lab = bench({"release": "server2008r2", "name": "host", "key": "csvlk_kms_b", "activated": True})
    host = lab["host"]
    install(host, "csvlk_kms_c")
    keys = {"ID": windows_product(host)["ID"]}
    invoke(host, "SoftwareLicensingProduct", "Activate", keys)
    assert windows_product(host)["LicenseStatus"] == 1
    assert windows_product(host)["IsKeyManagementServiceMachine"] == 0
    assert service(host)["IsKeyManagementServiceMachine"] == 1
    restart(lab, host)
    assert windows_product(host)["IsKeyManagementServiceMachine"] == 1


def test_a_fresh_host_key_becomes_a_host_by_activation(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "host"})
    install(lab["host"], "csvlk_2022")
    assert targets(lab) == set()
    on_product(lab["host"], "Activate")
    assert windows_product(lab["host"])["IsKeyManagementServiceMachine"] == 1
    assert targets(lab) == {"host.corp.example"}


def test_publishing_switched_off_takes_effect_at_the_next_start(bench: MakeBench) -> None:
    lab = bench({"release": "server2022", "name": "host", "key": "csvlk_2022", "activated": True})
    on_service(lab["host"], "DisableKeyManagementServiceDnsPublishing", DisablePublishing="true")
    assert service(lab["host"])["KeyManagementServiceDnsPublishing"] is False
    lab.fleet.zone.withdraw("corp.example", "host.corp.example")
    lab.advance("1d1h")
    assert targets(lab) == {"host.corp.example"}
    restart(lab, lab["host"])
    lab.fleet.zone.withdraw("corp.example", "host.corp.example")
    lab.advance("3d")
    assert targets(lab) == set()


def test_a_restart_forgets_the_counted_clients(bench: MakeBench) -> None:
    lab = bench(
        {
            "release": "server2022",
            "name": "host",
            "key": "csvlk_2022",
            "activated": True,
            "kms_host": {"counted_clients": 30},
        }
    )
    assert windows_product(lab["host"])["KeyManagementServiceCurrentCount"] == 30
    total = windows_product(lab["host"])["KeyManagementServiceTotalRequests"]
    restart(lab, lab["host"])
    assert windows_product(lab["host"])["KeyManagementServiceCurrentCount"] == 0
    assert windows_product(lab["host"])["KeyManagementServiceTotalRequests"] == total
    lab.advance("7d")
    assert windows_product(lab["host"])["KeyManagementServiceCurrentCount"] == 30


def test_extra_domains_with_priority_and_weight(bench: MakeBench) -> None:
    lab = bench(
        {
            "release": "server2022",
            "name": "host",
            "key": "csvlk_2022",
            "activated": True,
            "kms_host": {"domains": ["branch.example, 10, 5"], "listening_port": 1700},
        }
    )
    records = {record.domain: record for record, _unused in lab.fleet.zone.records()}
    assert (records["branch.example"].priority, records["branch.example"].weight) == (10, 5)
    assert records["corp.example"].port == 1700


def test_a_refused_update_is_event_12293(bench: MakeBench) -> None:
    lab = bench(
        {"release": "server2022", "name": "host", "key": "csvlk_2022", "activated": True}, dns={"updaters": ["other"]}
    )
    assert targets(lab) == set()
    events = [one.values for one in query(lab["host"], "Win32_NTLogEvent")]
    assert [(one["EventCode"], one["InsertionStrings"][0]) for one in events] == [(12293, "0x80072338")]


def test_a_machine_whose_restart_is_pending(bench: MakeBench) -> None:
    lab = bench({"release": "server2008r2", "edition": "enterprise", "name": "m", "was_host_with": "csvlk_kms_c"})
    assert "VOLUME_KMSCLIENT" in windows_product(lab["m"])["Description"]
    assert service(lab["m"])["IsKeyManagementServiceMachine"] == 1
