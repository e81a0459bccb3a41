# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of WinRM: SOAP code, subcode, WSMan code and text of each, read from fault_kinds.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from .tables import read_table

SENDER = "s:Sender"
RECEIVER = "s:Receiver"


@dataclass(frozen=True)
class FaultForm:
    """SOAP code, subcode, WSMan code, texts in English and German, and the FaultDetail where there is one."""

    role: str
    subcode: str
    code: int
    english: str
    german: str
    detail: str = ""


@lru_cache(maxsize=1)
def _forms() -> dict[str, FaultForm]:
    return {
        row["name"]: FaultForm(
            row["role"], row["subcode"], int(row["code"]), row["english"], row["german"], row["detail"]
        )
        for row in read_table(Path(__file__).parent / "fault_kinds.tsv")
    }


class Kind(Enum):
    """The faults this service knows."""

    RESOURCE_NOT_FOUND = _forms()["RESOURCE_NOT_FOUND"]
    INVALID_URI = _forms()["INVALID_URI"]
    MUST_UNDERSTAND = _forms()["MUST_UNDERSTAND"]
    HEADER_REQUIRED = _forms()["HEADER_REQUIRED"]
    ACTION_NOT_SUPPORTED = _forms()["ACTION_NOT_SUPPORTED"]
    INVALID_REPRESENTATION = _forms()["INVALID_REPRESENTATION"]
    FILTER_DIALECT = _forms()["FILTER_DIALECT"]
    CANNOT_PROCESS_FILTER = _forms()["CANNOT_PROCESS_FILTER"]
    INVALID_CONTEXT = _forms()["INVALID_CONTEXT"]
    TIMED_OUT = _forms()["TIMED_OUT"]
    UNSUPPORTED_FEATURE = _forms()["UNSUPPORTED_FEATURE"]
    SCHEMA_VALIDATION = _forms()["SCHEMA_VALIDATION"]
    MAX_ENVELOPE_SIZE = _forms()["MAX_ENVELOPE_SIZE"]
    ENVELOPE_EXCEEDED = _forms()["ENVELOPE_EXCEEDED"]
    INSUFFICIENT_SELECTORS = _forms()["INSUFFICIENT_SELECTORS"]
    UNEXPECTED_SELECTORS = _forms()["UNEXPECTED_SELECTORS"]
    SELECTOR_VALUE = _forms()["SELECTOR_VALUE"]
    NOT_A_SINGLETON = _forms()["NOT_A_SINGLETON"]
    WQL_ON_CLASS = _forms()["WQL_ON_CLASS"]
    PROVIDER_NOT_CAPABLE = _forms()["PROVIDER_NOT_CAPABLE"]
    KEYS_IN_ENUMERATION = _forms()["KEYS_IN_ENUMERATION"]
    PROVIDER_INVALID_PARAMETER = _forms()["PROVIDER_INVALID_PARAMETER"]
    QUOTA_OPERATIONS = _forms()["QUOTA_OPERATIONS"]
    SHELLS_NOT_ALLOWED = _forms()["SHELLS_NOT_ALLOWED"]
    ACCESS_DENIED = _forms()["ACCESS_DENIED"]
    INTERNAL_ERROR = _forms()["INTERNAL_ERROR"]
    COLUMN_E_FAIL = _forms()["COLUMN_E_FAIL"]
    COLUMN_INVALID_QUERY = _forms()["COLUMN_INVALID_QUERY"]
