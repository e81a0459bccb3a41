# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios: a fleet written down in YAML.

A scenario names a domain, accounts and machines; everything has a default, so that `release:` alone is a machine.
`docs` of every field: the functions below read one block each, and the built-in scenarios show them at work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from .clock import parse_duration
from .host import Account, CertificateSpec, WinrmProfile
from .keys import KeyKind
from .machine import Delays
from .mischief import Mischief, Trick
from .section import ScenarioError, Section
from .windows.lab_keys import gvlk_name, key_ring
from .windows.releases import Edition, Release, catalogue
from .zone import SrvRecord

SCENARIOS = Path(__file__).parent / "scenarios"
DEFAULT_PASSWORD = "Lab-Passw0rd!"
_TRANSPORTS = ("ntlm", "kerberos", "basic", "credssp", "certificate", "ssl", "plaintext")
_START_MODES = {"auto": "Auto", "manual": "Manual", "disabled": "Disabled"}
_NO_KEY = "none"


@dataclass(frozen=True)
class Login:
    """What the inventory says about reaching a machine."""

    user: str
    password: str = field(repr=False)
    transport: str
    connection: str
    https: bool
    validate: bool
    variables: dict[str, Any]


@dataclass(frozen=True)
class HostSpec:
    """A KMS host as the scenario describes it."""

    counted_clients: int | None
    listening_port: int | None
    publishing: bool
    low_priority: bool
    activation_interval: int | None
    renewal_interval: int | None
    domains: tuple[str, ...]


@dataclass(frozen=True)
class ClientSpec:
    """Settings of a KMS client."""

    host: str | None
    port: int | None
    lookup_domain: str | None
    caching: bool
    activation_type: int
    answered_by: str | None


@dataclass(frozen=True)
class LicenseSpec:
    """Keys and states a machine begins with."""

    key: str | None
    more_keys: tuple[str, ...]
    activated: bool
    activated_by: str
    minutes: int | None
    status: int | None
    reason: int | None
    was_host_with: str | None


@dataclass(frozen=True)
class MachineSpec:
    """One machine of a scenario."""

    name: str
    release: Release
    edition: Edition
    address: str | None
    domain: str | None
    traits: dict[str, Any]
    license: LicenseSpec
    host: HostSpec
    client: ClientSpec
    winrm: WinrmProfile
    login: Login
    groups: tuple[str, ...]
    start_mode: str
    reachable: bool


@dataclass(frozen=True)
class KeySpec:
    """What has been spent of a key before the lab opens, and its limits."""

    name: str
    machines_used: int
    activations: int | None
    blocked: bool


@dataclass(frozen=True)
class Scenario:
    """A whole fleet."""

    file: str
    name: str
    description: str
    domain: str
    netbios: str
    network: str
    clock: datetime | None
    records: tuple[SrvRecord, ...]
    updaters: tuple[str, ...] | None
    keys: tuple[KeySpec, ...]
    activation_object: str | None
    variables: dict[str, Any]
    machines: tuple[MachineSpec, ...]


def built_in() -> dict[str, str]:
    """The built-in scenarios with their descriptions."""
    return {path.stem: _description(path) for path in sorted(SCENARIOS.glob("*.yml"))}


def load_scenario(name_or_path: str) -> Scenario:
    """A scenario from a file, or a built-in one by name."""
    path = Path(name_or_path)
    if not path.is_file():
        path = SCENARIOS / f"{name_or_path}.yml"
    if not path.is_file():
        known = ", ".join(built_in())
        raise ScenarioError(name_or_path, "", f"no such file and no built-in scenario; built in are {known}")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(str(path), "", f"this is not YAML: {error}") from error
    return parse_scenario(data, str(path))


def parse_scenario(data: object, file: str = "scenario") -> Scenario:
    """A scenario from parsed YAML."""
    top = Section(file, "", data)
    domain = top.text("domain", "corp.example") or "corp.example"
    netbios = top.text("netbios") or domain.split(".")[0].upper()
    name = top.text("name") or Path(file).stem
    accounts = [_account(one, domain, netbios) for one in top.sections("accounts")]
    shared = _Shared(domain, netbios, accounts or _default_accounts(domain, netbios), top.section("defaults"))
    machines = list(_machines(top.sections("machines"), shared))
    if not machines:
        raise top.error("machines", "a scenario needs at least one machine")
    _unique(top, machines)
    dns = top.section("dns")
    scenario = Scenario(
        file=file,
        name=name,
        description=top.text("description", "") or "",
        domain=domain,
        netbios=netbios,
        network=top.text("network", "127.40.0.0/16") or "",
        clock=_moment(top, "clock"),
        records=tuple(_record(one, domain) for one in dns.sections("records")),
        updaters=tuple(dns.words("updaters")) if dns.has("updaters") else None,
        keys=tuple(_key_accounts(top.section("keys"))),
        activation_object=top.text("activation_object"),
        variables=dict(top.raw("variables") or {}),
        machines=tuple(machines),
    )
    dns.finish()
    top.finish()
    return scenario


@dataclass(frozen=True)
class _Shared:
    domain: str
    netbios: str
    accounts: list[Account]
    defaults: Section


def _machines(sections: list[Section], shared: _Shared) -> Iterator[MachineSpec]:
    numbers: dict[str, int] = {}
    for section in sections:
        release = _release(section, shared)
        prefix = _prefix(release)
        count = section.integer("count", 1, 1, 20000)
        pattern = section.text("name")
        if count > 1 and pattern is not None and "%" not in pattern:
            pattern += "-%02d"
        for index in range(1, count + 1):
            if pattern is None:
                numbers[prefix] = numbers.get(prefix, 0) + 1
                name = f"{prefix}-{numbers[prefix]:02d}"
            else:
                name = _numbered(section, pattern, index)
            data = {**_plain(shared.defaults), **_plain(section)}
            yield _machine(Section(section.file, f"machine {name}", data), name, release, shared)


def _machine(section: Section, name: str, release: Release, shared: _Shared) -> MachineSpec:
    for spent in ("name", "count", "release"):
        section.raw(spent)
    edition = _edition(section, release)
    domain = shared.domain if section.raw("domain", True) is True else section.text("domain")
    accounts = [_account(one, shared.domain, shared.netbios) for one in section.sections("accounts")]
    accounts = accounts or list(shared.accounts)
    connection = section.section("connection")
    network = section.choice("network", ("up", "down", "blackhole"), "up")
    profile = _winrm(section, release, connection, accounts, network)
    spec = MachineSpec(
        name=name,
        release=release,
        edition=edition,
        address=section.text("address"),
        domain=domain,
        traits=_traits(section),
        license=_license(section, release, edition),
        host=_host(section.section("kms_host")),
        client=_client(section.section("kms_client")),
        winrm=profile,
        login=_login(connection, accounts, domain, profile),
        groups=tuple(section.words("groups")),
        start_mode=_START_MODES[section.choice("service", _START_MODES, "auto")],
        reachable=network != "down",
    )
    connection.finish()
    section.finish()
    return spec


def _traits(section: Section) -> dict[str, Any]:
    """Fields that are attributes of `Machine` under the same name."""
    traits: dict[str, Any] = {
        "core": section.boolean("core", False),
        "domain_controller": section.boolean("domain_controller", False),
        "internet": section.boolean("internet", True),
        "automatic": section.boolean("automatic", True),
        "updated": section.boolean("updated", True),
        "edition_change": section.boolean("edition_change", True),
        "firmware_marker": section.boolean("firmware_marker", True),
        "clock_skew": _skew(section),
        "time_zone": section.raw("time_zone", 0),
        "client_machine_id": section.text("client_machine_id", "") or "",
        "hardware_id": section.text("hardware_id", "") or "",
        "office": _office(section),
        "delays": _delays(section.section("delays")),
    }
    if not isinstance(traits["time_zone"], int):
        raise section.error("time_zone", "minutes east of Greenwich are expected")
    return traits


def _license(section: Section, release: Release, edition: Edition) -> LicenseSpec:
    default = "evaluation" if edition.evaluation else "gvlk" if edition.gvlk else "retail"
    key = section.text("key", _NO_KEY if release.host_only else default)
    more = tuple(_key_name(section, "more_keys", word, release, edition) for word in section.words("more_keys"))
    former = section.text("was_host_with")
    reason = section.text("reason")
    return LicenseSpec(
        key=None if key in (None, _NO_KEY) else _key_name(section, "key", key or "", release, edition),
        more_keys=more,
        activated=section.boolean("activated", False),
        activated_by=section.choice("activated_by", ("kms", "ad"), "kms"),
        minutes=section.optional_integer("minutes"),
        status=section.optional_integer("status", 0, 6),
        reason=_hresult(section, reason) if reason is not None else None,
        was_host_with=_key_name(section, "was_host_with", former, release, edition) if former else None,
    )


def _host(section: Section) -> HostSpec:
    spec = HostSpec(
        counted_clients=section.optional_integer("counted_clients", 0, 50),
        listening_port=section.optional_integer("listening_port", 1, 65535),
        publishing=section.boolean("publishing", True),
        low_priority=section.boolean("low_priority", False),
        activation_interval=section.optional_integer("activation_interval", 15, 43200),
        renewal_interval=section.optional_integer("renewal_interval", 15, 43200),
        domains=tuple(section.words("domains")),
    )
    section.finish()
    return spec


def _client(section: Section) -> ClientSpec:
    spec = ClientSpec(
        host=section.text("host"),
        port=section.optional_integer("port", 1, 65535),
        lookup_domain=section.text("lookup_domain"),
        caching=section.boolean("caching", True),
        activation_type=section.integer("activation_type", 0, 0, 3),
        answered_by=section.text("answered_by"),
    )
    section.finish()
    return spec


def _winrm(
    section: Section, release: Release, connection: Section, accounts: list[Account], network: str
) -> WinrmProfile:
    winrm = section.section("winrm")
    certificate = _certificate(winrm)
    profile = WinrmProfile(
        stack=winrm.choice("stack", ("1.1", "2.0", "3.0"), release.stack),  # type: ignore[arg-type]
        os_version=release.version,
        service_pack=f"{release.service_pack}.0",
        http=winrm.boolean("http", True),
        https=winrm.boolean("https", connection.boolean("https", False)),
        certificate=certificate,
        basic=winrm.boolean("basic", False),
        allow_unencrypted=winrm.boolean("allow_unencrypted", False),
        negotiate=winrm.boolean("negotiate", True),
        http_port=winrm.integer("http_port", 5985, 1, 65535),
        https_port=winrm.integer("https_port", 5986, 1, 65535),
        max_envelope_kb=winrm.optional_integer("max_envelope_kb", 32),
        max_operations_per_user=winrm.optional_integer("max_operations_per_user", 1),
        enumeration_timeout=winrm.seconds("enumeration_timeout", 60.0),
        operation_timeout=winrm.seconds("operation_timeout", 60.0),
        fault_language=winrm.text("fault_language", "en-US") or "en-US",
        null_arrays=winrm.choice("null_arrays", ("absent", "nil"), "absent"),  # type: ignore[arg-type]
        extended_error=winrm.boolean("extended_error", True),
        generic_outer_code=winrm.boolean("generic_outer_code", False),
        subclass_items=winrm.optional_boolean("subclass_items"),
        channel_binding=winrm.choice(  # type: ignore[arg-type]
            "channel_binding", ("none", "relaxed", "strict"), "relaxed"
        ),
        blackhole=network == "blackhole",
        accounts=accounts,
        mischief=[_mischief(one) for one in section.sections("mischief")],
    )
    winrm.finish()
    return profile


def _certificate(winrm: Section) -> CertificateSpec | None:
    if not winrm.has("certificate"):
        return None
    section = winrm.section("certificate")
    spec = CertificateSpec(
        tuple(section.words("names")), section.boolean("self_signed", False), section.boolean("expired", False)
    )
    section.finish()
    return spec


def _mischief(section: Section) -> Mischief:
    trick = section.choice("trick", [one.value for one in Trick], "")
    endless = section.raw("times", 1) is None
    mischief = Mischief(
        trick=Trick(trick),
        on=section.text("on", "") or "",
        after=section.integer("after", 0),
        times=None if endless else section.integer("times", 1, 1),
        seconds=section.seconds("seconds", 0.0),
    )
    section.finish()
    return mischief


def _login(connection: Section, accounts: list[Account], domain: str | None, winrm: WinrmProfile) -> Login:
    transport = connection.choice("transport", _TRANSPORTS, "ntlm")
    local = transport in ("basic", "certificate", "plaintext", "ssl") or domain is None
    chosen = next((one for one in accounts if (one.domain is None) == local), accounts[0])
    user = connection.text("user") or chosen.label
    named = next((one for one in accounts if one.label == user), chosen)
    https = connection.boolean("https", winrm.https and not winrm.http)
    return Login(
        user=user,
        password=connection.text("password") or named.password,
        transport=transport,
        connection=connection.choice("plugin", ("winrm", "psrp"), "winrm"),
        https=https,
        validate=connection.boolean("validate", False),
        variables=dict(connection.raw("variables") or {}),
    )


def _account(section: Section, domain: str, netbios: str) -> Account:
    local = section.boolean("local", False)
    account = Account(
        user=section.required("user"),
        password=section.text("password", DEFAULT_PASSWORD) or "",
        domain=None if local else section.text("domain", netbios),
        dns_domain=None if local else domain,
        administrator=section.boolean("administrator", True),
        invoke=section.boolean("invoke", True),
        write=section.boolean("write", True),
    )
    section.finish()
    return account


def _default_accounts(domain: str, netbios: str) -> list[Account]:
    return [
        Account("fleetadmin", DEFAULT_PASSWORD, netbios, domain),
        Account("labadmin", DEFAULT_PASSWORD),
    ]


def _office(section: Section) -> dict[str, tuple[str, ...]]:
    installed = section.section("office")
    found: dict[str, tuple[str, ...]] = {}
    for version in installed.names():
        known = catalogue().office.get(version)
        if known is None:
            raise installed.error(version, f"no such Office; allowed are {', '.join(catalogue().office)}")
        products = tuple(installed.words(version))
        for product in products:
            if product not in known.products:
                raise installed.error(version, f"no product {product!r}; allowed are {', '.join(known.products)}")
        found[version] = products
    return found


def _delays(section: Section) -> Delays:
    plain = Delays()
    delays = Delays(
        service_start=section.seconds("service_start", plain.service_start),
        service_stop=section.seconds("service_stop", plain.service_stop),
        activation=section.seconds("activation", plain.activation),
        timeout=section.seconds("timeout", plain.timeout),
    )
    section.finish()
    return delays


def _skew(section: Section) -> timedelta:
    text = section.text("clock_skew", "0s") or "0s"
    try:
        return -parse_duration(text[1:]) if text.startswith("-") else parse_duration(text)
    except ValueError as error:
        raise section.error("clock_skew", str(error)) from error


def _release(section: Section, shared: _Shared) -> Release:
    text = section.text("release") or shared.defaults.text("release")
    found = catalogue().release(text) if text else None
    if found is None:
        allowed = ", ".join(catalogue().releases)
        problem = f"{text!r} is not a release of the lab" if text else "this field is required"
        raise section.error("release", f"{problem}; allowed are {allowed}")
    return found


def _edition(section: Section, release: Release) -> Edition:
    fallback = "enterprise" if release.client else "standard"
    wanted = (section.text("edition") or fallback).lower()
    for edition in release.editions.values():
        if wanted in (edition.name, edition.id.lower(), edition.title.lower()):
            return edition
    allowed = ", ".join(release.editions)
    raise section.error("edition", f"{release.title} has no edition {wanted!r} here; allowed are {allowed}")


def _key_name(section: Section, field_name: str, word: str, release: Release, edition: Edition) -> str:
    """A symbolic key; short words mean the key of this release and edition."""
    short = {
        "gvlk": gvlk_name(release, edition),
        "mak": f"mak_{release.name}",
        "retail": f"retail_{release.name}_{edition.name}",
        "oem": f"oem_{release.name}_{edition.name}",
        "evaluation": f"evaluation_{release.name}_{edition.name}",
    }
    name = short.get(word, word)
    if key_ring().named(name) is None:
        hosts = ", ".join(key.name for key in key_ring() if key.kind is KeyKind.CSVLK)
        raise section.error(
            field_name,
            f"no key {word!r} for {release.title} {edition.title}; allowed are none, {', '.join(short)}, "
            f"a host key ({hosts}), or any name printed by `python -m winlab keys`",
        )
    return name


def _key_accounts(section: Section) -> Iterator[KeySpec]:
    for name in section.names():
        if key_ring().named(name) is None:
            raise section.error(name, "no such key; `python -m winlab keys` prints all names")
        account = section.section(name)
        yield KeySpec(
            name,
            account.integer("machines_used", 0, 0, 100),
            account.optional_integer("activations"),
            account.boolean("blocked", False),
        )
        account.finish()


def _record(section: Section, domain: str) -> SrvRecord:
    record = SrvRecord(
        domain=section.text("domain", domain) or domain,
        target=section.required("target"),
        port=section.integer("port", 1688, 1, 65535),
        priority=section.integer("priority", 0, 0, 65535),
        weight=section.integer("weight", 0, 0, 65535),
    )
    section.finish()
    return record


def _hresult(section: Section, text: str) -> int:
    try:
        return int(text, 0)
    except ValueError as error:
        raise section.error("reason", f"{text!r} is not a code; write for example 0xC004F00F") from error


def _moment(section: Section, name: str) -> datetime | None:
    value = section.raw(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise section.error(name, f"{value!r} is not a time; write for example 2026-11-24T08:00:00Z") from error
    if not isinstance(value, datetime):
        raise section.error(name, "a time is expected, for example 2026-11-24T08:00:00Z")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _numbered(section: Section, pattern: str, index: int) -> str:
    if "%" not in pattern:
        return pattern
    try:
        return pattern % index
    except (TypeError, ValueError) as error:
        raise section.error("name", f"{pattern!r} is not a pattern; write for example srv-%02d") from error


def _prefix(release: Release) -> str:
    return release.name.replace("server", "srv")


def _plain(section: Section) -> dict[str, Any]:
    return {name: section.raw(name) for name in section.names()}


def _unique(top: Section, machines: list[MachineSpec]) -> None:
    seen: set[str] = set()
    for machine in machines:
        for word in (machine.name.lower(), machine.address):
            if word in seen:
                raise top.error("machines", f"{word} is used twice")
            if word:
                seen.add(word)


def _description(path: Path) -> str:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return str(data.get("description", "")).strip() if isinstance(data, dict) else ""
