# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role and playbook kms_dns on the lab's own name server: the machines publish themselves there as Windows does.

tests/servers does the same on BIND.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from .conftest import Lab, StartLab

APPROVED = ["kms01.corp.example"]
ROGUES = ("srv2008-01", "srv2008r2-01", "srv2019-01")


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def policy(demo: Lab) -> dict[str, Any]:
    return {"approved_kms_hosts": APPROVED, **_policy(demo)}


def _policy(lab: Lab) -> dict[str, Any]:
    """Where the records are."""
    server = yaml.safe_load(lab.inventory.read_text())["all"]["vars"]["winlab_dns"]
    return {
        "kms_domains": ["corp.example"],
        "kms_dns_nameservers": [f"{server['server']}:{server['port']}"],
        "kms_dns_server": server["server"],
        "kms_dns_server_port": server["port"],
        "kms_dns_timeout": 10,
    }


def published(demo: Lab) -> set[str]:
    return {json.loads(line)["target"].split(".")[0].lower() for line in demo.winlab("records").splitlines()}


def test_policy_is_asked_for(demo: Lab, policy: dict[str, Any]) -> None:
    run = demo.playbook("winfleet.activation.kms_dns", {"kms_domains": ["corp.example"]})
    assert run.code != 0
    assert "Set approved_kms_hosts" in run.output
    run = demo.playbook("winfleet.activation.kms_dns", {**policy, "approved_kms_hosts": []})
    assert run.code != 0
    assert "kms_dns_approved_hosts is empty" in run.output
    assert published(demo) == {"kms01", *ROGUES}


def test_domains_or_a_domain_controller_are_asked_for(demo: Lab, policy: dict[str, Any]) -> None:
    """A list that is forgotten or empty does not mean all domains, whatever else is named."""
    for variables in (
        {key: value for key, value in policy.items() if key != "kms_domains"},
        {**policy, "kms_domains": []},
    ):
        run = demo.playbook("winfleet.activation.kms_dns", variables)
        assert run.code != 0
        assert "set kms_dns_domain_controller instead of kms_domains" in " ".join(run.output.split()), run.output
    for entry_point in ("main", "verify"):
        run = _role(demo, entry_point, {**policy, "kms_domains": []})
        assert run.code != 0
        assert "kms_dns_domains and kms_dns_domain_controller are both empty." in " ".join(run.output.split())
        assert "Read what DNS publishes" not in run.output, "the message comes before anything is read"
    assert published(demo) == {"kms01", *ROGUES}


def test_approved_name_that_matches_nothing_stops_it(demo: Lab, policy: dict[str, Any]) -> None:
    """The host that was meant would lose its record. Said before anything is changed, with the name that is near."""
    misspelt = {**policy, "approved_kms_hosts": ["kms1.corp.example", "srv2008-01.corp.example"]}
    run = demo.playbook("winfleet.activation.kms_dns", misspelt)
    text = " ".join(run.output.split())
    assert run.code != 0
    assert "kms1.corp.example is on the list of approved hosts, but no record names it" in text, run.output
    assert "Did you mean kms01.corp.example" in text
    assert "Nothing was changed." in text
    assert published(demo) == {"kms01", *ROGUES}


def test_check_mode_shows_the_plan_and_changes_nothing(demo: Lab, policy: dict[str, Any]) -> None:
    run = demo.playbook("winfleet.activation.kms_dns", policy, "--check", "--diff")
    assert run.code == 0, run.output
    for rogue in ROGUES:
        assert f"-_vlmcs._tcp.corp.example. 3600 IN SRV 0 0 1688 {rogue}.corp.example." in run.output
    assert "-_vlmcs._tcp.corp.example. 3600 IN SRV 0 0 1688 kms01" not in run.output
    assert published(demo) == {"kms01", *ROGUES}
    assert not demo.events(kind="invoke")


def test_dns_that_others_manage(demo: Lab, policy: dict[str, Any]) -> None:
    run = demo.playbook("winfleet.activation.kms_dns", {**policy, "kms_dns_update": False})
    assert run.code == 0, run.output
    assert "changed=0" in run.output
    assert "update delete _vlmcs._tcp.corp.example. SRV 0 0 1688 srv2008-01.corp.example." in run.output
    assert "/RecordDelete corp.example _vlmcs._tcp SRV 0 0 1688 srv2008-01.corp.example. /f" in run.output
    assert "SRV 0 0 1688 kms01.corp.example. /f" not in run.output
    assert published(demo) == {"kms01", *ROGUES}


def test_record_of_a_machine_that_was_not_restarted_comes_back(demo: Lab, policy: dict[str, Any]) -> None:
    """The restart trap: the key alone makes no KMS client."""
    trapped = "srv2008r2-01"
    demo.ansible(trapped, "product_key").result(trapped)
    run = demo.playbook("winfleet.activation.kms_dns", policy)
    assert run.code != 0, "the playbook must say that it is not done"
    assert published(demo) == {"kms01"}
    assert "srv2008r2-01 would publish itself again" in run.output, run.output
    assert "restart sppsvc" in run.output

    demo.winlab("advance", "1d")
    assert trapped in published(demo)
    look = _verify(demo, policy)
    assert look.code != 0
    assert "srv2008r2-01.corp.example is published in corp.example. It carries" in " ".join(look.output.split()), (
        look.output
    )
    assert "restart sppsvc" in look.output


def test_after_the_repair_the_records_stay_away(demo: Lab, policy: dict[str, Any]) -> None:
    # With kms_domains it would delete the records itself.
    alone = {name: value for name, value in policy.items() if name != "kms_domains"}
    repaired = demo.playbook("winfleet.activation.enforce", alone)
    assert repaired.code == 0, repaired.output
    assert published(demo) >= set(ROGUES), "the records are still there after the repair"
    before = {host: _restarts(demo, host) for host in (*ROGUES, "kms01", "win10-01")}

    run = demo.playbook("winfleet.activation.kms_dns", policy)
    assert run.code == 0, run.output
    assert published(demo) == {"kms01"}
    assert "is published in corp.example. It is not a KMS host." in " ".join(run.output.split())
    # The occasion to publish themselves again was real, and only for those whose record was deleted.
    after = {host: _restarts(demo, host) for host in before}
    assert all(after[host] == before[host] + 1 for host in ROGUES), (before, after)
    assert all(after[host] == before[host] for host in ("kms01", "win10-01")), (before, after)
    assert all(re.search(rf"^{host} .*changed=1 ", run.output, re.MULTILINE) for host in ROGUES), (
        "a restart is a change"
    )

    demo.winlab("advance", "3d")
    assert published(demo) == {"kms01"}


def test_again_changes_nothing(demo: Lab, policy: dict[str, Any]) -> None:
    before = len(demo.events(kind="invoke"))
    run = demo.playbook("winfleet.activation.kms_dns", policy)
    assert run.code == 0, run.output
    assert "changed=0" in run.output
    assert "changed=1" not in run.output
    assert len(demo.events(kind="invoke")) == before


def test_new_rogue_is_found_by_the_verification_alone(demo: Lab, policy: dict[str, Any]) -> None:
    done = demo.ansible("srv2016-01", "product_key", f"key={_host_key(demo)} allow_kms_host_key=true")
    assert done.code == 0, done.output
    demo.ansible("srv2016-01", "licensing_service", "state=restarted")
    run = _verify(demo, policy)
    assert run.code != 0
    assert "srv2016-01" in run.output, run.output


def _host_key(demo: Lab) -> str:
    return demo.winlab("keys", "csvlk_2022").strip()


def _restarts(demo: Lab, host: str) -> int:
    return sum(event.get("method") == "StartService" for event in demo.events(host, kind="invoke"))


def _verify(demo: Lab, policy: dict[str, Any]) -> Any:
    return _role(demo, "verify", policy)


def _role(demo: Lab, entry_point: str, policy: dict[str, Any]) -> Any:
    playbook = demo.work / f"{entry_point}.yml"
    playbook.write_text(
        "- hosts: localhost\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        f"    - ansible.builtin.import_role: {{name: winfleet.activation.kms_dns, tasks_from: {entry_point}}}\n"
        "      vars:\n"
        "        kms_dns_approved_hosts: '{{ approved_kms_hosts }}'\n"
        "        kms_dns_domains: '{{ kms_domains }}'\n"
    )
    return demo.playbook(str(playbook), policy)


# --- No KMS host at all -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forest(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def by_directory(forest: Lab) -> dict[str, Any]:
    """Active Directory is to activate the machines; its object was read by somebody else."""
    found = {"dn": "CN=ao1,DC=corp,DC=example", "name": "Corp AO", "writable_by": []}
    objects = {"present": True, "forest": "corp.example", "objects": [found], "container_writable_by": []}
    return {**_policy(forest), "activation": "adba", "activation_objects": objects}


def test_all_records_go_only_where_something_else_activates(forest: Lab, by_directory: dict[str, Any]) -> None:
    before = published(forest)
    assert before == {"kms01", *ROGUES}
    empty = {**by_directory["activation_objects"], "objects": []}
    for variables, words in (
        ({**by_directory, "activation_objects": empty}, "no activation object for Windows is there"),
        ({**by_directory, "activation_objects": {}}, "no object was looked for"),
        ({**by_directory, "activation": "none"}, "Confirm: no_kms_host=true."),
        ({**by_directory, "approved_kms_hosts": APPROVED}, "activation=adba rules out KMS hosts"),
    ):
        run = forest.playbook("winfleet.activation.kms_dns", variables)
        assert run.code != 0
        assert words in " ".join(run.output.split()), run.output
    run = forest.playbook("winfleet.activation.kms_dns", by_directory, "--check")
    assert run.code == 0, run.output
    assert published(forest) == before


def test_all_records_go(forest: Lab, by_directory: dict[str, Any]) -> None:
    """The machines still are KMS hosts and publish themselves again, which is found at the end."""
    variables = {**by_directory, "kms_dns_activation_objects": by_directory["activation_objects"]}
    run = _role(forest, "withdraw", {**variables, "kms_dns_activation": "adba", "approved_kms_hosts": []})
    assert run.code == 0, run.output
    assert published(forest) == set()
    run = forest.playbook("winfleet.activation.kms_dns", by_directory)
    assert run.code != 0
    assert "would publish itself again" in run.output
