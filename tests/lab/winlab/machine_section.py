# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine of a scenario. Every field but `release` has a default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .clock import parse_duration
from .host import Account
from .keys import KeyKind
from .machine import Delays, NameResolution
from .section import Section
from .specs import ClientSpec, EventSpec, HostSpec, LicenseSpec, MachineSpec
from .windows.lab_keys import gvlk_name, key_ring
from .windows.releases import Edition, Release, catalog
from .winrm_section import read_account, read_login, read_winrm

_START_MODES = {"auto": "Auto", "manual": "Manual", "disabled": "Disabled"}
_NO_KEY = "none"


@dataclass(frozen=True)
class Shared:
    """What all machines of a scenario have in common."""

    domain: str
    netbios: str
    accounts: list[Account]
    defaults: Section


def read_machine(section: Section, name: str, release: Release, shared: Shared) -> MachineSpec:
    """One machine; `section` holds its fields over the defaults."""
    for spent in ("name", "count", "first", "release"):
        section.raw(spent)
    edition = _edition(section, release)
    domain = shared.domain if section.raw("domain", True) is True else section.text("domain")
    accounts = [read_account(one, shared.domain, shared.netbios) for one in section.sections("accounts")]
    accounts = accounts or list(shared.accounts)
    connection = section.section("connection")
    network = section.choice("network", ("up", "down", "blackhole"), "up")
    profile = read_winrm(section, release, connection, accounts, network)
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
        login=read_login(connection, accounts, domain, profile),
        groups=tuple(section.words("groups")),
        start_mode=_START_MODES[section.choice("service", _START_MODES, "auto")],
        reachable=network != "down",
        events=tuple(_event(one) for one in section.sections("events")),
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
        "firmware_key": section.text("firmware_key", "") or "",
        "clock_skew": _skew(section),
        "time_zone": section.raw("time_zone", 0),
        "client_machine_id": section.text("client_machine_id", "") or "",
        "hardware_id": section.text("hardware_id", "") or "",
        "office": _office(section),
        "resolution": _resolution(section.section("dns_client")),
        "vendor": _vendor(section),
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


def _event(section: Section) -> EventSpec:
    spec = EventSpec(
        code=section.integer("code", 0, 1, 65535),
        strings=tuple(section.words("strings")),
        log=section.text("log", "Application") or "Application",
        minutes_ago=section.integer("minutes_ago", 60, 0, 525_600),
    )
    section.finish()
    return spec


def _office(section: Section) -> dict[str, tuple[str, ...]]:
    installed = section.section("office")
    found: dict[str, tuple[str, ...]] = {}
    for version in installed.names():
        known = catalog().office.get(version)
        if known is None:
            raise installed.error(version, f"no such Office; allowed are {', '.join(catalog().office)}")
        products = tuple(installed.words(version))
        for product in products:
            if product not in known.products:
                raise installed.error(version, f"no product {product!r}; allowed are {', '.join(known.products)}")
        found[version] = products
    return found


def _resolution(section: Section) -> NameResolution:
    plain = NameResolution()
    found = NameResolution(
        suffix=section.text("suffix"),
        connection=section.text("connection"),
        search_list=tuple(section.words("search_list")),
        policy_suffix=section.text("policy_suffix"),
        policy_search_list=tuple(section.words("policy_search_list")),
        servers=tuple(section.words("servers")) or plain.servers,
    )
    section.finish()
    return found


def _vendor(section: Section) -> tuple[str, str]:
    """Manufacturer and model, as the firmware tells them."""
    words = section.words("vendor")
    return (words[0], words[1] if len(words) > 1 else "Virtual Machine") if words else ("winlab", "Simulated Machine")


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


def _hresult(section: Section, text: str) -> int:
    try:
        return int(text, 0)
    except ValueError as error:
        raise section.error("reason", f"{text!r} is not a code; write for example 0xC004F00F") from error
