# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, ports and endpoints."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _kms
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint, entries_of


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("kms01.corp.example", "kms01.corp.example", None),
        ("kms01.corp.example:1689", "kms01.corp.example", 1689),
        (" ns1 ", "ns1", None),
        ("192.0.2.1:53", "192.0.2.1", 53),
        ("2001:db8::1", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:5353", "2001:db8::1", 5353),
    ],
)
def test_split_port(text: str, host: str, port: int | None) -> None:
    assert _kms.split_port(text) == (host, port)


@pytest.mark.parametrize(
    "text",
    [
        *("*.corp.example", "kms?.corp.example", "kms01.corp.example/", "//kms01", r"CORP\kms01", r"\\kms01", "kms01$"),
        *("kms01,kms02", "kms01;kms02", "admin@kms01", "kms01..example", ".corp.example", "'kms01'", "host=kms01"),
    ],
)
def test_what_can_be_nobodys_name_is_refused(text: str) -> None:
    """Kind: an entry that can match nothing is accepted in silence. On a machine it may be written all the same."""
    with pytest.raises(ValueError, match="is not a name or an address"):
        _kms.KmsEndpoint.parse(text)
    assert _kms.host_in(text)


@pytest.mark.parametrize(
    "text", ["kms_01", "kms-01.corp.example.", "kms01 ", "fd00::5", "kms-münchen", "srv(prod)", "k~1"]
)
def test_what_may_be_somebodys_name_is_taken(text: str) -> None:
    """An inventory may call a machine almost anything."""
    assert _kms.KmsEndpoint.parse(text).host


@pytest.mark.parametrize(
    "text",
    [
        *("", ":1688", "kms01:0", "kms01:65536", "kms 01", "[kms01]", "[::1]x", "kms01:x"),
        *("http://kms01:1688", "kms01:1688:", "kms01:1688, kms02:1688", "08:00:01. .", "2001:db8::1::2"),
        *("[0::1.]:1688", "[1:2]", "[1::2::3]:1688"),
    ],
)
def test_no_endpoint(text: str) -> None:
    """Several colons are an IPv6 address, and otherwise no name: found by the fuzz target of values."""
    with pytest.raises(ValueError, match=r"."):
        KmsEndpoint.parse(text)


@pytest.mark.parametrize(
    ("endpoint", "target", "same"),
    [
        ("kms01.corp.example", "KMS01.Corp.Example.", True),
        ("kms01.corp.example", "kms01.other.example", False),
        ("kms01.corp.example", "kms01", False),
        ("kms01", "kms01.corp.example", True),
        ("kms01", "kms011.corp.example", False),
        ("kms01:1689", "kms01.corp.example", True),
    ],
)
def test_names(endpoint: str, target: str, same: bool) -> None:
    assert KmsEndpoint.parse(endpoint).names(target) is same


@pytest.mark.parametrize("text", ["kms01.corp.example", "kms01:1689", "10.0.0.1:1688", "[fd00::1]:1688", "[fd00::1]"])
def test_what_is_written_means_the_same_again(text: str) -> None:
    """An IPv6 address with its port was written as another address: found by the fuzz target of values."""
    endpoint = KmsEndpoint.parse(text)
    assert KmsEndpoint.parse(str(endpoint)) == endpoint


@pytest.mark.parametrize("text", ["kms01 .", "kms01. .", "kms01 . .\t", "KMS01\u3002."])
def test_a_name_in_its_one_form_is_in_it(text: str) -> None:
    assert _kms.normal_name(text) == "kms01"


def test_the_full_name_goes_before_the_short_one() -> None:
    short, full = KmsEndpoint.parse("kms01:1"), KmsEndpoint.parse("kms01.corp.example:2")
    assert _kms.names_any((short, full), "kms01.corp.example") is full
    assert _kms.names_any((short, full), "kms01.other.example") is short
    assert _kms.names_any((full,), "kms01.other.example") is None


def test_owner_and_domain() -> None:
    assert _kms.owner_name("Corp.Example.") == "_vlmcs._tcp.corp.example"
    assert _kms.domain_of("_VLMCS._tcp.Corp.Example.") == "corp.example"
    assert _kms.domain_of("_ldap._tcp.corp.example") is None


@pytest.mark.parametrize(
    ("texts", "entries"),
    [
        (["kms01", "kms02"], ["kms01", "kms02"]),
        # A field of a survey with a name a line, and with the line ends of a browser.
        (["kms01\nkms02\n"], ["kms01", "kms02"]),
        (["kms01\r\n\r\nkms02"], ["kms01", "kms02"]),
        # Nothing is still refused by whoever reads it.
        ([""], [""]),
        (["\n"], ["\n"]),
        ([], []),
    ],
)
def test_a_text_of_several_lines_is_several_entries(texts: list[str], entries: list[str]) -> None:
    assert entries_of(texts) == entries
