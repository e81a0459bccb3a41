# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which product a KMS host key is for, by its activation ID. Facts only.

Microsoft writes these down for Office alone: MicrosoftDocs/OfficeDocs-DeployOffice, "Tools to manage volume activation
of Office" (2016 to 2024; read 2026-11). That of Office 2013 is in TechNet's "Volume activation of Office 2013" and in a
public monitoring script that tells the keys of one KMS host apart by them. Those of Windows are in no Microsoft text
that was found, so an object for Windows keeps its identifier, unless a machine of the fleet has the same key.

It is a table in Python because modules travel with Python files only.
"""

from __future__ import annotations

_PRODUCTS = {
    "2e28138a-847f-42bc-9752-61b03fff33cd": "Office 2013",
    "98ebfe73-2084-4c97-932c-c0cd1643bea7": "Office 2016",
    "70512334-47b4-44db-a233-be5ea33b914c": "Office 2019",
    "47f3b983-7c53-4d45-abc6-bcd91e2dd90a": "Office LTSC 2021",
    "f3d89bbf-c0ec-47ce-a8fa-e5a5f97e447f": "Office LTSC 2024",
}


def product_of(activation_id: str | None) -> str | None:
    """The product; None where it is not known."""
    return _PRODUCTS.get(activation_id.lower()) if activation_id else None
