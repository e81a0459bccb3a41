# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of an object as numbers, and in pieces."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"5", 5),
        (b"-2147483648", -(2**31)),
        ("\u00b2".encode(), None),
        ("\u0663".encode(), None),
        (b"--5", None),
        (b"9" * 5000, None),
        (b"", None),
        (b"many", None),
        (b"\xff", None),
    ],
)
def test_numbers(value: bytes, number: int | None) -> None:
    """Kind: a stranger's text that looks like a number and cannot be read as one."""
    assert Entry("CN=a", {"systemFlags": [value]}).number("SYSTEMFLAGS") == number


def test_no_number() -> None:
    assert Entry("CN=a", {}).number("systemFlags") is None


def test_a_piece_that_is_numbered_without_end_is_none() -> None:
    name = f"member;range=0-{'9' * 5000}"
    assert Entry("CN=a", {name: [b"CN=b"]}).ranged("member") == ((), None)
    assert Entry("CN=a", {"member;range=0-1499": [b"CN=b"]}).ranged("member") == (("CN=b",), 1500)
