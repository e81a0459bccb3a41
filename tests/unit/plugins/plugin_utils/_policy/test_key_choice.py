# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine should get, and what is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem, Snapshot
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.selection import Refusal
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    KeyType,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import (
    KeyPlan,
    KeyRefusal,
    KeyRequest,
    plan_key,
)

from .._licensing.samples import SERVER_2019_STANDARD, SERVER_2022_EVALUATION, product, snapshot

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


ESU_YEAR_1 = "f520e45e-7413-4a34-a497-d2765967d094"
ESU_YEAR_2 = "1043add5-23b1-4afb-9a0f-64343c8f3f8d"
ESU_KEY = product(KeyType.MAK, "GGGGG", activation_id=ESU_YEAR_1, is_addon=True)


@pytest.mark.parametrize(
    ("state", "named", "installed"),
    [
        pytest.param(snapshot(product()), "windows", False, id="first time, product not named"),
        pytest.param(snapshot(product()), ESU_YEAR_1, False, id="first time, product without a key named"),
        pytest.param(snapshot(product(), ESU_KEY), "windows", True, id="again, product not named"),
        pytest.param(snapshot(product(), ESU_KEY), ESU_YEAR_1.upper(), True, id="again, product named"),
    ],
)
def test_an_addon_key_is_found_wherever_it_is(state: Snapshot, named: str, installed: bool) -> None:
    """Kind: a key that belongs to another product than the main license was never found in place."""
    plan = plan_key(state, KeyRequest(key=INVENTED, product=named))
    assert isinstance(plan, KeyPlan)
    assert plan.installed is installed
    assert plan.activation_id == (ESU_YEAR_1 if named != "windows" else None)


def test_a_key_of_another_product_than_the_named_one_is_refused() -> None:
    refusal = plan_key(snapshot(product(), ESU_KEY), KeyRequest(key=INVENTED, product=ESU_YEAR_2))
    assert isinstance(refusal, KeyRefusal)
    assert ESU_YEAR_1 in refusal.reason


WINDOWS_11_BY_SUBSCRIPTION = OperatingSystem(
    caption="Microsoft Windows 11 Enterprise",
    version="10.0.22631",
    build=22631,
    sku=4,
    product_type=1,
    edition_id="Professional",
)


def test_enterprise_by_subscription_over_a_pro_gvlk_is_right_as_it_is() -> None:
    """Kind: a license that is right is refused as a contradiction."""
    pro = replace(product(last_five="T83GX"), license_family="Professional")
    plan = plan_key(snapshot(pro, os=WINDOWS_11_BY_SUBSCRIPTION), KeyRequest())
    assert isinstance(plan, KeyPlan)
    assert (plan.installed, plan.key.partial) == (True, "T83GX")


@pytest.mark.parametrize(
    ("state", "why", "leave_alone"),
    [
        pytest.param(snapshot(product(KeyType.AVMA, "TNK62")), None, True, id="AVMA"),
        pytest.param(snapshot(product(KeyType.SUBSCRIPTION, "TNK62")), None, True, id="subscription"),
        pytest.param(
            snapshot(product(KeyType.EVALUATION, "J2T92"), os=SERVER_2022_EVALUATION),
            Refusal.EVALUATION,
            True,
            id="evaluation",
        ),
        pytest.param(
            snapshot(os=replace(SERVER_2019_STANDARD, build=3790)), Refusal.BEFORE_VISTA, False, id="Server 2003"
        ),
    ],
)
def test_what_is_licensed_otherwise_is_left_alone(state: Snapshot, why: Refusal | None, leave_alone: bool) -> None:
    refusal = plan_key(state, KeyRequest())
    assert isinstance(refusal, KeyRefusal)
    assert (refusal.why, refusal.leave_alone) == (why, leave_alone)
