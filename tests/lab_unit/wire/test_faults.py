# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure of WMI becomes, and the shape of a fault."""

from __future__ import annotations

import re

import pytest

from winlab import cim
from winlab.fault_kinds import Kind
from winlab.faults import Fault, fault_envelope, from_cim_error
from winlab.host import WinrmProfile

QUERY_ERRORS = (cim.WBEM_E_INVALID_QUERY, cim.WBEM_E_INVALID_CLASS, cim.WBEM_E_INVALID_NAMESPACE)


@pytest.mark.parametrize(
    ("hresult", "kind", "code"),
    [
        (cim.WBEM_E_NOT_FOUND, Kind.RESOURCE_NOT_FOUND, 2150858752),
        (cim.WBEM_E_INVALID_CLASS, Kind.RESOURCE_NOT_FOUND, 2150858752),
        (cim.WBEM_E_INVALID_NAMESPACE, Kind.INVALID_URI, 2150858754),
        (cim.WBEM_E_INVALID_METHOD, Kind.ACTION_NOT_SUPPORTED, 2150858771),
        (cim.WBEM_E_INVALID_QUERY, Kind.CANNOT_PROCESS_FILTER, 2150858778),
        (cim.WBEM_E_INVALID_PARAMETER, Kind.PROVIDER_INVALID_PARAMETER, 2150859038),
        (cim.WBEM_E_PROVIDER_NOT_CAPABLE, Kind.PROVIDER_NOT_CAPABLE, 2150859010),
        (cim.WBEM_E_ACCESS_DENIED, Kind.ACCESS_DENIED, 5),
        (cim.WBEM_E_FAILED, Kind.INTERNAL_ERROR, 0x80041001),
        (0x80070005, Kind.INTERNAL_ERROR, 2147942405),
        (0xC004F050, Kind.INTERNAL_ERROR, 3221549136),
    ],
)
def test_translation(hresult: int, kind: Kind, code: int) -> None:
    fault = from_cim_error(cim.CimError(hresult), "ExecMethod")
    assert (fault.kind, fault.code) == (kind, code)


@pytest.mark.parametrize("hresult", QUERY_ERRORS)
def test_translation_in_a_query(hresult: int) -> None:
    assert from_cim_error(cim.CimError(hresult), "ExecQuery", in_query=True).code == 2150858778


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR"])
def test_every_fault_is_one_line_with_its_code(kind: Kind, language: str) -> None:
    text = fault_envelope(Fault(kind), WinrmProfile(fault_language=language), "LAB", "uuid:1")
    assert "\n" not in text
    assert f'Code="{kind.value.code}"' in text
    assert re.search(r"[^ ] </s:Text>", text)
    assert text.count(f'xml:lang="{language}"') == 2


def test_namespaces_of_the_envelope() -> None:
    modern = fault_envelope(Fault(Kind.ACCESS_DENIED), WinrmProfile(stack="3.0"), "LAB", "uuid:1")
    old = fault_envelope(Fault(Kind.ACCESS_DENIED), WinrmProfile(stack="1.1"), "LAB", "uuid:1")
    assert re.findall(r" xmlns:(\w)=", modern.partition("><s:Header")[0]) == list("saxenwp")
    assert re.findall(r" xmlns:(\w)=", old.partition("><s:Header")[0]) == list("saxenw")


def test_every_code_is_unique_and_unsigned() -> None:
    codes = [kind.value.code for kind in Kind]
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 2**32 for code in codes)
