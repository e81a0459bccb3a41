# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of a scenario about DNS.

Without it the records live in the lab's memory. `serve: {}` puts them on a name server of the lab; `server: ADDRESS`
makes the machines send dynamic updates to one that is there already.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from .nameservice.keys import TsigSpec, read_key_file
from .nameservice.server import UpdatePolicy
from .section import Section
from .specs import DnsSpec, ElsewhereSpec, ServeSpec
from .zone import SrvRecord

_ELSEWHERE_ONLY = ("port", "zone", "tsig", "timeout", "hosts")


def read_dns(section: Section, domain: str) -> DnsSpec:
    """Everything about DNS."""
    serve = section.has("serve") and section.raw("serve") is not False
    elsewhere = section.text("server")
    if serve and elsewhere:
        raise section.error("serve", "a scenario has a name server of its own or another one (server), not both")
    updaters = tuple(section.words("updaters")) if section.has("updaters") else None
    if elsewhere and updaters is not None:
        raise section.error("updaters", "who may update is decided by the server that the scenario names")
    if not elsewhere:
        _refuse(section)
    spec = DnsSpec(
        records=tuple(_record(one, domain) for one in section.sections("records")),
        updaters=updaters,
        elsewhere=_elsewhere(section, elsewhere) if elsewhere else None,
        serve=_serve(section) if serve else None,
    )
    section.finish()
    return spec


def elsewhere_of(text: str, key_file: Path | None) -> ElsewhereSpec:
    """`ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT` from the command line. Raises ValueError."""
    address, colon, port = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not text.startswith("[")):
        address, port = text, "53"
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is not a name server; write for example 127.0.0.53:5300")
    try:
        plain = str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        raise ValueError(f"{address!r} is not an address; a name server is given by address") from None
    return ElsewhereSpec(plain, int(port), key=read_key_file(key_file) if key_file else None, hosts=True)


def _refuse(section: Section) -> None:
    for name in _ELSEWHERE_ONLY:
        if section.has(name):
            raise section.error(name, "this belongs to a name server elsewhere; name it in `server`")


def _elsewhere(section: Section, address: str) -> ElsewhereSpec:
    return ElsewhereSpec(
        address=_address(section, "server", address),
        port=section.integer("port", 53, 1, 65535),
        zone=section.text("zone"),
        key=_tsig(section),
        timeout=section.seconds("timeout", 2.0),
        hosts=section.boolean("hosts", False),
    )


def _serve(section: Section) -> ServeSpec:
    if section.raw("serve") is True:
        return ServeSpec()
    own = section.section("serve")
    address = own.text("address")
    spec = ServeSpec(
        address=_address(own, "address", address) if address else None,
        port=own.integer("port", 5300, 1, 65535),
        zones=tuple(own.words("zones")),
        key=_tsig(own),
        updates=own.choice("updates", [policy.value for policy in UpdatePolicy], UpdatePolicy.ANYBODY.value),
    )
    if spec.updates == UpdatePolicy.SIGNED.value and spec.key is None:
        raise own.error("updates", "signed updates need a key (tsig)")
    own.finish()
    return spec


def _address(section: Section, name: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise section.error(name, f"{text!r} is not an address; a name server is given by address") from None


def _tsig(section: Section) -> TsigSpec | None:
    if section.raw("tsig") is None:
        return None
    key = section.section("tsig")
    file = key.text("file")
    try:
        if file is not None:
            found = read_key_file(Path(file))
        else:
            name, secret = key.required("name"), key.required("secret")
            found = TsigSpec(name, secret, key.text("algorithm", "hmac-sha256") or "")
    except ValueError as error:
        raise section.error("tsig", str(error)) from error
    key.finish()
    return found


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
