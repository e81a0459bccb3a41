# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that can match nothing, that say nothing, or that are no numbers: refused, and never taken for left out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import options
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import SettingWrong


@pytest.mark.parametrize(
    "text",
    ["-kms01.corp.example", "kms*.corp.example", "kms 01", "a..b", "x" * 64, "kms01.corp.example.1", "k.localhost"],
)
def test_what_is_no_host_name(text: str) -> None:
    """RFC 952, RFC 1123: no client could find it, and no record of a KMS host holds it."""
    for check in (lambda: options.host_name(text), lambda: options.endpoints_of([text], "hosts")):
        with pytest.raises(ValueError, match=r"names no host|is not a DNS name|is not a name"):
            check()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("KMS01.Corp.Example.", "kms01.corp.example"), ("4711", "4711"), ("a_b.example", "a_b.example")],
)
def test_host_names(text: str, expected: str) -> None:
    assert options.host_name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [(".", ""), ("pc 1.", "pc\\0321"), ("*.corp.example.", "*.corp.example")]
)
def test_targets_as_they_stand(text: str, expected: str) -> None:
    assert options.target_name(text) == expected


def test_an_empty_safeguard_is_none() -> None:
    assert options.safeguard_of(None, "approved_hosts") == ()
    with pytest.raises(SettingWrong, match="approved_hosts is empty, so nothing would be protected"):
        options.safeguard_of([], "approved_hosts")


@pytest.mark.parametrize("option", ["key_name", "key_secret", "zone", "server", "kerberos_principal"])
@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_text_is_not_left_out(option: str, text: str) -> None:
    """A key whose variable came out empty would otherwise leave out the signature."""
    options.check_texts({option: None})
    with pytest.raises(SettingWrong, match=f"{option} is empty"):
        options.check_texts({option: text})


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan"), float("inf"), 3601.0])
def test_no_time(timeout: float) -> None:
    with pytest.raises(SettingWrong, match="timeout must be more than 0 and at most 3600"):
        options.check_numbers({"timeout": timeout})


@pytest.mark.parametrize("number", [{"server_port": 0}, {"port": 65536}, {"priority": -1}, {"weight": 65536}], ids=str)
def test_numbers_out_of_range(number: dict[str, Any]) -> None:
    with pytest.raises(SettingWrong, match=next(iter(number))):
        options.check_numbers({"timeout": 1.0, **number})


@pytest.mark.parametrize("text", ["Corp.Example.", "_vlmcs._tcp.corp.example"])
def test_a_domain_may_be_named_by_its_record(text: str) -> None:
    assert options.domains_of([text, "corp.example"]) == ["corp.example"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "nothing would be read"),
        ([""], "a domain is empty"),
        (["_tcp.a.example"], "not a domain that a client"),
        (["a..b"], "domains"),
    ],
)
def test_what_is_no_domain(texts: list[str], words: str) -> None:
    with pytest.raises(SettingWrong, match=words):
        options.domains_of(texts)
