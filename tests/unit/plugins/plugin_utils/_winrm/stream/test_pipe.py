# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The asynchronous pipe over real sockets: against the lab's WinRM, a tap, and servers that are no WinRM."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    ConnectionLost,
    Misconfigured,
    NotAuthenticated,
    NotWsman,
    OutcomeUnknown,
    TimedOut,
    TlsError,
    Unreachable,
    Unsealed,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.lockout import LockoutGuard
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import negotiate
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTP_PORT, HTTPS_PORT, FakeCim, Workshop
from winlab.host import Account, CertificateSpec
from winlab.mischief import Mischief, Trick

from ..conftest import HttpServer, Impostor, RawServer, Tap, endpoint, http_answer, raw

HOUSE = "SELECT * FROM Lab_House"
BRICKS = "SELECT * FROM Lab_Brick"
KEY = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
DESK = {"Name": "desk"}

Serve = Callable[..., HttpServer]


def read(host: str, port: int, *queries: str, **changes: Any) -> tuple[list[Any], Shared]:
    """Rows of each query over one pipe, and what the run shared."""

    async def run() -> tuple[list[Any], Shared]:
        shared = Shared()
        target = endpoint(host, port, **changes)
        pipe = StreamPipe(target, shared)
        session = AsyncSession(pipe, context_for(target), target.label)
        try:
            return [await session.query(query) for query in queries], shared
        finally:
            pipe.close()
            shared.close()

    return asyncio.run(run())


# --- what works


def test_ntlm_over_http_reads_everything_and_shows_nothing(workshop: Workshop) -> None:
    tap = Tap(workshop.machine(cim=FakeCim(bricks=40)).address)
    (bricks, houses), shared = read("127.0.0.1", tap.port, BRICKS, HOUSE, scheme="http")
    assert (len(bricks), len(houses)) == (40, 1)
    assert b"Lab_Brick" not in tap.everything
    assert b"HTTP-SPNEGO-session-encrypted" in tap.everything
    assert len(tap.heard) == shared.traffic.connections == 1
    tap.close()


def test_sign_in_takes_one_round_trip_of_its_own(workshop: Workshop) -> None:
    _rows, shared = read(workshop.machine().address, HTTP_PORT, HOUSE, HOUSE, HOUSE)
    assert shared.traffic.requests == 4
    assert (shared.joint.taken, shared.joint.refused) == (1, 0)


@pytest.mark.parametrize("binding", ["none", "relaxed", "strict"])
def test_ntlm_over_https_sends_the_channel_binding(workshop: Workshop, binding: str) -> None:
    machine = workshop.machine(http=False, https=True, channel_binding=binding)
    (rows,), _shared = read(machine.address, HTTPS_PORT, HOUSE, server_cert_validation="ignore")
    assert len(rows) == 1


def test_channel_binding_that_is_not_sent_is_missed(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True, channel_binding="strict")
    with pytest.raises(NotAuthenticated):
        read(machine.address, HTTPS_PORT, HOUSE, server_cert_validation="ignore", send_cbt=False)


def test_sealed_messages_inside_tls(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True)
    changes = {"server_cert_validation": "ignore", "message_encryption": "always"}
    (rows,), _shared = read(machine.address, HTTPS_PORT, HOUSE, **changes)
    assert len(rows) == 1


def test_basic_over_https(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True, basic=True)
    changes = {"transports": ("basic",), "server_cert_validation": "ignore"}
    (rows,), shared = read(machine.address, HTTPS_PORT, HOUSE, **changes)
    assert (len(rows), shared.traffic.requests) == (1, 1)


def test_certificate_shows_itself_in_tls(serve: Serve, pem: str) -> None:
    server = serve(lambda head, body: raw("401 Unauthorized"), pem)
    changes = {"cert_pem": pem, "cert_key_pem": pem, "transports": ("certificate",), "scheme": "https"}
    with pytest.raises(NotAuthenticated, match="client certificate"):
        read("127.0.0.1", server.port, HOUSE, server_cert_validation="ignore", **changes)
    assert b"Authorization: http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual" in server.heard


def test_stale_connection_is_replaced_once(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.HANG_UP, on="Enumerate")])
    (first, second), shared = read(machine.address, HTTP_PORT, HOUSE, HOUSE)
    assert first == second
    assert shared.traffic.connections == 2


def test_service_that_wants_the_sign_in_by_itself(workshop: Workshop) -> None:
    """It refuses a message that comes with the last token, and is asked again with an empty POST."""
    machine = workshop.machine()
    server = Picky(machine.address)
    (rows, _again), shared = read("127.0.0.1", server.port, HOUSE, HOUSE, scheme="http")
    assert len(rows) == 1
    assert (shared.joint.refused, shared.traffic.connections) == (1, 2)
    server.close()


class Picky:
    """Relays to a machine, but answers 400 to a message with an Authorization header."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _peer = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, socket.create_connection((self._address, HTTP_PORT), timeout=10) as machine:
            while said := client.recv(65536):
                if b"Authorization:" in said and b"encrypted" in said:
                    client.sendall(raw("400 Bad Request"))
                    return
                machine.sendall(said)
                client.sendall(machine.recv(65536))

    def close(self) -> None:
        self._server.close()


# --- what changes a host


def test_a_change_never_travels_with_the_sign_in(workshop: Workshop) -> None:
    """A host may want the sign-in by itself, and then a change would have to be sent twice."""
    cim = FakeCim()
    tap = Tap(workshop.machine(cim=cim).address)
    target = endpoint("127.0.0.1", tap.port, scheme="http")

    async def change() -> Shared:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        session = AsyncSession(pipe, context_for(target), target.label)
        with contextlib.suppress(WsmanFault), contextlib.closing(pipe):
            await session.invoke("Lab_Lamp", "InstallProductKey", {"ProductKey": KEY}, DESK)
        return shared

    shared = asyncio.run(change())
    assert (shared.joint.taken, shared.joint.refused) == (0, 0)
    assert [name for name, _arguments in cim.calls] == ["InstallProductKey"]
    assert KEY.encode() not in tap.everything


@pytest.mark.parametrize(("trick", "carried_out"), [(Trick.CUT_BEFORE, 0), (Trick.CUT_AFTER, 1), (Trick.TRUNCATE, 1)])
def test_a_change_is_sent_once_and_a_lost_answer_is_no_answer(
    workshop: Workshop, trick: Trick, carried_out: int
) -> None:
    cim = FakeCim()
    machine = workshop.machine(cim=cim, mischief=[Mischief(trick, on="InstallProductKey")])
    target = endpoint(machine.address)

    async def change() -> None:
        pipe = StreamPipe(target, Shared())
        session = AsyncSession(pipe, context_for(target), target.label)
        await session.query(HOUSE)
        await session.invoke("Lab_Lamp", "InstallProductKey", {"ProductKey": KEY}, DESK)

    with pytest.raises(OutcomeUnknown, match=r"Lab_Lamp\.InstallProductKey was sent once") as lost:
        asyncio.run(change())
    assert KEY not in str(lost.value)
    assert len(cim.calls) == carried_out


# --- what goes wrong


def test_wrong_password_is_tried_once(workshop: Workshop) -> None:
    machine = workshop.machine()

    async def twice() -> list[str]:
        pipe = StreamPipe(endpoint(machine.address, password=Secret("Somebody-Else-1")), Shared())
        said = []
        for _unused in range(2):
            with pytest.raises(NotAuthenticated) as refusal:
                await pipe.exchange(ENVELOPE)
            said.append(str(refusal.value))
        return said

    first, second = asyncio.run(twice())
    assert first == second
    assert "Somebody-Else-1" not in first
    assert machine.kinds().count("bad_password") == 1


ENVELOPE = "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>"


@pytest.mark.parametrize(
    ("trick", "kind", "words"),
    [
        (Trick.PROXY_HTML, Unsealed, "in the clear"),
        (Trick.GARBAGE, ConnectionLost, "garbage"),
        (Trick.TRUNCATE, ConnectionLost, "cut off"),
        (Trick.EMPTY_500, NotWsman, "HTTP 500"),
        (Trick.UNAVAILABLE, NotWsman, "503"),
        (Trick.WRONG_KEY, ConnectionLost, "cannot be opened"),
        (Trick.CLOSE, ConnectionLost, "without an answer"),
        (Trick.BUSY, WsmanFault, "0x803381A6"),
    ],
)
def test_trouble_has_a_name(workshop: Workshop, trick: Trick, kind: type[Exception], words: str) -> None:
    machine = workshop.machine(mischief=[Mischief(trick, times=None)])
    with pytest.raises(kind, match=words):
        read(machine.address, HTTP_PORT, HOUSE)


def test_silent_host_is_given_up(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.SILENT, times=None)])
    began = time.monotonic()
    with pytest.raises(TimedOut, match="2 seconds") as caught:
        read(machine.address, HTTP_PORT, HOUSE, read_timeout=2, operation_timeout=1)
    assert caught.value.maybe_delivered
    assert time.monotonic() - began < 5


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="refused"):
        read("127.0.0.1", port, HOUSE, scheme="http")


def test_name_that_does_not_exist() -> None:
    with pytest.raises(Unreachable, match="cannot be resolved"):
        read("nobody.invalid", HTTP_PORT, HOUSE)


def test_busy_host_is_connected_to_again() -> None:
    """Connecting is the only thing that is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    servers: list[socket.socket] = []
    timer = threading.Timer(0.1, lambda: servers.append(socket.create_server(("127.0.0.1", port))))
    timer.start()
    with pytest.raises(TimedOut):
        read("127.0.0.1", port, HOUSE, scheme="http", read_timeout=2, operation_timeout=1)
    timer.join()
    servers[0].close()


def test_certificate_problems_are_told_apart(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True, certificate=CertificateSpec(self_signed=True))
    with pytest.raises(TlsError, match="not trusted"):
        read(machine.address, HTTPS_PORT, HOUSE)


def test_port_without_tls() -> None:
    server = RawServer(http_answer("400 Bad Request"))
    with pytest.raises(TlsError, match="without TLS"):
        read("127.0.0.1", server.port, HOUSE, scheme="https", server_cert_validation="ignore")
    server.close()


def test_port_that_waits_instead_of_speaking_tls(workshop: Workshop) -> None:
    changes = {"scheme": "https", "read_timeout": 2, "operation_timeout": 1}
    with pytest.raises(TimedOut, match="may not speak https") as caught:
        read(workshop.machine().address, HTTP_PORT, HOUSE, **changes)
    assert not caught.value.maybe_delivered


def test_file_of_authorities_that_is_not_there(workshop: Workshop) -> None:
    machine = workshop.machine(http=False, https=True)
    with pytest.raises(Misconfigured, match=r"/nonexistent/ca\.pem does not exist"):
        read(machine.address, HTTPS_PORT, HOUSE, ca_trust_path="/nonexistent/ca.pem")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (raw("200 OK"), NotWsman, "without asking for credentials"),
        (raw("302 Found", Location="http://127.0.0.1:1/"), NotWsman, "redirect"),
        (raw("401 No", WWW_Authenticate="Basic realm=x"), NotAuthenticated, "offers Basic"),
        (raw("401 No", WWW_Authenticate="Negotiate !!!="), NotAuthenticated, "does not continue the sign-in"),
        (raw("401 No", WWW_Authenticate="Negotiate AAAA"), NotAuthenticated, "broke off"),
        (raw("401 No", WWW_Authenticate="Negotiate TlRMTVNTUAAC"), NotAuthenticated, "broke off"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", NotWsman, "not HTTP"),
        (b"\x15\x03\x01\0\2\2\x28", NotWsman, "the port expects TLS. Set ansible_winrm_scheme to https"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", NotWsman, "too large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", NotWsman, "too large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ConnectionLost, "Content-Length"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", NotWsman, "too large"),
    ],
)
def test_sign_in_with_a_stranger(serve: Serve, answer: bytes, kind: type[WinrmError], words: str) -> None:
    server = serve(lambda head, body: answer)
    with pytest.raises(kind, match=words):
        read("127.0.0.1", server.port, HOUSE, scheme="http")
    assert b"Lab_House" not in server.heard


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
def test_readable_answer_on_a_sealed_connection_is_not_believed(workshop: Workshop, status: str) -> None:
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
    impostor = Impostor(workshop.machine().address, raw(status, envelope))
    with pytest.raises(Unsealed):
        read("127.0.0.1", impostor.port, HOUSE, scheme="http")
    impostor.close()


FLEET_ADMIN = Account("fleetadmin", ADMINISTRATOR.password, "CORP")
PROXY_ANSWERS = ["502 Bad Gateway", "503 Service Unavailable", "403 Forbidden", "400 Bad Request", "200 OK"]


async def taken_after(host: str, port: int) -> bool:
    """Whether the guard believes that the account was taken, after one exchange over the streams."""
    shared = Shared(lockout=LockoutGuard(3))
    target = endpoint(host, port, scheme="http", username=f"CORP\\{FLEET_ADMIN.user}")
    pipe = StreamPipe(target, shared)
    with contextlib.suppress(WinrmError, WsmanFault):
        await AsyncSession(pipe, context_for(target), target.label).query(HOUSE)
    pipe.close()
    shared.close()
    return shared.lockout.has_taken(target)


@pytest.mark.parametrize("status", PROXY_ANSWERS)
def test_only_a_proof_unlocks_the_account(workshop: Workshop, status: str) -> None:
    """Kind: a stranger's answer that is no refusal was believed to be an acceptance."""
    impostor = Impostor(workshop.machine(accounts=[FLEET_ADMIN]).address, raw(status, b"<html></html>"))
    assert asyncio.run(taken_after("127.0.0.1", impostor.port)) is False
    impostor.close()


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "403 Forbidden", "200 OK"])
def test_a_proxy_gets_to_see_a_password_no_more_often_than_the_limit(workshop: Workshop, status: str) -> None:
    """Kind: an answer that proves nothing let the password go on to the whole fleet."""
    impostor = Impostor(workshop.machine(accounts=[FLEET_ADMIN]).address, raw(status, b"<html></html>"))

    async def run() -> list[str]:
        shared = Shared(lockout=LockoutGuard(3))
        fields = {"scheme": "http", "username": f"CORP\\{FLEET_ADMIN.user}"}
        targets = [endpoint("127.0.0.1", impostor.port, inventory_name=f"web{n}", **fields) for n in range(20)]
        pipes = [StreamPipe(target, shared) for target in targets]
        outcomes = await asyncio.gather(*(pipe.exchange(ENVELOPE) for pipe in pipes), return_exceptions=True)
        for pipe in pipes:
            pipe.close()
        shared.close()
        return [type(outcome).__name__ for outcome in outcomes]

    assert asyncio.run(run()).count("SignInWithheld") == 17
    assert impostor.answered == 3
    impostor.close()


def test_an_answer_that_opens_is_a_proof(workshop: Workshop) -> None:
    assert asyncio.run(taken_after(workshop.machine(accounts=[FLEET_ADMIN]).address, HTTP_PORT)) is True


def test_answer_of_a_web_server() -> None:
    server = RawServer(http_answer("404 Not Found", b"<html><title>Welcome</title></html>"))
    with pytest.raises(NotWsman, match="404"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("basic",))
    server.close()


def test_redirect_gets_neither_password_nor_request(serve: Serve) -> None:
    elsewhere = serve(lambda head, body: raw("200 OK"))
    server = serve(
        lambda head, body: raw("307 Temporary Redirect", Location=f"http://127.0.0.1:{elsewhere.port}/wsman")
    )
    with pytest.raises(NotWsman, match="redirect"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("basic",))
    assert b"Lab_House" in server.heard
    assert not elsewhere.heard


def test_answer_larger_than_an_envelope_may_be(serve: Serve) -> None:
    """Hundreds of hosts are read at once; the memory for each is bounded by what it was told."""
    server = serve(lambda head, body: raw("200 OK", b" " * 2_000_000))
    with pytest.raises(NotWsman, match="too large"):
        read("127.0.0.1", server.port, HOUSE, scheme="http", transports=("basic",))


@pytest.mark.parametrize("flags", [0x00000201, 0x00080201, 0x20080211], ids=["none", "session", "no seal"])
def test_challenge_that_does_without_a_seal(serve: Serve, flags: int) -> None:
    """A stranger in between may leave out what the client asked for (MS-NLMP 2.2.2.5); the request stays unsent."""
    name = "LAB".encode("utf-16-le")
    pairs = struct.pack("<HH", 2, len(name)) + name + struct.pack("<HH", 7, 8) + bytes(8) + bytes(4)
    challenge = b"NTLMSSP\0" + struct.pack(
        "<IHHIIQQHHI", 2, 0, 0, 48, flags | 0x00800000, 1, 0, len(pairs), len(pairs), 48
    )
    offer = f"Negotiate {base64.b64encode(challenge + pairs).decode()}"
    server = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate=offer))
    with pytest.raises(NotAuthenticated, match="seal"):
        read("127.0.0.1", server.port, HOUSE, scheme="http")
    assert b"Lab_House" not in server.heard
    assert b"HTTP-SPNEGO-session-encrypted" not in server.heard


# --- whom it speaks to

REACHES = [
    ({}, True),
    ({"transports": ("basic",)}, True),
    ({"transports": ("ntlm", "basic")}, True),
    ({"transports": ("credssp",)}, False),
    ({"transports": ("kerberos", "ntlm")}, False),
    ({"proxy": "http://proxy.example:3128"}, False),
    ({"proxy": None}, True),
]


@pytest.mark.parametrize(("changes", "expected"), REACHES)
def test_speaks_to(changes: dict[str, Any], expected: bool) -> None:
    assert Shared().speaks_to(endpoint("127.0.0.1", **changes)) is expected


@pytest.mark.parametrize(("exempt", "expected"), [("", False), ("127.0.0.1", True)])
def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, exempt: str, expected: bool) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", exempt)
    assert Shared().speaks_to(endpoint("127.0.0.1")) is expected


@pytest.mark.parametrize("transports", [("kerberos",), ("kerberos", "ntlm"), ("ntlm", "kerberos", "basic")])
@pytest.mark.parametrize("kinit", [None, Kinit("managed", command="/opt/kinit", args=("-x",))])
def test_speaks_kerberos_in_any_list(
    monkeypatch: pytest.MonkeyPatch, transports: tuple[str, ...], kinit: Kinit | None
) -> None:
    target = endpoint("127.0.0.1", transports=transports, kinit=kinit)
    monkeypatch.setattr(negotiate, "has_kerberos", lambda: True)
    assert Shared().speaks_to(target)
    monkeypatch.setattr(negotiate, "has_kerberos", lambda: False)
    assert not Shared().speaks_to(target)
