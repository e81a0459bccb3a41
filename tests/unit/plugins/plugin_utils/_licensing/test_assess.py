# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict has a row; the table is the specification."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.assess import (
    Policy,
    Verdict,
    assess,
    names_machine,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import Snapshot
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType

from .samples import SERVER_2022_EVALUATION, product, snapshot

HOST = Policy(approved_kms_host=True)
CLIENT = Policy()
MAK_TOO = Policy(accepted_key_types=frozenset({KeyType.GVLK, KeyType.MAK}))

GVLK = product()
HOST_KEY = product(KeyType.CSVLK, "PYWKV", host=True)
IDLE_HOST_KEY = product(KeyType.CSVLK, "PYWKV", status=2)
UNLICENSED_HOST = product(KeyType.CSVLK, "PYWKV", status=5, host=True)
MAK = product(KeyType.MAK, "4C6R8")


@pytest.mark.parametrize(
    ("state", "policy", "verdict"),
    [
        pytest.param(snapshot(GVLK), CLIENT, Verdict.KMS_CLIENT_OK, id="licensed client"),
        pytest.param(snapshot(product(status=5)), CLIENT, Verdict.NOT_ACTIVATED, id="client in notification"),
        pytest.param(snapshot(HOST_KEY), CLIENT, Verdict.KMS_UNAPPROVED, id="the case of the article"),
        pytest.param(snapshot(IDLE_HOST_KEY), CLIENT, Verdict.KMS_UNAPPROVED, id="host key not serving yet"),
        pytest.param(snapshot(GVLK, service_serves=True), CLIENT, Verdict.KMS_UNAPPROVED, id="not restarted"),
        pytest.param(snapshot(HOST_KEY), HOST, Verdict.KMS_HOST_OK, id="approved host"),
        pytest.param(snapshot(GVLK), HOST, Verdict.KMS_HOST_NOT_SERVING, id="approved host became a client"),
        pytest.param(snapshot(IDLE_HOST_KEY), HOST, Verdict.KMS_HOST_NOT_SERVING, id="approved host not serving"),
        pytest.param(snapshot(UNLICENSED_HOST), HOST, Verdict.NOT_ACTIVATED, id="approved host not activated"),
        pytest.param(snapshot(), CLIENT, Verdict.NO_KEY, id="no key"),
        pytest.param(snapshot(MAK), CLIENT, Verdict.WRONG_KEY_TYPE, id="MAK not accepted"),
        pytest.param(snapshot(MAK), MAK_TOO, Verdict.ACCEPTED_KEY_OK, id="MAK accepted"),
        pytest.param(
            snapshot(product(KeyType.EVALUATION, "J2T92"), os=SERVER_2022_EVALUATION),
            CLIENT,
            Verdict.NO_GVLK,
            id="evaluation edition",
        ),
    ],
)
def test_verdict(state: Snapshot, policy: Policy, verdict: Verdict) -> None:
    primary = classify.primary_product(state.products)
    assessment = assess(state, primary, classify.role(state), policy)
    assert assessment.verdict is verdict
    assert assessment.reason
    assert bool(assessment.advice) is not verdict.compliant


@pytest.mark.parametrize(
    ("approved", "names", "expected"),
    [
        (["kms01.corp.example"], ["kms01.corp.example"], True),
        (["KMS01.corp.example."], ["kms01.CORP.example"], True),
        (["kms01"], ["kms01.corp.example"], True),
        (["kms01.corp.example"], ["kms01"], True),
        (["kms01.corp.example"], ["kms01.other.example"], False),
        (["kms01"], ["kms011"], False),
        (["127.0.0.1"], ["127.0.0.1"], True),
        (["127"], ["127.0.0.1"], False),
        (["kms-host-production01.corp.example"], ["KMS-HOST-PRODUC"], True),
        (["kms-host-production01"], ["kms-host-production02"], False),
        ([" "], [""], False),
        ([], ["kms01"], False),
    ],
)
def test_names_machine(approved: list[str], names: list[str], expected: bool) -> None:
    assert names_machine(approved, names) is expected
