# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties that must hold for every input, searched by Hypothesis."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.module_utils._text import printable
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Conversation,
    Enumeration,
    Get,
    Identify,
    Interval,
    Invocation,
    ProtocolError,
    Put,
    UsageError,
    Value,
    WsmanFault,
    parse,
    parse_datetime,
    quote,
    to_jsonable,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.escaping import escape_attribute, escape_text
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.scalars import by_form
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.values import moment_text

from .wire import context, envelope, item, pump, rows

XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r<>&\"']")
)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=OFFSETS)


@given(XML_TEXT)
def test_escaped_text_reads_back_as_it_was(text: str) -> None:
    element = ElementTree.fromstring(f'<x a="{escape_attribute(text, "it")}">{escape_text(text, "it")}</x>')
    assert (element.get("a"), element.text or "") == (text, text)


@given(st.text(st.characters(codec=None)))
def test_text_is_either_carried_whole_or_refused(text: str) -> None:
    try:
        escaped = escape_text(text, "it")
    except UsageError:
        with pytest.raises((ElementTree.ParseError, UnicodeEncodeError, ValueError)):
            # Unescaped except for markup: the parser must agree that it is no XML.
            ElementTree.fromstring(f"<x>{text.replace('&', '').replace('<', '').replace(']]>', '')}</x>")
    else:
        assert (ElementTree.fromstring(f"<x>{escaped}</x>").text or "") == text


@given(XML_TEXT)
def test_a_quoted_text_unquotes_to_itself(text: str) -> None:
    quoted = quote(text)
    inner, out, escaped = quoted[1:-1], [], False
    for character in inner:
        if escaped or character != "\\":
            assert escaped or character != "'"
            out.append(character)
            escaped = False
        else:
            escaped = True
    assert not escaped
    assert "".join(out) == text


@given(XML_TEXT)
def test_typing_by_form_loses_nothing(text: str) -> None:
    value = by_form(text)
    written = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    assert written == text


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_of_every_width_are_whole(number: int) -> None:
    assert by_form(str(number)) == number
    assert to_jsonable(by_form(str(number))) == number


@given(MOMENTS)
def test_moments_are_whole(moment: datetime) -> None:
    parsed = parse_datetime(moment_text(moment))
    assert parsed == moment
    assert parsed is not None
    assert parsed.utcoffset() == moment.utcoffset()


# What a reply may say; the rest is replaced where it is read.
SAYABLE = XML_TEXT.map(printable)

VALUES = (
    SAYABLE
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | MOMENTS
)
TYPES: dict[type, str] = {str: "string", bool: "boolean", int: "sint64", float: "real64", datetime: "datetime"}


@given(VALUES | st.lists(SAYABLE, min_size=1).map(tuple) | st.none())
def test_what_a_put_writes_a_get_reads(value: Value) -> None:
    request = Put(context(), "Lab_Thing", {"Id": "1"}, {"X": value}).next_request()
    assert request is not None
    written = request.partition("<s:Body>")[2].partition("</s:Body>")[0]
    cim_type = "string[]" if isinstance(value, tuple) else TYPES.get(type(value), "string")
    get = pump(Get(context(), "Lab_Thing", {"Id": "1"}, types={"X": cim_type}), [envelope(written)])
    assert get.instance.properties == {"X": value}
    assert type(get.instance.properties["X"]) is type(value) or isinstance(value, datetime)
    json.dumps(to_jsonable(get.instance), allow_nan=False)


STARTS: list[Callable[[], Conversation]] = [
    lambda: Enumeration(context(), "SELECT A,B FROM Lab_Thing", types={"A": "uint8[]", "B": "datetime"}),
    lambda: Enumeration(context(), "SELECT * FROM Win32_OperatingSystem"),
    lambda: Get(context(), "Lab_Thing"),
    lambda: Put(context(), "Lab_Thing", None, {"A": 1}),
    lambda: Invocation(context(), "Lab_Thing", "Do", types={"A": "string[]"}),
    Identify,
]

# Elements and attributes that mean something to some reader, put together in ways no server would.
TAGS = [
    "n:EnumerateResponse",
    "n:PullResponse",
    "n:EnumerationContext",
    "w:Items",
    "n:Items",
    "w:EndOfSequence",
    "w:XmlFragment",
    "p:Do_OUTPUT",
    "p:ReturnValue",
    "p:A",
    "p:B",
    "A",
    "B",
    "Datetime",
    "cim:Datetime",
    "cim:Interval",
    "cim:Date",
    "a:EndpointReference",
    "a:Address",
    "a:ReferenceParameters",
    "w:ResourceURI",
    "w:SelectorSet",
    "w:Selector",
    "s:Fault",
    "s:Code",
    "s:Subcode",
    "s:Value",
    "s:Reason",
    "s:Text",
    "s:Detail",
    "f:WSManFault",
    "f:Message",
    "f:ProviderFault",
    "f:ExtendedError",
    "p:__ExtendedStatus",
    "p:StatusCode",
    "p:MSFT_WmiError",
    "p:error_Code",
    "p:MessageID",
    "i:IdentifyResponse",
    "i:ProductVersion",
]
ATTRIBUTES = ("", ' xsi:nil="true"', ' xsi:type="p:X_Type"', ' xsi:type="cim:cimUnsignedInt"', ' Code="5"', ' Name="k"')
TEXTS = ("", "x", "5", "-0", "s:Sender", "q:", "0xC004F050", "2026-11-24T00:00:00Z", "P1D", "true", "9" * 30)


def _element(tag: str, attribute: str, content: list[str]) -> str:
    return f"<{tag}{attribute}>{''.join(content)}</{tag}>"


TREES = st.recursive(
    st.sampled_from(TEXTS),
    lambda inner: st.builds(_element, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.lists(inner, max_size=4)),
    max_leaves=25,
)
DECLARED = 'xmlns:p="urn:p" xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" xmlns:i="urn:i"'


def _survives(start: Callable[[], Conversation], reply: bytes) -> None:
    conversation = start()
    conversation.next_request()
    with contextlib.suppress(ProtocolError, WsmanFault):
        conversation.receive(reply)
    if isinstance(conversation, Enumeration):
        json.dumps([to_jsonable(instance) for instance in conversation.instances], allow_nan=False)


@given(st.sampled_from(STARTS), st.binary(max_size=400) | XML_TEXT.map(str.encode))
def test_arbitrary_bytes_are_a_protocol_error_and_nothing_worse(
    start: Callable[[], Conversation], reply: bytes
) -> None:
    _survives(start, reply)
    with pytest.raises(ProtocolError):
        parse(reply)


@given(st.text(st.characters(codec=None), max_size=100))
def test_arbitrary_text_is_a_protocol_error_and_nothing_worse(reply: str) -> None:
    with pytest.raises(ProtocolError):
        parse(reply)


@given(st.sampled_from(STARTS), st.sampled_from(TAGS), TREES, TREES)
def test_envelopes_of_nonsense_raise_nothing_else(
    start: Callable[[], Conversation], tag: str, first: str, second: str
) -> None:
    body = f"<{tag}>{first}{second}</{tag}>".replace(f"<{tag}>", f"<{tag} {DECLARED}>", 1)
    _survives(start, envelope(body).encode())


@given(st.sampled_from(STARTS), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damaged_replies_raise_nothing_else(start: Callable[[], Conversation], at: int, damage: bytes) -> None:
    good = rows(item('<p:A>1</p:A><p:B><cim:Datetime>2026-11-24T00:00:00Z</cim:Datetime></p:B><p:C xsi:nil="true"/>'))
    reply = good.encode()
    at %= len(reply)
    _survives(start, reply[:at] + damage + reply[at + len(damage) :])


@given(st.lists(st.lists(SAYABLE, max_size=3), max_size=6))
def test_a_result_has_one_shape_per_property(columns: list[list[str]]) -> None:
    items = [item("".join(f"<p:X>{escape_text(text, 'it')}</p:X>" for text in texts)) for texts in columns]
    instances = pump(Enumeration(context(), "SELECT * FROM Lab_Thing", types={"x": "string"}), [rows(*items)]).instances
    shapes = {type(instance.get("X")) for instance in instances if "X" in instance}
    assert len(shapes) <= 1
    for texts, instance in zip(columns, instances, strict=True):
        value = instance.get("X")
        assert (list(value) if isinstance(value, tuple) else [value] if "X" in instance else []) == texts


@given(XML_TEXT)
def test_an_interval_never_fails(text: str) -> None:
    duration = Interval(text).duration
    assert duration is None or text.startswith("P")
