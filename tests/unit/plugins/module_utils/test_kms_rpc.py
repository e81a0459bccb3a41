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
    assert "no KMS host" in verdict["reason"]


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


@pytest.mark.parametrize(
    ("behavior", "reachable", "answers", "words"),
    [
        (_answer, True, True, "accepted"),
        (
            lambda c: [c.recv(4096), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")],
            True,
            False,
            "something else listens",
        ),
        (lambda c: [c.recv(4096), c.sendall(b"\x05\x00")], True, False, "closed in the middle"),
        (lambda c: None, True, False, "open"),
        (
            lambda c: [c.recv(4096), c.sendall(b"\x05\x00\x0c\x03\x10\0\0\0\xff\xff\0\0\x01\0\0\0")],
            True,
            False,
            "65535 bytes",
        ),
        (lambda c: time.sleep(2), True, False, "does not answer"),
    ],
    ids=["KMS", "HTTP", "cut off", "hangs up", "boasts", "silent"],
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


def test_unknown_name() -> None:
    assert "resolved" in _kms_rpc.probe("no-such-host.invalid", 1688, 1.0)["reason"]


def test_many_are_asked_in_order() -> None:
    targets = [("127.0.0.1", serve(_answer)) for _unused in range(5)]
    results = _kms_rpc.probe_all(targets, 1.0, 2)
    assert [(one["host"], one["port"]) for one in results] == targets
    assert all(one["answers_as_kms"] for one in results)
    assert _kms_rpc.probe_all([], 1.0, 2) == []
