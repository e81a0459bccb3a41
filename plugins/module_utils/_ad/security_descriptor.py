# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-relative security descriptors (MS-DTYP 2.4.6), as far as editing a DACL takes. Pure.

Bytes in, bytes out: entries of a kind that is not known here, and what follows an entry's identifier (conditions,
claims), pass through untouched. A descriptor comes from the network, so every offset and length is checked.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import sid
from .errors import Malformed

# Control bits, MS-DTYP 2.4.6.
DACL_PRESENT = 0x0004
SACL_PRESENT = 0x0010
DACL_PROTECTED = 0x1000
SELF_RELATIVE = 0x8000

# Flags of an entry, MS-DTYP 2.4.4.1.
INHERIT_ONLY = 0x08
INHERITED = 0x10

ALLOW, DENY = 0, 1
_ALLOWING = {0, 5, 9, 11}
_DENYING = {1, 6, 10, 12}
# MS-DTYP 2.4.4.2 to 2.4.4.18: mask and identifier; mask, up to two GUIDs, and identifier.
_PLAIN = {0, 1, 2, 3, 9, 10, 13, 14, 17, 18, 19}
_OBJECT = {5, 6, 7, 8, 11, 12, 15, 16}
_OBJECT_TYPE, _INHERITED_TYPE = 1, 2

_HEADER = struct.Struct("<BBHIIII")
_ACL_HEADER = struct.Struct("<BBHHH")
_ACE_HEADER = struct.Struct("<BBH")
_LARGEST = 0xFFFF

# Entries for single attributes or classes need the newer revision (MS-DTYP 2.4.5).
_REVISION, _REVISION_DS = 2, 4


@dataclass(frozen=True)
class Ace:
    """One entry of a list. ``mask`` and ``trustee`` are None for a kind that is not known here."""

    raw: bytes
    mask: int | None = None
    trustee: str | None = None
    object_type: str | None = None
    """The attribute or class that it is limited to."""
    inherited_type: str | None = None

    @property
    def kind(self) -> int:
        return self.raw[0]

    @property
    def flags(self) -> int:
        return self.raw[1]

    @property
    def allows(self) -> bool:
        return self.kind in _ALLOWING

    @property
    def denies(self) -> bool:
        return self.kind in _DENYING

    @property
    def inherited(self) -> bool:
        return bool(self.flags & INHERITED)

    @property
    def inherit_only(self) -> bool:
        """Whether it is only there for child objects, and does not count for this one."""
        return bool(self.flags & INHERIT_ONLY)

    @classmethod
    def parse(cls, raw: bytes) -> Ace:
        """Raises Malformed."""
        if len(raw) < _ACE_HEADER.size:
            raise Malformed("an entry is too short")
        if raw[0] in _PLAIN:
            mask = _number(raw, 4)
            return cls(raw, mask, sid.from_bytes(raw, 8)[0])
        if raw[0] in _OBJECT:
            mask, present, place = _number(raw, 4), _number(raw, 8), 12
            types: list[str | None] = []
            for bit in (_OBJECT_TYPE, _INHERITED_TYPE):
                types.append(_guid(raw, place) if present & bit else None)
                place += 16 if present & bit else 0
            return cls(raw, mask, sid.from_bytes(raw, place)[0], *types)
        return cls(raw)

    @classmethod
    def make(cls, kind: int, mask: int, trustee: str, flags: int = 0) -> Ace:
        """A plain entry. Raises Malformed when the trustee is not an identifier."""
        body = struct.pack("<I", mask) + sid.to_bytes(trustee)
        return cls.parse(_ACE_HEADER.pack(kind, flags, _ACE_HEADER.size + len(body)) + body)

    def explicit(self) -> Ace:
        """The same entry, as if it had been set here."""
        return replace(self, raw=bytes([self.kind, self.flags & ~INHERITED]) + self.raw[2:])


@dataclass(frozen=True)
class Acl:
    """A list of entries."""

    revision: int
    aces: tuple[Ace, ...]

    @classmethod
    def parse(cls, data: bytes, offset: int) -> Acl:
        """Raises Malformed."""
        if offset > len(data) - _ACL_HEADER.size:
            raise Malformed("a list lies outside of the descriptor")
        revision, _sbz, size, count, _sbz2 = _ACL_HEADER.unpack_from(data, offset)
        end, place = offset + size, offset + _ACL_HEADER.size
        if not _REVISION <= revision <= _REVISION_DS:
            raise Malformed(f"a list has the revision {revision}")
        if end > len(data) or end < place:
            raise Malformed("a list is longer than the descriptor")
        aces = []
        for _index in range(count):
            length = _ace_length(data, place, end)
            aces.append(Ace.parse(data[place : place + length]))
            place += length
        return cls(revision, tuple(aces))

    def to_bytes(self) -> bytes:
        """Raises Malformed when it is longer than its format allows."""
        body = b"".join(ace.raw for ace in self.aces)
        size = _ACL_HEADER.size + len(body)
        if size > _LARGEST:
            raise Malformed(f"the list would be {size} bytes long; {_LARGEST} is the limit")
        least = _REVISION_DS if any(ace.kind in _OBJECT for ace in self.aces) else _REVISION
        return _ACL_HEADER.pack(max(self.revision, least), 0, size, len(self.aces), 0) + body


@dataclass(frozen=True)
class SecurityDescriptor:
    """Owner, primary group, who may do what (``dacl``), and what is audited (``sacl``)."""

    owner: str | None = None
    group: str | None = None
    dacl: Acl | None = None
    sacl: Acl | None = None
    control: int = SELF_RELATIVE
    reserved: int = 0
    order: tuple[str, ...] = ("sacl", "dacl", "owner", "group")
    """In which the parts lie: Windows and Samba differ, and both accept any."""

    @property
    def everybody_may(self) -> bool:
        """Whether there is no list at all, which means that nothing is forbidden (MS-DTYP 2.5.3.2)."""
        return self.dacl is None

    @property
    def protected(self) -> bool:
        """Whether the entries of the parent object do not come down here."""
        return bool(self.control & DACL_PROTECTED)

    @property
    def aces(self) -> tuple[Ace, ...]:
        return () if self.dacl is None else self.dacl.aces

    @classmethod
    def parse(cls, data: bytes) -> SecurityDescriptor:
        """Raises Malformed."""
        if len(data) < _HEADER.size:
            raise Malformed("a security descriptor is too short")
        revision, reserved, control, *offsets = _HEADER.unpack_from(data)
        if revision != 1 or not control & SELF_RELATIVE:
            raise Malformed("not a self-relative security descriptor")
        places = dict(zip(("owner", "group", "sacl", "dacl"), offsets))
        if any(0 < place < _HEADER.size for place in places.values()):
            raise Malformed("a part of the descriptor lies in its header")
        order = tuple(sorted((name for name in places if places[name]), key=lambda name: places[name]))
        return cls(
            owner=_identifier(data, places["owner"]),
            group=_identifier(data, places["group"]),
            dacl=_list(data, places["dacl"], bool(control & DACL_PRESENT)),
            sacl=_list(data, places["sacl"], bool(control & SACL_PRESENT)),
            control=control,
            reserved=reserved,
            order=(*order, *(name for name in cls.order if name not in order)),
        )

    def to_bytes(self) -> bytes:
        """Raises Malformed when a list is too long."""
        parts: dict[str, str | Acl | None] = {
            "owner": self.owner,
            "group": self.group,
            "sacl": self.sacl,
            "dacl": self.dacl,
        }
        offsets, body = dict.fromkeys(parts, 0), b""
        for name in self.order:
            part = parts[name]
            if part is not None:
                offsets[name] = _HEADER.size + len(body)
                body += part.to_bytes() if isinstance(part, Acl) else sid.to_bytes(part)
        places = (offsets["owner"], offsets["group"], offsets["sacl"], offsets["dacl"])
        return _HEADER.pack(1, self.reserved, self.control | SELF_RELATIVE, *places) + body

    def with_aces(self, aces: Iterable[Ace], protected: bool) -> SecurityDescriptor:
        """The same with another DACL, in the order that Windows wants."""
        control = self.control | DACL_PRESENT
        control = control | DACL_PROTECTED if protected else control & ~DACL_PROTECTED
        revision = self.dacl.revision if self.dacl is not None else _REVISION
        return replace(self, dacl=Acl(revision, in_order(aces)), control=control)


def in_order(aces: Iterable[Ace]) -> tuple[Ace, ...]:
    """MS-DTYP 2.4.5: what is set here before what is inherited, denials first; inherited ones stay in their order."""
    return tuple(sorted(aces, key=lambda ace: 2 if ace.inherited else 0 if ace.denies else 1))


def _identifier(data: bytes, place: int) -> str | None:
    return sid.from_bytes(data, place)[0] if place else None


def _list(data: bytes, place: int, present: bool) -> Acl | None:
    return Acl.parse(data, place) if place and present else None


def _ace_length(data: bytes, place: int, end: int) -> int:
    if place + _ACE_HEADER.size > end:
        raise Malformed("a list ends before its last entry")
    _kind, _flags, length = _ACE_HEADER.unpack_from(data, place)
    if length < _ACE_HEADER.size or place + length > end:
        raise Malformed("an entry has a wrong length")
    return int(length)


def _number(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise Malformed("an entry is too short")
    return int.from_bytes(data[place : place + 4], "little")


def _guid(data: bytes, place: int) -> str:
    if place + 16 > len(data):
        raise Malformed("an entry is too short")
    return str(uuid.UUID(bytes_le=data[place : place + 16]))
