# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and in which encodings a good reply may come."""

from __future__ import annotations

import tracemalloc

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import ProtocolError, parse
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.envelope import DEPTH_LIMIT, REPLY_LIMIT, _tree

from .wire import SOAP, envelope, rows

GOOD = rows('<x:T xmlns:x="urn:x"><x:Name>Grüße 日本 😀</x:Name></x:T>')
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        f"<?xml version='1.0' encoding='utf-16'?>{GOOD}".encode("utf-16"),
        f"<?xml version='1.0'?>\n<!-- a comment -->\n{GOOD}\n".encode(),
    ],
)
def test_a_good_reply_in_any_encoding(reply: bytes | str) -> None:
    payload = parse(reply).payload
    assert payload is not None
    assert [element.text for element in payload.iter("{urn:x}Name")] == ["Grüße 日本 😀"]


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"<html><body>503 Service Unavailable</body></html>", "HTML page"),
        (b"\r\n<!DOCTYPE html><html></html>", "HTML page"),
        (b"not xml at all", "not well-formed"),
        (GOOD.encode()[:-20], "not well-formed"),
        (GOOD.encode() + GOOD.encode(), "not well-formed"),
        (GOOD.encode("latin-1", "replace").replace(b"?", b"\xfc"), "not text in UTF-8"),
        (GOOD.encode("utf-16")[:-1], "not text in UTF-8 or UTF-16"),
        (b"<a/>", "not a SOAP 1.2 envelope"),
        (f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(), "without a body"),
        (GOOD.replace(SOAP, "http://schemas.xmlsoap.org/soap/envelope/").encode(), "not a SOAP 1.2 envelope"),
        (b"<!DOCTYPE x>" + GOOD.encode(), "document type"),
        (f"<?xml version='1.0'?><!-- x --><!DOCTYPE x SYSTEM 'http://192.0.2.1/x'>{GOOD}".encode(), "document type"),
        (f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]>{GOOD.replace('Grüße', '&l9;')}".encode(), "document type"),
        (f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]>{GOOD.replace('Grüße', '&l9;')}".encode("utf-16"), "document type"),
        (GOOD.replace("Grüße", "&file;").encode(), "not well-formed"),
        (GOOD.replace("Grüße", "\x00").encode(), "not well-formed"),
        (envelope("<a>" * DEPTH_LIMIT + "</a>" * DEPTH_LIMIT).encode(), "nests more than"),
        (envelope("<a>" * 200_000 + "</a>" * 200_000).encode(), "nests more than"),
        (b" " * (REPLY_LIMIT + 1), "more than the limit"),
    ],
)
def test_what_is_refused(reply: bytes, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        parse(reply)


def test_the_limits_are_limits_and_not_less() -> None:
    room = DEPTH_LIMIT - 2
    assert parse(envelope("<a>" * room + "</a>" * room)).payload is not None
    assert parse(GOOD, limit=len(GOOD)).payload is not None
    with pytest.raises(ProtocolError):
        parse(GOOD, limit=len(GOOD) - 1)


def test_a_text_that_only_speaks_of_document_types_is_no_document_type() -> None:
    reply = GOOD.replace("Grüße", "<![CDATA[<!DOCTYPE x [<!ENTITY y 'z'>]>]]>")
    assert parse(reply).payload is not None


def test_the_parser_itself_refuses_a_document_type() -> None:
    with pytest.raises(ProtocolError, match="document type"):
        _tree("<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>")


def test_entities_are_refused_without_being_expanded() -> None:
    bomb = f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]><x>&l9;</x>".encode()
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="It was not read"):
            parse(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_what_a_reply_relates_to_is_read() -> None:
    header = "<a:Action>act</a:Action><a:MessageID> uuid:1 </a:MessageID><a:RelatesTo>\n uuid:2</a:RelatesTo>"
    reply = parse(envelope("", header))
    assert (reply.relates_to, reply.payload) == ("uuid:2", None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("a&#x9B;31m", "a\ufffd31m"),
        ("a\x7fb", "a\ufffdb"),
        ("a\u202eb", "a\ufffdb"),
        ("a&#x202e;b", "a\ufffdb"),
        ("a\u200bb", "a\ufffdb"),
        ("\ufeffb", "\ufffdb"),
        ("a\x85b", "a\ufffdb"),
        ("a\u2028b", "a\ufffdb"),
        ("a&#13;&#10;b", "a\nb"),
        ("a\tb\nc", "a\tb\nc"),
        ("Grüße 日本 😀", "Grüße 日本 😀"),
    ],
)
def test_what_steers_a_terminal_is_replaced_where_it_enters(written: str, read: str) -> None:
    """Kind: control and format characters of a host's text reach terminal and report."""
    payload = parse(envelope(f'<x:One xmlns:x="urn:x" says="{written}">{written}<x:Two/>{written}</x:One>')).payload
    assert payload is not None
    assert payload.text == read
    assert payload[0].tail == read
    # An attribute has no line ends (XML 1.0, 3.3.3), but for references.
    assert payload.get("says") == read.replace("\t", " ").replace("\n", "\ufffd\n" if "&#13;" in written else " ")


def test_the_words_of_a_fault_steer_no_terminal() -> None:
    fault = parse(
        envelope(
            f"<s:Fault xmlns:s='{SOAP}'><s:Code><s:Value>s:Receiver</s:Value></s:Code>"
            "<s:Reason><s:Text xml:lang='en'>denied\u202e &#x9b;2J</s:Text></s:Reason></s:Fault>"
        )
    ).fault
    assert fault is not None
    assert fault.reason == "denied\ufffd \ufffd2J"
