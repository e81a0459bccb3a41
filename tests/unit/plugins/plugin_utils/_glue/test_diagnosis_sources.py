# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked on behalf of a client, and how often: the KMS host of the inventory, and which machines of a fleet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import diagnosis, hosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.diagnosis import (
    FleetDiagnosis,
    needs_diagnosis,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.kms_host_facts import Inventory
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.network_facts import Network, Observer
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.facts import Facts
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Pause, Work
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import Unreachable

from .._policy import test_diagnosis as samples


class _Connection:
    def __init__(self, address: str) -> None:
        self._address = address

    def get_option(self, name: str) -> str:
        assert name == "remote_addr"
        return self._address


class _Connections:
    """Stands in for the connections of the inventory; counts how many hosts had their variables rendered."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self._addresses = addresses
        self.rendered: list[str] = []

    def of(self, host: str) -> _Connection:
        self.rendered.append(host)
        return _Connection(self._addresses[host])


def inventory(addresses: dict[str, str]) -> tuple[Inventory, _Connections]:
    connections = _Connections(addresses)
    return Inventory((*addresses, "localhost"), connections), connections  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "addresses", "found"),
    [
        ("kms01.corp.example", (), "kms01.corp.example"),
        ("KMS01.corp.example.", (), "kms01.corp.example"),
        ("kms02.corp.example", (), "kms02"),
        ("kms03.corp.example", ("10.0.0.3",), "the-third"),
        ("10.0.0.3", (), "the-third"),
        ("kms01.other.example", (), None),
    ],
)
def test_the_kms_host_of_the_inventory(host: str, addresses: tuple[str, ...], found: str | None) -> None:
    known, _connections = inventory(
        {"kms01.corp.example": "10.0.0.1", "kms02": "10.0.0.2", "the-third": "10.0.0.3", "pc": "10.0.0.4"}
    )
    assert known.named(host, addresses) == found


def test_names_are_compared_before_any_variable_is_rendered() -> None:
    known, connections = inventory(
        {"kms01.corp.example": "10.0.0.1", **{f"pc{index}": "10.1.0.1" for index in range(9)}}
    )
    assert known.named("kms01.corp.example") == "kms01.corp.example"
    assert connections.rendered == []


def test_the_same_is_asked_once() -> None:
    observer, asked = Observer(Network()), []
    for _again in range(3):
        assert observer._once.answer(("door", "kms01"), lambda: asked.append(1) or "answer") == "answer"
    assert asked == [1]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"timeout": 0.0}, "timeout must be more than 0 seconds"),
        ({"timeout": -1.0}, "timeout must be more than 0 seconds"),
        ({"server_port": 0}, "server_port must be between 1 and 65535"),
        ({"server_port": 65536}, "server_port must be between 1 and 65535"),
    ],
)
def test_what_no_network_has_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Network(**wrong)
    assert Network(timeout=0.1, server_port=65535)


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ({"compliant": True, "license": {"license_status": "licensed"}}, False),
        ({"compliant": False, "verdict": "not_activated", "license": {"license_status": "notification"}}, True),
        ({"compliant": False, "verdict": "validity_ends_soon", "license": {"license_status": "licensed"}}, True),
        ({"compliant": False, "verdict": "kms_unapproved", "license": {"license_status": "licensed"}}, False),
        ({"compliant": None, "verdict": "unjudged", "license": {"license_status": "oob_grace"}}, True),
        ({"failed": True, "error": {"code": "0x80070422"}}, True),
        ({"failed": True, "error": {"code": "0x80041013"}}, True),
        ({"failed": True, "error": {"code": "0x80041003"}}, False),
        ({"failed": True, "error": None}, False),
        ({"failed": True, "not_reached": True}, False),
        ({"unreachable": True, "msg": "gone"}, False),
    ],
)
def test_who_is_asked_of_a_fleet(result: dict[str, Any], wanted: bool) -> None:
    assert needs_diagnosis(result) is wanted


NOT_ACTIVATED = {"compliant": False, "verdict": "not_activated", "license": {"license_status": "notification"}}


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What reading a machine or a KMS host comes to: it is returned, or raised; None for a reading without end.

    Nobody is asked on any network.
    """
    outcomes: dict[str, Any] = {}

    def outcome(endpoint: Endpoint) -> Work[Any]:
        found = outcomes[endpoint.inventory_name]
        if isinstance(found, Exception):
            raise found
        while found is None:
            yield Pause(600)
        return found

    monkeypatch.setattr(diagnosis, "_reading", outcome)
    monkeypatch.setattr(diagnosis, "_host_reading", outcome)
    monkeypatch.setattr(
        hosts.options,
        "endpoint_from_connection",
        lambda _connection, name: (Endpoint(name, "127.0.0.1", username="auditor", password=Secret("hidden-word")), ()),
    )
    return outcomes


def told(names: tuple[str, ...], deadline: float | None = None) -> dict[str, Any]:
    """What a fleet of these machines is told, beside one that is healthy."""
    known, _connections = inventory(dict.fromkeys((*names, "kms01"), "10.0.0.1"))
    hosts: dict[str, Any] = {name: dict(NOT_ACTIVATED) for name in names}
    hosts["healthy"] = {"compliant": True, "license": {"license_status": "licensed"}}
    bounds = Bounds(in_flight=3, deadline=deadline)
    policy = samples.facts().policy
    assert policy is not None
    way = FleetDiagnosis(Policies(policy), Network(False, False), known, bounds)
    assert way.add(hosts) == (len(names), 0)
    assert hosts.pop("healthy")["diagnosis"] is None
    return {name: hosts[name]["diagnosis"] for name in names}


def test_each_machine_of_a_fleet_has_its_own_answer(reading: dict[str, Any]) -> None:
    asks_kms01 = replace(samples.configured("kms01")(samples.facts()), kms_host=None)
    reading.update(
        one=asks_kms01,
        other=replace(asks_kms01, clock_offset=timedelta(hours=9)),
        gone=Unreachable("gone", "no route to host", "Look at it"),
        healthy_now=samples.carrying(replace(samples.CLIENT, license_status_code=1, grace_minutes=255_000))(asks_kms01),
        kms01=Unreachable("kms01", "no route to host", "Look at it"),
    )
    found = told(("one", "other", "gone", "healthy_now"))
    assert found["other"]["cause"]["id"] == "clock"
    assert found["one"]["cause"]["id"] == "unexplained"
    # The KMS host is theirs, and nobody could read it.
    assert "kms01 could not be read: kms01: no route to host." in found["one"]["report"][8]
    assert {"host_product", "host_activated", "host_count"} <= set(found["one"]["unknown"])
    assert found["gone"] == {"msg": "gone: no route to host. Look at it.", "problem": None, "cause": None}
    # It has been activated since the fleet was read.
    assert (found["healthy_now"]["problem"], found["healthy_now"]["cause"]) == (None, None)
    assert all("steps" not in one for one in found.values())


def test_a_fleet_whose_time_is_up(reading: dict[str, Any]) -> None:
    """Three were begun, and the turn of the fourth never came."""
    names = ("one", "two", "three", "four")
    reading.update(dict.fromkeys(names))
    found = told(names, deadline=0.1)
    assert found == {
        name: {
            "msg": f"{name}: the time for the whole run was up before it could be asked why. Raise deadline.",
            "problem": None,
            "cause": None,
        }
        for name in names
    }


def test_what_nobody_expected_of_one_machine_is_its_answer_alone(
    reading: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.update(one=samples.facts(), other=replace(samples.facts(), name="other"))

    def add(_observer: Observer, facts: Facts) -> Facts:
        if facts.name == "other":
            raise RuntimeError("what is that")
        return facts

    monkeypatch.setattr(Observer, "add", add)
    found = told(("one", "other"))
    assert "RuntimeError: what is that" in found["other"]["msg"]
    assert found["one"]["cause"] is not None
