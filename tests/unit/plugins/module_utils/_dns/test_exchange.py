# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message and its answer, with every kind of server: silent, garbled, cut off, slow, foreign, closed."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import dns.tsig
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors, exchange
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Server

from .nameserver import ADDRESS, Handler, Reply, serve

TIMEOUT = 0.4
KEY = dns.tsig.Key("k", base64.b64encode(b"secret").decode())
OTHER_KEY = dns.tsig.Key("k", base64.b64encode(b"another").decode())


def query() -> dns.message.Message:
    return dns.message.make_query("_vlmcs._tcp.corp.example", "SRV")


def good(wire: bytes, _protocol: str = "udp", count: int = 1) -> bytes:
    response = dns.message.make_response(dns.message.from_wire(wire))
    texts = [f"0 0 1688 pc{number:04}.corp.example." for number in range(count)]
    response.answer.append(dns.rrset.from_text("_vlmcs._tcp.corp.example.", 60, "IN", "SRV", *texts))
    return response.to_wire()


def ask(handler: Handler, message: dns.message.Message | None = None, timeout: float = TIMEOUT) -> exchange.Answer:
    with serve(handler) as port:
        return exchange.ask(Server(ADDRESS, port), message or query(), timeout)


def ask_by_tcp(handler: Handler, message: dns.message.Message | None = None) -> exchange.Answer:
    with serve(handler) as port:
        return exchange.ask_by_tcp(Server(ADDRESS, port), message or query(), TIMEOUT)


def test_an_answer() -> None:
    answer = ask(good)
    assert answer.rcode == "NOERROR"
    assert answer.verified
    assert len(answer.message.answer[0]) == 1


def test_truncated_by_udp_is_asked_again_by_tcp() -> None:
    def handler(wire: bytes, protocol: str) -> Reply:
        if protocol == "tcp":
            return good(wire, count=200)
        response = dns.message.make_response(dns.message.from_wire(wire))
        response.flags |= dns.flags.TC
        return response.to_wire()

    assert len(ask(handler).message.answer[0]) == 200


def test_the_second_try_counts_and_a_late_answer_does_not() -> None:
    seen: list[bytes] = []

    def handler(wire: bytes, _protocol: str) -> Reply:
        seen.append(wire)
        return None if len(seen) == 1 else [b"\0\0" + good(wire)[2:], good(wire)]

    assert ask(handler).rcode == "NOERROR"
    assert len(seen) == 2


def test_silence_is_bounded() -> None:
    started = time.monotonic()
    with pytest.raises(errors.NoAnswer, match=r"no answer by UDP within 0\.4 seconds") as caught:
        ask(lambda _wire, _protocol: None)
    assert caught.value.maybe_delivered
    assert time.monotonic() - started < 4 * TIMEOUT + 1
    with pytest.raises(errors.NoAnswer, match="no answer by TCP"):
        ask_by_tcp(lambda _wire, _protocol: None)


def test_nothing_listens() -> None:
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(errors.NoAnswer, match=f"{ADDRESS}:{port}.*nothing listens") as caught:
        exchange.ask(Server(ADDRESS, port), query(), TIMEOUT)
    assert not caught.value.maybe_delivered
    with pytest.raises(errors.NoAnswer, match="nothing listens on TCP"):
        exchange.ask_by_tcp(Server(ADDRESS, port), query(), TIMEOUT)


def _hang_up(_wire: bytes, _protocol: str) -> Reply:
    raise ConnectionAbortedError


def test_the_connection_is_closed_early() -> None:
    with pytest.raises(errors.NoAnswer, match="closed the connection") as caught:
        ask_by_tcp(_hang_up)
    assert caught.value.maybe_delivered


def _with(change: Callable[[dns.message.Message], None]) -> Handler:
    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire))
        change(response)
        return response.to_wire()

    return handler


def _other_question(response: dns.message.Message) -> None:
    response.question = dns.message.make_query("elsewhere.example", "SRV").question


def _no_response(response: dns.message.Message) -> None:
    response.flags &= ~dns.flags.QR


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (lambda wire, _protocol: b"garbage", "another question|not a DNS message"),
        (lambda wire, _protocol: wire[:2] + b"garbage, and more of it, long enough for a header", "not a DNS|another"),
        (lambda wire, _protocol: good(wire)[:-9], "not a DNS message"),
        (lambda wire, _protocol: b"x", "not a DNS message"),
        (lambda wire, _protocol: wire[:2], "not a DNS message"),
        (_with(_other_question), "another question"),
        (_with(_no_response), "another question"),
    ],
    ids=["text", "text with our number", "cut off", "one byte", "number only", "other question", "a question"],
)
def test_what_is_no_answer(handler: Handler, words: str) -> None:
    with pytest.raises(errors.Unintelligible, match=words):
        ask_by_tcp(handler)


def test_garbage_by_udp() -> None:
    with pytest.raises(errors.Unintelligible):
        ask(lambda wire, _protocol: wire[:2] + b"\xff" * 40)


# --- Signatures -------------------------------------------------------------------------------------------------------


def signed() -> dns.message.Message:
    message = query()
    message.use_tsig(KEY)
    return message


def _signing(key: dns.tsig.Key | None, rcode: str = "NOERROR", tsig_error: int = 0, other: bytes = b"") -> Handler:
    def handler(wire: bytes, _protocol: str) -> Reply:
        request = dns.message.from_wire(wire, keyring=KEY)
        response = dns.message.make_response(request, tsig_error=tsig_error)
        response.set_rcode(dns.rcode.from_text(rcode))
        if key is None:
            response.tsig = response.keyring = None
        else:
            response.keyring = key
            if other and response.tsig:
                response.tsig = dns.rrset.from_rdata(response.tsig.name, 0, response.tsig[0].replace(other=other))
        return response.to_wire()

    return handler


def test_a_signature_that_holds() -> None:
    answer = ask_by_tcp(_signing(KEY, "REFUSED"), signed())
    assert (answer.verified, answer.rcode, answer.tsig_error) == (True, "REFUSED", None)


@pytest.mark.parametrize("key", [None, OTHER_KEY], ids=["unsigned", "wrong key"])
@pytest.mark.parametrize("rcode", ["NOERROR", "REFUSED"])
def test_a_signature_that_does_not_hold_still_shows_the_code(key: dns.tsig.Key | None, rcode: str) -> None:
    answer = ask_by_tcp(_signing(key, rcode), signed())
    assert (answer.verified, answer.rcode) == (False, rcode)


def test_the_servers_word_on_our_signature() -> None:
    moment = 1_800_000_000
    answer = ask_by_tcp(_signing(KEY, "NOTAUTH", 18, moment.to_bytes(6, "big")), signed())
    assert (answer.verified, answer.tsig_error, answer.server_time) == (False, "BADTIME", moment)


def test_ipv6() -> None:
    try:
        with serve(good, "::1") as port:
            assert exchange.ask(Server("::1", port), query(), TIMEOUT).rcode == "NOERROR"
            assert exchange.ask_by_tcp(Server("::1", port), query(), TIMEOUT).rcode == "NOERROR"
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


@pytest.mark.parametrize(
    ("server", "label"),
    [
        (Server("192.0.2.1"), "192.0.2.1"),
        (Server("192.0.2.1", 5353), "192.0.2.1:5353"),
        (Server("2001:db8::1", 5353, "ns1"), "ns1 ([2001:db8::1]:5353)"),
        (Server("192.0.2.1", name="192.0.2.1"), "192.0.2.1"),
    ],
)
def test_label(server: Server, label: str) -> None:
    assert server.label == label
