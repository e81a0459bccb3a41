# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: defaults, patterns, and errors that say where and what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from winlab.builder import build_fleet
from winlab.inventory import inventory
from winlab.scenario import built_in, load_scenario, parse_scenario
from winlab.section import ScenarioError
from winlab.state import machine_state


def _one(**machine: Any) -> dict[str, Any]:
    return {"machines": [{"release": "server2019", **machine}]}


_MISTAKES: list[tuple[str, Any, list[str]]] = [
    ("not a mapping", [1], ["a mapping of fields is expected"]),
    ("no machines", {}, ["machines", "at least one machine"]),
    ("unknown field", {"colour": 1, **_one()}, ["colour", "no such field", "allowed are"]),
    ("misspelt field", _one(editon="standard"), ["machine srv2019-01.editon", "did you mean edition?"]),
    ("no release", {"machines": [{"name": "x"}]}, ["release", "required", "server2008r2"]),
    ("unknown release", {"machines": [{"release": "xp"}]}, ["'xp' is not a release", "vista"]),
    ("unknown edition", _one(edition="home"), ["edition", "no edition 'home'", "datacenter_eval"]),
    ("unknown key", _one(key="secret"), ["machine srv2019-01.key", "no key 'secret'", "csvlk_kms_c", "winlab keys"]),
    ("key that does not fit", _one(key="csvlk_kms_c"), ["machine srv2019-01.key", "cannot be installed"]),
    ("not a boolean", _one(activated="yes please"), ["activated", "true or false is expected"]),
    ("out of bounds", _one(kms_host={"counted_clients": 99}), ["kms_host.counted_clients", "allowed are 0 to 50"]),
    ("wrong word", _one(network="sideways"), ["network", "choose one of blackhole, down, up"]),
    ("unknown trick", _one(mischief=[{"trick": "dance"}]), ["mischief[1].trick", "proxy_html"]),
    ("bad duration", _one(clock_skew="late"), ["clock_skew", "is not a duration"]),
    ("bad reason", _one(reason="oops"), ["reason", "0xC004F00F"]),
    ("twice the same name", {"machines": [{"release": "win7", "name": "a"}] * 2}, ["a is used twice"]),
    ("foreign network", {"network": "10.0.0.0/8", **_one()}, ["network", "127.0.0.0/8"]),
    ("unknown Office", _one(office={"1997": ["proplus"]}), ["office.1997", "allowed are 2010"]),
    ("unknown key account", {"keys": {"nope": {}}, **_one()}, ["keys.nope", "no such key"]),
]


@pytest.mark.parametrize(("data", "words"), [case[1:] for case in _MISTAKES], ids=[case[0] for case in _MISTAKES])
def test_mistakes_are_explained(data: object, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        build_fleet(parse_scenario(data, "my.yml"))
    message = str(caught.value)
    assert message.startswith("my.yml: ")
    for word in words:
        assert word in message


def test_a_release_alone_is_a_machine() -> None:
    fleet = build_fleet(parse_scenario({"machines": [{"release": "Windows Server 2008 R2"}]}))
    (machine,) = fleet
    assert machine.name == "srv2008r2-01"
    assert machine.edition.name == "standard"
    assert str(machine.address).startswith("127.40.")


def test_patterns_and_defaults() -> None:
    data = {
        "defaults": {"edition": "datacenter"},
        "machines": [
            {"release": "server2019", "count": 3},
            {"release": "server2019", "name": "web", "count": 2, "edition": "standard"},
            {"release": "win10", "name": "pc-%03d", "count": 2, "edition": "pro"},
        ],
    }
    fleet = build_fleet(parse_scenario(data))
    assert list(fleet.machines) == ["srv2019-01", "srv2019-02", "srv2019-03", "web-01", "web-02", "pc-001", "pc-002"]
    assert fleet.machines["srv2019-02"].edition.name == "datacenter"
    assert len({machine.address for machine in fleet}) == 7
    assert len({machine.client_machine_id for machine in fleet}) == 7


def test_numbering_may_begin_anywhere() -> None:
    machines = [
        {"release": "win7", "name": "pc", "count": 2},
        {"release": "win10", "name": "pc", "first": 3, "count": 2},
        {"release": "win11", "name": "pc", "first": 5},
    ]
    fleet = build_fleet(parse_scenario({"machines": machines}))
    releases = {machine.name: machine.release.name for machine in fleet}
    assert releases == {"pc-01": "win7", "pc-02": "win7", "pc-03": "win10", "pc-04": "win10", "pc-05": "win11"}


def test_the_rollout_has_what_its_host_must_count() -> None:
    fleet = build_fleet(load_scenario("kms_rollout"), source=lambda: 0.0)
    waiting = [spec.name for spec in load_scenario("kms_rollout").machines if "waiting" in spec.groups]
    assert len(waiting) == 30
    assert len({fleet.machines[name].release.name for name in waiting}) >= 8
    states = {name: machine_state(machine) for name, machine in fleet.machines.items()}
    assert {states[name]["license"]["license_status"] for name in waiting} == {"notification", "oob_grace"}
    assert [name for name, state in states.items() if state["kms_host"]["enabled"]] == ["kms-old"]
    assert "KMS_B" in states["kms-old"]["license"]["description"]
    assert len(states["office-01"]["products"]) == 2


@pytest.mark.parametrize("name", list(built_in()))
def test_built_in_scenarios_are_deterministic(name: str) -> None:
    scenario = load_scenario(name)
    one, two, other = (build_fleet(scenario, seed, source=lambda: 0.0) for seed in ("1", "1", "2"))
    identity = [[machine.client_machine_id for machine in fleet] for fleet in (one, two, other)]
    assert identity[0] == identity[1]
    assert identity[0] != identity[2]
    assert [machine.address for machine in one] == [machine.address for machine in other]


def test_the_demo_is_the_story_it_tells() -> None:
    fleet = build_fleet(load_scenario("demo"), source=lambda: 0.0)
    states = {machine.name: machine_state(machine) for machine in fleet}
    hosts = {name for name, state in states.items() if state["kms_host"]["enabled"]}
    assert hosts == {"kms01", "srv2008-01", "srv2008r2-01", "srv2019-01"}
    published = {record.target for record, _unused in fleet.zone.records()}
    assert published == {f"{name}.corp.example" for name in hosts}
    assert states["kms01"]["kms_host"]["current_count"] == 30
    assert states["kms01"]["activations_used"][0]["machines"] == 6
    kinds = {state["license"]["key_type"] for state in states.values()}
    assert kinds == {"csvlk", "retail", "mak", "evaluation", "gvlk"}
    clients = [state for state in states.values() if state["license"]["key_type"] == "gvlk"]
    assert {state["license"]["license_status"] for state in clients} == {"licensed"}
    assert [name for name, state in states.items() if not state["powered"]] == ["srv2012-off"]


def test_state_shows_no_whole_key() -> None:
    fleet = build_fleet(load_scenario("demo"))
    for machine in fleet:
        assert "99999-" not in str(machine_state(machine))


def test_inventory_of_the_trouble_scenario(tmp_path: Path) -> None:
    scenario = load_scenario("trouble")
    data = inventory(scenario, build_fleet(scenario), tmp_path / "ca.pem")
    yaml.safe_dump(data)
    windows = data["all"]["children"]["windows"]
    assert windows["vars"]["ansible_user"] == "CORP\\fleetadmin"
    assert windows["hosts"]["wrong-password"]["ansible_password"] == "not-the-password"
    assert windows["hosts"]["no-rights"]["ansible_user"] == "CORP\\visitor"
    assert windows["hosts"]["closed-port"]["ansible_winrm_connection_timeout"] == 5
    mismatch = windows["hosts"]["tls-mismatch"]
    assert mismatch["ansible_port"] == 5986
    assert mismatch["ansible_winrm_server_cert_validation"] == "validate"
    assert "german" in data["all"]["children"]["clients"]["hosts"]


def test_psrp_variables() -> None:
    scenario = parse_scenario(_one(connection={"plugin": "psrp"}))
    hosts = inventory(scenario, build_fleet(scenario))["all"]["children"]["windows"]
    together = {**hosts["vars"], **hosts["hosts"]["srv2019-01"]}
    assert together["ansible_connection"] == "psrp"
    assert together["ansible_psrp_auth"] == "ntlm"
