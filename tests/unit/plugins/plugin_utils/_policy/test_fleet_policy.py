# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet against its policy. Kind: a typo that turns the organization's own KMS host into a client."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import ApprovedHosts, MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.fleet import (
    Coverage,
    objections,
    repairable,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict


def coverage(approved: list[str], *machines: MachineIdentity) -> Coverage:
    seen = Coverage(ApprovedHosts.parse(approved))
    for machine in machines:
        seen.saw(machine)
    return seen


KMS01 = MachineIdentity("kms01.corp.example", "10.0.0.1")


@pytest.mark.parametrize(
    ("approved", "unmatched"),
    [
        (["kms01.corp.example"], {}),
        (["KMS01"], {}),
        (["kms01.corp.example:1688"], {}),
        (["10.0.0.1"], {}),
        (["kms1.corp.example"], {"kms1.corp.example": ["kms01.corp.example"]}),
        (["kms01.emea.corp.example"], {"kms01.emea.corp.example": ["kms01.corp.example"]}),
        (["10.0.0.9", "kms01"], {"10.0.0.9": []}),
        ([], {}),
    ],
)
def test_names_that_match_nothing(approved: list[str], unmatched: dict[str, list[str]]) -> None:
    assert coverage(approved, KMS01).unmatched() == unmatched


def test_a_full_name_that_the_machine_proves_is_matched() -> None:
    machine = MachineIdentity("box-7", "10.0.0.1", "kms01.corp.example")
    assert coverage(["kms01.corp.example"], MachineIdentity("box-7", "10.0.0.1"), machine).unmatched() == {}


@pytest.mark.parametrize(
    ("unmatched", "serving", "answering", "no_kms_host", "words"),
    [
        ({}, ["kms01"], [], False, []),
        ({"kms1": ["kms01"]}, ["kms02"], [], False, ["kms1", "Did you mean kms01?"]),
        ({"kms9": []}, ["kms02"], [], False, ["kms9", "Check its spelling"]),
        ({"kms9": []}, ["kms02"], ["kms9"], False, []),
        ({"kms9": []}, [], ["kms9"], False, []),
        ({}, [], [], False, ["No approved KMS host was seen serving", "no_kms_host=true"]),
        ({}, [], [], True, []),
        ({"kms9": []}, [], [], True, ["kms9"]),
    ],
)
def test_objections(
    unmatched: dict[str, list[str]], serving: list[str], answering: list[str], no_kms_host: bool, words: list[str]
) -> None:
    found = " ".join(objections(unmatched, serving, answering, no_kms_host))
    assert bool(found) is bool(words)
    assert all(word in found for word in words)


def test_verdicts_to_repair() -> None:
    assert repairable(["kms_unapproved", "no_key", "no_key"]) == (Verdict.KMS_UNAPPROVED, Verdict.NO_KEY)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kms_unaproved"], "did you mean kms_unapproved?"),
        (["kms_client_ok"], "not a verdict that can be repaired"),
        ([""], "not a verdict"),
        ([], "repair is empty"),
    ],
)
def test_a_misspelt_verdict_is_an_error(words: list[str], said: str) -> None:
    """Kind: a word that matches nothing looks like a fleet that has nothing to repair."""
    with pytest.raises(ValueError, match=r"repair") as error:
        repairable(words)
    assert said in str(error.value)
