# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of fault becomes one value."""

from __future__ import annotations

import pickle

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault, parse

from .wire import envelope, vector

KINDS = (
    "timed_out",
    "access_denied",
    "not_found",
    "invalid_query",
    "quota_exceeded",
    "context_invalid",
    "envelope_too_large",
)


def fault(reply: bytes | str) -> WsmanFault:
    found = parse(reply).fault
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "soap_code", "subcode", "code", "hresult_text", "source", "kinds"),
    [
        ("query", "Sender", "CannotProcessFilter", 2150858778, "0x8033801A", "inner_fault", {"invalid_query"}),
        ("provider_hresult", "Receiver", "InternalError", 0xC004F050, "0xC004F050", "inner_fault", set()),
        ("inner_tells_more", "Receiver", "InternalError", 2150858755, "0xC004F074", "inner_fault", set()),
        ("status_tells_most", "Receiver", "InternalError", 2150859010, "0x80041002", "extended_status", {"not_found"}),
        ("hresult_in_text", "Receiver", "InternalError", 2150858755, "0xC004F042", "message", set()),
        ("access_denied", "Sender", "AccessDenied", 5, "0x00000005", "outer_fault", {"access_denied"}),
        ("timed_out", "Receiver", "TimedOut", 2150858793, "0x80338029", "outer_fault", {"timed_out"}),
        (
            "context",
            "Receiver",
            "InvalidEnumerationContext",
            2150858779,
            "0x8033801B",
            "outer_fault",
            {"context_invalid"},
        ),
        ("not_found", "Sender", "DestinationUnreachable", 2150858752, "0x80338000", "outer_fault", {"not_found"}),
        ("too_large", "Receiver", "EncodingLimit", 2150858824, "0x80338048", "outer_fault", {"envelope_too_large"}),
        (
            "operations_quota",
            "Receiver",
            "InternalError",
            2150859174,
            "0x803381A6",
            "outer_fault",
            {"quota_exceeded"},
        ),
        ("wmi_error", "Sender", "QuotaLimit", 2150859173, "0x803381A5", "error_code", {"quota_exceeded"}),
        ("winrm_1_1", "Sender", "DestinationUnreachable", 2150858754, "0x80338002", "inner_fault", {"not_found"}),
        ("bare", "Sender", "", None, "", "", set()),
    ],
)
def test_forms(
    name: str, soap_code: str, subcode: str, code: int | None, hresult_text: str, source: str, kinds: set[str]
) -> None:
    found = fault(vector(f"fault/{name}.xml"))
    assert (found.soap_code, found.subcode, found.code) == (soap_code, subcode, code)
    assert (found.hresult_text, found.hresult_source) == (hresult_text, source)
    assert {kind for kind in KINDS if getattr(found, kind)} == kinds


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("query", "The WS-Management service cannot process the request. The class Lab_Nope is unknown."),
        ("status_tells_most", "The provider cannot do it."),
        ("inner_tells_more", "The machine could not be activated."),
        ("operations_quota", "This user may have 15 operations at once."),
        ("wmi_error", "This user has too many shells."),
        ("winrm_1_1", "Nichts gefunden."),
        ("bare", "Malformed."),
    ],
)
def test_the_deepest_text_is_the_message_without_trailing_blanks(name: str, message: str) -> None:
    assert fault(vector(f"fault/{name}.xml")).message == message


def test_the_rest_of_a_provider_fault() -> None:
    query = fault(vector("fault/query.xml"))
    assert query.reason == "The WS-Management service cannot process the request. The filter is invalid."
    assert (query.provider, query.machine) == ("WMI Provider", "lab-core-01")
    assert query.subcode_namespace == "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
    old = fault(vector("fault/winrm_1_1.xml"))
    assert (old.provider, old.machine) == ("WMIv1 plugin for Windows Remote Management", "")
    assert fault(vector("fault/access_denied.xml")).subcode_namespace.endswith("/wsman.xsd")


def _detail(detail: str) -> WsmanFault:
    return fault(
        envelope(
            "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>"
            "<s:Reason><s:Text xml:lang=''>Why.</s:Text></s:Reason>"
            f"<s:Detail xmlns:f='http://schemas.microsoft.com/wbem/wsman/1/wsmanfault'>{detail}</s:Detail></s:Fault>"
        )
    )


@pytest.mark.parametrize(
    ("detail", "code", "hresult"),
    [
        ("<f:WSManFault Code='-2147024891'/>", 0x80070005, 0x80070005),
        ("<f:WSManFault Code='0'/>", None, None),
        ("<f:WSManFault Code='none'/>", None, None),
        ("<f:WSManFault/>", None, None),
        ("<f:WSManFault Code=' 5 '/>", 5, 5),
        (
            "<f:WSManFault Code='2150858755'><f:Message>0x80338111 then 0x80041010</f:Message></f:WSManFault>",
            2150858755,
            0x80041010,
        ),
        (
            "<f:WSManFault Code='2150858755'><f:Message>0xC004F05012 0x12</f:Message></f:WSManFault>",
            2150858755,
            2150858755,
        ),
    ],
)
def test_codes(detail: str, code: int | None, hresult: int | None) -> None:
    found = _detail(detail)
    assert (found.code, found.hresult) == (code, hresult)
    assert found.message


def test_of_faults_inside_faults_the_innermost_speaks() -> None:
    inner = "<f:WSManFault Code='7'><f:Message>Three.</f:Message></f:WSManFault>"
    middle = f"<f:WSManFault Code='6'><f:Message><f:ProviderFault>{inner}</f:ProviderFault></f:Message></f:WSManFault>"
    found = _detail(
        f"<f:WSManFault Code='5'><f:Message><f:ProviderFault>{middle}</f:ProviderFault></f:Message></f:WSManFault>"
    )
    assert (found.code, found.hresult, found.hresult_source, found.message) == (5, 7, "inner_fault", "Three.")
    assert found.codes == {5, 6, 7}


def test_text_straight_in_a_provider_fault_is_read() -> None:
    found = _detail(
        "<f:WSManFault Code='1'><f:Message><f:ProviderFault provider='x'>Deep.</f:ProviderFault></f:Message>"
        "</f:WSManFault>"
    )
    assert (found.message, found.provider, found.reason) == ("Deep.", "x", "Why.")


def test_a_description_speaks_where_no_message_does() -> None:
    found = _detail(
        "<f:WSManFault Code='2150858755'><f:Message><f:ProviderFault><f:ExtendedError>"
        "<p:__ExtendedStatus xmlns:p='urn:p'><p:Description>Bad path</p:Description>"
        "<p:ProviderName>CIMWin32</p:ProviderName><p:StatusCode>2147749891</p:StatusCode>"
        "</p:__ExtendedStatus></f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>"
    )
    assert (found.message, found.hresult_text, found.access_denied) == ("Bad path", "0x80041003", True)


def test_it_tells_its_code_and_text_and_survives_pickling() -> None:
    found = fault(vector("fault/provider_hresult.xml"))
    assert str(found).startswith("WS-Management fault 0xC004F050 InternalError: The WS-Management service")
    twin = pickle.loads(pickle.dumps(found))
    assert (twin.hresult, twin.message, twin.codes) == (found.hresult, found.message, found.codes)
    assert str(WsmanFault()) == "WS-Management fault: the fault carries no text"


def _wmi_error(**values: str) -> WsmanFault:
    """A fault as the newer providers write it."""
    inner = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in values.items())
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_WmiError"
    return _detail(f"<p:MSFT_WmiError xmlns:p='{uri}'>{inner}</p:MSFT_WmiError>")


@pytest.mark.parametrize(
    ("values", "hresult", "kinds"),
    [
        ({"CIMStatusCode": "2", "error_Code": "2", "error_Type": "MI"}, None, {"access_denied"}),
        ({"CIMStatusCode": "0", "error_Code": "2", "error_Type": "MI"}, None, {"access_denied"}),
        ({"error_Code": "2", "error_Type": "mi"}, None, {"access_denied"}),
        # An invalid class of MI, not Win32's access denied.
        ({"error_Code": "5", "error_Type": "MI"}, None, {"not_found"}),
        ({"CIMStatusCode": "6", "error_Code": "6", "error_Type": "MI"}, None, {"not_found"}),
        ({"CIMStatusCode": "15", "error_Code": "15", "error_Type": "MI"}, None, {"invalid_query"}),
        ({"CIMStatusCode": "27", "error_Code": "2150859173", "error_Type": "HRESULT"}, 2150859173, {"quota_exceeded"}),
        ({"CIMStatusCode": "1", "error_Code": "5", "error_Type": "HRESULT"}, 5, {"access_denied"}),
        ({"CIMStatusCode": "2", "error_Code": "2147942405", "error_Type": "HRESULT"}, 0x80070005, {"access_denied"}),
        ({"error_Code": "2147942405"}, 0x80070005, {"access_denied"}),
        ({"CIMStatusCode": "4", "error_Code": "4", "error_Type": "MI"}, None, set()),
    ],
)
def test_numbers_of_mi_are_no_hresults(values: dict[str, str], hresult: int | None, kinds: set[str]) -> None:
    found = _wmi_error(**values)
    assert found.hresult == hresult
    assert {kind for kind in KINDS if getattr(found, kind)} == kinds
