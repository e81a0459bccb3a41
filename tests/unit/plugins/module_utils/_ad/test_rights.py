# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an access mask means for a DNS record, and its words."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import rights

OTHER = "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79"

MAPPED = {
    0x10000000: 0xF01FF,  # GENERIC_ALL
    0x80000000: 0x20094,  # GENERIC_READ
    0x40000000: 0x20028,  # GENERIC_WRITE
    0x20000000: 0x20004,  # GENERIC_EXECUTE
    0x200B4: 0x200B4,
}

CHANGES = [
    (0x20, None, True),  # write properties
    (0x20, rights.DNS_RECORD, True),
    (0x20, rights.DNS_TOMBSTONED, True),
    (0x20, OTHER, False),
    (0x20 | 0x40000, OTHER, True),  # change permissions, whatever the attribute
    (0x40000, None, True),
    (0x80000, None, True),
    (0x10000, None, True),
    (0x40, None, True),
    (0x10000000, None, True),
    (0x40000000, None, True),
    (0x80000000, None, False),
    (0x20094, None, False),
    (0x1 | 0x2 | 0x8 | 0x100, None, False),  # children, validated writes, extended rights
]

WORDS = [
    (0xF01FF, None, "full control"),
    (0x10000000, None, "full control"),
    (0x200B4, None, "read, write properties"),
    (0x20094, None, "read"),
    (0x10, None, "read properties"),
    (0x20, rights.DNS_RECORD, "write properties of dnsRecord"),
    (0x30, OTHER, f"read properties, write properties of {OTHER}"),
    (0x40000 | 0x80000, None, "change permissions, change owner"),
    (0x100000, None, "0x100000"),
    (0, None, "nothing"),
]


@pytest.mark.parametrize(("mask", "expected"), MAPPED.items())
def test_generic_rights_are_spelled_out(mask: int, expected: int) -> None:
    assert rights.mapped(mask) == expected


@pytest.mark.parametrize(("mask", "object_type", "expected"), CHANGES)
def test_what_changes_a_record(mask: int, object_type: str | None, expected: bool) -> None:
    assert bool(rights.change_of_record(mask, object_type)) is expected


@pytest.mark.parametrize(("mask", "object_type", "expected"), WORDS)
def test_words(mask: int, object_type: str | None, expected: str) -> None:
    assert rights.in_words(mask, object_type) == expected


def test_what_publishing_takes_is_no_more_than_that() -> None:
    assert rights.change_of_record(rights.UPDATE, None) == rights.WRITE_PROPERTY
