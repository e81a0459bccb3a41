# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nouns that the DNS side and the Windows side share: the record's name, the port, the endpoint of a KMS host.

Microsoft Learn, "Key Management Services (KMS) client activation and product keys" and "Guidelines for troubleshooting
KMS": a KMS host publishes an SRV record ``_vlmcs._tcp`` in a DNS domain and listens on TCP port 1688 unless told
otherwise.
"""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

DEFAULT_PORT = 1688
# A name without them is the same name, however many there are and in whichever order.
_ENDS = f".{string.whitespace}"
SERVICE = "_vlmcs._tcp"

# host, host:port, [IPv6], [IPv6]:port. A bare IPv6 address has several colons and no port.
_ENDPOINT = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\w+)?)\]|(?P<name>[^:\[\]\s]+))(?::(?P<port>\d{1,5}))?"
)

# What is in no name of a machine, in DNS, in Windows or in an inventory: signs of addresses of pages, shares, accounts,
# patterns and lists. An entry with one of them would match nothing, and nobody would be told.
_NOBODY = re.compile(r"[*?/\\,;@$!&|<>\"'`=]|\.\.|^\.")


def owner_name(domain: str) -> str:
    """Name of the SRV record in a DNS domain, in the spelling of a file: without the final dot."""
    return f"{SERVICE}.{normal_name(domain)}"


def domain_of(owner: str) -> str | None:
    """The domain that a name like ``_vlmcs._tcp.corp.example`` belongs to; None for another name."""
    name = normal_name(owner)
    prefix = f"{SERVICE}."
    return name[len(prefix) :] if name.startswith(prefix) else None


def normal_name(name: str) -> str:
    """A host's or domain's name, or its address, in the one form in which all are compared.

    Letter case and a final dot do not matter in DNS (RFC 1035, 2.3.3); letters outside ASCII are compared as DNS has
    them (A-labels, RFC 5890); an IPv6 address has one spelling (RFC 5952) and no brackets.
    """
    text = name.strip()
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    address = _address(bare)
    if address is not None:
        return address
    lowered = bare.rstrip(_ENDS).lower()
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode("ascii").rstrip(_ENDS).lower()
    except UnicodeError:
        return lowered  # not a name that DNS could hold, so it equals nothing but itself


def is_address(name: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, with or without brackets."""
    text = name.strip()
    return _address(text[1:-1] if text.startswith("[") and text.endswith("]") else text) is not None


def is_own_address(name: str) -> bool:
    """Whether a text is an address by which a machine reaches itself only: loopback, or none at all (RFC 6890)."""
    address = _address(normal_name(name))
    found = ipaddress.ip_address(address) if address is not None else None
    return found is not None and (found.is_loopback or found.is_unspecified)


# The same few names and addresses are compared with each other for every machine of a fleet.
@lru_cache(maxsize=4096)
def _address(text: str) -> str | None:
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        return None


def split_port(text: str) -> tuple[str, int | None]:
    """Split ``host:port``; the port is None where none is given. Raises ValueError."""
    stripped = text.strip()
    if _address(stripped) is not None:
        return stripped, None
    found = _ENDPOINT.fullmatch(stripped)
    if found is None or (found["v6"] and _address(found["v6"]) is None):
        raise ValueError(f"{text!r} is not a name or an address, with or without a port")
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise ValueError(f"{text!r}: a port must be between 1 and 65535")
    return found["v6"] or found["name"], port


def host_in(text: str) -> str:
    """The host in what a machine has as its KMS host, for comparing: whatever was written there, and without the port.

    A person's list is refused where it cannot be read; what somebody once set on a machine is a host that nobody has.
    """
    try:
        host, _port = split_port(text)
    except ValueError:
        host = text
    return normal_name(host)


def entries_of(texts: Iterable[str]) -> list[str]:
    """The entries of a list. A text of several lines, as a survey hands it over, has one on each.

    A text without any stays as it is, so that whoever reads it can refuse it.
    """
    return [line for text in texts for line in ([one for one in str(text).splitlines() if one.strip()] or [str(text)])]


@dataclass(frozen=True)
class KmsEndpoint:
    """A KMS host as a person names it: a name, and a port only where it was said."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> KmsEndpoint:
        """Read ``host`` or ``host:port``. Raises ValueError."""
        host, port = split_port(text)
        if not normal_name(host):
            raise ValueError(f"{text!r} names no host")
        if _NOBODY.search(host):
            raise ValueError(f"{text!r} is not a name or an address, with or without a port")
        return cls(normal_name(host), port)

    @property
    def is_address(self) -> bool:
        """Whether it is named by its address."""
        return is_address(self.host)

    @property
    def is_short(self) -> bool:
        """Whether the name lacks its domain. An address has none to lack."""
        return "." not in self.host and not self.is_address

    def names(self, target: str) -> bool:
        """Whether this is the host with that full name.

        Two full names have to be equal: the same short name in another domain is another machine. A short name stands
        for that host in every domain.
        """
        name = normal_name(target)
        return name == self.host or (self.is_short and not is_address(name) and name.split(".")[0] == self.host)

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoints_of_records(targets: Iterable[object]) -> tuple[KmsEndpoint, ...]:
    """Names as records have them. Whoever may write a record writes anything there, and that stops nothing."""
    names = {normal_name(str(target)) for target in targets} - {""}
    return tuple(KmsEndpoint(name) for name in sorted(names))


def names_any(endpoints: Iterable[KmsEndpoint], target: str) -> KmsEndpoint | None:
    """The first endpoint that names the target, one with its full name before one with its short name."""
    found = [endpoint for endpoint in endpoints if endpoint.names(target)]
    return min(found, key=lambda endpoint: endpoint.is_short, default=None)
