# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typing of values: declared, by xsi:type, by form; nil, empty, arrays, moments, objects, references."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Enumeration,
    Instance,
    Interval,
    Reference,
    Timestamp,
    Value,
    parse_datetime,
    to_jsonable,
    types_of,
)

from .wire import context, item, pump, rows, vector


def read(properties: str, types: dict[str, str] | None = None, class_name: str = "Lab_Thing") -> Instance:
    enumeration = Enumeration(context(), f"SELECT * FROM {class_name}", types=types)
    return pump(enumeration, [rows(item(properties, class_name))]).instances[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("0", 0),
        ("-1", -1),
        ("4294967295", 2**32 - 1),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551616", "18446744073709551616"),
        ("0409", "0409"),
        ("-0", "-0"),
        ("+5", "+5"),
        (" 5", " 5"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("1.5", "1.5"),
        ("1e3", "1e3"),
        ("NaN", "NaN"),
        ("", ""),
        ("  padded  ", "  padded  "),
        ("2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z"),
    ],
)
def test_by_form_nothing_is_lost(text: str, expected: Value) -> None:
    value = read(f"<p:X>{text}</p:X>").get("X")
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("cim_type", "text", "expected"),
    [
        ("string", "42", "42"),
        ("String", "true", "true"),
        ("uint8", "255", 255),
        ("sint8", "-128", -128),
        ("uint16", "007", 7),
        ("uint64", "18446744073709551615", 2**64 - 1),
        ("sint64", "-9223372036854775808", -(2**63)),
        ("uint32", " 5 ", 5),
        ("uint32", "five", "five"),
        ("uint32", "0x5", "0x5"),
        ("uint32", "1_000", "1_000"),
        ("uint32", "", ""),
        ("boolean", "TRUE", True),
        ("boolean", "0", False),
        ("boolean", "maybe", "maybe"),
        ("real32", "0.5", 0.5),
        ("real64", "-1.5E+3", -1500.0),
        ("real64", "INF", "INF"),
        ("real64", "1e9999", "1e9999"),
        ("char16", "65", "65"),
        ("datetime", "P1DT0H0M0S", Interval("P1DT0H0M0S")),
        ("datetime", "yesterday", "yesterday"),
        ("no such type", "1", "1"),
    ],
)
def test_declared_types(cim_type: str, text: str, expected: Value) -> None:
    value = read(f"<p:Value>{text}</p:Value>", {"VALUE": cim_type}).get("value")
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("<p:A>1</p:A>", (1,)),
        ("<p:A>1</p:A><p:A>2</p:A>", (1, 2)),
        ("<p:A></p:A>", ("",)),
        ('<p:A xsi:nil="true"/>', None),
        ('<p:A xsi:nil="1"/>', None),
        ("", None),
    ],
)
def test_a_declared_array_is_a_tuple_or_none(properties: str, expected: Value) -> None:
    instance = read(properties, {"a": "uint8[]"})
    assert instance.get("A") == expected
    assert "A" in instance


def test_an_undeclared_property_goes_by_form_beside_declared_ones() -> None:
    assert read("<p:A>1</p:A><p:B>1</p:B>", {"A": "string"}).properties == {"A": "1", "B": 1}


def test_known_classes_need_no_declaration_and_an_empty_one_switches_it_off() -> None:
    properties = "<p:BuildNumber>3790</p:BuildNumber><p:MUILanguages>en-US</p:MUILanguages>"
    known = read(properties, None, "Win32_OperatingSystem")
    assert (known.get("BuildNumber"), known.get("MUILanguages")) == ("3790", ("en-US",))
    by_form = read(properties, {}, "Win32_OperatingSystem")
    assert (by_form.get("BuildNumber"), by_form.get("MUILanguages")) == (3790, "en-US")


def test_a_known_class_is_known_in_its_own_namespace_only() -> None:
    enumeration = Enumeration(context(), "SELECT * FROM Win32_Service", namespace="root/lab")
    row = pump(enumeration, [rows(item("<p:Name>42</p:Name>", "Win32_Service"))]).instances[0]
    assert row.get("Name") == 42


def test_a_projection() -> None:
    wql = "SELECT buildnumber, CSDVersion, InstallDate, MUILanguages, PlusProductID, Primary FROM Win32_OperatingSystem"
    row = pump(Enumeration(context(), wql), [vector("values/projection.xml")]).instances[0]
    assert row.class_name is None
    assert row.names == ("BuildNumber", "CSDVersion", "InstallDate", "PlusProductID", "Primary", "MUILanguages")
    assert row.properties["BuildNumber"] == "3790"
    assert row.properties["CSDVersion"] == ""
    assert row.properties["PlusProductID"] is None
    assert row.properties["Primary"] is True
    assert row.properties["MUILanguages"] is None
    assert row.properties["InstallDate"] == datetime(2024, 2, 29, 23, 59, 59, 500000, timezone.utc)


def test_a_system_property_that_did_not_come_is_not_made_up() -> None:
    row = pump(
        Enumeration(context(), "SELECT __PATH, Tags FROM Lab_Thing"),
        [rows("<w:XmlFragment><Name>a</Name></w:XmlFragment>")],
    ).instances[0]
    assert row.properties == {"Name": "a", "Tags": None}


def test_a_declared_property_is_spelled_as_declared() -> None:
    row = pump(
        Enumeration(context(), "SELECT PARTIALproductKEY, Other FROM Lab_Thing", types={"PartialProductKey": "string"}),
        [rows("<w:XmlFragment><PARTIALproductKEY>12345</PARTIALproductKEY><oTHER>1</oTHER></w:XmlFragment>")],
    ).instances[0]
    assert row.properties == {"PartialProductKey": "12345", "oTHER": 1}


def test_array_vector_with_and_without_the_class_table() -> None:
    wql = "SELECT * FROM Win32_NetworkAdapterConfiguration"
    typed = pump(Enumeration(context(), wql), [vector("values/arrays.xml")]).instances
    assert [row.get("DNSDomainSuffixSearchOrder") for row in typed] == [
        None,
        ("lab.example", "core.lab.example"),
        ("edge.example",),
    ]
    assert [row.get("IPAddress") for row in typed] == [None, ("192.0.2.10",), None]
    assert typed[2].get("GatewayCostMetric") == (0,)
    untyped = pump(Enumeration(context(), wql, types={}), [vector("values/arrays.xml")]).instances
    assert [row.get("DNSDomainSuffixSearchOrder") for row in untyped] == [
        None,
        ("lab.example", "core.lab.example"),
        ("edge.example",),
    ]
    assert untyped[2].get("GatewayCostMetric") == 0


def test_moments() -> None:
    enumeration = Enumeration(context(), "SELECT * FROM Win32_ScheduledThing", namespace="root/lab")
    row = pump(enumeration, [vector("values/moments.xml")]).instances[0]
    at = row.get("At")
    assert at == datetime(2026, 11, 24, 2, 45, 30, 123456, timezone.utc)
    assert isinstance(at, Timestamp)
    assert at.utcoffset() == timedelta(hours=5, minutes=30)
    assert row.get("Every") == Interval("P0DT0H1M40S")
    assert row.get("Day") == "2026-11-24"
    assert to_jsonable(row) == {
        "At": "2026-11-24T08:15:30.123456+05:30",
        "Before": "1601-01-01T00:00:00Z",
        "Day": "2026-11-24",
        "Every": "P0DT0H1M40S",
        "West": "2026-11-24T08:15:30.1-03:00",
    }


def test_objects_and_references() -> None:
    enumeration = Enumeration(context(), "SELECT * FROM Lab_Event", namespace="root/lab")
    row = pump(enumeration, [vector("values/objects.xml")]).instances[0]
    service, account, event = row.get("Antecedent"), row.get("Dependent"), row.get("TargetInstance")
    assert isinstance(service, Reference)
    assert (service.namespace, service.class_name, service.selectors) == (
        "root/cimv2",
        "Win32_Service",
        {"Name": "Spooler"},
    )
    assert isinstance(account, Reference)
    assert account.selectors == {"Domain": "LAB", "Name": "operator"}
    assert isinstance(event, Instance)
    assert event.class_name == "Win32_NTLogEvent"
    assert event.properties == {
        "EventCode": 12290,
        "InsertionStrings": ("0x0",),
        "SourceName": "12290",
        "User": None,
    }
    assert json.loads(json.dumps(to_jsonable(row)))["TargetInstance"]["InsertionStrings"] == ["0x0"]


def test_types_on_the_values_win_over_declared_ones() -> None:
    types = {"Digits": "uint32", "Number": "uint32", "Word": "boolean"}
    row = pump(Enumeration(context(), "SELECT * FROM Lab_Typed", types=types), [vector("values/typed.xml")]).instances[
        0
    ]
    assert row.properties == {
        "Big": 2**64 - 1,
        "Digits": "0042",
        "Number": "42",
        "On": True,
        "Ratio": 1500.0,
        "When": datetime(2026, 11, 24, tzinfo=timezone.utc),
        "Word": "true",
    }


@pytest.mark.parametrize("name", ["Datetime", "Interval", "Address"])
def test_an_embedded_object_may_have_a_property_of_a_special_name(name: str) -> None:
    value = read(f'<p:O xsi:type="p:Lab_Inner_Type"><p:{name}>x</p:{name}></p:O>').get("O")
    assert value == Instance("Lab_Inner", {name: "x"})


def test_an_embedded_object_without_properties() -> None:
    assert read('<p:O xsi:type="p:Lab_Inner_Type"/>').get("O") == Instance("Lab_Inner", {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=timezone.utc)),
        ("2024-01-01T00:00:00.376625Z", datetime(2024, 1, 1, 0, 0, 0, 376625, timezone.utc)),
        ("2024-01-01T00:00:00.5+08:00", datetime(2023, 12, 31, 16, 0, 0, 500000, timezone.utc)),
        ("2024-01-01T00:00:00-0330", datetime(2024, 1, 1, 3, 30, tzinfo=timezone.utc)),
        ("2024-01-01T00:00:00+05", datetime(2023, 12, 31, 19, tzinfo=timezone.utc)),
        ("2024-01-01T00:00:00.123456789Z", datetime(2024, 1, 1, 0, 0, 0, 123456, timezone.utc)),
        ("2024-01-01T00:00:00", None),
        ("2023-02-29T00:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("2024-01-01T24:00:00Z", None),
        ("2024-01-01T00:00:00+99:00", None),
        ("", None),
    ],
)
def test_moments_from_text(text: str, expected: datetime | None) -> None:
    moment = parse_datetime(text)
    assert moment == expected
    assert moment is None or moment.text == text


def test_a_moment_survives_copies_and_keeps_its_text() -> None:
    moment = parse_datetime("2024-01-01T00:00:00.50Z")
    assert moment is not None
    for twin in (copy.deepcopy(moment), pickle.loads(pickle.dumps(moment))):
        assert twin == moment
        assert twin.text == "2024-01-01T00:00:00.50Z"
    assert to_jsonable(moment + timedelta(hours=1)) == "2024-01-01T01:00:00.5Z"
    assert to_jsonable(datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))) == (
        "2024-01-01T00:00:00-03:30"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0DT0H1M40S", timedelta(seconds=100)),
        ("P2D", timedelta(days=2)),
        ("PT0.25S", timedelta(milliseconds=250)),
        ("P", None),
        ("PT", None),
        ("P1Y", None),
        ("soon", None),
        ("", None),
    ],
)
def test_intervals(text: str, expected: timedelta | None) -> None:
    assert Interval(text).duration == expected


def test_the_class_table() -> None:
    assert types_of("win32_operatingsystem")["LastBootUpTime"] == "datetime"
    assert types_of("Win32_Service")["Started"] == "boolean"
    assert types_of("Win32_NTLogEvent")["InsertionStrings"] == "string[]"
    assert types_of("Lab_Thing") == {}
    assert types_of(None) == {}


def test_the_class_table_knows_only_types_the_reader_knows() -> None:
    classes = [
        "Win32_BIOS",
        "Win32_ComputerSystem",
        "Win32_ComputerSystemProduct",
        "Win32_DiskDrive",
        "Win32_Group",
        "Win32_LogicalDisk",
        "Win32_NetworkAdapter",
        "Win32_NetworkAdapterConfiguration",
        "Win32_NTLogEvent",
        "Win32_OperatingSystem",
        "Win32_PhysicalMemory",
        "Win32_Process",
        "Win32_Processor",
        "Win32_QuickFixEngineering",
        "Win32_Service",
        "Win32_Share",
        "Win32_SystemEnclosure",
        "Win32_TimeZone",
        "Win32_UserAccount",
    ]
    known = {f"{sign}int{width}" for sign in "us" for width in (8, 16, 32, 64)} | {
        "string",
        "boolean",
        "datetime",
        "real32",
    }
    for class_name in classes:
        types = types_of(class_name)
        assert types
        assert {cim_type.removesuffix("[]") for cim_type in types.values()} <= known
        assert len({name.casefold() for name in types}) == len(types)
