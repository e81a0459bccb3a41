# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fleet by chance: a scenario of the lab, and what is said to the playbooks. The same seed gives the same fleet."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winlab.builder import build_fleet
from winlab.scenario import parse_scenario
from winlab.section import ScenarioError
from winlab.windows.releases import Release, catalog

DOMAIN = "corp.example"
Machine = dict[str, Any]
_REPAIRABLE = (
    "kms_unapproved",
    "kms_host_not_serving",
    "not_activated",
    "wrong_key_type",
    "wrong_kms_host",
    "implausible_validity",
    "validity_ends_soon",
    "no_gvlk",
    "no_key",
)
_REASONS = ("0xC004F00F", "0xC004F035", "0xC004F038", "0xC004F074", "0xC004F06C", "0xC004F200", "0xC004C020")


@dataclass(frozen=True)
class Fleet:
    """``scenario`` is for the lab, ``variables`` for the playbooks. ``approved`` are the machines meant by the policy,
    ``troubled`` those on which something fails by design.
    """

    seed: int
    scenario: dict[str, Any]
    variables: dict[str, Any]
    approved: frozenset[str]
    troubled: frozenset[str]

    @property
    def machines(self) -> dict[str, Machine]:
        return {machine["name"]: machine for machine in self.scenario["machines"]}


def fleet_of(seed: int) -> Fleet:
    """The fleet of a seed: 10 to 30 machines."""
    chance = random.Random(f"fleet {seed}")
    hosts = _own_hosts(chance)
    others = [_possible(chance, f"m{index:02d}") for index in range(1, chance.randint(10, 30) - len(hosts) + 1)]
    twin = [_twin(chance)] if chance.random() < 0.1 else []
    machines = [*hosts, *twin, *others]
    chance.shuffle(machines)
    variables = _variables(chance, [host["name"] for host in hosts])
    return Fleet(
        seed=seed,
        scenario=_scenario(seed, chance, machines),
        variables=variables,
        approved=frozenset(_meant(machines, variables["approved_kms_hosts"])),
        troubled=frozenset(machine["name"] for machine in machines if _is_troubled(machine)),
    )


def _scenario(seed: int, chance: random.Random, machines: list[Machine]) -> dict[str, Any]:
    scenario: dict[str, Any] = {
        "name": f"fleet-{seed}",
        "description": f"Machines by chance, seed {seed}.",
        "domain": DOMAIN,
        "accounts": [
            {"user": "fleetadmin"},
            {"user": "labadmin", "local": True},
            {"user": "reader", "invoke": False, "write": False},
            {"user": "visitor", "administrator": False},
        ],
        "keys": {key: {"machines_used": chance.randint(0, 6)} for key in ("csvlk_2022", "csvlk_2019", "csvlk_kms_c")},
        "machines": machines,
    }
    if chance.random() < 0.3:
        scenario["activation_object"] = "lab activation object"
    return scenario


# --- the organization's own KMS hosts


def _own_hosts(chance: random.Random) -> list[Machine]:
    return [_own_host(chance, f"kms0{number}") for number in range(1, chance.choice((1, 1, 1, 2)) + 1)]


def _own_host(chance: random.Random, name: str) -> Machine:
    release = chance.choice(("server2012r2", "server2016", "server2019", "server2022", "server2025"))
    host: Machine = {
        "name": name,
        "release": release,
        "key": f"csvlk_{release.removeprefix('server')}",
        "activated": chance.random() < 0.93,
        "kms_host": {"counted_clients": chance.choices((50, 30, 2), (5, 3, 1))[0]},
    }
    if chance.random() < 0.05:
        host["network"] = "down"
    return host


def _twin(chance: random.Random) -> Machine:
    """A machine of another domain with the short name of an approved host."""
    return {
        "name": "kms09",
        "release": "server2019",
        "domain": "emea.corp.example",
        "key": "csvlk_2019",
        "activated": chance.random() < 0.5,
    }


# --- the others


def _possible(chance: random.Random, name: str) -> Machine:
    """A machine that the lab can build: not every key fits every edition."""
    while True:
        machine = _machine(chance, name)
        try:
            build_fleet(parse_scenario({**_scenario(0, random.Random(0), [machine])}))
        except ScenarioError:
            continue
        return machine


def _machine(chance: random.Random, name: str) -> Machine:
    kind = chance.choices(list(_KINDS), [weight for _unused, weight in _KINDS.values()])[0]
    machine = {"name": name, **_KINDS[kind][0](chance)}
    for trait, (weight, make) in _TRAITS.items():
        if chance.random() < weight:
            machine[trait] = make(chance)
    if chance.random() < 0.3:
        machine |= chance.choice(_TROUBLES)(chance)
    return machine


def _release(chance: random.Random) -> Release:
    return chance.choice([one for one in catalog().releases.values() if not one.host_only])


def _any(chance: random.Random, **fields: Any) -> Machine:
    release = _release(chance)
    machine = {"release": release.name, "edition": chance.choice(list(release.editions)), **fields}
    if not release.client and chance.random() < 0.2:
        machine["core"] = True
    return machine


def _client(chance: random.Random) -> Machine:
    return _any(chance, key="gvlk", activated=True)


def _unactivated(chance: random.Random) -> Machine:
    return _any(chance, key="gvlk", status=chance.choice((0, 2, 3, 5, 6)), reason=chance.choice(_REASONS))


def _rogue(chance: random.Random) -> Machine:
    host_key = chance.choice(list(catalog().host_keys.values()))
    release = catalog().releases[chance.choice([*host_key.installs_on, *host_key.after_update])]
    return {
        "release": release.name,
        "edition": chance.choice(list(release.editions)),
        "key": host_key.name,
        "activated": chance.random() < 0.6,
        "kms_host": {
            "publishing": chance.random() < 0.7,
            **({"counted_clients": chance.choice((3, 30))} if chance.random() < 0.3 else {}),
        },
    }


def _pending(chance: random.Random) -> Machine:
    rogue = _rogue(chance)
    return {**rogue, "was_host_with": rogue["key"], "key": "gvlk", "activated": False}


def _keyed_otherwise(chance: random.Random) -> Machine:
    return _any(chance, key=chance.choice(("mak", "retail", "oem")), activated=chance.random() < 0.7)


def _unkeyed(chance: random.Random) -> Machine:
    return _any(chance, key="none")


def _with_office(chance: random.Random) -> Machine:
    version = chance.choice(("2010", "2016", "2019", "2021", "2024"))
    machine = _any(chance, key="gvlk", activated=True, office={version: ["proplus"]})
    if version != "2010" and chance.random() < 0.5:
        machine["more_keys"] = [f"csvlk_office{version}"]
    return machine


def _following(chance: random.Random) -> Machine:
    """A client that was told its KMS host."""
    host = chance.choice(("kms01.corp.example", "kms01", "m01.corp.example", "old-kms.corp.example", "10.9.8.7"))
    return _any(chance, key="gvlk", activated=chance.random() < 0.6, kms_client={"host": host})


def _of_strange_validity(chance: random.Random) -> Machine:
    return _any(chance, key="gvlk", activated=True, minutes=chance.choice((500, 5_000, 10_000_000)))


def _by_directory(chance: random.Random) -> Machine:
    return _any(chance, key="gvlk", activated=True, activated_by="ad")


_KINDS: dict[str, tuple[Callable[[random.Random], Machine], int]] = {
    "client": (_client, 20),
    "unactivated": (_unactivated, 12),
    "rogue": (_rogue, 25),
    "pending": (_pending, 6),
    "keyed otherwise": (_keyed_otherwise, 12),
    "unkeyed": (_unkeyed, 5),
    "office": (_with_office, 7),
    "following": (_following, 7),
    "strange validity": (_of_strange_validity, 3),
    "directory": (_by_directory, 3),
}

_TRAITS: dict[str, tuple[float, Callable[[random.Random], Any]]] = {
    "internet": (0.1, lambda chance: False),
    "updated": (0.05, lambda chance: False),
    "automatic": (0.2, lambda chance: False),
    "clock_skew": (0.05, lambda chance: chance.choice(("6h", "-3m", "400d"))),
    "connection": (0.1, lambda chance: {"plugin": "psrp"}),
    "winrm": (0.25, lambda chance: chance.choice(_LISTENERS)),
    "delays": (0.1, lambda chance: {"service_start": 2, "activation": 1}),
}
_LISTENERS: tuple[dict[str, Any], ...] = (
    {"https": True, "http": False},
    {"fault_language": "de-DE"},
    {"null_arrays": "nil"},
    {"generic_outer_code": True},
    {"extended_error": False},
    {"subclass_items": True},
    {"max_envelope_kb": 32},
    {"channel_binding": "strict", "https": True, "http": False},
)

# --- what goes wrong

_PASSING = ("close", "cut_before", "cut_after", "hang_up", "truncate", "empty_500", "busy", "timed_out", "expire")
_LASTING = ("proxy_html", "unavailable", "garbage", "empty_500", "busy", "doctype", "fault_200")
_OPERATIONS = (
    "Enumerate",
    "Pull",
    "Invoke",
    "InstallProductKey",
    "UninstallProductKey",
    "RefreshLicenseStatus",
    "Activate",
    "StopService",
    "StartService",
)


def _passing(chance: random.Random) -> Machine:
    """Something that goes wrong once or twice, at some request."""
    trick = {
        "trick": chance.choice(_PASSING),
        "on": chance.choice(_OPERATIONS),
        "after": chance.choice((0, 0, 0, 1, 2, 5, 8)),
        "times": chance.choice((1, 1, 2)),
    }
    return {"mischief": [trick]}


def _lasting(chance: random.Random) -> Machine:
    operation = chance.choice(("", *_OPERATIONS))
    return {"mischief": [{"trick": chance.choice(_LASTING), "on": operation, "times": None}]}


def _account(chance: random.Random) -> Machine:
    return {
        "connection": chance.choice(
            ({"password": "not-the-password"}, {"user": "CORP\\reader"}, {"user": "CORP\\visitor"})
        )
    }


def _gone(chance: random.Random) -> Machine:
    return {"network": "down"}


def _disabled(chance: random.Random) -> Machine:
    return {"service": "disabled"}


_TROUBLES = (_passing, _passing, _passing, _passing, _lasting, _account, _gone, _disabled)


def _is_troubled(machine: Machine) -> bool:
    connection = machine.get("connection", {})
    return bool(
        machine.keys() & {"mischief", "network", "service", "clock_skew"} or connection.keys() & {"user", "password"}
    )


# --- what is said to the playbooks


def _variables(chance: random.Random, hosts: list[str]) -> dict[str, Any]:
    approved = [chance.choice((f"{host}.{DOMAIN}", f"{host}.{DOMAIN}", host, host.upper())) for host in hosts]
    variables: dict[str, Any] = {"approved_kms_hosts": approved}
    luck = chance.random()
    if luck < 0.05:
        variables["approved_kms_hosts"] = [f"kms91.{DOMAIN}", *approved[1:]]
    elif luck < 0.1:
        variables |= {"approved_kms_hosts": [], "no_kms_host": chance.random() < 0.7}
    elif luck < 0.2:
        # The name of the twin, in the organization's own domain.
        variables["approved_kms_hosts"] = [*approved, f"kms09.{DOMAIN}"]
    _maybe(chance, variables, "repair", 0.55, list(_REPAIRABLE), chance.sample(_REPAIRABLE, chance.randint(1, 6)))
    _maybe(chance, variables, "activate", 0.3, False, True)
    _maybe(chance, variables, "require_activation", 0.15, True, True)
    _maybe(chance, variables, "served", 0.15, True, False)
    _maybe(chance, variables, "accepted_key_types", 0.3, ["GVLK", "MAK"], ["GVLK", "MAK", "OEM", "RETAIL"])
    return variables


def _maybe(chance: random.Random, variables: dict[str, Any], name: str, how_often: float, *values: Any) -> None:
    if chance.random() < how_often:
        variables[name] = chance.choice(values)


def _meant(machines: list[Machine], approved: list[str]) -> list[str]:
    """The machines that the policy approves: a full name means one machine, a short one what the inventory calls so."""
    names = {name.lower() for name in approved}
    return [
        machine["name"]
        for machine in machines
        if machine["name"] in names or f"{machine['name']}.{machine.get('domain', DOMAIN)}" in names
    ]
