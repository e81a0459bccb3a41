# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of strangers becomes harmless where it enters. Kind: control sequences that reach a terminal or a report."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._text import printable


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("Windows Server 2019", "Windows Server 2019"),
        ("Zażółć 日本 ®", "Zażółć 日本 ®"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("bell\x07 c1\x9b31m", "bell\ufffd c1\ufffd31m"),
        ("evil\u202etxt.exe", "evil\ufffdtxt.exe"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"),
        ("line\u2028para\u2029\r", "line\ufffdpara\ufffd\ufffd"),
        ("lone \ud800", "lone \ufffd"),
    ],
)
def test_printable(text: str, harmless: str) -> None:
    assert printable(text) == harmless
