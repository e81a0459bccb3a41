# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GVLK of an Office product, by the family of its license.

A family names suite, release and kind: ``Office16ProPlusVL_KMS_Client``, ``Office19VisioStd2019VL_MAK_AE``. Only volume
products (``VL``) take a volume key; retail and subscription installations are left alone.
"""

from __future__ import annotations

import re

from .catalogue import Choice, Gvlk, catalogue
from .model import Product
from .terms import KeyType

_FAMILY = re.compile(
    r"Office(?P<generation>\d\d)?(?P<suite>[A-Za-z]+?)(?P<year>20\d\d)?(?P<preview>Preview\d*)?(?P<click>XC2R|X)?VL_",
    re.IGNORECASE,
)

# What the family calls a suite, and how Microsoft's key table writes it.
_SUITES = {
    "proplus": ("Office", "Professional Plus"),
    "standard": ("Office", "Standard"),
    "projectpro": ("Project", "Professional"),
    "projectstd": ("Project", "Standard"),
    "visiopro": ("Visio", "Professional"),
    "visiostd": ("Visio", "Standard"),
    "access": ("Access", ""),
    "excel": ("Excel", ""),
    "onenote": ("OneNote", ""),
    "outlook": ("Outlook", ""),
    "powerpoint": ("PowerPoint", ""),
    "publisher": ("Publisher", ""),
    "skypeforbusiness": ("Skype for Business", ""),
    "word": ("Word", ""),
}
_YEARS = {"16": "2016", "19": "2019", "21": "2021", "24": "2024"}


# Office 2010 has families of another form: OfficeProPlus-MAK.
_VOLUME = (KeyType.GVLK, KeyType.MAK, KeyType.CSVLK)


class OfficeRefused(ValueError):
    """There is no GVLK to choose for this product; the message says why."""


def gvlk_of(product: Product) -> Gvlk:
    """The published client setup key of an Office product. Raises OfficeRefused."""
    family = product.license_family or _family_in(product.name)
    found = _FAMILY.match(family)
    if found is None and product.key_type in _VOLUME:
        raise _unknown(product, family)
    if found is None:
        raise OfficeRefused(
            f"{product.name} is not a volume license product (license family {family or 'unknown'}), so it takes no "
            "GVLK. Retail and subscription installations are left alone."
        )
    if "preview" in family.lower():
        raise OfficeRefused(
            f"{product.name} is a preview release of a volume product (license family {family}), and previews have no "
            "published GVLK. Install the released version."
        )
    year = found["year"] or _YEARS.get(found["generation"] or "", "")
    suite = _SUITES.get(found["suite"].lower())
    rows = _rows(*suite, year, bool(found["click"])) if suite and year else []
    if len(rows) != 1:
        raise _unknown(product, family)
    return rows[0]


def _unknown(product: Product, family: str) -> OfficeRefused:
    return OfficeRefused(
        f"No published GVLK is known for {product.name} (license family {family or 'unknown'}). Pass the key itself if "
        "you have it from Microsoft's list."
    )


def suite_of(product: Product) -> str | None:
    """``office16proplusvl`` for each volume license of that product, by any channel; None where it is not told."""
    found = re.match(r"Office[A-Za-z0-9]+(?=[-_])", product.license_family or _family_in(product.name))
    return found[0].lower() if found else None


def _family_in(name: str | None) -> str:
    """``Office16ProPlusVL_KMS_Client`` of ``Office 16, Office16ProPlusVL_KMS_Client edition``; empty without."""
    found = re.search(r"\bOffice\w+_\w+", name or "")
    return found[0] if found else ""


def _rows(brand: str, edition: str, year: str, click_to_run: bool) -> list[Gvlk]:
    names = {" ".join(part for part in (brand, ltsc, edition, year) if part) for ltsc in ("", "LTSC")}
    return [
        row
        for row in catalogue()
        if row.product in names and row.choice is Choice.NAMED and ("Click-to-Run" in row.version) == click_to_run
    ]
