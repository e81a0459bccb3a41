# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as hostile servers give them: each as it reaches a client, and those that a scenario declares."""

from __future__ import annotations

import gzip
import socket
from typing import Any

import pytest

from winlab.answers import Answer, answers, descriptions, parse_answer
from winlab.builder import build_fleet
from winlab.manual import mischief_help
from winlab.mischief import Mischief, Trick
from winlab.scenario import load_scenario, parse_scenario
from winlab.section import ScenarioError

from .client import Pywinrm, call, context_of, ended, items_of, post, pull, query
from .workshop import HTTP_PORT, FakeHost, Workshop

LAMPS = query("SELECT * FROM Lab_Lamp")
REQUEST = b"POST /wsman HTTP/1.1\r\nHost: lab\r\nContent-Length: 0\r\n\r\n"
GOOD_401 = b"HTTP/1.1 401 \r\n"


def answering(workshop: Workshop, name: str, **settings: Any) -> FakeHost:
    settings = {"on": "http", "times": 1, **settings}
    return workshop.machine(mischief=[Mischief(Trick.ANSWER, answer=answers()[name], name=name, **settings)])


def connect(host: FakeHost) -> socket.socket:
    return socket.create_connection((host.address, HTTP_PORT), timeout=10)


def receive(connection: socket.socket, least: int) -> bytes:
    """At least so many bytes, fewer only at the end of the connection."""
    data = b""
    while len(data) < least and (more := connection.recv(65536)):
        data += more
    return data


ENDLESS = [name for name, answer in answers().items() if answer.again]
FINITE = [name for name, answer in answers().items() if not answer.again and answer.close]
GOES_ON = [name for name, answer in answers().items() if not answer.ends]


@pytest.mark.parametrize("name", ENDLESS)
def test_answers_without_end_go_on_until_the_client_has_gone(workshop: Workshop, name: str) -> None:
    host, answer = answering(workshop, name, seconds=0.001), answers()[name]
    begun, again = answer.beginning(), answer.again.encode() * answer.fill
    with connect(host) as connection:
        connection.sendall(REQUEST)
        wanted = begun + again * 3
        assert receive(connection, len(wanted))[: len(wanted)] == wanted
    # The machine is there for the next client: nothing hangs on the one that left.
    assert post(host).status == 401
    assert host.last("mischief") == {"kind": "mischief", "trick": name, "on": ["http"]}


@pytest.mark.parametrize("name", FINITE)
def test_answers_with_an_end_end_the_connection(workshop: Workshop, name: str) -> None:
    host = answering(workshop, name)
    with connect(host) as connection:
        connection.sendall(REQUEST)
        assert receive(connection, 2**30) == answers()[name].beginning()
    assert post(host).status == 401


@pytest.mark.parametrize("name", GOES_ON)
def test_after_these_the_connection_is_as_good_as_before(workshop: Workshop, name: str) -> None:
    host, begun = answering(workshop, name), answers()[name].beginning()
    with connect(host) as connection:
        connection.sendall(REQUEST)
        assert receive(connection, len(begun)) == begun
        connection.sendall(REQUEST)
        assert receive(connection, len(GOOD_401)).startswith(GOOD_401)


def test_a_greeting_comes_before_any_request(workshop: Workshop) -> None:
    host, begun = answering(workshop, "greeting", on="connect"), answers()["greeting"].beginning()
    with connect(host) as connection:
        assert receive(connection, len(begun)) == begun
        connection.sendall(REQUEST)
        assert receive(connection, len(GOOD_401)).startswith(GOOD_401)
    with connect(host) as connection:
        connection.sendall(REQUEST)
        assert receive(connection, len(GOOD_401)).startswith(GOOD_401)


def test_an_answer_in_the_place_of_an_operation(workshop: Workshop) -> None:
    host = answering(workshop, "bad_gateway", on="enumerate")
    with Pywinrm(host) as client:
        with pytest.raises(Exception, match="502"):
            client.send(LAMPS)
        assert "enumerate" not in host.kinds()
    with Pywinrm(host) as client:
        assert items_of(client.send(LAMPS))


def test_the_bomb_is_small_and_unpacks_to_much() -> None:
    packed = answers()["bomb"].beginning().partition(b"\r\n\r\n")[2]
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == 50_000_000


# --- Tricks with a good answer ----------------------------------------------------------------------------------


def test_pages_without_end(workshop: Workshop) -> None:
    host = workshop.machine(mischief=[Mischief(Trick.ENDLESS_PAGES, on="pull", times=None)])
    with Pywinrm(host) as client:
        answer = client.send(LAMPS)
        for _unused in range(5):
            context = context_of(answer)
            answer = client.send(pull(context))
            assert context_of(answer) not in ("", context)
            assert items_of(answer) == []
            assert not ended(answer)


def test_a_second_answer_that_nobody_asked_for(workshop: Workshop) -> None:
    host = workshop.machine(mischief=[Mischief(Trick.SECOND_ANSWER, on="identify")])
    identify = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/'
        b'identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>'
    )
    head = b"POST /wsman HTTP/1.1\r\nWSMANIDENTIFY: unauthenticated\r\nContent-Length: %d\r\n\r\n" % len(identify)
    with connect(host) as connection:
        connection.sendall(head + identify)
        connection.shutdown(socket.SHUT_WR)
        said = receive(connection, 2**20)
    assert said.count(b"HTTP/1.1 200") == said.count(b"</wsmid:IdentifyResponse>") == 2


@pytest.mark.parametrize("trick", [Trick.PACKED, Trick.NOT_PACKED])
def test_encodings_that_nobody_asked_for(workshop: Workshop, trick: Trick) -> None:
    host = workshop.machine(
        basic=True, allow_unencrypted=True, mischief=[Mischief(trick, on="enumerate", times=None)], stack="2.0"
    )
    token = "QWRtaW5pc3RyYXRvcjpMYWIuUGFzcy0x"
    response = post(host, LAMPS.encode(), {"Authorization": f"Basic {token}"})
    body = response.body  # type: ignore[attr-defined]
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) == len(body)
    assert b"EnumerateResponse" in (gzip.decompress(body) if trick is Trick.PACKED else body)


@pytest.mark.parametrize(
    ("fault", "code", "subcode"),
    [
        ("access_denied", 5, "w:AccessDenied"),
        ("QUOTA_OPERATIONS", 2150859174, "w:InternalError"),
        ("0xC004F050", 0xC004F050, "w:InternalError"),
        ("-1073422315", 0xC004E015, "w:InternalError"),
        ("0x80041002", 2150858752, "a:DestinationUnreachable"),
    ],
)
@pytest.mark.parametrize(("trick", "executed"), [(Trick.FAULT, False), (Trick.FAULT_AFTER, True)])
def test_any_fault_before_or_after_the_operation(
    workshop: Workshop, trick: Trick, executed: bool, fault: str, code: int, subcode: str
) -> None:
    host = workshop.machine(mischief=[Mischief(trick, on="Switch", fault=fault)])
    with Pywinrm(host) as client:
        met = client.fault(call("Lab_Lamp", "Switch", "<p:On>false</p:On>", selectors={"Name": "desk"}))
    assert (met.code, met.subcode) == (code, subcode)
    assert host.cim.lamps[0].values["Lit"] is not executed


# --- Declared in a scenario ---------------------------------------------------------------------------------------


def declared(*mischief: dict[str, Any]) -> list[Mischief]:
    data = {"machines": [{"release": "server2019", "name": "m", "mischief": list(mischief)}]}
    return build_fleet(parse_scenario(data, "my.yml")).machines["m"].winrm.mischief


def test_a_scenario_names_answers_like_tricks() -> None:
    first, second = declared({"trick": "drip_head", "on": "http", "times": None}, {"trick": "close"})
    assert (first.trick, first.answer, first.label) == (Trick.ANSWER, answers()["drip_head"], "drip_head")
    assert (second.trick, second.answer, second.label) == (Trick.CLOSE, None, "close")


def test_a_scenario_names_a_fault() -> None:
    first, second = declared(
        {"trick": "fault", "fault": 0xC004F074, "on": "Activate"}, {"trick": "fault_after", "fault": "timed_out"}
    )
    assert (first.fault, second.fault) == ("3221549172", "timed_out")


def test_a_scenario_may_declare_an_answer_of_its_own(workshop: Workshop) -> None:
    own = {"head": "HTTP/1.1 418 No", "body": "<html>no coffee</html>", "length": True}
    mischief = declared({"trick": "answer", "on": "http", "answer": own})
    response = post(workshop.machine(mischief=mischief))
    assert (response.status, response.body) == (418, b"<html>no coffee</html>")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"trick": "dance"}, "drip_head"),
        ({"trick": "answer"}, "needs its fields"),
        ({"trick": "answer", "answer": {"hed": "x"}}, "no field 'hed'"),
        ({"trick": "answer", "answer": {"fill": "many"}}, "must be int"),
        ({"trick": "answer", "answer": {"fill": True}}, "must be int"),
        ({"trick": "fault"}, "required"),
        ({"trick": "fault", "fault": "no_luck"}, "neither an HRESULT nor a fault; faults are resource_not_found"),
        ({"trick": "close", "answer": {"head": "x"}}, "no such field"),
    ],
)
def test_mistakes_in_a_declaration(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        declared(entry)


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (Answer(head="A\nB"), b"A\r\nB\r\n\r\n"),
        (Answer(head="A\nB", open="head"), b"A\r\nB\r\n"),
        (Answer(head="A\nB", open="line"), b"A\r\nB"),
        (Answer(body="x", repeat=3), b"xxx"),
        (Answer(head="A", body="xy", length=True), b"A\r\nContent-Length: 2\r\n\r\nxy"),
        (parse_answer({"head": "A", "pause": 1}), b"A\r\n\r\n"),
    ],
)
def test_what_is_sent_once(answer: Answer, sent: bytes) -> None:
    assert answer.beginning() == sent


def test_every_trick_is_described_and_printed() -> None:
    told = descriptions()
    assert {trick.value for trick in Trick} | set(answers()) == set(told)
    assert all(told.values())
    page = mischief_help()
    assert [name for name in told if f"\n  {name} " not in page] == []
    assert max(map(len, page.splitlines())) <= 120


def test_the_hostile_scenario_has_every_answer() -> None:
    machines = {spec.name: spec.winrm.mischief for spec in load_scenario("hostile").machines}
    played = {mischief.label for entries in machines.values() for mischief in entries}
    assert set(answers()) <= played
    assert machines["healthy"] == []
