# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quoting, and reading what a query is about."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import UsageError, class_of, is_select, quote
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.wql import columns_of


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", "''"),
        ("Spooler", "'Spooler'"),
        (r"C:\Temp", r"'C:\\Temp'"),
        ("O'Brien", r"'O\'Brien'"),
        (r"\'", r"'\\\''"),
        ('say "x"', "'say \"x\"'"),
        ("' OR 1=1 --", r"'\' OR 1=1 --'"),
    ],
)
def test_quote(text: str, quoted: str) -> None:
    assert quote(text) == quoted


def test_quote_refuses_what_xml_cannot_carry() -> None:
    with pytest.raises(UsageError):
        quote("\x00")


@pytest.mark.parametrize(
    ("wql", "select", "class_name", "columns"),
    [
        ("SELECT * FROM Win32_Service", True, "Win32_Service", ()),
        ("select*from Win32_Service", True, "Win32_Service", ()),
        (
            " \n SELECT Name , State\nFROM\tWin32_Service WHERE Name = ' FROM x'",
            True,
            "Win32_Service",
            ("Name", "State"),
        ),
        ("SELECT * FROM meta_class", True, "meta_class", ()),
        ("SELECT FromDate FROM Lab_Thing", True, "Lab_Thing", ("FromDate",)),
        ("SELECT __PATH,Name FROM Lab_Thing", True, "Lab_Thing", ("__PATH", "Name")),
        ("SELECT", True, None, ()),
        ("SELECTED * FROM x", False, None, ()),
        ("ASSOCIATORS OF {Win32_Service.Name='x'}", False, None, ()),
        ("REFERENCES OF {Win32_Service.Name='SELECT * FROM y'}", False, None, ()),
        ("", False, None, ()),
    ],
)
def test_reading_a_query(wql: str, select: bool, class_name: str | None, columns: tuple[str, ...]) -> None:
    assert (is_select(wql), class_of(wql), columns_of(wql)) == (select, class_name, columns)
