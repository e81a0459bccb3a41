# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults of WinRM: from a failure of WMI to the envelope a client reads (MS-WSMV and DSP0226 section 14)."""

from __future__ import annotations

from dataclasses import dataclass

from . import cim
from .cim import CimError, MissingColumn
from .fault_kinds import Kind
from .host import WinrmProfile
from .soap import A, B, N, X, envelope
from .values import CIM, XSI, escaped

_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
_ACTIONS = {
    "a": f"{A}/fault",
    "n": f"{N}/fault",
    "x": f"{X}/fault",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
}
_PROVIDERS = {"1.1": "WMIv1 plugin for Windows Remote Management "}
_MODERN_PROVIDER = "WMI Provider"


@dataclass(frozen=True)
class ProviderFailure:
    """What the WMI plugin adds: the code inside, and the extended status of WMI."""

    code: int
    hresult: int | None = None
    description: str = ""
    operation: str = ""
    parameter: str = ""


class Fault(Exception):
    """A fault to answer with."""

    def __init__(
        self, kind: Kind, *, code: int | None = None, text: str = "", provider: ProviderFailure | None = None
    ) -> None:
        self.kind = kind
        self.code = kind.value.code if code is None else code
        self.text = text
        self.provider = provider
        super().__init__(f"{kind.name} {self.code}")


_TRANSLATED = {
    cim.WBEM_E_NOT_FOUND: Kind.RESOURCE_NOT_FOUND,
    cim.WBEM_E_ACCESS_DENIED: Kind.ACCESS_DENIED,
    cim.WBEM_E_PROVIDER_NOT_CAPABLE: Kind.PROVIDER_NOT_CAPABLE,
    cim.WBEM_E_INVALID_CLASS: Kind.RESOURCE_NOT_FOUND,
    cim.WBEM_E_INVALID_NAMESPACE: Kind.INVALID_URI,
    cim.WBEM_E_INVALID_QUERY: Kind.CANNOT_PROCESS_FILTER,
    cim.WBEM_E_INVALID_PARAMETER: Kind.PROVIDER_INVALID_PARAMETER,
    cim.WBEM_E_INVALID_METHOD: Kind.ACTION_NOT_SUPPORTED,
}


def from_cim_error(error: CimError, operation: str, *, in_query: bool = False) -> Fault:
    """The fault for a failure of WMI: its own errors are translated, any other HRESULT passes as it is."""
    kind = _TRANSLATED.get(error.hresult)
    if in_query and error.hresult in (cim.WBEM_E_INVALID_CLASS, cim.WBEM_E_INVALID_NAMESPACE):
        kind = Kind.CANNOT_PROCESS_FILTER
    code = error.hresult if kind is None else kind.value.code
    failure = ProviderFailure(
        code=code,
        hresult=error.hresult if kind is None else None,
        description=error.description,
        operation=error.operation or operation,
        parameter=error.parameter,
    )
    return Fault(kind or Kind.INTERNAL_ERROR, code=code, provider=failure)


_COLUMN_FORMS = {"e_fail": Kind.COLUMN_E_FAIL, "invalid_query": Kind.COLUMN_INVALID_QUERY}


def from_query_error(error: CimError, refused_column: str) -> Fault:
    """The fault for a query that WMI does not run; for a column that a class lacks in the form that is asked for."""
    kind = _COLUMN_FORMS.get(refused_column)
    if kind is None or not isinstance(error, MissingColumn):
        return from_cim_error(error, "ExecQuery", in_query=True)
    failure = ProviderFailure(kind.value.code, operation="ExecQuery", parameter=error.parameter)
    return Fault(kind, provider=failure)


def schema_error(text: str) -> Fault:
    """A body that does not fit the class."""
    return Fault(Kind.SCHEMA_VALIDATION, text=text)


def fault_envelope(
    fault: Fault, profile: WinrmProfile, machine: str, relates_to: str, *, wmi_error_form: bool = False
) -> str:
    """The fault as this version of WinRM writes it."""
    form = fault.kind.value
    language = profile.fault_language
    reason = _text(fault, language)
    detail = _wmi_error(fault, reason) if wmi_error_form else _wsman_fault(fault, profile, machine, reason)
    subcode = f"<s:Subcode><s:Value>{form.subcode}</s:Value></s:Subcode>" if form.subcode else ""
    body = (
        f"<s:Fault><s:Code><s:Value>{form.role}</s:Value>{subcode}</s:Code>"
        f'<s:Reason><s:Text xml:lang="{language}">{escaped(reason)} </s:Text></s:Reason>'
        f"<s:Detail>{detail}</s:Detail></s:Fault>"
    )
    prefixes = "saxenw" if profile.stack == "1.1" else "saxenwp"
    action = _ACTIONS[form.subcode.partition(":")[0] or "w"]
    return envelope(action, "" if wmi_error_form else relates_to, body, prefixes=prefixes, language=language)


def _text(fault: Fault, language: str) -> str:
    text = fault.kind.value.german if language.startswith("de") else fault.kind.value.english
    return f"{text} {fault.text}" if fault.text else text


def _wsman_fault(fault: Fault, profile: WinrmProfile, machine: str, reason: str) -> str:
    machine = "" if profile.stack == "1.1" else machine
    detail = fault.kind.value.detail
    fault_detail = f"<w:FaultDetail>{_DETAIL}{detail}</w:FaultDetail>" if detail else ""
    outer = fault.code
    if fault.provider is None:
        message = f"{escaped(reason)} "
    else:
        message = _provider_fault(fault, fault.provider, profile, machine, reason)
        if profile.generic_outer_code and fault.provider.hresult is not None:
            outer = Kind.INTERNAL_ERROR.value.code
    return f"{fault_detail}{_coded(outer, machine, message)}"


def _coded(code: int, machine: str, message: str, attributes: str = "") -> str:
    return (
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" '
        f'Machine="{escaped(machine)}"{attributes}><f:Message>{message}</f:Message></f:WSManFault>'
    )


def _provider_fault(fault: Fault, failure: ProviderFailure, profile: WinrmProfile, machine: str, reason: str) -> str:
    old = profile.stack == "1.1"
    text = _unknown_error(failure.hresult, profile.fault_language) if failure.hresult else reason
    attributes = f' xml:lang="{profile.fault_language}"' if old else ""
    inner = _coded(failure.code, machine, f"{escaped(text)} ", attributes)
    extended = "" if old or not profile.extended_error or fault.code == 5 else _extended_error(failure)
    provider = _PROVIDERS.get(profile.stack, _MODERN_PROVIDER)
    return (
        f'<f:ProviderFault provider="{provider}" path="%systemroot%\\system32\\WsmWmiPl.dll">'
        f"{inner}{extended}</f:ProviderFault>"
    )


def _unknown_error(hresult: int, language: str) -> str:
    if language.startswith("de"):
        return f"WMI oder der WMI-Anbieter hat einen unbekannten Fehler gemeldet: HRESULT 0x{hresult:08x}"
    return f"WMI or the WMI provider reported an unknown error: HRESULT 0x{hresult:08x}"


def _extended_error(failure: ProviderFailure) -> str:
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/__ExtendedStatus"
    status = "" if failure.hresult is None else str(failure.hresult)
    return (
        f'<f:ExtendedError><p:__ExtendedStatus xmlns:p="{uri}" xmlns:xsi="{XSI}" xmlns:cim="{CIM}" '
        f'xsi:type="p:__ExtendedStatus_Type">{_nillable("Description", failure.description)}'
        f"{_nillable('Operation', failure.operation)}{_nillable('ParameterInfo', failure.parameter)}"
        f"{_nillable('ProviderName', 'WinMgmt')}{_nillable('StatusCode', status)}"
        f"</p:__ExtendedStatus></f:ExtendedError>"
    )


def _nillable(name: str, text: str) -> str:
    return f"<p:{name}>{escaped(text)}</p:{name}>" if text else f'<p:{name} xsi:nil="true"/>'


def _wmi_error(fault: Fault, reason: str) -> str:
    """The other form of detail, which stack 3.0 uses for some quotas: an instance of MSFT_WmiError."""
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    text = escaped(f"{reason} ")
    return (
        f'<p:MSFT_WmiError xmlns:p="{uri}" xmlns:b="{B}" xmlns:xsi="{XSI}" xmlns:cim="{CIM}" '
        f'b:IsCIM_Error="true" xsi:type="p:MSFT_WmiError_Type">'
        f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">27</p:CIMStatusCode>'
        f'<p:CIMStatusCodeDescription xsi:type="cim:cimString" xsi:nil="true"/>'
        f'<p:ErrorSource xsi:type="cim:cimString" xsi:nil="true"/>'
        f'<p:Message xsi:type="cim:cimString">{text}</p:Message>'
        f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{fault.code:08x}</p:MessageID>'
        f'<p:OwningEntity xsi:type="cim:cimString" xsi:nil="true"/>'
        f'<p:error_Category xsi:type="cim:cimUnsignedInt">30</p:error_Category>'
        f'<p:error_Code xsi:type="cim:cimUnsignedInt">{fault.code}</p:error_Code>'
        f'<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
        f'<p:error_WindowsErrorMessage xsi:type="cim:cimString">{text}</p:error_WindowsErrorMessage>'
        f"</p:MSFT_WmiError>"
    )
