# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SRV values: equality as DNS has it, order as RFC 2782 has it, there and back to dnspython."""

from __future__ import annotations

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.IN.SRV
import dns.rrset
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import srv
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue


def from_text(text: str) -> SrvValue:
    return SrvValue.from_rdata(dns.rrset.from_text("x.", 1, "IN", "SRV", text)[0])


def test_letter_case_does_not_count_and_is_kept() -> None:
    upper, lower = from_text("0 0 1688 KMS01.Corp.Example."), from_text("0 0 1688 kms01.corp.example.")
    assert upper == lower
    assert hash(upper) == hash(lower)
    assert upper.text == "0 0 1688 kms01.corp.example"
    assert upper.to_rdata().to_text() == "0 0 1688 KMS01.Corp.Example."


@pytest.mark.parametrize(
    "text", ["1 2 3 a.example.", "0 0 0 .", r"0 0 1688 a\.b\032c.example.", "0 0 1688 xn--bcher-kva.example."]
)
def test_there_and_back(text: str) -> None:
    assert from_text(text).to_rdata().to_text() == text


def test_order() -> None:
    texts = ["10 9 1 a.", "0 1 1 c.", "0 5 1 b.", "0 5 1 a."]
    assert [one.text for one in srv.in_order(map(from_text, texts))] == ["0 5 1 a", "0 5 1 b", "0 1 1 c", "10 9 1 a"]


def test_an_empty_set_has_no_time_to_live() -> None:
    assert RecordSet.of([], 300) == RecordSet()


@pytest.mark.parametrize("text", ["a..b", "x" * 64, "a." * 130])
def test_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a DNS name"):
        srv.to_name(text)


def test_a_name_outside_ascii() -> None:
    assert srv.to_name("bücher.example").to_text() == "xn--bcher-kva.example."


def test_a_target_steers_no_terminal() -> None:
    """A label may hold any byte (RFC 2181, section 11), and anybody may write the record."""
    labels = (b"\x1b[31mred", "\u202egpj".encode(), b"\x9b2J", b"corp", b"example", b"")
    rdata = dns.rdtypes.IN.SRV.SRV(dns.rdataclass.IN, dns.rdatatype.SRV, 0, 0, 1688, dns.name.Name(labels))
    found = SrvValue.from_rdata(rdata)
    assert found.text.isascii()
    assert found.text.isprintable()
    assert found.to_rdata() == rdata, "it can be deleted as it is"
