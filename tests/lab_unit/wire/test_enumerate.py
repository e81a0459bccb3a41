# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull, Release over sealed HTTP: shapes, pages, contexts, quotas."""

from __future__ import annotations

import re
import time

import pytest

from winlab.host import Account

from .client import ENUMERATE as ENUMERATE_ACTION
from .client import GET, NIL, NS, Pywinrm, context_of, ended, envelope, items_of, local, pull, query, release, texts
from .workshop import ADMINISTRATOR, WMI, FakeCim, Workshop

BRICKS = "SELECT * FROM Lab_Brick"


def test_typed_items(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(stack="2.0")) as client:
        desk, hall, stage = client.items("SELECT * FROM Lab_Lamp")
    assert desk.tag == f"{{{WMI}/Lab_Lamp}}Lab_Lamp"
    assert desk.get(f"{{{NS['xsi']}}}type") == "p:Lab_Lamp_Type"
    assert [local(one) for one in desk] == ["aliasName", "Bought", "Lit", "Name", "Room", "Tags", "Watts"]
    assert {one.tag.partition("}")[0] for one in desk} == {f"{{{WMI}/Lab_Lamp"}
    assert texts(desk) == {
        "aliasName": "",
        "Bought": "2024-03-01T12:30:05.12Z",
        "Lit": "true",
        "Name": "desk",
        "Room": "Study",
        "Tags": "one",
        "Watts": "40",
    }
    assert desk.find(f"{{{WMI}/Lab_Lamp}}Bought/cim:Datetime", NS) is not None
    assert [local(one) for one in hall].count("Tags") == 2
    assert [local(one) for one in hall if one.get(NIL) == "true"] == ["aliasName", "Bought", "Room"]
    assert "Tags" not in texts(stage)


@pytest.mark.parametrize(("stack", "name"), [("2.0", "Lab_Lamp"), ("3.0", "Lab_Spotlight")])
def test_subclass_items(workshop: Workshop, stack: str, name: str) -> None:
    with Pywinrm(workshop.machine(stack=stack)) as client:
        stage = client.items("SELECT * FROM Lab_Lamp")[2]
    assert stage.tag == f"{{{WMI}/{name}}}{name}"
    assert ("Angle" in texts(stage)) is (name == "Lab_Spotlight")


def test_fragments_lose_class_and_namespace(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        desk, hall, _unused = client.items("SELECT Watts, Bought, name FROM Lab_Lamp")
    assert desk.tag == f"{{{NS['w']}}}XmlFragment"
    assert [one.tag for one in desk] == ["Bought", "Name", "Watts"]
    assert [one.tag for one in desk[0]] == ["Datetime"]
    assert hall[0].get(NIL) == "true"


def test_null_arrays_as_nil(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(null_arrays="nil")) as client:
        (stage,) = client.items("SELECT Tags FROM Lab_Lamp WHERE Name = 'stage'")
    assert texts(stage) == {"Tags": None}


def test_headers_of_an_answer(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        answer = client.protocol.send_message(query("SELECT * FROM Lab_House", message_id="uuid:MINE")).decode()
    assert answer.startswith('<s:Envelope xml:lang="en-US" xmlns:s=')
    assert "\n" not in answer
    headers = re.findall(r"<a:(\w+)>([^<]*)<", answer.partition("</s:Header>")[0])
    assert [name for name, _unused in headers] == ["Action", "MessageID", "To", "RelatesTo"]
    assert dict(headers)["RelatesTo"] == "uuid:MINE"
    assert re.fullmatch(r"uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", dict(headers)["MessageID"])


def test_one_instance_is_complete_at_once(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        answer = client.protocol.send_message(query("SELECT * FROM Lab_House")).decode()
    assert "<n:EnumerationContext></n:EnumerationContext><w:Items><p:Lab_House" in answer
    assert "</w:Items><w:EndOfSequence/></n:EnumerateResponse>" in answer
    assert "<p:Owner>A &amp; B</p:Owner>" in answer


def test_nothing_found(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        answer = client.send(query("SELECT * FROM Lab_Lamp WHERE Name = 'nowhere'"))
    assert items_of(answer) == []
    assert ended(answer)
    assert context_of(answer) == ""


def test_stack_3_gives_one_item_then_pages(workshop: Workshop) -> None:
    cim = FakeCim(bricks=30, brick_size=10_000)
    with Pywinrm(workshop.machine(cim=cim)) as client:
        pages = client.pages(BRICKS, size=512_000)
    assert [len(items_of(page)) for page in pages] == [1, 7, 7, 7, 7, 1]
    contexts = [context_of(page) for page in pages]
    assert len(set(contexts)) == len(contexts)
    assert contexts[-1] == ""
    last = pages[-1].find(".//n:PullResponse", NS)
    assert last is not None
    assert [one.tag.rpartition("}")[2] for one in last] == ["Items", "EndOfSequence"]
    assert all(one.tag.startswith(f"{{{NS['n']}}}") for one in last)


def test_stack_2_gives_what_fits(workshop: Workshop) -> None:
    cim = FakeCim(bricks=30, brick_size=10_000)
    with Pywinrm(workshop.machine(cim=cim, stack="2.0")) as client:
        pages = client.pages(BRICKS, size=512_000)
        small = client.pages(BRICKS, size=50_000)
    assert [len(items_of(page)) for page in pages] == [14, 14, 2]
    assert [len(items_of(page)) for page in small][:2] == [4, 4]


def test_stack_1_gives_twenty(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(cim=FakeCim(bricks=45), stack="1.1")) as client:
        assert [len(items_of(page)) for page in client.pages(BRICKS)] == [20, 20, 5]


def test_no_envelope_is_larger_than_asked(workshop: Workshop) -> None:
    cim = FakeCim(bricks=40, brick_size=900)
    with Pywinrm(workshop.machine(cim=cim, stack="2.0")) as client:
        answer = client.protocol.send_message(query(BRICKS, size=8192))
        sizes = [len(answer)]
        while b"EndOfSequence" not in answer:
            context = re.search(rb"<n:EnumerationContext>([^<]+)<", answer)
            assert context is not None
            answer = client.protocol.send_message(pull(context[1].decode(), size=8192))
            sizes.append(len(answer))
    assert max(sizes) <= 8192
    assert max(sizes) > 7000


def test_max_elements(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(cim=FakeCim(bricks=9), stack="2.0")) as client:
        answer = client.send(query(BRICKS, maximum=4))
        assert len(items_of(answer)) == 4
        answer = client.send(pull(context_of(answer), maximum=3))
        assert len(items_of(answer)) == 3
        answer = client.send(pull(context_of(answer), maximum=None))
        assert len(items_of(answer)) == 1
        answer = client.send(pull(context_of(answer)))
        assert ended(answer)


def test_without_optimization_nothing_comes_first(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        answer = client.send(query("SELECT * FROM Lab_House", maximum=None))
        assert answer.find(".//w:Items", NS) is None
        assert not ended(answer)
        assert len(items_of(client.send(pull(context_of(answer))))) == 1


def test_plain_enumeration_of_a_class(workshop: Workshop) -> None:
    body = "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>10</w:MaxElements></n:Enumerate>"
    with Pywinrm(workshop.machine(stack="2.0")) as client:
        assert len(items_of(client.send(envelope(ENUMERATE_ACTION, f"{WMI}/lab_lamp", body)))) == 3


def test_references_beside_objects(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(stack="2.0")) as client:
        item = client.items("SELECT * FROM Lab_Lamp", mode="EnumerateObjectAndEPR")[0]
        alone = client.items("SELECT * FROM Lab_Lamp", mode="EnumerateEPR")[0]
    assert [local(one) for one in item] == ["Lab_Lamp", "EndpointReference"]
    assert local(alone) == "EndpointReference"
    assert alone.findtext(".//w:ResourceURI", namespaces=NS) == f"{WMI}/Lab_Lamp"
    selectors = {one.get("Name"): one.text for one in alone.iterfind(".//w:Selector", NS)}
    assert selectors == {"__cimnamespace": "root/cimv2", "Name": "desk"}


def test_the_reference_of_a_singleton_has_no_selectors(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(stack="2.0")) as client:
        (alone,) = client.items("SELECT * FROM Lab_House", mode="EnumerateEPR")
    assert alone.findtext(".//w:ResourceURI", namespaces=NS) == f"{WMI}/Lab_House"
    assert alone.find(".//w:SelectorSet", NS) is None


DMTF = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2"
IN_CIMV2 = {"__cimnamespace": "root/cimv2"}


def test_dmtf_uris_are_known_from_windows_8_on(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(os_version="6.2.9200")) as client:
        found = client.send(query("SELECT * FROM Lab_House", uri=f"{DMTF}/*", selectors=IN_CIMV2))
        got = client.send(envelope(GET, f"{DMTF}/Lab_Lamp", selectors={**IN_CIMV2, "Name": "desk"}))
        done = client.send(
            envelope(
                f"{DMTF}/Lab_Lamp/Switch",
                f"{DMTF}/Lab_Lamp",
                f'<p:Switch_INPUT xmlns:p="{DMTF}/Lab_Lamp"><p:On>true</p:On></p:Switch_INPUT>',
                selectors={**IN_CIMV2, "Name": "desk"},
            )
        )
    (house,) = items_of(found)
    assert house.tag == f"{{{DMTF}/Lab_House}}Lab_House"
    lamp = got.find(f".//{{{DMTF}/Lab_Lamp}}Watts")
    assert lamp is not None
    assert (lamp.text, lamp.get(f"{{{NS['xsi']}}}type")) == ("40", "cim:cimUnsignedInt")
    assert done.findtext(f".//{{{DMTF}/Lab_Lamp}}ReturnValue") == "0"


@pytest.mark.parametrize(
    ("version", "uri", "selectors"),
    [
        ("6.1.7601", f"{DMTF}/*", IN_CIMV2),
        ("10.0.20348", f"{DMTF}/*", {}),
        ("10.0.20348", f"{DMTF}/root/cimv2/*", IN_CIMV2),
    ],
    ids=["before Windows 8", "in another namespace", "a path"],
)
def test_dmtf_uris_that_name_nothing(workshop: Workshop, version: str, uri: str, selectors: dict[str, str]) -> None:
    with Pywinrm(workshop.machine(os_version=version)) as client:
        fault = client.fault(query("SELECT * FROM Lab_House", uri=uri, selectors=selectors))
    assert fault.code in (2150858752, 2150858778)


@pytest.mark.parametrize(
    ("form", "code", "subcode", "text"),
    [
        ("filter", 2150858778, "n:CannotProcessFilter", "cannot process the filter"),
        ("e_fail", 0x80004005, "w:InternalError", "The WQL query is invalid."),
        ("invalid_query", 0x80041017, "w:InternalError", "Invalid query"),
    ],
)
def test_the_forms_of_a_refused_column(workshop: Workshop, form: str, code: int, subcode: str, text: str) -> None:
    with Pywinrm(workshop.machine(refused_column=form)) as client:
        fault = client.fault(query("SELECT Color FROM Lab_Lamp"))
        assert (fault.code, fault.inner, fault.subcode) == (code, code, subcode)
        assert text in fault.reason
        assert fault.extended("ParameterInfo") == "SELECT Color FROM Lab_Lamp"
        for other in ("SELECT * FROM Lab_Nothing", "not a query"):
            assert client.fault(query(other)).code == 2150858778


def test_an_old_context_is_dead(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(cim=FakeCim(bricks=9))) as client:
        context = context_of(client.send(query(BRICKS)))
        client.send(pull(context, maximum=2))
        fault = client.fault(pull(context, maximum=2))
    assert (fault.code, fault.role, fault.subcode) == (2150858779, "s:Receiver", "n:InvalidEnumerationContext")
    assert fault.action == f"{NS['n']}/fault"


def test_a_context_belongs_to_its_user(workshop: Workshop) -> None:
    other = Account("Second", "Other.Pass-2")
    host = workshop.machine(cim=FakeCim(bricks=9), accounts=[ADMINISTRATOR, other])
    with Pywinrm(host) as mine, Pywinrm(host, other) as theirs:
        context = context_of(mine.send(query(BRICKS)))
        assert theirs.fault(pull(context)).code == 2150858779
        assert ended(mine.send(pull(context)))


def test_idle_enumerations_expire(workshop: Workshop) -> None:
    host = workshop.machine(cim=FakeCim(bricks=9), enumeration_timeout=0.2)
    with Pywinrm(host) as client:
        context = context_of(client.send(query(BRICKS)))
        time.sleep(0.3)
        assert client.fault(pull(context)).code == 2150858779


def test_the_sixteenth_enumeration_is_refused(workshop: Workshop) -> None:
    other = Account("Second", "Other.Pass-2")
    host = workshop.machine(cim=FakeCim(bricks=9), stack="2.0", accounts=[ADMINISTRATOR, other])
    with Pywinrm(host) as client, Pywinrm(host, other) as theirs:
        contexts = [context_of(client.send(query(BRICKS, maximum=1))) for _unused in range(15)]
        fault = client.fault(query(BRICKS, maximum=1))
        assert (fault.code, fault.role, fault.subcode) == (2150859174, "s:Receiver", "w:InternalError")
        assert fault.action == "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
        assert context_of(theirs.send(query(BRICKS, maximum=1)))
        released = client.send(release(contexts[0]))
        assert released.findtext(".//a:Action", namespaces=NS) == f"{NS['n']}/ReleaseResponse"
        body = released.find("s:Body", NS)
        assert body is not None
        assert len(body) == 0
        assert context_of(client.send(query(BRICKS, maximum=1)))
        assert ended(client.send(pull(contexts[1])))
        assert context_of(client.send(query(BRICKS, maximum=1)))


def test_an_item_larger_than_the_envelope(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(cim=FakeCim(bricks=2, brick_size=9000))) as client:
        fault = client.fault(query(BRICKS, size=8192))
    assert (fault.code, fault.subcode) == (2150858824, "w:EncodingLimit")


def test_the_log_of_an_enumeration(workshop: Workshop) -> None:
    host = workshop.machine()
    wql = "SELECT Name FROM Lab_Lamp WHERE Name <> 'ABCDE-FGHIJ-KLMNO-PQRST-UVWXY'"
    with Pywinrm(host) as client:
        context = context_of(client.send(query(wql)))
        client.send(release(context))
    assert host.last("enumerate") == {
        "kind": "enumerate",
        "user": "Administrator",
        "class": "Lab_Lamp",
        "instances": 3,
        "wql": "SELECT Name FROM Lab_Lamp WHERE Name <> '*-UVWXY'",
    }
    assert host.last("release")["class"] == "Lab_Lamp"
