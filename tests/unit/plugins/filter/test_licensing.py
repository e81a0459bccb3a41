# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jinja filters, called as Jinja calls them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.licensing import FilterModule

FILTERS = FilterModule().filters()
explain_error = FILTERS["explain_error"]
gvlk = FILTERS["gvlk"]


def test_explain_error_gives_plain_data():
    result = explain_error("0xC004C008")
    assert result["code"] == "0xC004C008"
    assert result["known"] is True
    assert "Microsoft Activation Center" in result["admin_action"]
    assert set(map(type, result.values())) <= {str, bool}


def test_explain_error_of_an_unknown_code():
    result = explain_error(0xC004F0FF)
    assert result["known"] is False
    assert result["symbol"] is None


@pytest.mark.parametrize("value", ["KMS", "", None, 2**40])
def test_explain_error_refuses_what_is_no_code(value):
    with pytest.raises(AnsibleFilterError, match="explain_error"):
        explain_error(value)


@pytest.mark.parametrize(
    ("value", "options", "key"),
    [
        ("Windows Server 2019 Standard", {}, "N69G4-B89J2-4G8F4-WWYCC-J464C"),
        ("windows server 2019 standard", {}, "N69G4-B89J2-4G8F4-WWYCC-J464C"),
        ("ProPlus2024Volume", {}, "XJ2XN-FW8RK-P4HMP-DKDBV-GCVGB"),
        ("Windows Server Standard", {"version": "windows server, version 1709"}, "DPCNP-XQFKJ-BJF7R-FRC8D-GF6G4"),
        ("Project Standard 2016", {"version": "Office 2016"}, "GNFHQ-F6YQM-KQDGJ-327XX-KQBVC"),
        ({"build": 17763, "sku": 7, "product_type": 3}, {}, "N69G4-B89J2-4G8F4-WWYCC-J464C"),
        ({"build": "17763", "sku": "146", "product_type": "3"}, {}, "N2KJX-J94YW-TQVFB-DG9YT-724CC"),
        (
            {"build": 20348, "sku": 407, "product_type": 3, "caption": "", "edition_id": "ServerTurbine"},
            {"named": True},
            "NTBV8-9K7Q8-V27C6-M2BTV-KHMXV",
        ),
    ],
)
def test_gvlk_gives_the_public_key(value, options, key):
    assert gvlk(value, **options) == key


@pytest.mark.parametrize(
    ("value", "options", "says"),
    [
        ("Windows Server 2019 Standart", {}, "Did you mean Windows Server 2019 Standard"),
        ("Windows Server Standard", {}, "3 different keys; say which with version="),
        ("Windows 11 Pro", {"version": "Windows 10"}, "of version 'Windows 10'"),
        ("Windows Server 2012 N", {}, "no client setup key is published"),
        ("qqq", {}, "Microsoft's key tables"),
        ({"build": 20348, "sku": 79, "product_type": 3}, {}, "evaluation"),
        ({"build": 20348, "sku": 407, "product_type": 3}, {}, "when you ask for it"),
        ({"sku": 7}, {}, "build is missing"),
        ({"build": "new", "sku": 7}, {}, "'new', which is not a number"),
        (17763, {}, "not int"),
        (None, {}, "not NoneType"),
    ],
)
def test_gvlk_explains_why_there_is_none(value, options, says):
    with pytest.raises(AnsibleFilterError, match=says):
        gvlk(value, **options)


def test_gvlk_does_not_repeat_a_secret_key():
    with pytest.raises(AnsibleFilterError) as caught:
        gvlk("BCDFG-HJKMP-QRTVW-XY234-6789B")
    assert "HJKMP" not in str(caught.value)
