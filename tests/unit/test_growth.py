# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a stranger's text grows no faster than the text (CWE-1333): every expression and parser that meets one.

Each row has the worst input that its author could think of. Four times as much of it may take about four times as long;
with quadratic work it would be sixteen times. The least of several processor times is compared, so that what else the
machine does is not measured.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import dns.message
import dns.name
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import Malformed
from ansible_collections.winfleet.activation.plugins.module_utils._ad.security_descriptor import SecurityDescriptor
from ansible_collections.winfleet.activation.plugins.module_utils._dn import parts_of
from ansible_collections.winfleet.activation.plugins.module_utils._dns import exchange
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import DnsError
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint, normal_name
from ansible_collections.winfleet.activation.plugins.module_utils._text import printable
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.activation_events import LogEntry, read_log
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.classify import key_type
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_events import host_troubles
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_keys import _OFFICE, _WORD
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.office import _FAMILY
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import mask
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.words import first_sentence
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.csv_table import plain
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.row import _EDITION_IN_NAME
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.surroundings import _split
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import http1
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.authorization import shows_account
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.challenge import (
    respelled,
    schemes_offered,
    token_of,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.answer import http_status
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.situation import Situation
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.kerberos import _refusal
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import sealing
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Enumeration, RequestContext
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.anonymous import anonymous
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.envelope import parse
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.fault import _HRESULT_IN_TEXT
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.identify import Identify

ENDPOINT = Endpoint(
    inventory_name="srv01", host="srv01.corp.example", username="admin", password=Secret("Lab-Passw0rd!")
)
SITUATION = Situation(ENDPOINT, "ntlm")
LIMIT = 64 * 1024 * 1024

# Characters of the shorter input. The longer one has four times as many.
SIZE = 8_000


def identified(text: str) -> None:
    conversation = Identify()
    conversation.next_request()
    conversation.receive(
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Body><i:IdentifyResponse>'
        f"<i:ProductVersion>{text}</i:ProductVersion></i:IdentifyResponse></s:Body></s:Envelope>".encode()
    )


def negotiated(text: str) -> None:
    token_of(text, frozenset({"negotiate"}))


def answered(head: str) -> Callable[[str], None]:
    """The HTTP answer that goes on with a text, which comes in small pieces."""

    def read(text: str) -> None:
        incoming, data = http1.Incoming(LIMIT), f"HTTP/1.1 200 OK\r\n{head}{text}".encode("latin-1")
        for start in range(0, len(data), 16):
            incoming.feed(data[start : start + 16])

    return read


def page(text: str) -> None:
    http_status(SITUATION, 404, text)


def opened(text: str) -> None:
    sealing.opened(None, text.encode())  # type: ignore[arg-type]


def logged(text: str) -> None:
    read_log([LogEntry(code, MOMENT, 1, (text,)) for code in (12288, 12289, 8233)])


def host_event(text: str) -> None:
    host_troubles([LogEntry(12293, MOMENT, 1, (text,))])


def kinit(text: str) -> None:
    _refusal(ENDPOINT, "label", text.encode())


def endpoint_name(text: str) -> None:
    KmsEndpoint.parse(text)


SOAP = "http://www.w3.org/2003/05/soap-envelope"


def enumerated(before: str, after: str = "") -> Callable[[str], None]:
    """A page of an enumeration, with the text somewhere among its items."""

    def read(text: str) -> None:
        query = Enumeration(
            RequestContext(to="http://srv:5985/wsman", new_id=lambda: "uuid:1"), "SELECT * FROM Lab_Thing"
        )
        query.next_request()
        query.receive(
            f'<s:Envelope xmlns:s="{SOAP}" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
            'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="urn:x"><s:Body><n:EnumerateResponse>'
            f"<w:Items>{before}{text}{after}</w:Items><w:EndOfSequence/></n:EnumerateResponse></s:Body></s:Envelope>".encode()
        )

    return read


def faulted(text: str) -> None:
    fault = (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"><s:Body><s:Fault>'
        f"<s:Detail>{text}</s:Detail></s:Fault></s:Body></s:Envelope>"
    )
    str(parse(fault.encode(), limit=LIMIT).fault)


def descriptor(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        SecurityDescriptor.parse(data)


def resolved(text: str) -> None:
    """An answer from port 53 with the text among its bytes."""
    name = dns.name.from_text("_vlmcs._tcp.corp.example.")
    query = dns.message.make_query(name, "SRV")
    head = query.id.to_bytes(2, "big") + bytes.fromhex("8400000000ff00000000")
    with contextlib.suppress(DnsError):
        exchange._read(exchange.Server("127.0.0.1"), query, head + text.encode("latin-1"), None)


MOMENT = datetime(2026, 11, 24, tzinfo=timezone.utc)
CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"

# What meets the text, and what is repeated to make it.
ROWS: list[tuple[str, Callable[[str], Any], str, str]] = [
    ("title: opened again and again", page, "<html>", "<title>"),
    ("title: never closed", page, "<html><title>", "<"),
    ("page: blanks", page, "<html>", " "),
    ("characters that steer", printable, "", "\x1b"),
    ("quoted text", SITUATION.quote, "", " \u202e"),
    ("WWW-Authenticate: commas", schemes_offered, "", ","),
    ("WWW-Authenticate: blanks", schemes_offered, ",", " "),
    ("WWW-Authenticate: schemes", schemes_offered, "", "Basic, "),
    ("WWW-Authenticate: quotes", schemes_offered, "", '"'),
    ("WWW-Authenticate: backslashes", schemes_offered, '"', "\\"),
    ("WWW-Authenticate: realms", schemes_offered, "", 'Basic realm="a", '),
    ("WWW-Authenticate: equals signs", schemes_offered, "Negotiate ", "="),
    ("token: blanks", negotiated, "Negotiate", " "),
    ("token: names", negotiated, "", "Negotiate "),
    ("token: letters", negotiated, "Negotiate ", "A"),
    ("names of schemes", respelled, "", "negotiate,"),
    (
        "Authorization",
        lambda text: shows_account("Negotiate " + base64.b64encode(text.encode()).decode()),
        "",
        "NTLMSSP\0",
    ),
    ("HTTP: body without a length", answered("\r\n"), "", "x"),
    ("HTTP: chunks", answered(CHUNKED), "", "1\r\nx\r\n"),
    ("HTTP: extension of a chunk", answered(CHUNKED), "1;", "x"),
    ("HTTP: blanks after a size", answered(CHUNKED), "1", " "),
    ("HTTP: trailers", answered(CHUNKED + "0\r\n"), "", "a: b\r\n"),
    ("HTTP: line without an end", answered(""), "", "x"),
    ("HTTP: header name", answered(""), "", "!"),
    ("sealed: blanks", opened, "", "\n"),
    ("sealed: semicolons", opened, " OriginalContent:", ";"),
    ("sealed: boundaries", opened, "", "--"),
    ("envelope: prolog never closed", parse, "", "<!--"),
    ("envelope: instructions", parse, "", "<?a?>"),
    ("envelope: blanks", parse, "", " "),
    ("identity: OS", identified, "", "OS:"),
    ("identity: OS and SP", identified, "", "OS: a SP:"),
    ("fault: codes", _HRESULT_IN_TEXT.findall, "", "0x8004106"),
    ("description: commas", key_type, "", ","),
    ("description: words", key_type, "", ",a "),
    ("description: RETAIL", key_type, "", "RETAI L("),
    ("description: channel", key_type, "", ", a channel "),
    ("description: host keys", _WORD.search, "", "VOLUME_KMSCLIENT"),
    ("description: Office", _OFFICE.search, "", "Office 1"),
    ("family of Office", _FAMILY.match, "Office16", "a20"),
    ("name: edition", _EDITION_IN_NAME.search, "", ", a edition "),
    ("name: blanks", _EDITION_IN_NAME.search, ",", " "),
    ("event: codes", logged, "", "0x8"),
    ("event: products", logged, "0x1", "AppId = "),
    ("event: blanks", logged, "0x1 SkuId", " "),
    ("event: triggers", logged, "0x1", "Trigger="),
    ("event: fields", logged, "0x0", ",a"),
    ("event of a host: names", host_event, "0x8,", "a-"),
    ("event of a host: dots", host_event, "0x8,", "a."),
    ("search list", _split, "", ", "),
    ("sentences", first_sentence, "", "a. "),
    ("sentences: blanks", first_sentence, "a.", " "),
    ("kinit", kinit, "", "cannot find "),
    ("name and port of a KMS host", endpoint_name, "[", ":"),
    ("name of a host: dots", normal_name, "", "a."),
    ("name of a host: other letters", normal_name, "", "\u00fc\u0323"),
    ("name of an object: blanks", parts_of, "CN=a", " "),
    ("name of an object: blanks inside", lambda text: parts_of(f"{text}b"), "CN=a", " "),
    ("name of an object: escapes", parts_of, "CN=", "\\,"),
    ("name of an object: parts", parts_of, "CN=a", ",CN=a"),
    ("name of an object: backslashes", parts_of, "CN=", "\\"),
    ("keys in any text: groups", mask, "", "AAAAA-"),
    ("keys in any text: blanks", mask, "AAAAA", " "),
    ("keys in any text: hyphens", mask, "AAAAA", "-"),
    ("keys in any text: letters", mask, "", "A"),
    ("cell of a spreadsheet: semicolons", plain, "", "; "),
    ("cell of a spreadsheet: equals signs", plain, "", ";="),
    ("enumeration: items", enumerated(""), "", "<p:A/>"),
    ("enumeration: properties", enumerated("<p:A>", "</p:A>"), "", "<p:B>1</p:B>"),
    ("enumeration: blanks", enumerated("<p:A><p:B>", "</p:B></p:A>"), "", " "),
    ("enumeration: digits", enumerated("<p:A><p:B>", "</p:B></p:A>"), "", "1"),
    ("enumeration: attributes that steer", enumerated('<p:A x="', '"/>'), "", "&#x9b;"),
    ("enumeration: namespaces", enumerated(""), "", '<q:A xmlns:q="urn:y"/>'),
    ("fault: many of them", faulted, "", '<f:WSManFault Code="5"/>'),
    ("fault: messages", faulted, '<f:WSManFault Code="5"/>', "<f:Message>0x80041010</f:Message>"),
    (
        "fault: providers",
        lambda text: faulted(f"{text}</f:Message></f:WSManFault>"),
        '<f:WSManFault Code="5"><f:Message>',
        "<f:ProviderFault>a</f:ProviderFault>b",
    ),
    (
        "fault: text",
        lambda text: faulted(f"{text}</f:Message></f:WSManFault>"),
        '<f:WSManFault Code="5"><f:Message>',
        "0x8004",
    ),
    ("recording: tags", lambda text: anonymous(text, {}), "<a>", "<'"),
    ("recording: angles", lambda text: anonymous(text, {}), "<a>", "<"),
    ("recording: quotes", lambda text: anonymous(text, {}), "<a ", "x='\""),
    ("DNS: records", resolved, "", "\0\0\x01\0\x01" + "\0" * 6),
    ("DNS: labels", resolved, "", "\x01a"),
    ("DNS: pointers", resolved, "", "\xc0\x0c"),
    ("descriptor", lambda text: descriptor(text.encode("latin-1")), "\x01\0\x04\x80" + "\0" * 16, "\0\0\x08\0"),
]


def least_time(work: Callable[[str], Any], text: str) -> float:
    times = []
    for _unused in range(5):
        began = time.process_time()
        with contextlib.suppress(Exception):
            work(text)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize(("work", "first", "again"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_work_grows_no_faster_than_the_text(work: Callable[[str], Any], first: str, again: str) -> None:
    """Kind: a stranger's text on which the work is more than linear."""
    short, long = (first + again * (size // len(again)) for size in (SIZE, 4 * SIZE))
    # Two milliseconds are what a clock that ticks coarsely may add; quadratic work on the longer text takes more.
    assert least_time(work, long) < 10 * least_time(work, short) + 0.002
