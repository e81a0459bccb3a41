# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be found, on a fleet that has all of it at once: each where it is, and nowhere else.

Then what can be repaired is repaired, and what cannot is left. Each test goes on where the last one ended.
"""

from __future__ import annotations

import inspect
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import REPOSITORY, Lab, StartLab

CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
AUDITED = "windows:!stranger"
ROGUES = {"rogue-01", "rogue-02", "rogue-03"}
ROGUES_2016 = {f"rogue-2016-0{number}" for number in range(1, 6)}
HOSTS = {"kms01", "kms-nokey", "kms-none", "kms-few"}

#: Under one policy: every machine, record and part of the fleet on which it is found.
EVERYWHERE: dict[str, set[str]] = {
    "KMS-001": ROGUES | ROGUES_2016 | {"office-host"},
    "KMS-002": {"pending"},
    "KMS-003": {"trapped"},
    "KMS-004": {"kms-none"},
    "KMS-005": {"kms-nokey"},
    "KMS-006": {"kms-few"},
    "KMS-007": {"build 26100"},
    "KMS-010": {"fleet"},
    "KMS-013": {"kms01"},
    "CLI-001": {"mak", "retail"},
    "CLI-002": {"waiting", "only-ad"},
    "CLI-003": {"ending"},
    "CLI-004": {"configured"},
    "CLI-005": {"led-astray"},
    "CLI-006": {"client machine ID 11111111-2222-3333-4444-555555555555"},
    "CLI-007": {"hours-ahead"},
    "CLI-008": {"disabled"},
    "CLI-009": {"evaluation"},
    "CLI-010": {"guest"},
    "CLI-011": {"forever"},
    "CLI-012": {"may-publish"},
    "CLI-013": {"address"},
    "CLI-014": {"an-hour-behind"},
    "OFF-001": {"office-waiting"},
    "OFF-002": {"ending"},
    "OFF-003": {"configured"},
    "OFF-004": {"office-astray"},
    "ESU-001": {"esu-waiting"},
    "ESU-002": {"build 19045"},
    "AUD-001": {"off"},
    "DNS-001": {f"{name}.corp.example in corp.example" for name in {*ROGUES, "gone", "stranger", "trapped"}},
    "DNS-002": {"gone.corp.example in corp.example"},
    "DNS-003": {"kms-nokey", "kms-none", "kms-few"},
    "DNS-004": {"kms01.corp.example in corp.example"},
    "DNS-005": {"corp.example"},
    "DNS-007": {"stranger.corp.example in corp.example"},
    "KEY-001": {"host key …2022"},
    "KEY-002": {"host key …2016"},
    "ADB-001": {"build 17763", "build 26100"},
    "ADB-002": ROGUES,
    "ADB-003": {"only-ad"},
    "ADB-004": {"by-ad", "by-ad-not-named"},
    "ADB-005": {"fleet"},
    "ADB-006": {"fleet"},
    "ADB-007": {"only-kms"},
    "ADB-008": {"by-ad-not-named"},
    "ADB-009": {"workgroup"},
    "ADB-010": {"retail"},
    "POL-001": {"exception for CLI-001 of host good-01"},
}
#: Found by other questions than those of an audit under that policy, each with the test of this file that asks them.
OTHERWISE = {
    "KMS-008": "test_what_the_log_of_a_kms_host_tells",
    "KMS-009": "test_what_the_log_of_a_kms_host_tells",
    "KMS-011": "test_a_kms_host_that_refuses_its_clients_and_one_that_loses_them",
    "KMS-012": "test_a_kms_host_that_refuses_its_clients_and_one_that_loses_them",
    "AUD-002": "test_records_that_cannot_be_read",
    "DNS-006": "test_where_there_is_to_be_no_kms_host_and_no_object_is_there",
    "ADB-011": "test_where_there_is_to_be_no_kms_host_and_no_object_is_there",
}

#: What the repair of machines and records mends.
MENDED = {"KMS-001", "KMS-002", "KMS-003", "CLI-001", "CLI-004", "KEY-001", "KEY-002", "ADB-002", "ADB-003", "ADB-010"}
MENDED |= {"OFF-003", "DNS-001", "DNS-002", "DNS-004", "DNS-007"}
#: What it cannot mend, or must not: approved hosts, clients that have to renew first, what only people can decide.
LEFT = {
    **{name: where for name, where in EVERYWHERE.items() if name not in MENDED},
    # In no domain, it finds no KMS host in DNS, and Active Directory does not activate it.
    "CLI-002": {"only-ad"},
    # The repaired machines have shown that Active Directory activates the older release.
    "ADB-001": {"build 26100"},
}


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab(str(Path(__file__).parent / "scenarios" / "findings.yml"))


@pytest.fixture(scope="module")
def keys(lab: Lab) -> dict[str, str]:
    """The last five characters of the two host keys that too many have."""
    return {
        lab.state(name)["license"]["partial_product_key"]: year
        for name, year in (("kms01", "2022"), ("rogue-2016-01", "2016"))
    }


@pytest.fixture(scope="module")
def policy(lab: Lab, keys: dict[str, str]) -> dict[str, Any]:
    server = yaml.safe_load(lab.inventory.read_text())["all"]["vars"]["winlab_dns"]
    last_five = next(iter(keys))
    objects = [
        {"dn": f"CN={name},{CONTAINER}", "name": name, "partial_product_key": last_five, "writable_by": []}
        for name in ("new", "twin")
    ]
    return {
        "approved_kms_hosts": ["kms01.corp.example", "kms-nokey", "kms-none", "kms-few"],
        "host_key_groups": {"kms01.corp.example": "Windows Server 2025"},
        "activation": "both",
        "activation_objects": {
            "forest": "corp.example",
            "present": True,
            "objects": objects,
            "container_writable_by": [{"trustee": "CORP\\helpdesk"}],
        },
        "by_group": {
            "adba_only": {"activation": "adba"},
            "kms_only": {"activation": "kms"},
            "prevented": {"prevent_publishing": True},
        },
        "exceptions": [
            {"finding": "CLI-001", "host": "good-01", "owner": "Jane", "reason": "Over.", "until": "2020-01-01"}
        ],
        "kms_domains": ["corp.example"],
        # As kms_srv_acl returns it in check mode, which asks a domain controller.
        "license_audit_permissions": {
            "results": [
                {
                    "domain": "corp.example",
                    "problems": [{"code": "other_writers", "message": "CORP\\PC1$ can change it"}],
                },
                {"domain": "locked.example", "problems": [{"code": "no_records", "message": "there is no record"}]},
            ]
        },
        "kms_dns_nameservers": [f"{server['server']}:{server['port']}"],
        "kms_dns_server": server["server"],
        "kms_dns_server_port": server["port"],
    }


def audit(lab: Lab, policy: dict[str, Any], keys: dict[str, str]) -> dict[str, set[str]]:
    """Who has what, by the report."""
    path, words = lab.work / "report.json", lab.work / "policy.yml"
    words.write_text(yaml.safe_dump(policy, sort_keys=False))
    variables = {"policy_file": str(words), "report_path": str(path), "audit_hosts": AUDITED}
    run = lab.playbook("winfleet.activation.audit", variables)
    assert run.code == 0, run.output
    return found_in(path, keys)


def found_in(path: Path, keys: dict[str, str]) -> dict[str, set[str]]:
    """Who has what, by a report in JSON."""
    report = json.loads(path.read_text())
    found: dict[str, set[str]] = defaultdict(set)
    for host in report["hosts"]:
        for one in host["findings"]:
            found[one["id"]].add(host["host"])
    for one in report["elsewhere"]:
        subject = one["subject"]
        found[one["id"]].add(subject.replace(subject[-5:], keys.get(subject[-5:], subject[-5:])))
    return dict(found)


def test_every_kind_of_finding_has_its_place_here() -> None:
    table = REPOSITORY / "plugins" / "plugin_utils" / "_policy" / "data" / "findings.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")][1:]
    given = {row[0] for row in rows if "retired" not in row[3]}
    assert set(EVERYWHERE) | set(OTHERWISE) == given
    assert not set(EVERYWHERE) & set(OTHERWISE)
    for name, test in OTHERWISE.items():
        assert name in inspect.getsource(globals()[test]), f"{test} does not see {name} on both sides"


def test_every_kind_of_finding_has_its_page() -> None:
    """Kind: a finding whose identifier is in the report and nowhere in the documentation."""
    page = (REPOSITORY / "docs" / "docsite" / "rst" / "guide_findings.rst").read_text()
    assert [name for name in (*EVERYWHERE, *OTHERWISE) if f".docsite.finding_{name}:\n" not in page] == []


def test_all_of_them_at_once_each_where_it_is_and_nowhere_else(
    lab: Lab, policy: dict[str, Any], keys: dict[str, str]
) -> None:
    assert audit(lab, policy, keys) == EVERYWHERE


def test_where_there_is_to_be_no_kms_host_and_no_object_is_there(
    lab: Lab, policy: dict[str, Any], keys: dict[str, str]
) -> None:
    words = {**policy, "activation": "adba", "approved_kms_hosts": [], "by_group": {}}
    words["host_key_groups"] = {}
    empty = {**policy["activation_objects"], "objects": []}
    found = audit(lab, {**words, "activation_objects": empty, "kms_dns_timeout": 5}, keys)
    assert (found["DNS-006"], found["ADB-011"]) == ({"fleet"}, {"fleet"})
    assert not {"DNS-001", "DNS-003", "AUD-002"} & set(found)


def test_records_that_cannot_be_read(lab: Lab, policy: dict[str, Any], keys: dict[str, str]) -> None:
    nobody = {"kms_dns_nameservers": ["127.0.0.1:9"], "kms_dns_server": "127.0.0.1", "kms_dns_server_port": 9}
    found = audit(lab, {**policy, **nobody, "kms_dns_timeout": 1, "license_audit_permissions": {}}, keys)
    assert found["AUD-002"] == {"fleet"}
    assert not {name for name in found if name.startswith("DNS-")}


def test_what_the_log_of_a_kms_host_tells(lab: Lab) -> None:
    run = lab.ansible("kms01,kms-few", "kms_host_info", "client_days=30 event_days=30")
    found = {host: {one["id"] for one in run.result(host)["findings"]} for host in ("kms01", "kms-few")}
    assert found == {"kms01": {"KMS-008"}, "kms-few": {"KMS-006", "KMS-008", "KMS-009"}}


def test_repairing_what_can_be_repaired_leaves_what_cannot(
    lab: Lab, policy: dict[str, Any], keys: dict[str, str]
) -> None:
    repair = ["kms_unapproved", "wrong_key_type", "not_activated", "wrong_kms_host", "wrong_activation_type"]
    words = {**policy, "repair": repair}
    lab.playbook("winfleet.activation.enforce", words)
    # No record is deleted while an approved host does not serve, so this list is that of the one that does.
    assert "DNS-001" in audit(lab, policy, keys)
    serving = {**policy, "approved_kms_hosts": ["kms01.corp.example"], "kms_dns_machines": ["kms01"]}
    run = lab.playbook("winfleet.activation.kms_dns", {**serving, "host_key_groups": {}, "by_group": {}})
    assert run.code == 0, run.output
    report = lab.work / "enforced.json"
    lab.playbook("winfleet.activation.enforce", {**words, "report_path": str(report), "enforce_hosts": AUDITED})
    left = audit(lab, policy, keys)
    # What the two playbooks write is of one making, and the first has ended with what the second begins with.
    assert found_in(report, keys) == left
    # The lab's directory has an object that the policy's list lacks, and it has activated some of them meanwhile.
    assert left.pop("ADB-004") >= LEFT["ADB-004"]
    assert left == {name: where for name, where in LEFT.items() if name != "ADB-004"}


LOSING = """
name: losing
description: A KMS host with one client too few, and one whose clients have stopped to ask.
domain: corp.example
machines:
  - {name: kms-low, release: server2022, key: csvlk_2022, activated: true, kms_host: {counted_clients: 3}}
  - {name: kms-lost, release: server2019, key: csvlk_2019, activated: true, kms_host: {counted_clients: 30}}
  - {name: pc-low, release: win10, automatic: false, kms_client: {host: kms-low.corp.example}}
  - {name: pc-lost, release: win10, automatic: false, kms_client: {host: kms-lost.corp.example}}
"""


def test_a_kms_host_that_refuses_its_clients_and_one_that_loses_them(start_lab: StartLab, tmp_path: Path) -> None:
    (tmp_path / "losing.yml").write_text(LOSING)
    lab = start_lab(str(tmp_path / "losing.yml"))

    def found() -> dict[str, set[str]]:
        run = lab.ansible("kms-low,kms-lost", "kms_host_info", "client_days=30")
        return {host: {one["id"] for one in run.result(host)["findings"]} for host in ("kms-low", "kms-lost")}

    lab.ansible("pc-low,pc-lost", "license")
    assert found() == {"kms-low": {"KMS-006", "KMS-011"}, "kms-lost": set()}
    lab.winlab("advance", "8d")
    assert found() == {"kms-low": {"KMS-006", "KMS-011"}, "kms-lost": {"KMS-012"}}
