# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP search filters: nothing that a user writes has a meaning of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._ad import filters


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("KMS", "(x=KMS)"),
        ("KMS Hosts", "(x=KMS\\20Hosts)"),
        ("a*)(b=c\\", "(x=a\\2a\\29\\28b=c\\5c)"),
        ("ü", "(x=\\c3\\bc)"),
        (b"\x01\x05\x00", "(x=\\01\\05\\00)"),
    ],
)
def test_values_are_escaped(value: str | bytes, expected: str) -> None:
    assert filters.equals("x", value) == expected


def test_combinations() -> None:
    assert filters.every("(a=1)", filters.any_of(["(b=2)", "(c=3)"])) == "(&(a=1)(|(b=2)(c=3)))"
    assert filters.no(filters.begins_with("a", "x*")) == "(!(a=x\\2a*))"
    assert filters.has_bits("a", 3) == "(a:1.2.840.113556.1.4.803:=3)"


@given(st.text())
def test_no_value_ends_its_filter(text: str) -> None:
    assert not set(filters.escape(text)) & set("()*\0")
