# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readers. A target returns for bytes that it takes or refuses; any other exception is a finding."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import dns.message
import dns.name

from ansible_collections.winfleet.activation.plugins.module_utils import _kms_rpc
from ansible_collections.winfleet.activation.plugins.module_utils._ad import dns_node, sid
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Malformed
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import SecurityDescriptor
from ansible_collections.winfleet.activation.plugins.module_utils._dns import authority, exchange, resolve
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import DnsError
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.resume import ResumeError, ResumeFile
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import (
    ProductKey,
    ProductKeyError,
    mask,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import TableError, read_table
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import challenge, http1
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import sealing
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Enumeration,
    Get,
    Identify,
    Invocation,
    RequestContext,
    WsmanError,
    parse,
    parse_datetime,
    to_jsonable,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.scalars import by_form, reader_for

SEEDS = Path(__file__).parent / "seeds"
_VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "wsman"
_LIMIT = 1 << 16
_TYPES = ("string", "boolean", "uint8", "sint64", "real32", "datetime", "char16", "reference", "object")


@dataclass(frozen=True)
class Target:
    """A reader, and the files of its seeds: of bytes in hexadecimal, and vectors of the wire."""

    name: str
    read: Callable[[bytes], None]
    vectors: str = ""

    def seeds(self) -> Iterator[bytes]:
        yield b""
        for path in sorted((SEEDS / self.name).glob("*.hex")):
            yield bytes.fromhex(path.read_text())
        for path in sorted(_VECTORS.glob(self.vectors)) if self.vectors else ():
            yield path.read_bytes()


def _context() -> RequestContext:
    numbers = count(1)
    return RequestContext(
        to="http://srv:5985/wsman", new_id=lambda: f"uuid:00000000-0000-4000-8000-{next(numbers):012d}"
    )


def codec(data: bytes) -> None:
    """Every conversation takes any answer: it goes on, ends, or raises one of its own errors."""
    query = Enumeration(_context(), "SELECT * FROM Lab_Thing", types={"A": "uint32", "B": "datetime", "C": "string"})
    for conversation in (
        query,
        Get(_context(), "Lab_Thing"),
        Invocation(_context(), "Lab_Thing", "Do"),
        Identify(),
    ):
        with contextlib.suppress(WsmanError):
            conversation.next_request()
            conversation.receive(data)
            conversation.next_request()
    for instance in query.instances if query.done else ():
        for value in instance.properties.values():
            to_jsonable(value)


def faults(data: bytes) -> None:
    """A fault shows its text and codes in a line, whatever it is made of."""
    with contextlib.suppress(WsmanError):
        fault = parse(data, limit=_LIMIT).fault
        if fault is not None:
            assert str(fault)
            assert fault.hresult is None or 0 <= fault.hresult < 2**32
            assert isinstance(fault.timed_out and fault.access_denied and fault.invalid_query, bool)


def values(data: bytes) -> None:
    """A value of any type, from any text: a value or the text itself, and fit for JSON."""
    text = data.decode("utf-8", "replace")
    for read in (by_form, *(reader_for(name) for name in _TYPES)):
        to_jsonable(read(text))
    moment = parse_datetime(text)
    if moment is not None:
        assert parse_datetime(moment.text) == moment
    masked = mask(text)
    assert mask(masked) == masked
    with contextlib.suppress(ProductKeyError):
        ProductKey.parse(text)
    with contextlib.suppress(ValueError):
        assert KmsEndpoint.parse(str(KmsEndpoint.parse(text))) == KmsEndpoint.parse(text)


def framing(data: bytes) -> None:
    """An HTTP answer means the same in one piece and byte by byte (RFC 9112)."""
    assert _answer(data, len(data) or 1) == _answer(data, 1)


def _answer(data: bytes, step: int) -> object:
    incoming = http1.Incoming(_LIMIT)
    try:
        for start in range(0, len(data), step):
            response = incoming.feed(data[start : start + step])
            if response is not None:
                return response.status, response.headers, response.body, response.closes
        response = incoming.end()
    except (http1.Broken, http1.Oversized, http1.Encoded) as refused:
        return type(refused)
    return response and (response.status, response.headers, response.body, response.closes)


def sealed(data: bytes) -> None:
    """A sealed body opens to what was announced, or not at all."""
    sealer = SimpleNamespace(
        wrap_winrm=lambda content: sealing.Wrapped(b"signature", content, 0),
        unwrap_winrm=lambda header, content: content,
    )
    with contextlib.suppress(sealing.NotOpened):
        content = sealing.opened(sealer, data)
        assert b"Length=%d" % len(content) in data or b"length" in data.lower()
    assert sealing.opened(sealer, sealing.seal(sealer, data)) == data


def answers_of_dns(data: bytes) -> None:
    """Whatever comes from port 53 is an answer, or is refused with the server's name."""
    server = exchange.Server("127.0.0.1", 53, "")
    name = dns.name.from_text("_vlmcs._tcp.corp.example.")
    query = dns.message.make_query(name, "SRV")
    query.id = int.from_bytes(data[:2], "big")
    with contextlib.suppress(DnsError):
        answer = exchange._read(server, query, data, None)
        assert answer.rcode
        authority._zone_in(answer, name)
        assert authority._hearsay(server, "corp.example", answer)
        for kind in ("A", "AAAA"):
            resolve._addresses_in(answer.message, kind)
        resolve._alias_in(answer.message, resolve._end_of_aliases(answer.message, name))
        authority.record_set_of(answer.message, name, server.label)


def challenges(data: bytes) -> None:
    """WWW-Authenticate names schemes and tokens, each of one line, whatever stands in it."""
    header = data.decode("latin-1")
    offered = challenge.schemes_offered(header)
    assert all(scheme.isascii() and scheme.isprintable() for scheme in offered)
    assert challenge.schemes_offered(challenge.respelled(header)) == offered
    token = challenge.token_of(header, frozenset({"negotiate"}))
    assert token is None or (token.isascii() and token in header)


def descriptors(data: bytes) -> None:
    """A security descriptor that is read is written as it was meant."""
    with contextlib.suppress(Malformed):
        descriptor = SecurityDescriptor.parse(data)
        assert SecurityDescriptor.parse(descriptor.to_bytes()) == SecurityDescriptor.parse(
            SecurityDescriptor.parse(descriptor.to_bytes()).to_bytes()
        )
        assert SecurityDescriptor.parse(descriptor.to_bytes()).aces == descriptor.aces
    with contextlib.suppress(Malformed):
        text, end = sid.from_bytes(data)
        assert sid.to_bytes(text) == data[:end]
    with contextlib.suppress(Malformed):
        dns_node.records_in([data, data[8:]], tombstoned=False)
    dns_node.updates_of([data])
    dns_node.is_primary([data])


def answers_of_rpc(data: bytes) -> None:
    """Whatever answers on port 1688 is an answer to the bind, or is none."""
    with contextlib.suppress(_kms_rpc.NoRpc):
        assert "answers_as_kms" in _kms_rpc.read_answer(data)


def resume_file(data: bytes) -> None:
    """A file is gone on with, begun anew, or refused; never are results made of something else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resume.jsonl"
        path.write_bytes(data)
        with contextlib.suppress(ResumeError), ResumeFile(str(path), {"hosts": ["a"]}, 60.0, lambda: 1000.0) as file:
            for host, result in file.read.items():
                assert isinstance(host, str)
                assert isinstance(result, dict)
            file.add("b", {"role": "kms_client", "license": {}})
            file.complete()


def tables(data: bytes) -> None:
    """A data file is a table, or says that it is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.tsv"
        path.write_bytes(data.decode("utf-8", "replace").encode())
        with contextlib.suppress(TableError):
            rows = list(read_table(path))
            assert len({tuple(row) for row in rows}) <= 1


TARGETS = {
    target.name: target
    for target in (
        Target("codec", codec, "*/*.xml"),
        Target("faults", faults, "fault/*.xml"),
        Target("values", values),
        Target("framing", framing),
        Target("challenges", challenges),
        Target("sealed", sealed),
        Target("answers_of_dns", answers_of_dns),
        Target("answers_of_rpc", answers_of_rpc),
        Target("descriptors", descriptors),
        Target("resume_file", resume_file),
        Target("tables", tables),
    )
}
