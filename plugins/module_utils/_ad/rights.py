# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access masks of directory objects (MS-ADTS 5.1.3.2), what they mean for a DNS record, and words for them. Pure."""

from __future__ import annotations

CREATE_CHILD = 0x1
DELETE_CHILD = 0x2
LIST_CHILDREN = 0x4
VALIDATED_WRITE = 0x8
READ_PROPERTY = 0x10
WRITE_PROPERTY = 0x20
DELETE_TREE = 0x40
LIST_OBJECT = 0x80
CONTROL_ACCESS = 0x100
DELETE = 0x10000
READ_CONTROL = 0x20000
WRITE_DAC = 0x40000
WRITE_OWNER = 0x80000
GENERIC_ALL = 0x10000000
GENERIC_EXECUTE = 0x20000000
GENERIC_WRITE = 0x40000000
GENERIC_READ = 0x80000000

READ = READ_CONTROL | LIST_CHILDREN | READ_PROPERTY | LIST_OBJECT
FULL_CONTROL = 0xF01FF
# What an update takes. Neither the list nor the owner can be changed with it, and the object cannot be deleted.
UPDATE = READ | WRITE_PROPERTY

# MS-ADTS 5.1.3.2: what a directory server makes of the generic rights, which it stores in this form.
_GENERIC = {
    GENERIC_READ: READ,
    GENERIC_WRITE: READ_CONTROL | VALIDATED_WRITE | WRITE_PROPERTY,
    GENERIC_EXECUTE: READ_CONTROL | LIST_CHILDREN,
    GENERIC_ALL: FULL_CONTROL,
}

# Whoever has the one can give himself the other: a deleted object's creator owns the next one.
_TAKES_OVER = DELETE | DELETE_TREE | WRITE_DAC | WRITE_OWNER

# Schema identifiers (MS-ADSC, MS-ADA1): a right that is limited to another attribute does not touch the record.
DNS_RECORD = "e0fa1e69-9b45-11d0-afdd-00c04fd930c9"
DNS_TOMBSTONED = "d5eb2eb7-be4e-463b-a214-634a44d7392e"
DNS_NODE = "e0fa1e8c-9b45-11d0-afdd-00c04fd930c9"
_OF_RECORD = {DNS_RECORD, DNS_TOMBSTONED, DNS_NODE}

_WORDS = {
    CREATE_CHILD: "create child objects",
    DELETE_CHILD: "delete child objects",
    LIST_CHILDREN: "list contents",
    VALIDATED_WRITE: "validated writes",
    READ_PROPERTY: "read properties",
    WRITE_PROPERTY: "write properties",
    DELETE_TREE: "delete subtree",
    LIST_OBJECT: "list object",
    CONTROL_ACCESS: "extended rights",
    DELETE: "delete",
    READ_CONTROL: "read permissions",
    WRITE_DAC: "change permissions",
    WRITE_OWNER: "change owner",
}
_NAMES = {DNS_RECORD: "dnsRecord", DNS_TOMBSTONED: "dNSTombstoned", DNS_NODE: "dnsNode"}


def mapped(mask: int) -> int:
    """The mask with its generic rights spelled out, as a directory server stores it."""
    for generic, specific in _GENERIC.items():
        if mask & generic:
            mask = mask & ~generic | specific
    return mask


def change_of_record(mask: int, object_type: str | None) -> int:
    """Those rights of the mask by which somebody can change the record, at once or by a detour."""
    rights = mapped(mask)
    # A limit to an attribute holds for the rights on properties only.
    writes = rights & WRITE_PROPERTY if object_type is None or object_type in _OF_RECORD else 0
    return rights & _TAKES_OVER | writes


def in_words(mask: int, object_type: str | None = None) -> str:
    """The rights, as the security tab of a Microsoft console would have them."""
    rights = mapped(mask)
    if rights == FULL_CONTROL and object_type is None:
        return "full control"
    words = []
    if rights & READ == READ:
        words.append("read")
        rights &= ~READ
    words += [word for bit, word in _WORDS.items() if rights & bit]
    rest = rights & ~sum(_WORDS)
    if rest:
        words.append(f"0x{rest:x}")
    text = ", ".join(words) or "nothing"
    return text if object_type is None else f"{text} of {_NAMES.get(object_type, object_type)}"
