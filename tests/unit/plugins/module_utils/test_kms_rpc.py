# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RPC bind to the KMS interface: bytes out, verdict in, and every kind of server that is none."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils import _kms_rpc
from winlab import rpc

Server = Callable[[socket.socket], object]


def serve(behavior: Server) -> int:
    """A server that treats one connection so, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with contextlib.suppress(OSError), listener:
            connection, _peer = listener.accept()
            with connection:
                behavior(connection)

    threading.Thread(target=run, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def test_bind_names_the_kms_interface_and_asks_for_nothing() -> None:
    pdu = _kms_rpc.bind_request(7)
    assert pdu[:4] == bytes([5, 0, 11, 3])
    assert struct.unpack_from("<H", pdu, 8)[0] == len(pdu) == 72
    assert struct.unpack_from("<I", pdu, 12)[0] == 7
    # The interface in the byte order of the wire, version 1.0; NDR, version 2.0.
    assert pdu[32:52].hex() == "7521c8514e845047b0d8ec255555bc06" + "01000000"
    assert pdu[52:72].hex() == "045d888aeb1cc9119fe808002b104860" + "02000000"


def test_lab_and_probe_agree_on_the_wire() -> None:
    reply = rpc.answer(_kms_rpc.bind_request())
    assert reply is not None
    assert _kms_rpc.read_answer(reply)["answers_as_kms"]


def test_other_rpc_servers_are_no_kms_hosts() -> None:
    foreign = bytearray(_kms_rpc.bind_request())
    foreign[32] ^= 0xFF
    reply = rpc.answer(bytes(foreign))
    assert reply is not None
    verdict = _kms_rpc.read_answer(reply)
    assert not verdict["answers_as_kms"]
    assert verdict["rejected"]
    assert "not a KMS host" in verdict["reason"]


def bind_ack(order: str, address: bytes, results: bytes, kind: int = 12) -> bytes:
    """An answer as C706, section 12.6.4.4, lays it out."""
    named = struct.pack(f"{order}H", len(address)) + address
    body = struct.pack(f"{order}HHI", 5840, 5840, 1) + named + bytes(-(24 + len(named)) % 4) + results
    drep = {"<": 0x10, ">": 0x00}[order]
    return struct.pack(f"{order}BBBBBxxxHHI", 5, 0, kind, 3, drep, 16 + len(body), 0, 1) + body


def result(order: str, verdict: int, reason: int) -> bytes:
    return struct.pack(f"{order}BxxxHH", 1, verdict, reason) + bytes(20)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize(
    ("verdict", "reason", "answers", "words"),
    [
        (0, 0, True, "accepted"),
        (2, 0, False, "without a reason"),
        (2, 1, False, "the KMS interface is not there"),
        (2, 2, False, "NDR"),
        (2, 3, False, "try again later"),
        (2, 99, False, "reason 99"),
        (1, 0, False, "refuses the bind"),
    ],
)
@pytest.mark.parametrize("address", [b"", b"1688\0", b"49152\0"])
def test_answers_to_a_bind(order: str, verdict: int, reason: int, answers: bool, words: str, address: bytes) -> None:
    read = _kms_rpc.read_answer(bind_ack(order, address, result(order, verdict, reason)))
    assert (read["answers_as_kms"], read["rejected"]) == (answers, not answers)
    assert words in read["reason"]


@pytest.mark.parametrize("kind", [13, 3], ids=["bind_nak", "fault"])
def test_refusals_of_the_whole_bind(kind: int) -> None:
    read = _kms_rpc.read_answer(bind_ack("<", b"", result("<", 0, 0), kind))
    assert (read["answers_as_kms"], read["rejected"]) == (False, True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "too short"),
        (b"HTTP/1.1 400 Bad Request", "not RPC"),
        (bind_ack("<", b"", b""), "cut off"),
        (bind_ack("<", b"1688\0", result("<", 0, 0))[:-30], "cut off"),
        (bind_ack("<", b"", bytes(28)), "no result"),
        (bind_ack("<", b"", result("<", 0, 0), kind=2), "PDU type 2"),
        (b"\x05\x00\x0c\x03\x40" + bytes(11), "not RPC"),
        (b"\x05\x00\x0c\x03\x10\0\0\0\x0f\0" + bytes(6), "15 bytes"),
    ],
)
def test_what_is_no_answer(answer: bytes, words: str) -> None:
    with pytest.raises(_kms_rpc.NoRpc, match=words):
        _kms_rpc.read_answer(answer)


def test_an_address_that_claims_to_be_longer_than_the_answer() -> None:
    lying = bytearray(bind_ack("<", b"1688\0", result("<", 0, 0)))
    struct.pack_into("<H", lying, 24, 65000)
    with pytest.raises(_kms_rpc.NoRpc, match="cut off"):
        _kms_rpc.read_answer(bytes(lying))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_verdict_or_no_rpc(data: bytes) -> None:
    with contextlib.suppress(_kms_rpc.NoRpc):
        assert "answers_as_kms" in _kms_rpc.read_answer(data)


@given(st.binary(min_size=1, max_size=60))
def test_damaged_answers_never_break_it(noise: bytes) -> None:
    reply = rpc.answer(_kms_rpc.bind_request()) or b""
    with contextlib.suppress(_kms_rpc.NoRpc):
        _kms_rpc.read_answer(reply[: len(noise)] + noise + reply[2 * len(noise) :])


def _answer(connection: socket.socket) -> None:
    connection.sendall(rpc.answer(connection.recv(4096)) or b"")


def _foreign(connection: socket.socket) -> None:
    bind = bytearray(connection.recv(4096))
    bind[32] ^= 0xFF
    connection.sendall(rpc.answer(bytes(bind)) or b"")


def _drip(connection: socket.socket) -> None:
    """A byte every now and then, never an end."""
    connection.recv(4096)
    for byte in bind_ack("<", b"1688\0", result("<", 0, 0)):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("behavior", "reachable", "answers", "words"),
    [
        (_answer, True, True, "accepted"),
        (_foreign, True, False, "it is not a KMS host"),
        (_drip, True, False, "does not answer in time"),
        (
            lambda c: [c.recv(4096), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")],
            True,
            False,
            "something else listens",
        ),
        (lambda c: [c.recv(4096), c.sendall(b"\x05\x00")], True, False, "closed in the middle"),
        # Whether the end arrives before or after the bind is chance: closed, or reset.
        (lambda c: None, True, False, "the connection was "),
        (lambda c: c.recv(4096), True, False, "closed without an answer"),
        (
            lambda c: [c.recv(4096), c.sendall(b"\x05\x00\x0c\x03\x10\0\0\0\xff\xff\0\0\x01\0\0\0")],
            True,
            False,
            "65535 bytes",
        ),
        (lambda c: time.sleep(2), True, False, "does not answer"),
    ],
    ids=["KMS", "other RPC", "drip", "HTTP", "cut off", "hangs up", "has nothing to say", "boasts", "silent"],
)
def test_probe(behavior: Server, reachable: bool, answers: bool, words: str) -> None:
    result = _kms_rpc.probe("127.0.0.1", serve(behavior), 1.0)
    assert (result["reachable"], result["answers_as_kms"]) == (reachable, answers)
    assert words in result["reason"]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = _kms_rpc.probe("127.0.0.1", port, 1.0)
    assert (result["reachable"], result["address"]) == (False, None)
    assert "closed" in result["reason"]


def test_packets_that_are_dropped() -> None:
    """A full queue of connections is to the next one what a firewall is that drops its packets."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.80.9.1", 0), backlog=0))
        for _unused in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        started = time.monotonic()
        answer = _kms_rpc.probe("127.80.9.1", full.getsockname()[1], 0.5)
    assert time.monotonic() - started < 3
    assert (answer["reachable"], answer["address"]) == (False, None)
    assert "firewall" in answer["reason"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-such-host.invalid", "resolved"),
        ("a" * 70 + ".invalid", "not a host name"),
        ("a..invalid", "not a host name"),
    ],
)
def test_names_that_lead_nowhere(name: str, words: str) -> None:
    assert words in _kms_rpc.probe(name, 1688, 1.0)["reason"]


def test_ipv6() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this system has no IPv6")

    def run() -> None:
        connection, _peer = listener.accept()
        with connection:
            _answer(connection)

    with listener:
        threading.Thread(target=run, daemon=True).start()
        answer = _kms_rpc.probe("::1", listener.getsockname()[1], 2.0)
    assert (answer["answers_as_kms"], answer["address"]) == (True, "::1")


def test_many_are_asked_in_order() -> None:
    targets = [("127.0.0.1", serve(_answer)) for _unused in range(5)]
    results = _kms_rpc.probe_all(targets, 1.0, 2)
    assert [(one["host"], one["port"]) for one in results] == targets
    assert all(one["answers_as_kms"] for one in results)
    assert _kms_rpc.probe_all([], 1.0, 2) == []
