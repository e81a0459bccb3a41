# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a fleet as a sentence, and its numbers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.headline import (
    figures,
    headline,
    host_key_machines,
    numbers,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import Report

from .samples import FLEET, read, report, rogue

UNREAD = {"unreachable": True, "msg": "refused"}


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        ({}, "Nothing was audited: no machine was in scope."),
        ({"a": read()}, "Compliant: the one machine."),
        ({"a": read(), "b": read("left_alone")}, "Compliant: all of 2 machines."),
        ({"a": read(), "b": UNREAD}, "Not known: 1 of 2 machines compliant, 1 was not read."),
        ({"a": UNREAD, "b": UNREAD}, "Not known: 0 of 2 machines compliant, 2 were not read."),
        ({"a": rogue(), "b": read()}, "Not compliant: 1 of 2 machines needs action."),
        ({"a": rogue(), "b": rogue(), "c": UNREAD}, "Not compliant: 2 of 3 machines need action, 1 was not read."),
        ({"a": read("unjudged")}, "Not judged: no policy was given to judge 1 machine."),
        (
            {"a": read("unjudged"), "b": UNREAD},
            "Not judged: no policy was given to judge 2 machines, 1 was not read.",
        ),
    ],
)
def test_the_fleet_in_a_sentence(hosts: dict[str, Any], sentence: str) -> None:
    assert str(headline(report(hosts))) == sentence


def test_a_finding_elsewhere_is_not_as_decided() -> None:
    found = Found("DNS-001", "error", "Unapproved host published", subject="_vlmcs._tcp.corp.example")
    said = headline(report({"a": read()}, findings=(found,)))
    assert (said.tone, str(said)) == ("bad", "Not compliant: 0 of 1 machine need action, 1 error elsewhere.")


def test_numbers_of_a_fleet() -> None:
    assert figures(report()) == {
        "in_scope": 4,
        "read": 2,
        "kms_unapproved": 1,
        "not_activated": 0,
        "excepted": 0,
        "host_key_machines": 1,
        "days_to_expiry": 173,
    }
    assert [number.value for number in numbers(report())] == ["2 of 4", "1", "0", "1 of 6", "173 days"]


def test_numbers_of_nothing() -> None:
    assert [number.value for number in numbers(Report())] == ["0 of 0", "0", "0", "0 of 6", "?"]


@pytest.mark.parametrize(("count", "tone"), [(4, ""), (5, "warn"), (6, "bad"), (9, "bad")])
def test_a_host_key_wears_out(count: int, tone: str) -> None:
    hosts = {f"srv{number}": rogue() for number in range(count)}
    assert host_key_machines(report(hosts)) == {"MCHXF": count}
    assert numbers(report(hosts))[3].tone == tone


def test_a_license_that_has_ended_or_does_not_end_is_no_next_expiry() -> None:
    hosts = {"a": read(license={"grace_minutes": 0}), "b": read(license={"license_status": "notification"})}
    assert "days_to_expiry" not in figures(report(hosts))


def test_sums_have_every_machine() -> None:
    assert report().summary == {"failed": 1, "kms_client_ok": 1, "kms_unapproved": 1, "unreachable": 1}
    assert len(report().wrong) == len(FLEET) - 1
