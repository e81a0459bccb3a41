# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of volume activation as closed lists for our verdicts and open ones for Windows' values.

Status numbers: Microsoft Learn, SoftwareLicensingProduct class (LicenseStatus).
Application IDs: slmgr.vbs (Windows), OSPP.VBS (Office).
"""

from __future__ import annotations

from enum import Enum

WINDOWS_APPLICATION_ID = "55c92734-d682-4d71-983e-d6ec3f16059f"
OFFICE_2010_APPLICATION_ID = "59a52881-a989-479d-af46-f275c6370663"
# OSPP.VBS compares with 0ff1ce15; one Microsoft page prints 0ff1ce16, which no script uses.
OFFICE_APPLICATION_ID = "0ff1ce15-a989-479d-af46-f275c6370663"

_LICENSE_STATUS = (
    "unlicensed",
    "licensed",
    "oob_grace",
    "oot_grace",
    "non_genuine_grace",
    "notification",
    "extended_grace",
)

LICENSED = 1


def license_status_name(code: int | None) -> str:
    """Name of a LicenseStatus number; ``unknown`` for a number nobody has named yet."""
    if code is not None and 0 <= code < len(_LICENSE_STATUS):
        return _LICENSE_STATUS[code]
    return "unknown"


class KeyType(str, Enum):
    """What kind of product key a product carries."""

    GVLK = "GVLK"
    CSVLK = "CSVLK"
    MAK = "MAK"
    RETAIL = "RETAIL"
    OEM = "OEM"
    AVMA = "AVMA"
    EVALUATION = "EVALUATION"
    SUBSCRIPTION = "SUBSCRIPTION"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class Role(str, Enum):
    """The part a machine plays in volume activation."""

    KMS_CLIENT = "kms_client"
    KMS_HOST = "kms_host"
    KMS_HOST_PENDING = "kms_host_pending"
    OTHER = "other"
    UNLICENSED = "unlicensed"


class Provider(str, Enum):
    """Generation of the licensing provider, which decides what properties and methods exist.

    ``SLWMI`` is Vista, Server 2008 and the KMS add-on of Server 2003; ``SPPWMI_7`` is Windows 7 and
    Server 2008 R2; ``SPPWMI`` is Windows 8, Server 2012 and everything later.
    """

    SLWMI = "slwmi"
    SPPWMI_7 = "sppwmi_7"
    SPPWMI = "sppwmi"
