# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked on behalf of a client, and how often: the KMS host of the inventory, and which machines of a fleet."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet_diagnosis import needs_diagnosis
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.kms_host_facts import Inventory
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.network_facts import Network, Observer


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
        ({"failed": True, "error": {"code": "0x80041003"}}, False),
        ({"failed": True, "error": None}, False),
        ({"failed": True, "not_reached": True}, False),
        ({"unreachable": True, "msg": "gone"}, False),
    ],
)
def test_who_is_asked_of_a_fleet(result: dict[str, Any], wanted: bool) -> None:
    assert needs_diagnosis(result) is wanted
