# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet that Active Directory is to activate, from the audit to the repair. Each test goes on where the last ended.

The directory itself is asked in tests/servers; here its answer is given as the guide says it may be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guide import example

from .conftest import Lab, StartLab

CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
DN = f"CN=Corp AO,{CONTAINER}"


@pytest.fixture(scope="module")
def adba(start_lab: StartLab) -> Lab:
    return start_lab(str(Path(__file__).parent / "scenarios" / "adba.yml"))


@pytest.fixture(scope="module")
def objects(adba: Lab) -> dict[str, Any]:
    """What adba_info returns of this forest. The key of the object is on a machine, too."""
    last_five = adba.state("rogue")["license"]["partial_product_key"]
    found = {"dn": DN, "name": "Corp AO", "partial_product_key": last_five, "writable_by": []}
    return {"forest": "corp.example", "present": True, "objects": [found], "container_writable_by": []}


def policy(objects: dict[str, Any]) -> dict[str, Any]:
    """That of the guide, with what the domain controller would have answered in place of its name."""
    variables: dict[str, Any] = yaml.safe_load(example("guide_adba", "yaml", "adba_domain_controller"))
    assert variables.pop("adba_domain_controller") == "dc1.corp.example"
    return {**variables, "activation_objects": objects}


def fleet(adba: Lab, objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    arguments = {"activation": "adba", "activation_objects": objects, **more}
    return adba.ansible("windows", "fleet_info", json.dumps(arguments)).result("by-ad")


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["findings"]]


def test_the_audit(adba: Lab, objects: dict[str, Any]) -> None:
    found = fleet(adba, objects, published_hosts=["rogue.corp.example"])
    hosts = found["hosts"]
    by_ad = hosts["by-ad"]
    assert (by_ad["verdict"], by_ad["license"]["activation_method"], ids(by_ad)) == ("kms_client_ok", "ad", [])
    assert by_ad["license"]["activation_object"]["object_dn"] == DN
    assert by_ad["license"]["activation_object"]["object_name"] == "Corp AO"
    assert (by_ad["os"]["domain_member"], by_ad["os"]["domain"]) == (True, "corp.example")
    assert (hosts["rogue"]["verdict"], ids(hosts["rogue"])) == ("kms_unapproved", ["KMS-001", "ADB-002"])
    assert "Active Directory activates it then (Corp AO)." in hosts["rogue"]["advice"]
    assert ids(hosts["kms-only"]) == ["CLI-002", "ADB-003"]
    assert hosts["kms-only"]["kms_client"]["activation_type"] == "kms"
    assert (hosts["ad-only"]["os"]["domain_member"], hosts["ad-only"]["os"]["domain"]) == (False, None)
    assert ids(hosts["ad-only"]) == ["CLI-002", "ADB-003", "ADB-009"]
    assert ids(found) == ["DNS-006", "ESU-002"]
    assert found["summary"]["directory_stands_in"]


def test_the_policy_of_the_guide_for_a_group(adba: Lab, objects: dict[str, Any]) -> None:
    """Members of the domain by Active Directory, the others by KMS."""
    given = yaml.safe_load(example("guide_adba", "yaml", "by_group"))
    arguments = {**given, "activation_objects": objects}
    by_host = {"activation_by_host": "{{ dict(groups['members'] | product(['adba'])) }}"}
    for said in ({}, {"by_group": {}, **by_host}):
        hosts = adba.ansible("windows", "fleet_info", json.dumps({**arguments, **said})).result("by-ad")["hosts"]
        # It is limited to KMS, which its own policy does not want; the policy of the others does.
        assert "ADB-003" in ids(hosts["kms-only"])
    rest = {**arguments, "by_group": {}}
    hosts = adba.ansible("windows", "fleet_info", json.dumps(rest)).result("by-ad")["hosts"]
    assert "ADB-007" in ids(hosts["kms-only"])


def test_an_object_that_is_gone(adba: Lab, objects: dict[str, Any]) -> None:
    found = fleet(adba, {**objects, "objects": [{**objects["objects"][0], "dn": f"CN=new,{CONTAINER}"}]})
    assert ids(found["hosts"]["by-ad"]) == ["ADB-004"]


def test_without_an_object_nothing_is_repaired(adba: Lab, objects: dict[str, Any]) -> None:
    run = adba.playbook("winfleet.activation.enforce", policy({**objects, "objects": []}))
    assert run.code != 0
    assert "No approved KMS host was seen serving" in run.output
    assert adba.state("rogue")["license"]["key_type"] == "csvlk"


def test_the_audit_of_the_guide(adba: Lab, objects: dict[str, Any]) -> None:
    run = adba.playbook("winfleet.activation.audit", policy(objects))
    assert run.code == 0, run.output
    assert "kms_unapproved" in run.output


def test_enforce_lets_active_directory_activate(adba: Lab, objects: dict[str, Any]) -> None:
    repair = {"repair": ["kms_unapproved", "not_activated", "wrong_activation_type"]}
    adba.playbook("winfleet.activation.enforce", {**policy(objects), **repair})
    for host in ("rogue", "kms-only"):
        truth = adba.state(host)["license"]
        assert (truth["key_type"], truth["license_status"]) == ("gvlk", "licensed"), host
        assert truth["activation_object"] == "Corp AO", host
    # Nothing can activate the one in no domain; it may use every way again.
    hosts = fleet(adba, objects)["hosts"]
    assert hosts["ad-only"]["kms_client"]["activation_type"] == "all"
    assert ids(hosts["ad-only"]) == ["CLI-002", "ADB-009"]
    assert {name: hosts[name]["verdict"] for name in ("by-ad", "rogue", "kms-only")} == dict.fromkeys(
        ("by-ad", "rogue", "kms-only"), "kms_client_ok"
    )


def test_a_contradiction_is_refused(adba: Lab) -> None:
    arguments = {"activation": "adba", "approved_kms_hosts": ["kms01.corp.example"]}
    run = adba.ansible("by-ad", "license_info", json.dumps(arguments))
    assert "activation=adba rules out KMS hosts" in run.output
