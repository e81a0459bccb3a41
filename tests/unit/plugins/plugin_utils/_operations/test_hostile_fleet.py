# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's hostile fleet in one pass: who is healthy is read, and of each other one there is a reason in words."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import Audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import SignInWithheld
from tests.surroundings import without_surroundings
from winlab import scenario

from ..served_fleet import served

HOSTILE = Path(scenario.__file__).with_name("scenarios") / "hostile.yml"
# Only a deadline ends these; the others end by themselves, and get all the time they need.
DEADLINE, PATIENT = ("drip-", "tls-silent"), {"read_timeout": 90, "operation_timeout": 60}
# A good answer, whatever it looks like or whatever comes behind it.
READ = {"healthy", "healthy-two", "healthy-three", "second-answer", "terminal-text"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, fleet.Row[Audit]]:
    """Each machine with what came of it. The healthy ones come last, and wait for nobody."""
    text = HOSTILE.read_text(encoding="utf-8").replace("network: 127.46.0.0/16\n", "")
    for name in ("healthy-two", "healthy-three"):
        text += f"  - {{name: {name}, release: server2022, activated: true}}\n"
    with pytest.MonkeyPatch.context() as patch, served(text, tmp_path_factory.mktemp("hostile"), 83) as machines:
        without_surroundings(patch)
        endpoints = [
            Endpoint(
                inventory_name=machine.name,
                host=machine.address,
                port=machine.winrm.https_port if machine.winrm.https else machine.winrm.http_port,
                scheme="https" if machine.winrm.https else "http",
                username="CORP\\fleetadmin",
                password=Secret("Lab-Passw0rd!"),
                **({"read_timeout": 4, "operation_timeout": 3} if machine.name.startswith(DEADLINE) else PATIENT),
            )
            for machine in machines
        ]
        found: list[fleet.Row[Audit]] = []
        fleet.survey(iter(endpoints), fleet.Bounds(host_timeout=600.0), found.append)
    assert len(found) == len(endpoints) > 90
    return {row.name: row for row in found}


def test_the_healthy_are_read_and_nobody_else_looks_so(rows: dict[str, fleet.Row[Audit]]) -> None:
    assert {name for name, row in rows.items() if isinstance(row.outcome, Audit)} == READ


def test_each_other_one_has_a_reason_in_words(rows: dict[str, fleet.Row[Audit]]) -> None:
    """Kind: the name of a Python exception, or none at all, in place of what the host did."""
    reasons = {name: str(row.outcome) for name, row in rows.items() if isinstance(row.outcome, Exception)}
    strange = re.compile(r"not known yet|[A-Za-z]+Error\(|object at 0x|Traceback")
    assert {name: text for name, text in reasons.items() if strange.search(text)} == {}
    letters = {letter for text in reasons.values() for letter in text}
    assert {letter for letter in letters if unicodedata.category(letter) in ("Cc", "Cf")} == set()
    assert min(map(len, reasons.values())) > 30


def test_nobody_keeps_the_account_from_the_others(rows: dict[str, fleet.Row[Audit]]) -> None:
    """One of them refuses a proof. That is no more than one refusal, and others have taken the account."""
    assert [name for name, row in rows.items() if isinstance(row.outcome, SignInWithheld)] == []
    rejected = {name for name, row in rows.items() if "rejected the credentials" in str(row.outcome)}
    assert rejected == {"refuses-after"}
