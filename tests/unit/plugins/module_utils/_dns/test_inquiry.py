# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that cannot be right, and what counts as a gap in an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import inquiry as inquiry_module
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import NoAnswer, SettingWrong
from ansible_collections.winfleet.activation.plugins.module_utils._dns.inquiry import (
    SPEC,
    Inquiry,
    Published,
    inquiry_of,
)
from ansible_collections.winfleet.activation.plugins.module_utils._dns.resolve import Lookup
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet
from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import Finding, Transfer, View

SILENCE = NoAnswer("ns2 (192.0.2.54)", "no answer by UDP within 5 seconds")


def finding(*views: View, error: NoAnswer | None = None) -> Finding:
    return Finding("corp.example", "_vlmcs._tcp.corp.example", "corp.example", views, (), {}, error)


GOOD = View("ns1", True, "192.0.2.53", RecordSet())
BAD = View("ns2", True, "192.0.2.54", error=SILENCE)


@pytest.mark.parametrize(
    ("found", "gaps"),
    [
        (Published((finding(GOOD),)), []),
        (Published((finding(GOOD),), (Transfer("corp.example", "ns1", ()),)), []),
        (Published((finding(GOOD, BAD),)), [f"corp.example: {SILENCE}"]),
        (Published((finding(GOOD, error=SILENCE),)), [f"corp.example: {SILENCE}"]),
        (Published((finding(GOOD),), (Transfer("corp.example", None, (), SILENCE),)), [f"corp.example: {SILENCE}"]),
    ],
    ids=["all answered", "transferred", "a server is silent", "no server was found", "no transfer"],
)
def test_gaps(found: Published, gaps: list[str]) -> None:
    assert list(found.gaps) == gaps


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ask_resolver": False, "ask_servers": False}, "nothing would be queried"),
        ({"key_secret": "c2VjcmV0"}, "without key_name"),
        ({"timeout": 0}, "timeout"),
        ({"domains": [""]}, "a domain is empty"),
        ({"nameservers": ["ns1.corp.example"]}, "give addresses"),
    ],
)
def test_options_that_cannot_be_right(options: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingWrong, match=words):
        inquiry(**{"domains": ["corp.example"], **options})


def inquiry(**given: Any) -> Inquiry:
    defaults = {name: entry.get("default") for name, entry in SPEC.items()}
    return inquiry_of({**defaults, "nameservers": ["192.0.2.53"], **given})


@pytest.mark.parametrize(
    ("domains", "forest", "expected"),
    [
        (["Labs.Example.", "corp.example"], None, ["labs.example", "corp.example"]),
        (
            ["labs.example", "Corp.Example"],
            ["corp.example", "emea.corp.example"],
            [
                "labs.example",
                "corp.example",
                "emea.corp.example",
            ],
        ),
        (None, ["corp.example"], ["corp.example"]),
        ([], ["corp.example"], ["corp.example"]),
    ],
    ids=["named", "both, in this order and once", "not the search list besides a forest", "none named"],
)
def test_in_which_domains(domains: list[str] | None, forest: list[str] | None, expected: list[str]) -> None:
    assert inquiry(domains=domains).in_which(forest) == expected


def test_an_empty_list_of_domains_is_not_all_well() -> None:
    """Kind: nothing looked at counts as all well."""
    with pytest.raises(SettingWrong, match="domains is empty"):
        inquiry(domains=[]).in_which(None)


@pytest.mark.parametrize("address", ["127.0.0.11", "[2001:db8::1]", "127.0.0.11:1688"])
def test_an_address_among_approved_hosts_is_refused(address: str) -> None:
    """Kind: input that can match nothing is accepted in silence."""
    with pytest.raises(SettingWrong, match="is an address, but the records hold names"):
        inquiry(approved_hosts=["kms01.corp.example", address])


def test_the_search_list(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("nameserver 192.0.2.53\nsearch a.example b.example\n")
    asked = inquiry()
    settings = replace(asked.settings, lookup=Lookup([], 1.0, str(file)))
    assert replace(asked, settings=settings).in_which(None) == ["a.example", "b.example"]


@pytest.mark.parametrize(("patience", "looks"), [(0, 1), (3600, 3)])
def test_servers_that_are_behind_get_their_time(monkeypatch: pytest.MonkeyPatch, patience: int, looks: int) -> None:
    """Kind: verification asks those who may lawfully be behind. Only the domain whose servers differ is asked again."""
    asked: list[list[str]] = []

    def survey(domains: list[str], _settings: object) -> tuple[Any, ...]:
        asked.append(list(domains))
        agree = {"a.example": True, "b.example": len(asked) > 2}
        return tuple(SimpleNamespace(domain=domain, consistent=agree[domain]) for domain in domains)

    monkeypatch.setattr(inquiry_module, "survey", survey)
    monkeypatch.setattr(inquiry_module, "_PAUSE", 0)
    done = inquiry_module.published(inquiry(domains=["a.example", "b.example"], patience=patience))
    assert asked[0] == ["a.example", "b.example"]
    assert [one for one in asked[1:] if one] == [["b.example"]] * (looks - 1)
    assert [found.domain for found in done.findings] == ["a.example", "b.example"]
