# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM values in XML."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree

import pytest

from winlab.cim import CimObject
from winlab.values import Style, ValueFormatError, datetime_text, parse_dmtf, parse_scalar, properties_xml

UTC = timezone.utc
CHINA = timezone(timedelta(hours=8))
NEWFOUNDLAND = timezone(-timedelta(hours=3, minutes=30))


@pytest.mark.parametrize(
    ("cim_type", "value", "xml"),
    [
        ("string", "a<b>&'\"", "<p:X>a&lt;b&gt;&amp;&apos;&quot;</p:X>"),
        ("string", "", "<p:X></p:X>"),
        ("string", "tab\tbell\x07", "<p:X>tab\tbell?</p:X>"),
        ("string", None, '<p:X xsi:nil="true"/>'),
        ("boolean", True, "<p:X>true</p:X>"),
        ("boolean", False, "<p:X>false</p:X>"),
        ("uint64", 18446744073709551615, "<p:X>18446744073709551615</p:X>"),
        ("sint32", -1, "<p:X>-1</p:X>"),
        ("string[]", None, ""),
        ("string[]", [], ""),
        ("string[]", ["one"], "<p:X>one</p:X>"),
        ("uint8[]", [0, 255, None, 7], "<p:X>0</p:X><p:X>255</p:X><p:X>7</p:X>"),
        ("datetime", None, '<p:X xsi:nil="true"/>'),
        (
            "datetime",
            datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
            "<p:X><cim:Datetime>2024-05-06T07:08:09Z</cim:Datetime></p:X>",
        ),
        (
            "datetime",
            "20240506070809.120000+480",
            "<p:X><cim:Datetime>2024-05-06T07:08:09.12+08:00</cim:Datetime></p:X>",
        ),
        (
            "datetime",
            timedelta(days=1, seconds=3700, microseconds=500000),
            "<p:X><cim:Interval>P1DT1H1M40.5S</cim:Interval></p:X>",
        ),
    ],
)
def test_property(cim_type: str, value: Any, xml: str) -> None:
    assert properties_xml({"X": cim_type}, {"X": value}, Style()) == xml


def test_null_array_as_nil() -> None:
    assert properties_xml({"X": "string[]"}, {}, Style(null_arrays="nil")) == '<p:X xsi:nil="true"/>'


def test_fragment_has_no_prefixes() -> None:
    value = datetime(2024, 5, 6, tzinfo=UTC)
    xml = properties_xml({"X": "datetime"}, {"X": value}, Style("", ""))
    assert xml == "<X><Datetime>2024-05-06T00:00:00Z</Datetime></X>"


def test_order_ignores_case() -> None:
    types = dict.fromkeys(("b", "A", "CSName", "CreationClassName", "cz"), "string")
    xml = f'<r xmlns:xsi="x">{properties_xml(types, {}, Style(""))}</r>'
    assert [one.tag for one in ElementTree.fromstring(xml)] == ["A", "b", "CreationClassName", "CSName", "cz"]


def test_embedded_object_names_its_class() -> None:
    xml = properties_xml({"Target": "object"}, {"Target": CimObject("Lab_Inner", {"B": 1, "A": None})}, Style())
    root = ElementTree.fromstring(f'<r xmlns:p="urn:p" xmlns:xsi="urn:x" xmlns:cim="urn:c">{xml}</r>')
    (target,) = root
    assert target.get("{urn:x}type") == "p1:Lab_Inner_Type"
    assert [one.tag.rpartition("/")[2] for one in target] == ["Lab_Inner}A", "Lab_Inner}B"]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05Z"),
        (datetime(2024, 1, 2, 3, 4, 5, 376625, tzinfo=UTC), "2024-01-02T03:04:05.376625Z"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=CHINA), "2024-01-02T03:04:05+08:00"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=NEWFOUNDLAND), "2024-01-02T03:04:05-03:30"),
    ],
)
def test_datetime_text(moment: datetime, text: str) -> None:
    assert datetime_text(moment) == text


def test_dmtf_offset_is_in_minutes() -> None:
    assert parse_dmtf("20240102030405.000006-210") == datetime(2024, 1, 2, 3, 4, 5, 6, NEWFOUNDLAND)


@pytest.mark.parametrize("text", ["", "2024", "20241302030405.000000+000", "20240102030405.000000"])
def test_bad_dmtf(text: str) -> None:
    with pytest.raises(ValueFormatError):
        parse_dmtf(text)


@pytest.mark.parametrize(
    ("cim_type", "text", "value"),
    [
        ("uint32", "4294967295", 4294967295),
        ("sint8", "-128", -128),
        ("boolean", "1", True),
        ("boolean", "false", False),
        ("real32", "1.5", 1.5),
        ("string", " as it is ", " as it is "),
        ("datetime", "2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_parse_scalar(cim_type: str, text: str, value: Any) -> None:
    assert parse_scalar(cim_type, text) == value


@pytest.mark.parametrize(
    ("cim_type", "text"),
    [
        ("uint32", "4294967296"),
        ("uint32", "-1"),
        ("uint8", "0x10"),
        ("uint16", ""),
        ("boolean", "True"),
        ("real64", "much"),
        ("datetime", "soon"),
    ],
)
def test_parse_scalar_refuses(cim_type: str, text: str) -> None:
    with pytest.raises(ValueFormatError):
        parse_scalar(cim_type, text)
