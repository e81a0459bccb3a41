# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a scenario to a running fleet: machines, keys, and the states that time would have brought about."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from .clock import LabClock
from .fleet import Fleet
from .identity import generator, guid
from .keys import KeyKind, ProductKey
from .kms import ClientCounter
from .machine import Machine
from .nameservice.choose import choose
from .section import ScenarioError
from .specs import LicenseSpec, MachineSpec, Scenario
from .windows.firewall import KMS_RULE
from .windows.host_role import ServingKey
from .windows.kms_client import BY_DIRECTORY, BY_KMS, required_clients
from .windows.lab_keys import key_ring, office_gvlk_name
from .windows.licenses import WINDOWS
from .windows.platform import LicensingPlatform
from .windows.registry import REG_MULTI_SZ
from .windows.releases import catalog
from .windows.rows import VOLUME_VALIDITY, KmsBinding, Row, Status, set_licensed
from .windows.service_methods import directory_binding


def build_fleet(
    scenario: Scenario,
    seed: str = "0",
    *,
    network: str | None = None,
    source: Callable[[], float] = time.monotonic,
) -> Fleet:
    """The fleet of a scenario. The same seed and clock give the same fleet."""
    server_address = _server_address(scenario, network)
    domains = dict.fromkeys([scenario.domain, *(spec.domain for spec in scenario.machines if spec.domain)])
    names = choose(scenario.dns, domains, server_address)
    fleet = Fleet(scenario.name, LabClock(scenario.clock, source), names)
    addresses = _addresses(scenario, network, {server_address} if names.server else set())
    pairs = [(spec, _machine(fleet, spec, seed, addresses)) for spec in scenario.machines]
    for _unused, machine in pairs:
        fleet.add(machine)
    names.register((machine.fqdn, machine.address) for machine in fleet if machine.domain)
    if names.server is not None:
        names.server.report_to(lambda kind, **data: fleet.record("", kind, **data))
    _spend(fleet, scenario)
    if scenario.activation_object:
        key = key_ring().named("csvlk_2022")
        assert key is not None
        fleet.activation_object = directory_binding(scenario.activation_object, key, scenario.domain)
    for spec, machine in pairs:
        _settings(spec, machine)
        _keys(scenario, spec, machine)
    for _unused, machine in pairs:
        if machine.powered:
            machine.boot()
    for spec, machine in pairs:
        if spec.license.was_host_with and machine.powered:
            machine.platform.enter(_key(spec.license.key or ""))
    for spec, machine in pairs:
        _activated_clients(scenario, spec, machine)
    for spec, machine in pairs:
        _count_clients(spec, machine)
        _overrides(spec.license, machine)
    for spec, machine in pairs:
        for event in spec.events:
            machine.log_event(event.log, event.code, list(event.strings), timedelta(minutes=event.minutes_ago))
    for _unused, machine in pairs:
        if machine.platform.role.listening:
            machine.open_rules.add(KMS_RULE)
    fleet.forget_events()
    fleet.record("", "opened", scenario=scenario.name, machines=len(fleet.machines))
    return fleet


def _machine(fleet: Fleet, spec: MachineSpec, seed: str, addresses: Iterator[str]) -> Machine:
    machine = Machine(
        fleet=fleet,
        name=spec.name,
        address=spec.address or next(addresses),
        release=spec.release,
        edition=spec.edition,
        winrm=spec.winrm,
        domain=spec.domain,
        seed=f"{seed}/{spec.name}",
        powered=spec.reachable,
        **spec.traits,
    )
    service = machine.services.services[machine.platform.service]
    service.start_mode = spec.start_mode
    return machine


def _network(scenario: Scenario, network: str | None) -> ipaddress.IPv4Network:
    text = network or scenario.network
    try:
        found = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ScenarioError(scenario.file, "network", f"{text!r} is not a network such as 127.40.0.0/16") from error
    if not found.is_loopback:
        raise ScenarioError(scenario.file, "network", f"{text} is not within 127.0.0.0/8, where the lab lives")
    return found


def _server_address(scenario: Scenario, network: str | None) -> str:
    """The last address of the network, where the lab's own name server stands unless the scenario says otherwise."""
    return str(_network(scenario, network)[-2 if _network(scenario, network).num_addresses > 2 else -1])


def _addresses(scenario: Scenario, network: str | None, reserved: set[str]) -> Iterator[str]:
    taken = {machine.address for machine in scenario.machines} | reserved
    for host in _network(scenario, network).hosts():
        if str(host) not in taken:
            yield str(host)
    text = network or scenario.network
    raise ScenarioError(scenario.file, "network", f"{text} has too few addresses for this scenario")


def _spend(fleet: Fleet, scenario: Scenario) -> None:
    for spec in scenario.keys:
        account = fleet.microsoft.account(spec.name)
        account.blocked = spec.blocked
        if spec.activations is not None:
            account.pool = spec.activations
        fleet.microsoft.spend_elsewhere(spec.name, spec.machines_used)


def _settings(spec: MachineSpec, machine: Machine) -> None:
    platform = machine.platform
    client = platform.settings()
    client.machine, client.lookup_domain = spec.client.host, spec.client.lookup_domain
    client.port = spec.client.port
    if spec.client.activation_type:
        client.activation_type = spec.client.activation_type
    platform.host_caching = spec.client.caching
    host = platform.host_settings
    if spec.host.listening_port:
        host.listening_port = spec.host.listening_port
    if not spec.host.publishing:
        host.publishing = False
    if spec.host.low_priority:
        host.low_priority = True
    if spec.host.activation_interval:
        host.activation_interval = spec.host.activation_interval
    if spec.host.renewal_interval:
        host.renewal_interval = spec.host.renewal_interval
    if spec.host.domains:
        machine.registry.set(platform.root, "DnsDomainPublishList", REG_MULTI_SZ, list(spec.host.domains))


def _keys(scenario: Scenario, spec: MachineSpec, machine: Machine) -> None:
    first = spec.license.was_host_with or spec.license.key
    for name in (first, *spec.license.more_keys):
        if name is not None:
            row = _enter(scenario, spec, machine.platform, name)
            if spec.license.activated or spec.license.was_host_with:
                _activated_online(machine, row)
    for version, products in machine.office.items():
        for product in products:
            name = office_gvlk_name(version, catalog().office[version].products[product])
            _enter(scenario, spec, _platform_with(machine, name), name)


def _enter(scenario: Scenario, spec: MachineSpec, platform: LicensingPlatform, name: str) -> Row:
    try:
        return platform.enter(_key(name))
    except Exception as error:
        problem = f"{name} cannot be installed on {spec.release.title} {spec.edition.title}: {error}"
        raise ScenarioError(scenario.file, f"machine {spec.name}.key", problem) from error


def _key(name: str) -> ProductKey:
    key = key_ring().named(name)
    assert key is not None, name
    return key


def _platform_with(machine: Machine, key_name: str) -> LicensingPlatform:
    for platform in machine.platforms:
        if any(key_name in row.license.keys for row in platform.rows.values()):
            return platform
    return machine.platform


def _activated_online(machine: Machine, row: Row) -> None:
    """Host, multiple and retail keys that were activated before the lab opened have cost an activation."""
    if row.key is None or row.license.kind in (KeyKind.GVLK, KeyKind.EVALUATION):
        return
    set_licensed(row)
    if row.license.kind is not KeyKind.OEM:
        machine.fleet.microsoft.account(row.key.name).spent[machine.hardware_id] += 1


def _activated_clients(scenario: Scenario, spec: MachineSpec, machine: Machine) -> None:
    if not spec.license.activated:
        return
    for platform in machine.platforms:
        for row in platform.keyed():
            if row.license.kind is not KeyKind.GVLK:
                continue
            chance = generator(machine.seed, "minutes", row.license.id)
            minutes = spec.license.minutes or chance.randint(250_000, 259_199)
            until = machine.now() + timedelta(minutes=minutes)
            if spec.license.activated_by == "ad" and row.license.is_windows:
                row.directory = machine.fleet.activation_object or directory_binding(
                    "activation-object", _key("csvlk_2022"), scenario.domain
                )
                row.activation_type = BY_DIRECTORY
            else:
                _bind(scenario, spec, machine, row, until - VOLUME_VALIDITY)
            set_licensed(row, until, volume=True)
            renewal = row.binding.renewal_interval if row.binding else 10080
            since = machine.now() - (until - VOLUME_VALIDITY)
            wait = timedelta(minutes=renewal) - since % timedelta(minutes=renewal)
            row.next_attempt = machine.now() + wait if machine.automatic else None


def _bind(scenario: Scenario, spec: MachineSpec, machine: Machine, row: Row, when: datetime) -> None:
    host, key = _serving_host(machine, row, spec.client.answered_by)
    known_by_name = spec.client.host is not None
    if host is None or key is None:
        name = f"kms01.{scenario.domain}"
        pid = f"03612-04290-000-{'0' * 6}-03-1033-20348.0000-0012026"
        row.binding = KmsBinding(name, 1688, "10.0.0.10", pid, 120, 10080, not known_by_name)
        row.activation_type = BY_KMS
        return
    row.binding = KmsBinding(
        name=host.fqdn,
        port=host.platform.role.port,
        address=host.address,
        pid=key.pid,
        activation_interval=host.platform.role.activation_interval,
        renewal_interval=host.platform.role.renewal_interval,
        found_by_dns=not known_by_name,
    )
    row.activation_type = BY_KMS
    key.counter.floor = max(key.counter.floor, required_clients(machine, row))
    key.counter.clients[machine.client_machine_id] = when
    key.counter.requests[int(Status.LICENSED)] += 1


def _serving_host(machine: Machine, row: Row, wanted: str | None) -> tuple[Machine | None, ServingKey | None]:
    """The first host of the scenario that serves this product, or the one it names."""
    for host in machine.fleet:
        if wanted is not None and host.name != wanted:
            continue
        for key in host.platform.role.keys.values():
            if not key.licensed or key.license.application_id != row.license.application_id:
                continue
            host_key = key.license.host_key
            if host_key is None or host_key.serves(machine.release.name, row.license.group):
                return host, key
    return None, None


def _count_clients(spec: MachineSpec, machine: Machine) -> None:
    """Fill up the count of a host with clients outside the lab."""
    wanted = spec.host.counted_clients
    if wanted is None:
        return
    for key in machine.platform.role.keys.values():
        if key.license.application_id == WINDOWS:
            _fill(key.counter, wanted, machine)


def _fill(counter: ClientCounter, wanted: int, machine: Machine) -> None:
    counter.floor = max(counter.floor, (wanted + 1) // 2, 25 if wanted > 10 else 5)
    missing = max(0, wanted - len(counter.clients))
    counter.outsiders = tuple(guid(machine.seed, "outside client", index) for index in range(missing))
    counter.requests[int(Status.LICENSED)] += 4 * missing
    counter.requests[int(Status.NOTIFICATION)] += min(3, missing)


def _overrides(spec: LicenseSpec, machine: Machine) -> None:
    row = machine.platform.primary()
    if row is None:
        return
    if spec.status is not None:
        row.status = Status(spec.status)
        if row.status in (Status.UNLICENSED, Status.NOTIFICATION):
            row.expires = None
    if spec.reason is not None:
        row.reason = spec.reason
    if spec.minutes is not None:
        row.expires = machine.now() + timedelta(minutes=spec.minutes) if spec.minutes else None
        if row.license.kind is KeyKind.EVALUATION:
            row.evaluation_ends = row.expires
