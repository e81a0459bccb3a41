# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine should get, and what is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    OperatingSystem,
    Product,
    Snapshot,
)
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
    elsewhere,
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


WINDOWS_10_PRO = OperatingSystem("Windows 10 Pro", "10.0.19045", 19045, 48, 1, edition_id="Professional")
MAK_ID = "2de67392-b7a7-462a-b1ca-108dd189f588"
PRO_MAK = replace(product(KeyType.MAK, "4C6R8", activation_id=MAK_ID), license_family="Professional")
VISIO_ID = "6bf301c1-b94a-43e9-ba31-d494598c47fb"
VISIO = replace(
    product(last_five="RJRJK", activation_id=VISIO_ID, application_id=OFFICE_APPLICATION_ID),
    license_family="Office16VisioProVL_KMS_Client",
)
PRO, ENTERPRISE = (ProductKey.parse(key) for key in ("W269N-WFGWX-YVC9B-4J6C9-T83GX", "NPPR9-FWDCX-D2C8J-H872K-2YT43"))
OFFICE_2016, OFFICE_2019, VISIO_2016 = (
    ProductKey.parse(key)
    for key in ("XQNVK-8JYDB-WJ9W3-YJ8YR-WFG99", "NMMKJ-6RK4F-KMJVX-8D9MJ-6MWKP", "PD3PC-RHNGV-FXJ29-8JK7D-RJRJK")
)
UNKEYED = "d450596f-894d-49e0-966a-fd39ed4c4c64"


@pytest.mark.parametrize(
    ("key", "named", "words"),
    [
        pytest.param(ENTERPRISE, "windows", "changes the edition", id="another edition"),
        pytest.param(ENTERPRISE, MAK_ID, "changes the edition", id="another edition, by activation ID"),
        pytest.param(ENTERPRISE, "office", "and not of", id="Windows for Office"),
        pytest.param(PRO, VISIO_ID, "and not of", id="Windows for Visio"),
        pytest.param(PRO, UNKEYED, "and not of", id="Windows for a product without a key"),
        pytest.param(OFFICE_2016, "windows", "and not of Windows", id="Office for Windows"),
        pytest.param(OFFICE_2016, MAK_ID.upper(), "and not of Windows", id="Office for Windows, by activation ID"),
        pytest.param(OFFICE_2016, VISIO_ID, "and not of", id="Office for Visio"),
        pytest.param(OFFICE_2019, VISIO_ID, "and not of", id="Office of another release for Visio"),
    ],
)
def test_a_published_key_of_another_product_is_refused(key: ProductKey, named: str, words: str) -> None:
    """Kind: Windows puts a key where it belongs, whatever was named, and one of another edition changes the edition."""
    refusal = plan_key(snapshot(PRO_MAK, VISIO, os=WINDOWS_10_PRO), KeyRequest(key=key, product=named))
    assert isinstance(refusal, KeyRefusal)
    assert words in refusal.reason
    assert key.partial in refusal.reason
    assert refusal.advice


@pytest.mark.parametrize(
    ("key", "named", "installed"),
    [
        pytest.param(PRO, "windows", False, id="Windows"),
        pytest.param(PRO, MAK_ID, False, id="Windows, by the activation ID of its MAK"),
        pytest.param(OFFICE_2016, UNKEYED, False, id="Office without a key so far"),
        pytest.param(OFFICE_2016, "office", False, id="Office beside Visio"),
        pytest.param(VISIO_2016, VISIO_ID, True, id="Visio, which carries it"),
        pytest.param(None, MAK_ID, False, id="the module chooses, for the license of Windows by its activation ID"),
        pytest.param(None, VISIO_ID, True, id="the module chooses, for Visio"),
    ],
)
def test_a_published_key_of_that_product_is_planned(key: ProductKey | None, named: str, installed: bool) -> None:
    plan = plan_key(snapshot(PRO_MAK, VISIO, os=WINDOWS_10_PRO), KeyRequest(key=key, product=named))
    assert isinstance(plan, KeyPlan)
    assert (plan.installed, plan.expected) == (installed, KeyType.GVLK)


RETAIL_ID = "3f1afc82-f8ac-4f6c-8005-1d233e606eee"
PRO_RETAIL = replace(product(KeyType.RETAIL, "3V66T", activation_id=RETAIL_ID), license_family="Professional")
VISIO_MAK = replace(
    product(KeyType.MAK, "FFFFF", activation_id=UNKEYED, application_id=OFFICE_APPLICATION_ID),
    license_family="Office16VisioProVL_MAK",
)
VISIO_2019_MAK = replace(VISIO_MAK, license_family="Office19VisioPro2019VL_MAK_AE")


@pytest.mark.parametrize(
    ("carrier", "target", "named", "wrong"),
    [
        pytest.param(PRO_MAK, PRO_RETAIL, RETAIL_ID, False, id="Windows by another channel"),
        pytest.param(PRO_MAK, PRO_MAK, "windows", False, id="Windows"),
        pytest.param(VISIO_MAK, PRO_MAK, "windows", False, id="the default is for every product"),
        pytest.param(PRO_MAK, VISIO, "office", True, id="Windows for Office"),
        pytest.param(VISIO_MAK, None, "OFFICE", False, id="Office"),
        pytest.param(VISIO_MAK, VISIO, VISIO_ID, False, id="Visio by another channel"),
        pytest.param(VISIO_2019_MAK, VISIO, VISIO_ID, True, id="Visio of another release"),
        pytest.param(
            replace(VISIO_MAK, license_family="OfficeVisioPro-MAK"),
            replace(VISIO, license_family="OfficeVisioPro-KMS_Client"),
            VISIO_ID,
            False,
            id="Visio 2010 by another channel",
        ),
        pytest.param(PRO_MAK, VISIO, VISIO_ID, True, id="Windows for Visio"),
        pytest.param(VISIO_MAK, PRO_MAK, MAK_ID, True, id="Visio for Windows"),
        pytest.param(VISIO_MAK, None, VISIO_ID, True, id="another than the one without a key"),
    ],
)
def test_where_a_key_may_be_that_was_named_for_a_product(
    carrier: Product, target: Product | None, named: str, wrong: bool
) -> None:
    """Kind: whoever carries the key afterwards, it is verified, or a failure though it is in the right place."""
    assert elsewhere(carrier, target, KeyRequest(key=INVENTED, product=named)) is wrong


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


@pytest.mark.parametrize(
    ("family", "last_five", "sku", "edition_id", "name"),
    [
        ("Professional", "T83GX", 4, "Professional", "Windows 11 Pro"),
        ("Professional", "T83GX", 4, "Enterprise", "Windows 11 Pro"),
        ("ProfessionalN", "GCQG9", 27, "ProfessionalN", "Windows 11 Pro N"),
        ("ProfessionalWorkstation", "6Q84J", 4, "ProfessionalWorkstation", "Windows 11 Pro for Workstations"),
        ("ProfessionalWorkstationN", "6XYWF", 27, "EnterpriseN", "Windows 11 Pro for Workstations N"),
        ("ProfessionalEducation", "J447Y", 121, "ProfessionalEducation", "Windows 11 Pro Education"),
        ("ProfessionalEducationN", "66QFC", 122, "EducationN", "Windows 11 Pro Education N"),
    ],
)
def test_a_subscription_over_a_gvlk_is_right_as_it_is(
    family: str, last_five: str, sku: int, edition_id: str, name: str
) -> None:
    """Kind: a license that is right is refused as a contradiction."""
    pro = replace(product(last_five=last_five), license_family=family)
    system = replace(WINDOWS_11_BY_SUBSCRIPTION, sku=sku, edition_id=edition_id)
    plan = plan_key(snapshot(pro, os=system), KeyRequest())
    assert isinstance(plan, KeyPlan)
    assert (plan.installed, plan.key.partial, plan.product_name) == (True, last_five, name)


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
