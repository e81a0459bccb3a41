# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP search filters (RFC 4515), escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# In every object of this class, and of those derived from it, at any depth of membership (MS-ADTS 3.1.1.3.4.4.3).
_TRANSITIVE = "1.2.840.113556.1.4.1941"
# All of these bits are set (MS-ADTS 3.1.1.3.4.4.1).
_BITS = "1.2.840.113556.1.4.803"


def equals(attribute: str, value: str | bytes) -> str:
    return f"({attribute}={escape(value)})"


def begins_with(attribute: str, value: str) -> str:
    return f"({attribute}={escape(value)}*)"


def has_bits(attribute: str, bits: int) -> str:
    return f"({attribute}:{_BITS}:={bits})"


def member_of(group: str) -> str:
    """Members of a group, and members of its members."""
    return f"(memberOf:{_TRANSITIVE}:={escape(group)})"


def no(found_by: str) -> str:
    return f"(!{found_by})"


def every(*filters: str) -> str:
    return f"(&{''.join(filters)})"


def any_of(filters: Iterable[str]) -> str:
    return f"(|{''.join(filters)})"


def escape(value: str | bytes) -> str:
    """A value in which nothing has a meaning of its own (RFC 4515, section 3)."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return "".join(chr(byte) if _is_plain(byte) else f"\\{byte:02x}" for byte in data)


def _is_plain(byte: int) -> bool:
    return 0x20 < byte < 0x7F and byte not in b"*()\\"
