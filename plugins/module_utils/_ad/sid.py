# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security identifiers as text (MS-DTYP 2.4.2.1), as bytes (2.4.2.2), and the well-known ones (2.4.2.4). Pure."""

from __future__ import annotations

import re
import struct

from .errors import Malformed

_LARGEST_COUNT = 15
_TEXT = re.compile(r"S-1-(?:0x(?P<hex>[0-9A-Fa-f]{1,12})|(?P<decimal>\d{1,10}))(?P<subs>(?:-\d{1,10}){0,15})")

EVERYONE = "S-1-1-0"
CREATOR_OWNER = "S-1-3-0"
CREATOR_GROUP = "S-1-3-1"
OWNER_RIGHTS = "S-1-3-4"
ANONYMOUS = "S-1-5-7"
ENTERPRISE_DOMAIN_CONTROLLERS = "S-1-5-9"
SELF = "S-1-5-10"
AUTHENTICATED_USERS = "S-1-5-11"
SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
PRE_WINDOWS_2000 = "S-1-5-32-554"

# Relative identifiers in every domain.
ADMINISTRATOR = 500
DOMAIN_ADMINS = 512
DOMAIN_USERS = 513
DOMAIN_GUESTS = 514
DOMAIN_COMPUTERS = 515
DOMAIN_CONTROLLERS = 516
ENTERPRISE_ADMINS = 519

WELL_KNOWN = {
    EVERYONE: "Everyone",
    "S-1-2-0": "LOCAL",
    CREATOR_OWNER: "CREATOR OWNER",
    CREATOR_GROUP: "CREATOR GROUP",
    OWNER_RIGHTS: "OWNER RIGHTS",
    "S-1-5-2": "NETWORK",
    "S-1-5-4": "INTERACTIVE",
    "S-1-5-6": "SERVICE",
    ANONYMOUS: "ANONYMOUS LOGON",
    ENTERPRISE_DOMAIN_CONTROLLERS: "ENTERPRISE DOMAIN CONTROLLERS",
    SELF: "SELF",
    AUTHENTICATED_USERS: "Authenticated Users",
    "S-1-5-15": "This Organization",
    SYSTEM: "SYSTEM",
    "S-1-5-19": "LOCAL SERVICE",
    "S-1-5-20": "NETWORK SERVICE",
    ADMINISTRATORS: "BUILTIN\\Administrators",
    USERS: "BUILTIN\\Users",
    "S-1-5-32-546": "BUILTIN\\Guests",
    "S-1-5-32-548": "BUILTIN\\Account Operators",
    "S-1-5-32-549": "BUILTIN\\Server Operators",
    PRE_WINDOWS_2000: "BUILTIN\\Pre-Windows 2000 Compatible Access",
    "S-1-5-32-560": "BUILTIN\\Windows Authorization Access Group",
}


def is_text(text: str) -> bool:
    """Whether this has the form of a security identifier."""
    return _TEXT.fullmatch(text) is not None


def to_bytes(text: str) -> bytes:
    """Raises Malformed."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise Malformed(f"{text!r} is not a security identifier")
    authority = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
    subs = [int(part) for part in found["subs"].split("-")[1:]]
    if any(sub >= 2**32 for sub in subs):
        raise Malformed(f"{text!r} is not a security identifier")
    return struct.pack("<BB", 1, len(subs)) + authority.to_bytes(6, "big") + struct.pack(f"<{len(subs)}I", *subs)


def from_bytes(data: bytes, offset: int = 0) -> tuple[str, int]:
    """The identifier that begins at the offset, and the offset after it. Raises Malformed."""
    if not 0 <= offset <= len(data) - 8:
        raise Malformed("a security identifier lies outside of its bytes")
    revision, count = data[offset], data[offset + 1]
    end = offset + 8 + 4 * count
    if revision != 1 or count > _LARGEST_COUNT or end > len(data):
        raise Malformed("a security identifier has a wrong revision or length")
    authority = int.from_bytes(data[offset + 2 : offset + 8], "big")
    subs = struct.unpack_from(f"<{count}I", data, offset + 8)
    # MS-DTYP 2.4.2.1: decimal below 2^32, hexadecimal from there.
    head = str(authority) if authority < 2**32 else f"0x{authority:012X}"
    return "-".join(["S-1", head, *(str(sub) for sub in subs)]), end


def domain_of(text: str) -> str | None:
    """The domain that an account's identifier belongs to; None for the well-known ones."""
    return text.rpartition("-")[0] if text.startswith("S-1-5-21-") and text.count("-") == 7 else None


def in_domain(domain: str, relative: int) -> str:
    return f"{domain}-{relative}"


# Groups that hold more than chosen machines, in every domain.
_CROWD_NUMBERS = {DOMAIN_USERS, DOMAIN_GUESTS, DOMAIN_COMPUTERS}
_CROWDS = {
    EVERYONE,
    "S-1-5-2",
    "S-1-5-4",
    ANONYMOUS,
    AUTHENTICATED_USERS,
    "S-1-5-15",
    USERS,
    "S-1-5-32-546",
    PRE_WINDOWS_2000,
}


def is_crowd(text: str) -> bool:
    """Whether nearly everybody is meant, so that an approved host is too."""
    if text in _CROWDS:
        return True
    return domain_of(text) is not None and int(text.rpartition("-")[2]) in _CROWD_NUMBERS
