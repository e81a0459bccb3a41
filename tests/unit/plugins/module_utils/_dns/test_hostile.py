# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers that mean harm: they never end, they answer in other classes, they hand over what is no zone."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors, exchange, signing
from ansible_collections.winfleet.activation.plugins.module_utils._dns.authority import Authority
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Server
from ansible_collections.winfleet.activation.plugins.module_utils._dns.resolve import Lookup
from ansible_collections.winfleet.activation.plugins.module_utils._dns.transfer import _Domains, publishing_domains

from .nameserver import ADDRESS, Handler, Reply, serve

OWNER = "_vlmcs._tcp.corp.example"
ZONE = "corp.example"
SOA = "corp.example. 60 IN SOA ns1.corp.example. h.corp.example. 7 1 1 1 1"
TIMEOUT = 0.4
# So long that it tells an end from none, on whatever machine.
LONGEST = 30.0


def records(*lines: str, rcode: str = "NOERROR", more: int = dns.flags.AA) -> Handler:
    """A server that answers any question with these records: name, time to live, class, type, data."""

    def handler(wire: bytes, _protocol: str) -> Reply:
        response = dns.message.make_response(dns.message.from_wire(wire))
        response.flags |= more
        response.set_rcode(dns.rcode.from_text(rcode))
        for line in lines:
            name, ttl, rdclass, rdtype, data = line.split(None, 4)
            response.answer.append(dns.rrset.from_text(name, int(ttl), rdclass, rdtype, data))
        return response.to_wire()

    return handler


# --- no end


@contextlib.contextmanager
def flooding() -> Iterator[int]:
    """A UDP server that answers a question with datagrams for somebody else, for ever and without a pause."""
    stop = threading.Event()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((ADDRESS, 0))
    server.settimeout(LONGEST)

    def flood() -> None:
        query, peer = server.recvfrom(65535)
        other = bytes([query[0] ^ 1]) + query[1:]
        while not stop.is_set():
            with contextlib.suppress(OSError):
                server.sendto(other, peer)

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        thread.join(5)
        server.close()


def test_datagrams_for_others_do_not_hold_up_for_ever() -> None:
    """Kind: a stranger who sends without a pause, so that no wait for the next piece is ever too long."""
    began = time.monotonic()
    with flooding() as port, pytest.raises(errors.NoAnswer, match=r"within 0\.4 seconds"):
        exchange.ask(Server(ADDRESS, port), dns.message.make_query(OWNER, "SRV"), TIMEOUT, tries=1)
    assert time.monotonic() - began < LONGEST


def test_a_deadline_that_has_passed_is_no_wait() -> None:
    with pytest.raises(TimeoutError):
        exchange._left(time.monotonic() - 1)
    assert exchange._left(time.monotonic() + 5) > 0


# --- other classes, other shapes


@pytest.mark.parametrize("rdclass", ["CH", "HS", "TYPE9"])
def test_addresses_of_another_class_are_none(rdclass: str) -> None:
    """Kind: a record of the right type in the wrong class, whose data is something else."""
    if rdclass == "TYPE9":
        data = r"ns1.corp.example. 60 CLASS9 A \# 4 c0000201"
    elif rdclass == "HS":
        data = r"ns1.corp.example. 60 HS A \# 4 c0000201"
    else:
        data = "ns1.corp.example. 60 CH A x.example. 01"
    with serve(records(data)) as port:
        assert Lookup([f"{ADDRESS}:{port}"], TIMEOUT).addresses("ns1.corp.example").addresses == ()


FRESH = """
import importlib
importlib.import_module("tests.unit.conftest")
import dns.message, dns.name, dns.rdataclass
from ansible_collections.winfleet.activation.plugins.module_utils._dns import exchange, resolve, srv
def answer(rdclass, rdtype, data):
    head = bytes.fromhex("000084000000000100000000") + b"\\0" + rdtype.to_bytes(2, "big") + rdclass.to_bytes(2, "big")
    return dns.message.from_wire(head + bytes(4) + len(data).to_bytes(2, "big") + data)
for rdtype in (1, 28, 33):
    answer(255, rdtype, b"")
assert resolve._addresses_in(answer(1, 1, bytes(4)), "A") == ["0.0.0.0"]
assert resolve._addresses_in(answer(1, 28, bytes(16)), "AAAA") == ["::"]
assert srv.SrvValue.from_rdata(answer(1, 33, bytes(7)).answer[0][0]).port == 0
"""


def test_records_of_class_any_do_not_spoil_those_that_come_later() -> None:
    """Kind: a stranger's answer that changes how the answers of others are read, in a process that has read none."""
    root = Path(__file__).resolve().parents[5]
    done = subprocess.run([sys.executable, "-c", FRESH], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("lines", "target"),
    [
        ((f"{OWNER}. 60 IN CNAME kms.other.example.",), "kms.other.example"),
        (("_tcp.corp.example. 60 IN DNAME other.example.",), "_vlmcs.other.example"),
        (("corp.example. 60 IN DNAME other.example.",), "_vlmcs._tcp.other.example"),
        (("CORP.example. 60 IN DNAME .",), "_vlmcs._tcp"),
        (
            (
                "_tcp.corp.example. 60 IN DNAME other.example.",
                f"{OWNER}. 0 IN CNAME _vlmcs.other.example.",
                "_vlmcs.other.example. 60 IN SRV 0 0 1688 kms01.other.example.",
            ),
            "_vlmcs.other.example",
        ),
    ],
)
def test_an_alias_of_any_form_is_one(lines: tuple[str, ...], target: str) -> None:
    """Kind: records that are another name's, by CNAME, by DNAME, or by a DNAME without its CNAME."""
    with serve(records(*lines)) as port, pytest.raises(errors.Aliased) as alias:
        Authority(Server(ADDRESS, port), TIMEOUT, signing.Unsigned()).record_set(OWNER)
    assert alias.value.target == target


@pytest.mark.parametrize(
    "line",
    [
        f"{OWNER}. 60 IN DNAME other.example.",  # it is for what lies below the name
        "other.example. 60 IN DNAME corp.example.",
        "xcorp.example. 60 IN DNAME other.example.",
        f"{OWNER}. 60 CH CNAME other.example.",
        "kms.corp.example. 60 IN CNAME other.example.",
    ],
)
def test_an_alias_of_other_names_is_none(line: str) -> None:
    with serve(records(line)) as port:
        assert Authority(Server(ADDRESS, port), TIMEOUT, signing.Unsigned()).record_set(OWNER).values == ()


@pytest.mark.parametrize(
    "rcode", ["FORMERR", "SERVFAIL", "NOTIMP", "REFUSED", "YXDOMAIN", "NOTAUTH", "NOTZONE", "BADVERS"]
)
def test_every_refusal_has_its_word(rcode: str) -> None:
    with serve(records(rcode=rcode)) as port, pytest.raises(errors.DnsError, match=rcode):
        Authority(Server(ADDRESS, port), TIMEOUT, signing.Unsigned()).record_set(OWNER)


# --- transfers


def transferred(*lines: str, end: bool = True) -> tuple[str, ...]:
    lines = (SOA, *lines, SOA) if end else lines
    with serve(records(*lines)) as port:
        return publishing_domains(Server(ADDRESS, port), ZONE, signing.Unsigned(), TIMEOUT)


def test_the_domains_of_a_zone() -> None:
    found = transferred(
        "kms01.corp.example. 60 IN A 192.0.2.1",
        "_vlmcs._tcp.deep.er.corp.example. 60 IN SRV 0 0 1688 pc1.corp.example.",
        "_vlmcs._tcp.deep.er.corp.example. 60 IN SRV 0 0 1688 pc2.corp.example.",
        "_ldap._tcp.corp.example. 60 IN SRV 0 0 389 dc1.corp.example.",
        "_VLMCS._TCP.corp.example. 60 IN SRV 0 0 1688 pc3.corp.example.",
        "_vlmcs._tcp.elsewhere.example. 60 IN SRV 0 0 1688 pc4.corp.example.",
    )
    assert found == ("corp.example", "deep.er.corp.example")


@pytest.mark.parametrize(
    "lines",
    [
        ("_vlmcs._tcp.corp.example. 60 IN SRV 0 0 1688 pc.corp.example.",),
        ("sub.corp.example. 60 IN SOA a. b. 1 1 1 1 1",),
        ("corp.example. 60 IN SOA a. b. 1 1 1 1 1",),
        (SOA, "_vlmcs._tcp.corp.example. 60 IN SRV 0 0 1688 pc.corp.example."),
        ("kms01.corp.example. 60 CH A x.example. 01",),
    ],
    ids=["no SOA", "a SOA below", "another SOA", "more behind the end", "another class"],
)
def test_what_is_no_transfer(lines: tuple[str, ...]) -> None:
    """Kind: a zone in a form that the library's own reader refuses with an error of its own."""
    with pytest.raises(errors.DnsError):
        transferred(*lines, end=lines[0].startswith(("sub", "corp", "kms01")) or lines[0] == SOA)


def test_a_large_zone_leaves_its_domains_only() -> None:
    """Kind: what is asked for is small, and everything is kept."""
    found = _Domains(dns.name.from_text(ZONE))
    with found.writer() as passing:
        for number in range(1000):
            passing.add(dns.rrset.from_text(f"h{number}.corp.example.", 60, "IN", "A", "192.0.2.1"))
        passing.add(dns.rrset.from_text("_vlmcs._tcp.a.corp.example.", 60, "IN", "SRV", "0 0 1688 h1.corp.example."))
        assert passing._domains == {"a.corp.example"}  # type: ignore[attr-defined]
        assert found.whole == frozenset()
    assert found.whole == {"a.corp.example"}
