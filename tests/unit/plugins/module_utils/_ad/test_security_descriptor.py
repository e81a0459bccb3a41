# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codec of security descriptors. Samba is its oracle in tests/servers/test_samba_acl.py."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._ad import sid
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Malformed
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import (
    ALLOW,
    DENY,
    INHERITED,
    Ace,
    Acl,
    SecurityDescriptor,
    in_order,
)

ADMINS, SYSTEM, EVERYONE = "S-1-5-21-1-2-3-512", "S-1-5-18", "S-1-1-0"
DNS_RECORD = "e0fa1e69-9b45-11d0-afdd-00c04fd930c9"


def acl(*aces: bytes, revision: int = 4, slack: bytes = b"") -> bytes:
    body = b"".join(aces) + slack
    return struct.pack("<BBHHH", revision, 0, 8 + len(body), len(aces), 0) + body


def ace(kind: int, flags: int, body: bytes) -> bytes:
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def descriptor(dacl: bytes, control: int = 0x8004) -> bytes:
    owner = sid.to_bytes(ADMINS)
    return struct.pack("<BBHIIII", 1, 0, control, 20 + len(dacl), 0, 0, 20) + dacl + owner


PLAIN = ace(0, 0x12, struct.pack("<I", 0x200B4) + sid.to_bytes(SYSTEM))
# An entry for one attribute; a conditional one with its condition behind; one of a kind that nobody has heard of.
OBJECT = ace(
    5, 0, struct.pack("<II", 0x20, 1) + bytes.fromhex("691efae0459bd011afdd00c04fd930c9") + sid.to_bytes(EVERYONE)
)
CONDITIONAL = ace(9, 0, struct.pack("<I", 0x10) + sid.to_bytes(EVERYONE) + b"artx\xf8\x00\x00\x00")
UNKNOWN = ace(0x4F, 0x80, b"what nobody has heard of")
SAMPLE = descriptor(acl(PLAIN, OBJECT, CONDITIONAL, UNKNOWN))


def test_entries_are_read() -> None:
    plain, object_, conditional, unknown = SecurityDescriptor.parse(SAMPLE).aces
    assert (plain.mask, plain.trustee, plain.inherited, plain.inherit_only) == (0x200B4, SYSTEM, True, False)
    assert (object_.mask, object_.trustee, object_.object_type) == (0x20, EVERYONE, DNS_RECORD)
    assert (conditional.mask, conditional.trustee, conditional.allows) == (0x10, EVERYONE, True)
    assert (unknown.mask, unknown.trustee, unknown.allows, unknown.denies) == (None, None, False, False)


def test_bytes_survive() -> None:
    assert SecurityDescriptor.parse(SAMPLE).to_bytes() == SAMPLE


def test_unknown_entries_survive_an_edit() -> None:
    found = SecurityDescriptor.parse(SAMPLE)
    edited = found.with_aces([*found.aces, Ace.make(DENY, 0x20, EVERYONE)], protected=True)
    data = edited.to_bytes()
    assert UNKNOWN in data
    assert CONDITIONAL in data
    again = SecurityDescriptor.parse(data)
    assert again.protected
    assert [one.kind for one in again.aces] == [DENY, 5, 9, 0x4F, ALLOW]
    assert again.owner == ADMINS


def test_no_list_means_that_everything_is_allowed() -> None:
    data = struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 0) + sid.to_bytes(ADMINS)
    assert SecurityDescriptor.parse(data).everybody_may
    assert not SecurityDescriptor.parse(descriptor(acl())).everybody_may
    # A list that the header does not announce does not count.
    assert SecurityDescriptor.parse(descriptor(acl(PLAIN), control=0x8000)).everybody_may


def test_order() -> None:
    inherited = [Ace.make(kind, 1, SYSTEM, INHERITED) for kind in (ALLOW, DENY)]
    allow, deny = Ace.make(ALLOW, 2, SYSTEM), Ace.make(DENY, 3, SYSTEM)
    assert in_order([*inherited, allow, deny]) == (deny, allow, *inherited)


def test_an_inherited_entry_made_explicit() -> None:
    (found,) = (one for one in SecurityDescriptor.parse(SAMPLE).aces if one.inherited)
    made = found.explicit()
    assert not made.inherited
    assert Ace.parse(made.raw) == made
    assert made.raw[2:] == found.raw[2:]


def test_a_list_has_a_largest_size() -> None:
    with pytest.raises(Malformed, match="65535"):
        Acl(2, (Ace.make(ALLOW, 1, ADMINS),) * 2000).to_bytes()


def _with(data: bytes, place: int, value: bytes) -> bytes:
    return data[:place] + value + data[place + len(value) :]


# The DACL begins at 20, its first entry at 28.
MALFORMED = {
    "nothing": b"",
    "a header cut off": SAMPLE[:19],
    "another revision": _with(SAMPLE, 0, b"\x02"),
    "absolute, not self-relative": _with(SAMPLE, 2, b"\x04\x00"),
    "the owner in the header": _with(SAMPLE, 4, b"\x04\x00\x00\x00"),
    "the owner behind the end": _with(SAMPLE, 4, b"\xff\xff\xff\xff"),
    "the list behind the end": _with(SAMPLE, 16, b"\xff\xff\xff\x7f"),
    "the list's header cut off": _with(SAMPLE, 16, struct.pack("<I", len(SAMPLE) - 4)),
    "a list longer than everything": _with(SAMPLE, 22, b"\xff\xff"),
    "a list shorter than its header": _with(SAMPLE, 22, b"\x01\x00"),
    "a list of another revision": _with(SAMPLE, 20, b"\x00"),
    "more entries than there are": _with(SAMPLE, 24, b"\x05\x00"),
    "an entry of no length": _with(SAMPLE, 30, b"\x00\x00"),
    "an entry longer than the list": _with(SAMPLE, 30, b"\xff\xff"),
    "an entry without a trustee": descriptor(acl(ace(0, 0, b"\x01\x00\x00\x00"))),
    "an entry without a mask": descriptor(acl(ace(0, 0, b""))),
    "an entry with half a GUID": descriptor(acl(ace(5, 0, struct.pack("<II", 1, 3) + b"x" * 20))),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        SecurityDescriptor.parse(data)


def _survives(data: bytes) -> None:
    try:
        found = SecurityDescriptor.parse(data)
    except Malformed:
        return
    # What can be read can be written, and means the same. Entries for attributes get a list of the newer revision.
    again = SecurityDescriptor.parse(found.to_bytes())
    assert (again.owner, again.group, again.control) == (found.owner, found.group, found.control)
    assert (again.aces, again.everybody_may) == (found.aces, found.everybody_may)
    assert again.to_bytes() == found.to_bytes()


@given(st.binary(max_size=400))
@example(SAMPLE)
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    _survives(data)
    # With a plausible header, more of them get to the lists.
    _survives(struct.pack("<BBHIIII", 1, 0, 0x8014, 20, 20, 28, 24) + data)


@example(13, b"\0\0\0\x96")
@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=4))
def test_damaged_descriptors_raise_nothing_else(place: int, damage: bytes) -> None:
    _survives(_with(SAMPLE, place, damage))
    _survives(SAMPLE[:place])
