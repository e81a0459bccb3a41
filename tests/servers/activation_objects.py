# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation objects as Windows makes them, put into the database of a Samba domain controller."""

from __future__ import annotations

import base64
import uuid

from .samba import Samba

UNKNOWN_SKU = "11111111-2222-3333-4455-66778899aabb"
KMS_IDS = ["aaaaaaaa-0001-0002-0304-05060708090a", "bbbbbbbb-0001-0002-0304-05060708090a"]
PID = "06401-02206-123-456789-03-1033-20348.0000-0012026"
BLOB = b"license-of-megabytes" * 64


def encoded(values: list[bytes]) -> list[str]:
    return [base64.b64encode(value).decode() for value in values]


def guids(*texts: str) -> list[str]:
    return encoded([uuid.UUID(text).bytes_le for text in texts])


def container(dc: Samba) -> str:
    return f"CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,{dc.forest}"


# As Samba writes it: what has a meaning of its own is escaped, the equals sign by its number.
ESCAPES = str.maketrans({",": r"\,", "+": r"\+", "=": r"\3D"})


def dn_of(dc: Samba, name: str) -> str:
    return f"CN={name.translate(ESCAPES)},{container(dc)}"


def make(dc: Samba, name: str, display: str | None, sku: str = UNKNOWN_SKU, key: str = "MFDHG") -> str:
    text = {"objectClass": "msSPP-ActivationObject", "msSPP-CSVLKPid": PID, "msSPP-CSVLKPartialProductKey": key}
    if display is not None:
        text["displayName"] = display
    octets = {
        "msSPP-CSVLKSkuId": guids(sku),
        "msSPP-KMSIds": guids(*KMS_IDS),
        "msSPP-OnlineLicense": encoded([BLOB]),
        "msSPP-ConfigLicense": encoded([BLOB]),
    }
    dc.side("add", dn=dn_of(dc, name), text=text, bytes=octets)
    return dn_of(dc, name)
