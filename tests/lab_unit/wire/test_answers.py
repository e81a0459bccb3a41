# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as hostile servers give them: each as it reaches a client, and those that a scenario declares."""

from __future__ import annotations

import base64
import gzip
import socket
import ssl
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from winlab.answers import Answer, answers, descriptions, parse_answer
from winlab.builder import build_fleet
from winlab.manual import mischief_help
from winlab.mischief import Mischief, Stage, Trick
from winlab.scenario import load_scenario, parse_scenario
from winlab.section import ScenarioError

from .client import Pywinrm, call, context_of, ended, items_of, post, pull, query
from .workshop import HTTP_PORT, HTTPS_PORT, FakeHost, Workshop

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


def until(true: Callable[[], bool]) -> None:
    """Wait for what another thread will have done soon."""
    deadline = time.monotonic() + 60
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)


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
    assert host.last("mischief") == {"kind": "mischief", "trick": name, "on": ["http", "approach"]}
    until(lambda: "sent" in host.kinds())
    # What lies in the buffers of either side counts as taken.
    assert host.last("sent")["bytes"] >= len(wanted)


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


# --- Stages of a sign-in, and TLS ----------------------------------------------------------------------------------


def heard_by(workshop: Workshop, stage: str, **settings: Any) -> list[list[str]]:
    """The requests of a query that a trick at this stage meets; a trick that is late by nothing spoils nothing."""
    host = workshop.machine(mischief=[Mischief(Trick.SLOW, on=stage, times=None)], **settings)
    with Pywinrm(host) as client:
        assert items_of(client.send(LAMPS))
    return [entry["on"] for entry in host.log if entry["kind"] == "mischief"]


@pytest.mark.parametrize("stage", [one.value for one in Stage])
def test_stages_of_a_sign_in_by_ntlm(workshop: Workshop, stage: str) -> None:
    met = heard_by(workshop, stage)
    assert met
    assert {tuple(names) for names in met} == {("http", stage)}


def test_stages_in_their_order(workshop: Workshop) -> None:
    stages = [stage for _http, stage in heard_by(workshop, "http")]
    assert stages[-3:] == ["token", "proof", "signed_in"]
    assert set(stages[:-3]) == {"approach"}


@pytest.mark.parametrize(
    ("authorization", "stage"),
    [
        ("", Stage.APPROACH),
        ("Negotiate", Stage.TOKEN),
        ("Negotiate *", Stage.TOKEN),
        ("Negotiate " + base64.b64encode(b"NTLMSSP\0\1\0\0\0more").decode(), Stage.TOKEN),
        ("NTLM " + base64.b64encode(b"NTLMSSP\0\3\0\0\0" + bytes(60)).decode(), Stage.PROOF),
        ("Kerberos YIIG", Stage.PROOF),
        ("CredSSP FgMB", Stage.TOKEN),
        ("Basic YTpi", Stage.PROOF),
        ("http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual", Stage.PROOF),
    ],
)
def test_what_shows_an_account(workshop: Workshop, authorization: str, stage: Stage) -> None:
    host = workshop.machine(mischief=[Mischief(Trick.SLOW, on="http", times=None)])
    post(host, b"", {"Authorization": authorization} if authorization else {})
    assert host.last("mischief")["on"] == ["http", stage.value]


def test_an_answer_to_a_proof(workshop: Workshop) -> None:
    host = answering(workshop, "forbidden", on="proof", times=None)
    with Pywinrm(host) as client, pytest.raises(Exception, match="403"):
        client.send(LAMPS)
    assert post(host).status == 401


def secure(workshop: Workshop, **settings: Any) -> FakeHost:
    return workshop.machine(http=False, https=True, **settings)


def shake_hands(workshop: Workshop, host: FakeHost) -> str | None:
    context = ssl.create_default_context(cafile=str(workshop.ca_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    plain = socket.create_connection((host.address, HTTPS_PORT), timeout=10)
    with plain, context.wrap_socket(plain, server_hostname=host.address) as connection:
        return connection.version()


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_the_newest_tls_of_a_machine(workshop: Workshop, version: str) -> None:
    spoken = shake_hands(workshop, secure(workshop, tls=version))
    assert spoken == {"1.0": "TLSv1"}.get(version, f"TLSv{version}")


@pytest.mark.parametrize(("trick", "error"), [(Trick.CLOSE, ssl.SSLEOFError), (Trick.CUT_BEFORE, ConnectionResetError)])
def test_an_end_of_the_handshake(workshop: Workshop, trick: Trick, error: type[OSError]) -> None:
    host = secure(workshop, mischief=[Mischief(trick, on="tls")])
    with pytest.raises(error):
        shake_hands(workshop, host)
    assert host.last("mischief")["on"] == ["tls"]
    assert shake_hands(workshop, host) == "TLSv1.3"


def test_http_where_tls_should_be(workshop: Workshop) -> None:
    host = secure(workshop, mischief=[Mischief(Trick.ANSWER, on="tls", answer=answers()["bad_request"])])
    with socket.create_connection((host.address, HTTPS_PORT), timeout=10) as plain:
        assert receive(plain, 2**20) == answers()["bad_request"].beginning()


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


@pytest.mark.parametrize("columns", ["*", "Name, Lit, Watts"])
def test_texts_that_steer_a_terminal(workshop: Workshop, columns: str) -> None:
    host = workshop.machine(mischief=[Mischief(Trick.TERMINAL_TEXT, on="enumerate", times=None)])
    with Pywinrm(host) as client:
        lamp = items_of(client.send(query(f"SELECT {columns} FROM Lab_Lamp")))[0]
    texts = {one.tag.rpartition("}")[2]: one.text for one in lamp}
    assert texts["Name"] == "\x9b2J\x9d0;owned\x9c\u202edesk"
    assert (texts["Watts"], texts["Lit"]) == ("40", "true")


def test_elements_inside_of_elements(workshop: Workshop) -> None:
    host = workshop.machine(mischief=[Mischief(Trick.DEEP, on="identify")])
    request = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/'
        b'identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>'
    )
    body = post(host, request, {"WSMANIDENTIFY": "unauthenticated"}).body  # type: ignore[attr-defined]
    assert body.count(b"<n>") == body.count(b"</n>") == 20_000


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
