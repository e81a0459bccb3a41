# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for name servers, and what is read from the answers."""

from __future__ import annotations

from typing import Protocol

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.update

from winlab.nameservice.keys import TsigSpec
from winlab.nameservice.server import NameServer, UpdatePolicy

ADDRESS = "127.80.0.53"
OWNER = "_vlmcs._tcp.corp.example."
KEY = TsigSpec("lab-key", "c2VjcmV0LW9mLXRoZS1sYWItb2YtMzItYnl0ZXMhISE=")


class Serve(Protocol):
    """The type of the `serve` fixture."""

    def __call__(
        self, *origins: str, key: TsigSpec | None = None, policy: UpdatePolicy = UpdatePolicy.ANYBODY
    ) -> NameServer: ...


def srv(host: str, port: int = 1688) -> str:
    """The data of a service record."""
    return f"0 0 {port} {host}.corp.example."


def ask(server: NameServer, name: str, kind: str = "SRV") -> dns.message.Message:
    """A query as a resolver sends it."""
    query = dns.message.make_query(name, kind)
    answer, _tcp = dns.query.udp_with_fallback(query, server.address, timeout=5, port=server.port)
    return answer


def values(server: NameServer, name: str = OWNER, kind: str = "SRV") -> set[str]:
    """The records under a name."""
    wanted = dns.rdatatype.from_text(kind)
    return {str(rdata) for rrset in ask(server, name, kind).answer if rrset.rdtype == wanted for rdata in rrset}


def update(zone: str = "corp.example", key: TsigSpec | None = None) -> dns.update.UpdateMessage:
    """An update to be filled."""
    message = dns.update.UpdateMessage(zone)
    if key is not None:
        message.use_tsig(key.key(), key.key().name)
    return message


def send(server: NameServer, message: dns.message.Message) -> str:
    """The response code."""
    return dns.rcode.to_text(dns.query.udp(message, server.address, timeout=5, port=server.port).rcode())
