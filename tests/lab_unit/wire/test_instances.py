# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get, Put and methods: answers, selectors, schema, rights, timeouts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from winlab.host import Account

from .client import GET, NS, PUT, Pywinrm, call, envelope, items_of, local, query, texts
from .workshop import ADMINISTRATOR, WMI, FakeHost, Workshop

LAMP_URI = f"{WMI}/Lab_Lamp"
DESK = {"Name": "desk"}
FRAGMENT = '<w:FragmentTransfer s:mustUnderstand="true">{}</w:FragmentTransfer>'


@pytest.fixture
def host(workshop: Workshop) -> FakeHost:
    return workshop.machine()


def lamp(properties: str) -> str:
    return f'<p:Lab_Lamp xmlns:p="{LAMP_URI}">{properties}</p:Lab_Lamp>'


def test_get(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        answer = client.send(envelope(GET, LAMP_URI, selectors={"NAME": "DESK"}))
    assert answer.findtext(".//a:Action", namespaces=NS) == f"{NS['x']}/GetResponse"
    body = answer.find("s:Body", NS)
    assert body is not None
    assert body[0].tag == f"{{{LAMP_URI}}}Lab_Lamp"
    assert texts(body[0])["Watts"] == "40"
    assert host.last("get")["keys"] == {"Name": "DESK"}


def test_get_of_a_singleton_needs_no_selector(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        answer = client.send(envelope(GET, f"{WMI}/Lab_House"))
    assert answer.findtext(f".//{{{WMI}/Lab_House}}Owner") == "A & B"


@pytest.mark.parametrize("path", ["Watts", "p:Watts", "Watts/text()"])
def test_get_of_a_fragment(host: FakeHost, path: str) -> None:
    with Pywinrm(host) as client:
        answer = client.send(envelope(GET, LAMP_URI, selectors=DESK, extra=FRAGMENT.format(path)))
    fragment = answer.find(".//w:XmlFragment", NS)
    assert fragment is not None
    assert texts(fragment) == {"Watts": "40"}
    assert answer.findtext(".//w:FragmentTransfer", namespaces=NS) == path


@pytest.mark.parametrize(
    ("uri", "selectors", "code", "subcode"),
    [
        (LAMP_URI, {}, 2150859002, "w:InvalidSelectors"),
        (LAMP_URI, {"Color": "red"}, 2150858843, "w:InvalidSelectors"),
        (LAMP_URI, {"Name": "attic"}, 2150858752, "a:DestinationUnreachable"),
        (f"{WMI}/Lab_Brick", {"Number": "many"}, 2150858845, "w:InvalidSelectors"),
        (f"{WMI}/Lab_Nothing", {"Name": "x"}, 2150858752, "a:DestinationUnreachable"),
        ("http://example.org/other", {}, 2150858752, "a:DestinationUnreachable"),
        (LAMP_URI, {"Name": "desk", "__cimnamespace": "root/other"}, 2150858755, "w:InternalError"),
        ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", {}, 2150859180, "w:AccessDenied"),
    ],
)
def test_get_faults(host: FakeHost, uri: str, selectors: dict[str, str], code: int, subcode: str) -> None:
    with Pywinrm(host) as client:
        fault = client.fault(envelope(GET, uri, selectors=selectors))
    assert (fault.code, fault.subcode) == (code, subcode)


def test_get_with_the_right_namespace_selector(host: FakeHost) -> None:
    selectors = {**DESK, "__cimnamespace": "root\\CIMV2"}
    with Pywinrm(host) as client:
        assert client.send(envelope(GET, LAMP_URI, selectors=selectors)) is not None


def test_absent_instance_carries_fault_detail_and_provider(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        fault = client.fault(envelope(GET, LAMP_URI, selectors={"Name": "attic"}))
    assert fault.detail.endswith("/faultDetail/InvalidResourceURI")
    assert fault.inner == 2150858752
    assert fault.action == f"{NS['a']}/fault"


def test_put(host: FakeHost) -> None:
    xsi = f'xmlns:xsi="{NS["xsi"]}"'
    properties = f"<p:Name>desk</p:Name><p:Watts>25</p:Watts><p:Tags>x</p:Tags><p:Room {xsi} xsi:nil='true'/>"
    with Pywinrm(host) as client:
        answer = client.send(envelope(PUT, LAMP_URI, lamp(properties), selectors=DESK))
    assert answer.findtext(".//a:Action", namespaces=NS) == f"{NS['x']}/PutResponse"
    values = host.cim.lamps[0].values
    assert (values["Watts"], values["Tags"], values["Room"], values["Lit"]) == (25, ["x"], None, True)
    assert host.last("put")["properties"] == ["Room", "Tags", "Watts"]


def test_put_of_a_fragment(host: FakeHost) -> None:
    body = f'<w:XmlFragment><p:Watts xmlns:p="{LAMP_URI}">7</p:Watts></w:XmlFragment>'
    with Pywinrm(host) as client:
        client.send(envelope(PUT, LAMP_URI, body, selectors=DESK, extra=FRAGMENT.format("Watts")))
    assert host.cim.lamps[0].values["Watts"] == 7


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (lamp("<p:Watts>bright</p:Watts>"), 2150858817),
        (lamp("<p:watts>1</p:watts>"), 2150858817),
        (lamp("<Watts>1</Watts>"), 2150858817),
        (lamp("<p:Watts>1</p:Watts><p:Watts>2</p:Watts>"), 2150858817),
        (lamp("<p:Name>hall</p:Name>"), 2150858773),
        ('<p:Lab_House xmlns:p="urn:x"/>', 2150858773),
        (lamp("<p:Room>forbidden</p:Room>"), 5),
        ("", 2150858817),
    ],
)
def test_put_faults(host: FakeHost, body: str, code: int) -> None:
    with Pywinrm(host) as client:
        assert client.fault(envelope(PUT, LAMP_URI, body, selectors=DESK)).code == code


def test_invoke(host: FakeHost) -> None:
    parameters = "<p:Steps>1</p:Steps><p:On>false</p:On><p:Steps>2</p:Steps>"
    with Pywinrm(host) as client:
        answer = client.send(call("Lab_Lamp", "Switch", parameters, selectors=DESK))
    assert answer.findtext(".//a:Action", namespaces=NS) == f"{LAMP_URI}/SwitchResponse"
    output = answer.find(f".//{{{LAMP_URI}}}Switch_OUTPUT")
    assert output is not None
    assert [(local(one), one.text) for one in output] == [("Before", "true"), ("ReturnValue", "0")]
    assert host.cim.calls == [("Switch", {"keys": {"Name": "desk"}, "On": "false", "Steps": ["1", "2"]})]
    assert host.last("invoke") == {
        "kind": "invoke",
        "user": "Administrator",
        "class": "Lab_Lamp",
        "method": "Switch",
        "keys": {"Name": "desk"},
        "arguments": {"On": "false", "Steps": ["1", "2"]},
        "return_value": 0,
    }


def test_invoke_static_method(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        answer = client.send(call("Lab_Lamp", "Average"))
    output = answer.find(f".//{{{LAMP_URI}}}Average_OUTPUT")
    assert output is not None
    assert [one.text for one in output] == ["desk", "hall", "0", "50"]
    assert host.cim.calls == [("Average", {"keys": None})]


def test_method_without_return_value(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        answer = client.send(call("Lab_Lamp", "Forget", selectors=DESK))
    assert answer.findtext(f".//{{{LAMP_URI}}}Forget_OUTPUT") is not None
    assert answer.find(f".//{{{LAMP_URI}}}ReturnValue") is None


def test_inherited_method(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        answer = client.send(call("Lab_Spotlight", "Switch", "<p:On>true</p:On>", selectors={"Name": "stage"}))
    assert answer.findtext(f".//{{{WMI}/Lab_Spotlight}}ReturnValue") == "0"


@pytest.mark.parametrize(
    ("request_text", "code", "subcode"),
    [
        (call("Lab_Lamp", "Explode", selectors=DESK), 2150858771, "a:ActionNotSupported"),
        (call("Lab_Nothing", "Switch", selectors=DESK), 2150858752, "a:DestinationUnreachable"),
        (call("Lab_Lamp", "Switch"), 2150859002, "w:InvalidSelectors"),
        (call("Lab_Lamp", "Switch", "<p:On>maybe</p:On>", selectors=DESK), 2150858817, "w:SchemaValidationError"),
        (call("Lab_Lamp", "Switch", "<p:Off>true</p:Off>", selectors=DESK), 2150858817, "w:SchemaValidationError"),
        (call("Lab_Lamp", "Switch", "<p:Steps>x</p:Steps>", selectors=DESK), 2150858817, "w:SchemaValidationError"),
        (envelope(f"{LAMP_URI}/Switch", LAMP_URI, "<x/>", selectors=DESK), 2150858817, "w:SchemaValidationError"),
        (envelope("urn:other", LAMP_URI, selectors=DESK), 2150858771, "a:ActionNotSupported"),
    ],
)
def test_invoke_faults(host: FakeHost, request_text: str, code: int, subcode: str) -> None:
    with Pywinrm(host) as client:
        fault = client.fault(request_text)
    assert (fault.code, fault.subcode) == (code, subcode)
    assert host.cim.calls == []


KEY = "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"
INSTALL = call("Lab_Lamp", "InstallProductKey", f"<p:ProductKey>{KEY}</p:ProductKey>", selectors=DESK)


def test_provider_hresult(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        fault = client.fault(INSTALL)
    assert (fault.role, fault.subcode, fault.code, fault.inner) == (
        "s:Receiver",
        "w:InternalError",
        0xC004F050,
        0xC004F050,
    )
    assert "HRESULT 0xc004f050" in (fault.root.findtext(".//f:WSManFault//f:WSManFault/f:Message", None, NS) or "")
    assert fault.extended("StatusCode") == str(0xC004F050)
    assert fault.extended("Operation") == "ExecMethod"
    assert fault.reason.endswith(" ")


def test_the_log_has_no_key_and_no_password(host: FakeHost) -> None:
    with Pywinrm(host) as client:
        client.fault(INSTALL)
    log = json.dumps(host.log, default=str)
    assert host.last("invoke")["arguments"] == {"ProductKey": "*-UVWXY"}
    assert host.last("invoke")["fault"] == 0xC004F050
    assert KEY not in log
    assert ADMINISTRATOR.password not in log


@pytest.mark.parametrize(
    ("settings", "outer", "extended"),
    [
        ({"generic_outer_code": True}, 2150858755, True),
        ({"extended_error": False}, 0xC004F050, False),
        ({"stack": "1.1"}, 0xC004F050, False),
    ],
)
def test_forms_of_a_provider_fault(workshop: Workshop, settings: dict[str, Any], outer: int, extended: bool) -> None:
    with Pywinrm(workshop.machine(**settings)) as client:
        fault = client.fault(INSTALL)
    assert (fault.code, fault.inner) == (outer, 0xC004F050)
    assert (fault.root.find(".//f:ExtendedError", NS) is not None) is extended


def test_stack_1_1_names_its_plugin_and_no_machine(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(stack="1.1")) as client:
        fault = client.fault(INSTALL)
    provider = fault.root.find(".//f:ProviderFault", NS)
    assert provider is not None
    assert provider.get("provider") == "WMIv1 plugin for Windows Remote Management "
    assert {one.get("Machine") for one in fault.root.iterfind(".//f:WSManFault", NS)} == {""}


def test_operation_timeout_and_the_method_runs_on(host: FakeHost) -> None:
    dim = call("Lab_Lamp", "Dim", "<p:Seconds>0.6</p:Seconds>", selectors=DESK, timeout="PT0.200S")
    with Pywinrm(host) as client:
        with pytest.raises(Exception) as error:  # noqa: PT011
            client.send(dim)
        assert type(error.value).__name__ == "WinRMOperationTimeoutError"
        assert host.cim.lamps[0].values["Watts"] == 40
        time.sleep(0.8)
        assert host.cim.lamps[0].values["Watts"] == 1
    assert host.last("invoke")["fault"] == 2150858793


GUEST = Account("Guest", "Guest.Pass-3", administrator=False)
READER = Account("Reader", "Read.Pass-4", invoke=False, write=False)


def test_an_account_without_rights(workshop: Workshop) -> None:
    host = workshop.machine(accounts=[GUEST])
    with Pywinrm(host, GUEST) as client:
        for text in (query("SELECT * FROM Lab_Lamp"), envelope(GET, LAMP_URI, selectors=DESK), INSTALL):
            fault = client.fault(text)
            assert (fault.code, fault.role, fault.subcode) == (5, "s:Sender", "w:AccessDenied")
    assert host.kinds() == ["denied"] * 3
    assert host.last("denied")["method"] == "InstallProductKey"
    assert host.cim.calls == []


def test_an_account_that_only_reads(workshop: Workshop) -> None:
    host = workshop.machine(accounts=[READER])
    with Pywinrm(host, READER) as client:
        assert items_of(client.send(query("SELECT * FROM Lab_Lamp")))
        assert client.fault(call("Lab_Lamp", "Switch", selectors=DESK)).code == 5
        assert client.fault(envelope(PUT, LAMP_URI, lamp("<p:Watts>1</p:Watts>"), selectors=DESK)).code == 5
    assert host.cim.calls == []
    assert host.cim.lamps[0].values["Watts"] == 40
