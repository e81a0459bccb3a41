# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of one host put together, the groups it belongs to, and which targets can be names of hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns.hosts import (
    all_groups,
    by_host,
    groups_of,
    why_no_host_name,
)


def record(verdict: str, *problems: str, domain: str = "corp.example", **more: Any) -> dict[str, Any]:
    return {
        "target": "pc.corp.example",
        "domain": domain,
        "verdict": verdict,
        "problems": list(problems),
        "approved": "unapproved" not in problems,
        "resolvable": True,
        "addresses": ["192.0.2.1"],
        "alias_of": None,
        "resolve_error": None,
        **more,
    }


@pytest.mark.parametrize(
    ("records", "verdict", "problems"),
    [
        ([record("approved")], "approved", []),
        ([record("approved"), record("duplicate", "duplicate")], "duplicate", ["duplicate"]),
        (
            [record("duplicate", "duplicate"), record("wrong_port", "wrong_port", "alias")],
            "wrong_port",
            ["wrong_port", "duplicate", "alias"],
        ),
    ],
)
def test_the_verdict_of_a_host(records: list[dict[str, Any]], verdict: str, problems: list[str]) -> None:
    (host,) = by_host(records).values()
    assert (host["verdict"], host["problems"], host["records"]) == (verdict, problems, records)


def test_a_look_up_that_went_well_counts() -> None:
    """Each domain is looked at by itself, and the resolver may have been silent once."""
    lost = {"resolvable": False, "addresses": [], "resolve_error": "resolver: silence."}
    (host,) = by_host([record("approved", **lost), record("approved", domain="lab.example")]).values()
    assert (host["resolvable"], host["addresses"], host["resolve_error"]) == (True, ["192.0.2.1"], None)
    assert host["domains"] == ["corp.example", "lab.example"]


@pytest.mark.parametrize(
    ("found", "groups"),
    [
        (record("approved"), ["approved"]),
        (record("approved", "alias"), ["approved"]),
        (record("wrong_port", "wrong_port", "unresolvable"), ["approved", "wrong_port", "unresolvable"]),
        (record("unapproved", "unapproved", "duplicate"), ["unapproved", "duplicate"]),
        (record("unjudged", approved=None), ["unjudged"]),
        (record("wrong_port", "wrong_port", approved=None), ["unjudged", "wrong_port"]),
    ],
)
def test_groups(found: dict[str, Any], groups: list[str]) -> None:
    (host,) = by_host([found]).values()
    assert groups_of(host) == groups
    assert set(groups) <= set(all_groups(judged=found["approved"] is not None, resolved=True))


def test_groups_that_nobody_asked_about_are_left_out() -> None:
    assert all_groups(judged=True, resolved=True) == [
        "approved",
        "unapproved",
        "wrong_port",
        "duplicate",
        "unresolvable",
    ]
    assert all_groups(judged=False, resolved=False) == ["unjudged", "wrong_port", "duplicate"]


LONG = ".".join(["a" * 63] * 4)

NAMES = [
    "kms01.corp.example",
    "pc_4711.corp.example",
    "xn--pc-wia.corp.example",
    "4711.corp.example",
    "localhost.corp.example",
    "a.b",
    LONG[:253],
]
NO_NAMES = {
    "": "root",
    "kms01": "has no domain",
    "localhost": "stands for the machine",
    "x.localhost": "stands for the machine",
    "localhost.localdomain": "stands for the machine",
    "192.0.2.1": "address",
    "10.1": "address",
    "10.0x7f": "address",
    "10.0x": "address",
    "fd53::3": "letters, digits",
    "[fd53::3]": "letters, digits",
    "{{7*7}}.corp.example": "letters, digits",
    "{%x%}.corp.example": "letters, digits",
    "../host.corp.example": "letters, digits",
    "a/b.corp.example": "letters, digits",
    "a..b": "letters, digits",
    "a\\.b.corp.example": "letters, digits",
    "pc\\228.corp.example": "letters, digits",
    "p\u00e4.corp.example": "letters, digits",
    "\u0661.corp.example": "letters, digits",
    "*.corp.example": "letters, digits",
    "!a.corp.example": "letters, digits",
    "~a.corp.example": "letters, digits",
    "a,b.corp.example": "letters, digits",
    "a:b.corp.example": "letters, digits",
    "a[1:9].corp.example": "letters, digits",
    "a b.corp.example": "letters, digits",
    "a.corp.example\n": "letters, digits",
    "-a.corp.example": "letters, digits",
    "a-.corp.example": "letters, digits",
    "a" * 64 + ".corp.example": "letters, digits",
    LONG: "letters, digits",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_hosts(name: str) -> None:
    assert why_no_host_name(name) is None


@pytest.mark.parametrize(("name", "words"), NO_NAMES.items())
def test_no_names_of_hosts(name: str, words: str) -> None:
    assert words in (why_no_host_name(name) or "")
