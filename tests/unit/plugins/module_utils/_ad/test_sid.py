# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security identifiers, as text and as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._ad import sid
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Malformed

# MS-DTYP 2.4.2: the examples follow its layout; the last authority is too large for decimal.
KNOWN = {
    "S-1-1-0": "01 01 000000000001 00000000",
    "S-1-5-18": "01 01 000000000005 12000000",
    "S-1-5-32-544": "01 02 000000000005 20000000 20020000",
    "S-1-5-21-1-2-3-512": "01 05 000000000005 15000000 01000000 02000000 03000000 00020000",
    "S-1-0x123456789ABC-7": "01 01 123456789abc 07000000",
}

WRONG_TEXT = ["", "S-1", "S-2-5-18", "S-1-5-", "S-1-5-4294967296", "KMS Hosts", "S-1-5" + "-1" * 16, "S-1-5-18 "]
WRONG_BYTES = {
    "nothing": "",
    "too short": "01 01 000000000005",
    "another revision": "02 01 000000000005 12000000",
    "more parts than bytes": "01 02 000000000005 12000000",
    "more parts than allowed": "01 10 000000000005" + "00000000" * 16,
}


@pytest.mark.parametrize(("text", "data"), KNOWN.items())
def test_known(text: str, data: str) -> None:
    assert sid.to_bytes(text) == bytes.fromhex(data)
    assert sid.from_bytes(bytes.fromhex(data)) == (text, len(bytes.fromhex(data)))


@pytest.mark.parametrize("text", WRONG_TEXT)
def test_wrong_text(text: str) -> None:
    assert not sid.is_text(text) or text == "S-1-5-4294967296"
    with pytest.raises(Malformed):
        sid.to_bytes(text)


@pytest.mark.parametrize("data", WRONG_BYTES.values(), ids=WRONG_BYTES)
def test_wrong_bytes(data: str) -> None:
    with pytest.raises(Malformed):
        sid.from_bytes(bytes.fromhex(data))


@given(st.integers(0, 2**48 - 1), st.lists(st.integers(0, 2**32 - 1), max_size=15), st.binary(max_size=9))
def test_there_and_back(authority: int, parts: list[int], before: bytes) -> None:
    data = bytes([1, len(parts)]) + authority.to_bytes(6, "big") + b"".join(p.to_bytes(4, "little") for p in parts)
    text, end = sid.from_bytes(before + data + b"x", len(before))
    assert end == len(before + data)
    assert sid.to_bytes(text) == data


CROWDS = {
    "S-1-1-0": True,
    "S-1-5-11": True,
    "S-1-5-32-554": True,
    "S-1-5-21-1-2-3-515": True,
    "S-1-5-21-1-2-3-1106": False,
    "S-1-5-32-544": False,
    "S-1-5-18": False,
    "S-1-5-515": False,
}


@pytest.mark.parametrize(("text", "expected"), CROWDS.items())
def test_crowds(text: str, expected: bool) -> None:
    assert sid.is_crowd(text) is expected
