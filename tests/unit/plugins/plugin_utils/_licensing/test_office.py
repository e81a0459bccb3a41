# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which product is meant, and which key an Office product gets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.office import OfficeRefused, gvlk_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_choice import (
    ProductUnknown,
    choose,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    KeyType,
)

from .samples import product, snapshot

WINDOWS = product()
PROPLUS = replace(
    product(activation_id="d450596f-894d-49e0-966a-fd39ed4c4c64", application_id=OFFICE_APPLICATION_ID),
    license_family="Office16ProPlusVL_KMS_Client",
    name="Office 16, Office16ProPlusVL_KMS_Client edition",
)
VISIO = replace(
    product(activation_id="6bf301c1-b94a-43e9-ba31-d494598c47fb", application_id=OFFICE_APPLICATION_ID),
    license_family="Office16VisioProVL_KMS_Client",
    name="Office 16, Office16VisioProVL_KMS_Client edition",
)


@pytest.mark.parametrize("wanted", ["office", "OFFICE16PROPLUSVL_KMS_CLIENT", PROPLUS.name, PROPLUS.activation_id])
def test_office_by_every_name(wanted: str) -> None:
    assert choose(snapshot(WINDOWS, PROPLUS), wanted) == PROPLUS


def test_windows_is_the_windows_license() -> None:
    assert choose(snapshot(PROPLUS, WINDOWS), " Windows ") == WINDOWS
    assert choose(snapshot(PROPLUS), "windows") is None
    assert choose(snapshot(WINDOWS), "office") is None


@pytest.mark.parametrize(
    ("products", "wanted"), [((PROPLUS, VISIO), "office"), ((WINDOWS,), "nonesuch"), ((WINDOWS,), "")]
)
def test_unclear_choice_lists_what_there_is(products: tuple[object, ...], wanted: str) -> None:
    with pytest.raises(ProductUnknown) as error:
        choose(snapshot(*products), wanted)  # type: ignore[arg-type]
    assert "Products with a key are: " in error.value.advice
    assert all(one.activation_id in error.value.advice for one in products)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("family", "name", "last_five"),
    [
        ("Office16ProPlusVL_KMS_Client", "Office Professional Plus 2016", "WFG99"),
        ("Office16StandardVL_MAK", "Office Standard 2016", "DRTFM"),
        ("Office16VisioProVL_KMS_Client", "Visio Professional 2016", "RJRJK"),
        ("Office19ProPlus2019VL_KMS_Client_AE", "Office Professional Plus 2019", "6MWKP"),
        ("Office21ProPlus2021VL_KMS_Client_AE", "Office LTSC Professional Plus 2021", "6F7TH"),
        ("Office24ProPlus2024VL_MAK_AE", "Office LTSC Professional Plus 2024", "GCVGB"),
    ],
)
def test_office_key_by_suite_and_release(family: str, name: str, last_five: str) -> None:
    row = gvlk_of(replace(PROPLUS, license_family=family))
    assert row.product == name
    assert row.key.partial == last_five


def test_the_name_tells_the_family_where_the_provider_does_not() -> None:
    """Kind: a fact that stands in two columns is looked for in one."""
    assert gvlk_of(replace(PROPLUS, license_family=None)).key.partial == "WFG99"
    preview = "Office 24, Office24ProjectPro2024PreviewVL_KMS_Client_AE edition"
    with pytest.raises(OfficeRefused, match="preview release"):
        gvlk_of(replace(PROPLUS, license_family=None, name=preview))
    with pytest.raises(OfficeRefused, match="not a volume license product"):
        gvlk_of(replace(PROPLUS, license_family=None, name="Office", key_type=KeyType.RETAIL))


@pytest.mark.parametrize(
    "family",
    [
        "Office24ProjectPro2024PreviewVL_KMS_Client_AE",
        "Office24ProPlus2024PreviewVL_MAK_AE",
        "Office21VisioPro2021PreviewVL_KMS_Client_AE",
        "Office19ProPlus2019PreviewVL_KMS_Client_AE",
        "Office24ProPlus2024Preview2VL_KMS_Client_AE",
        "OFFICE24PREVIEWPROPLUS2024VL_KMS_CLIENT_AE",
    ],
)
def test_a_preview_is_told_from_what_is_no_volume_product(family: str) -> None:
    with pytest.raises(OfficeRefused, match=r"preview release of a volume product.*Install the released version"):
        gvlk_of(replace(PROPLUS, license_family=family))


@pytest.mark.parametrize(
    ("family", "key_type", "words"),
    [
        ("OfficeProPlus-MAK", KeyType.MAK, "No published GVLK is known"),
        ("OfficeProPlus-KMS_Client", KeyType.GVLK, "No published GVLK is known"),
        ("OfficeProPlusVL_KMS_Client", KeyType.GVLK, "No published GVLK is known"),
        ("OfficeProPlusR_Retail", KeyType.RETAIL, "not a volume license product"),
        ("Office16O365ProPlusR_Subscription1", KeyType.SUBSCRIPTION, "not a volume license product"),
    ],
)
def test_a_volume_product_of_an_old_release_is_not_called_retail(family: str, key_type: KeyType, words: str) -> None:
    """Kind: what the tables do not have is told as what the product is not."""
    with pytest.raises(OfficeRefused, match=words):
        gvlk_of(replace(PROPLUS, license_family=family, key_type=key_type))


@pytest.mark.parametrize(
    "family",
    ["Office16VisioProR_Grace", "Office16O365ProPlusR_Subscription1", "Office99ProPlus2099VL_MAK", "Nonsense"],
)
def test_other_office_products_are_left_alone(family: str) -> None:
    with pytest.raises(OfficeRefused):
        gvlk_of(replace(PROPLUS, license_family=family, key_type=KeyType.RETAIL))
