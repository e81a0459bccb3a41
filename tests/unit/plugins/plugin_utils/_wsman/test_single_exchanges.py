# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get, Put, Invoke, Identify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Conversation,
    Get,
    Identify,
    Instance,
    Interval,
    Invocation,
    ProtocolError,
    Put,
    Reference,
    RequestContext,
    UsageError,
    WsmanFault,
)

from .wire import context, envelope, pump, same_xml, vector

DISK = {"DeviceID": "C:"}
SPP = "SoftwareLicensingService"
VERSION = {"Version": "6.1.7601.17514"}


def invocation(**arguments: str | int | bool | Sequence[str | int] | None) -> Invocation:
    return Invocation(context(), "Lab_Thing", "Do", arguments)


def sent(conversation: Conversation) -> str:
    request = conversation.next_request()
    assert request is not None
    return request


def registry(method: str = "EnumValues") -> Invocation:
    return Invocation(
        context(),
        "StdRegProv",
        method,
        {"hDefKey": 2147483650, "sSubKeyName": r"SOFTWARE\Lab"},
        namespace="root/default",
        types={"sNames": "string[]", "Types": "sint32[]"},
    )


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (lambda: Get(context(), "Win32_LogicalDisk", DISK), "transfer/get_request.xml"),
        (
            lambda: Put(context(), "Win32_LogicalDisk", DISK, {"VolumeName": "R&D", "Purpose": None}),
            "transfer/put_request.xml",
        ),
        (
            lambda: Invocation(
                context(),
                SPP,
                "SetKeyManagementServiceMachine",
                {"MachineName": "kms-01.lab.example", "Nothing": None},
                VERSION,
            ),
            "invoke/request.xml",
        ),
        (registry, "invoke/enum_values_request.xml"),
        (lambda: Identify(context()), "identify/request.xml"),
    ],
)
def test_requests_are_the_documented_ones(start: Callable[[], Conversation], name: str) -> None:
    assert same_xml(sent(start()), vector(name))


def test_get() -> None:
    get = pump(Get(context(), "Win32_LogicalDisk", DISK), [vector("transfer/get_response.xml")])
    assert get.done
    assert get.instance.class_name == "Win32_LogicalDisk"
    assert (get.instance.get("Size"), get.instance.get("VolumeSerialNumber")) == (2**40, "00000042")


def test_put_shows_what_the_host_has_now() -> None:
    put = pump(Put(context(), "Win32_LogicalDisk", DISK, {"VolumeName": "x"}), [vector("transfer/put_response.xml")])
    assert (put.instance.get("VolumeName"), put.instance.get("DeviceID")) == ("R&D", "C:")


def test_an_empty_put_response_means_as_sent() -> None:
    put = Put(context(), "Win32_LogicalDisk", DISK, {"VolumeName": "x", "Tags": ["a"], "None": []})
    pump(put, [envelope("")])
    assert put.instance == Instance("Win32_LogicalDisk", {"VolumeName": "x", "Tags": ("a",), "None": None})


def test_invoke() -> None:
    call = Invocation(context(), SPP, "SetKeyManagementServiceMachine", {"MachineName": "k"}, VERSION)
    result = pump(call, [vector("invoke/response.xml")]).result
    assert (result.return_value, result.outputs) == (0, {})


def test_invoke_with_arrays_of_one_and_of_none() -> None:
    one = pump(registry(), [vector("invoke/enum_values_response.xml")]).result
    assert (one.return_value, one.get("snames"), one.get("Types")) == (0, ("00042",), (1,))
    none = pump(registry(), [vector("invoke/enum_values_none_response.xml")]).result
    assert (none.return_value, none.outputs) == (2, {"sNames": None, "Types": None})


@pytest.mark.parametrize(
    ("content", "return_value", "outputs"),
    [
        ("", None, {}),
        ("<p:ReturnValue> 4294967295\n</p:ReturnValue>", 4294967295, {}),
        ('<p:ReturnValue xsi:nil="true"/>', None, {}),
        ("<p:ReturnValue>true</p:ReturnValue>", None, {"ReturnValue": True}),
        ("<p:ReturnValue>done</p:ReturnValue><p:X>1</p:X>", None, {"ReturnValue": "done", "X": 1}),
    ],
)
def test_return_values(content: str, return_value: int | None, outputs: dict[str, object]) -> None:
    result = pump(invocation(), [envelope(f'<p:Do_OUTPUT xmlns:p="urn:x">{content}</p:Do_OUTPUT>')]).result
    assert (result.return_value, result.outputs) == (return_value, outputs)


@pytest.mark.parametrize("name", ["Do", "Lab_Thing_Do_OUTPUT", "do_output"])
def test_a_result_in_hand_is_not_lost_over_its_elements_name(name: str) -> None:
    answer = f'<p:{name} xmlns:p="urn:x"><p:ReturnValue>7</p:ReturnValue></p:{name}>'
    assert pump(invocation(), [envelope(answer)]).result.return_value == 7


@pytest.mark.parametrize("name", ["Do", "Do_OUTPUT", "Lab_Thing_Do_OUTPUT"])
def test_a_method_may_answer_nothing(name: str) -> None:
    """MSFT_NetFirewallRule.Enable answers an empty output on real Windows: it has run, and says no more."""
    result = pump(invocation(), [envelope(f'<p:{name} xmlns:p="urn:x"/>')]).result
    assert (result.return_value, dict(result.outputs)) == (None, {})


def test_arguments_of_every_kind() -> None:
    request = sent(
        invocation(
            text="a<b>&\"'", number=2**64 - 1, on=True, off=False, none=None, empty=[], many=["x", "y"], raw=b"\x00\xff"
        )
    )
    body = request.partition("<s:Body>")[2].partition("</s:Body>")[0]
    assert body == (
        '<p:Do_INPUT xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Lab_Thing">'
        "<p:text>a&lt;b&gt;&amp;\"'</p:text><p:number>18446744073709551615</p:number><p:on>true</p:on>"
        "<p:off>false</p:off><p:many>x</p:many><p:many>y</p:many><p:raw>0</p:raw><p:raw>255</p:raw></p:Do_INPUT>"
    )


def test_moments_as_arguments_declare_their_namespace() -> None:
    moment = datetime(2026, 11, 24, 8, 0, 0, 500000, timezone.utc)
    request = sent(Invocation(context(), "Lab_Thing", "Do", {"At": moment, "For": Interval("PT5S"), "By": 0.5}))
    assert "<p:At><cim:Datetime>2026-11-24T08:00:00.5Z</cim:Datetime></p:At>" in request
    assert "<p:For><cim:Interval>PT5S</cim:Interval></p:For><p:By>0.5</p:By>" in request
    assert 'xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"' in request


@pytest.mark.parametrize(
    "value",
    [
        "key\x00",
        "\ud800",
        "\ufffe",
        ["fine", "\x1b"],
        [None],
        float("nan"),
        datetime(2026, 1, 1),
        Instance("X", {}),
        Reference("", {}),
        {"a": "b"},
        object(),
    ],
)
def test_an_argument_that_xml_cannot_carry_is_refused_before_anything_is_sent(value: object) -> None:
    with pytest.raises(UsageError) as refused:
        Invocation(context(), "Lab_Thing", "Do", {"Argument": value})  # type: ignore[dict-item]
    assert "Argument" in str(refused.value)
    with pytest.raises(UsageError):
        Put(context(), "Lab_Thing", None, {"Argument": value})


def test_a_refused_argument_is_not_quoted() -> None:
    with pytest.raises(UsageError) as refused:
        invocation(ProductKey="ABCDE-FGHIJ-\x07")
    assert "ABCDE" not in str(refused.value)
    assert "U+0007 at position 12" in str(refused.value)


@pytest.mark.parametrize(
    "start",
    [
        lambda: Invocation(context(), "Lab_Thing", "Do it"),
        lambda: Invocation(context(), "Lab_Thing", "Do", {"a b": "x"}),
        lambda: Invocation(context(), "*", "Do"),
        lambda: Invocation(context(), "Lab_Thing", "Do", None, {"Name": "\x00"}),
        lambda: Get(context(), "Lab/Thing"),
        lambda: Get(context(), "Lab_Thing", {"Name": "\x00"}),
        lambda: Get(context(), "Lab_Thing", None, ""),
        lambda: RequestContext("http://x", lambda: "1", operation_timeout=0),
        lambda: RequestContext("http://x", lambda: "1", operation_timeout=float("inf")),
        lambda: RequestContext("http://x", lambda: "1", max_envelope_size=8191),
    ],
)
def test_names_and_settings_are_checked_at_once(start: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        start()


def test_ids_may_come_without_their_scheme() -> None:
    request = sent(Get(RequestContext("http://x", lambda: "12"), "Lab_Thing"))
    assert "<a:MessageID>uuid:12</a:MessageID>" in request


@pytest.mark.parametrize(
    "start",
    [lambda: Get(context(), "Lab_Thing"), invocation, lambda: Put(context(), "Lab_Thing", None, {})],
)
def test_nothing_is_shown_before_the_answer(start: Callable[[], Get | Put | Invocation]) -> None:
    conversation = start()
    with pytest.raises(UsageError):
        _unused = conversation.result if isinstance(conversation, Invocation) else conversation.instance


@pytest.mark.parametrize("reply", [envelope(""), envelope("<w:Other/>")])
def test_an_invocation_needs_its_output(reply: str) -> None:
    with pytest.raises(ProtocolError, match="Do_OUTPUT"):
        pump(invocation(), [reply])


def test_a_get_needs_an_instance() -> None:
    with pytest.raises(ProtocolError):
        pump(Get(context(), "Lab_Thing"), [envelope("")])


def test_a_fault_ends_a_single_exchange() -> None:
    call = invocation()
    with pytest.raises(WsmanFault):
        pump(call, [vector("fault/provider_hresult.xml")])
    assert call.done
    assert call.next_request() is None


@pytest.mark.parametrize(
    ("name", "system", "stack"),
    [("identify/authenticated.xml", "10.0.20348", "3.0"), ("identify/unauthenticated.xml", "0.0.0", "2.0")],
)
def test_identify(name: str, system: str, stack: str) -> None:
    identity = pump(Identify(context()), [vector(name)]).identity
    assert (identity.vendor, identity.os, identity.service_pack, identity.stack) == (
        "Microsoft Corporation",
        system,
        "0.0",
        stack,
    )
    assert identity.protocol_version == "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"


def test_identify_of_something_else() -> None:
    reply = envelope(
        "<i:IdentifyResponse xmlns:i='urn:i'><i:ProductVersion>4.0</i:ProductVersion></i:IdentifyResponse>"
    )
    identity = pump(Identify(), [reply]).identity
    assert (identity.product_version, identity.os, identity.stack, identity.vendor) == ("4.0", "", "", "")
