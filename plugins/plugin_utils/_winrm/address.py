# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's address and a listener's path as a request has them, whichever pipe sends it.

People write ``[::1]``, ``münchen.example`` or ``/a/../wsman``. ``requests`` makes one form of that, by RFC 3986 and
RFC 5891; the streams have to make the same.
"""

from __future__ import annotations

import re

from ...module_utils._kms import is_address

try:
    import idna
except ImportError:
    # It comes with requests. Python's own codec is of the older standard, which knows no ß.
    idna = None  # type: ignore[assignment]

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_IN_PATH = frozenset(f"{_UNRESERVED}!$&'()*+,;=:@/".encode())
_IN_QUERY = _IN_PATH | frozenset(b"?")

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
# The sub-delims and unreserved characters of RFC 3986 3.2.2 that a name may have; Windows' names may have more than
# letters, digits and hyphens. An asterisk is not a name.
_NAME = re.compile(r"[A-Za-z0-9\-._~!$&'()+,;=]+")
_LONGEST_NAME, _LONGEST_LABEL = 254, 63


def dialled(host: str) -> str:
    """The address or name that is connected to: without brackets, letters as DNS has them. Raises ValueError."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and is_address(bare) and bare == bare.strip():
        return bare.lower()
    if host != bare or not host:
        raise ValueError("neither an address nor a name")
    return _name(host)


def _name(host: str) -> str:
    """RFC 1035 2.3.4 has the lengths. Raises ValueError."""
    name = (host if host.isascii() else ".".join(map(_a_label, host.split(".")))).lower()
    labels = name.removesuffix(".").split(".")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError("not a name")
    if not all(1 <= len(label) <= _LONGEST_LABEL for label in labels):
        raise ValueError("a label is empty or too long")
    return name


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    if idna is None:
        # That codec drops what is invisible, so that two names would look like one.
        if not label.isprintable():
            raise ValueError("not printable")
        return label.encode("idna").decode("ascii")
    encoded: bytes = idna.encode(label.lower(), strict=True, std3_rules=True)
    return encoded.decode("ascii")


def without_zone(address: str) -> str:
    """An IPv6 address without its zone, which means something on this machine only (RFC 6874 3)."""
    return address.partition("%")[0]


def bracketed(address: str) -> str:
    """As a URL has it in front of the port (RFC 3986 3.2.2)."""
    return f"[{address}]" if ":" in address else address


def request_target(path: str) -> str:
    """What stands behind POST: no fragment, no dot segments, other letters encoded, one slash at its beginning.

    The last is ours: two would begin the name of a host where a proxy reads it.
    """
    before, _mark, query = path.partition("#")[0].partition("?")
    encoded = "/" + _percent_encoded(_without_dots(f"/{before}"), _IN_PATH).lstrip("/")
    return f"{encoded}?{_percent_encoded(query, _IN_QUERY)}" if query else encoded


def _without_dots(path: str) -> str:
    """RFC 3986 5.2.4, for a path that begins with a slash."""
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == ".." and kept:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    if path.endswith(("/.", "/..")):
        kept.append("")
    return "/" + "/".join(kept)


def _percent_encoded(text: str, allowed: frozenset[int]) -> str:
    """Encoded letters stay encoded where all percent signs belong to some; else each of these signs is a letter."""
    text, count = _ENCODED.subn(lambda found: found[0].upper(), text)
    if count == text.count("%"):
        text, allowed = _ENCODED.sub(lambda found: _plain(found[0]), text), allowed | {ord("%")}
    octets = text.encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if octet in allowed else f"%{octet:02X}" for octet in octets)


def _plain(encoded: str) -> str:
    """What need not be encoded, as itself (RFC 3986 6.2.2.2)."""
    letter = chr(int(encoded[1:], 16))
    return letter if letter in _UNRESERVED else encoded
