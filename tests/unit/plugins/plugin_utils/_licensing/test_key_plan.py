# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine should get, and what is refused before anything is sent."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.key_plan import (
    KeyPlan,
    KeyRefusal,
    KeyRequest,
    plan_key,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import Snapshot
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    KeyType,
)

from .samples import SERVER_2019_STANDARD, SERVER_2022_EVALUATION, product, snapshot

# Microsoft's published client setup keys of two editions, and a key that is nobody's.
ENTERPRISE_2008_R2 = ProductKey.parse("489J6-VHDMP-X63PK-3K798-CPX3Y")
STANDARD_2019 = ProductKey.parse("N69G4-B89J2-4G8F4-WWYCC-J464C")
INVENTED = ProductKey.parse("BBBBB-CCCCC-DDDDD-FFFFF-GGGGG")

OFFICE_ID = "d450596f-894d-49e0-966a-fd39ed4c4c64"
OFFICE = product(KeyType.RETAIL, "WFG99", activation_id=OFFICE_ID, application_id=OFFICE_APPLICATION_ID)


@pytest.mark.parametrize(
    ("state", "last_five", "installed"),
    [
        pytest.param(snapshot(product(KeyType.CSVLK, "PYWKV", host=True)), "CPX3Y", False, id="host key"),
        pytest.param(snapshot(product(KeyType.MAK, "4C6R8")), "CPX3Y", False, id="MAK"),
        pytest.param(snapshot(product(KeyType.RETAIL, "3V66T")), "CPX3Y", False, id="retail"),
        pytest.param(snapshot(), "CPX3Y", False, id="no key at all"),
        pytest.param(snapshot(product()), "CPX3Y", True, id="GVLK there already"),
        pytest.param(snapshot(product(KeyType.MAK, "CPX3Y")), "CPX3Y", False, id="MAK that ends the same way"),
        pytest.param(
            snapshot(product(last_five="CPX3Y"), os=SERVER_2019_STANDARD), "J464C", False, id="GVLK of another build"
        ),
    ],
)
def test_gvlk_is_chosen(state: Snapshot, last_five: str, installed: bool) -> None:
    plan = plan_key(state, KeyRequest())
    assert isinstance(plan, KeyPlan)
    assert (plan.key.partial, plan.installed, plan.expected) == (last_five, installed, KeyType.GVLK)


@pytest.mark.parametrize(
    ("state", "request_", "words"),
    [
        pytest.param(
            snapshot(product(KeyType.EVALUATION, "J2T92"), os=SERVER_2022_EVALUATION),
            KeyRequest(),
            "evaluation",
            id="evaluation",
        ),
        pytest.param(snapshot(product(KeyType.AVMA, "TNK62")), KeyRequest(), "Hyper-V host", id="AVMA guest"),
        pytest.param(snapshot(product()), KeyRequest(key=STANDARD_2019), "changes the edition", id="other edition"),
        pytest.param(snapshot(product()), KeyRequest(product="no-such-id"), "no-such-id", id="unknown product"),
        pytest.param(
            snapshot(product(), OFFICE), KeyRequest(product=OFFICE_ID), "not a volume license", id="Office retail"
        ),
    ],
)
def test_refusals_explain_themselves(state: Snapshot, request_: KeyRequest, words: str) -> None:
    refusal = plan_key(state, request_)
    assert isinstance(refusal, KeyRefusal)
    assert words in refusal.reason
    assert refusal.advice


def test_a_given_key_goes_to_the_product_it_names() -> None:
    plan = plan_key(snapshot(product(), OFFICE), KeyRequest(key=INVENTED, product=OFFICE_ID.upper()))
    assert isinstance(plan, KeyPlan)
    assert plan.target == OFFICE
    assert plan.expected is None


def test_a_given_gvlk_of_the_edition_is_expected_to_be_one() -> None:
    plan = plan_key(snapshot(product(KeyType.MAK, "4C6R8")), KeyRequest(key=ENTERPRISE_2008_R2))
    assert isinstance(plan, KeyPlan)
    assert plan.expected is KeyType.GVLK
    assert plan.product_name == "Windows Server 2008 R2 Enterprise"
