# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in texts of machines."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.activation_events import LogEntry, read_log
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.numbers import whole

# Python takes the first three for digits and stumbles over them, and over numbers of thousands of digits.
NO_NUMBERS = ["\u00b2", "\u0663", "\u2460", "9" * 5000, "", "-1", "+1", " 1", "1_0", "0x1", "--5"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number(text: str) -> None:
    """Kind: a stranger's text that looks like a number and cannot be read as one."""
    assert whole(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("18446744073709551615", 2**64 - 1)])
def test_numbers(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("port", NO_NUMBERS)
def test_an_event_with_such_a_port_is_read(port: str) -> None:
    fields = ("0x0", "0", f"kms01:{port}", "c0ffee", "t", "0", port, port, "p", port)
    read_log([LogEntry(12288, datetime(2026, 11, 24, tzinfo=timezone.utc), 1, (",".join(fields),))])
