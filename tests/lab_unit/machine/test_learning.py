# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning from a report of first contact: what is compared, and what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from winlab.cli import main
from winlab.learning import differences, form_of, keep, read_report, release_of

_S = "http://www.w3.org/2003/05/soap-envelope"
_A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*"


def request(query: str) -> str:
    """A request as a report has it."""
    return (
        f'<s:Envelope xmlns:s="{_S}" xmlns:a="{_A}" xmlns:n="{_N}" xmlns:w="{_W}"><s:Header><a:To>[text]</a:To>'
        f"<w:ResourceURI>{_WMI}</w:ResourceURI><a:ReplyTo><a:Address>{_A}/role/anonymous</a:Address></a:ReplyTo>"
        f"<a:Action>{_N}/Enumerate</a:Action><a:MessageID>uuid:0</a:MessageID></s:Header><s:Body><n:Enumerate>"
        f'<w:OptimizeEnumeration/><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">{query}</w:Filter>'
        "</n:Enumerate></s:Body></s:Envelope>"
    )


def answer(items: str) -> str:
    return (
        f'<s:Envelope xmlns:s="{_S}" xmlns:n="{_N}" xmlns:w="{_W}" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">'
        f"<s:Body><n:EnumerateResponse><n:EnumerationContext/><w:Items>{items}</w:Items><w:EndOfSequence/>"
        "</n:EnumerateResponse></s:Body></s:Envelope>"
    )


def report(query: str, reply: str, **system: Any) -> dict[str, Any]:
    exchange = {"request": request(query), "answer": reply}
    finding = {"id": "one", "doubt": "WIN-001", "exchanges": [exchange]}
    about = {"caption": "Windows", "build": 17763, "product_type": 3, **system}
    return {"format": 1, "system": about, "findings": [finding]}


BUILD = "SELECT BuildNumber FROM Win32_OperatingSystem"
ROW = "<w:XmlFragment><BuildNumber>1</BuildNumber></w:XmlFragment>"


def test_the_same_form_is_no_difference() -> None:
    assert differences(report(BUILD, answer(ROW))) == []


@pytest.mark.parametrize(
    ("items", "real", "lab"),
    [
        ("<w:XmlFragment><BuildNumber/></w:XmlFragment>", "BuildNumber empty", "BuildNumber text"),
        ('<w:XmlFragment><BuildNumber x:nil="true"/></w:XmlFragment>', "BuildNumber null", "BuildNumber text"),
        ("<w:XmlFragment/>", "XmlFragment empty", "BuildNumber text"),
        (ROW.replace("<BuildNumber>", "<More>x</More><BuildNumber>"), "More text", "nothing more"),
    ],
)
def test_another_form_is_told_with_both_sides(items: str, real: str, lab: str) -> None:
    (found,) = differences(report(BUILD, answer(items)))
    assert (found.question, found.doubt) == ("one", "WIN-001")
    assert real in found.real
    assert lab in found.lab


def test_another_fault_is_told_by_its_codes() -> None:
    fault = (
        f'<s:Envelope xmlns:s="{_S}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Detail>'
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147500037"/>'
        "</s:Detail></s:Fault></s:Body></s:Envelope>"
    )
    (found,) = differences(report("SELECT Nothing FROM Win32_OperatingSystem", fault))
    assert "Code=2147500037" in found.real
    assert "Code=2150858778" in found.lab


def test_how_many_rows_there_are_is_no_difference() -> None:
    events = "SELECT EventCode FROM Win32_NTLogEvent"
    assert differences(report(events, answer("<w:XmlFragment><EventCode>7</EventCode></w:XmlFragment>"))) == []
    assert form_of(answer(ROW)) == form_of(answer(ROW + ROW))


@pytest.mark.parametrize(
    ("build", "product_type", "release"),
    [(17763, 3, "server2019"), (17764, 2, "server2019"), (7601, 1, "win7"), (7601, 3, "server2008r2")],
)
def test_the_nearest_release_answers(build: int, product_type: int, release: str) -> None:
    assert release_of(report(BUILD, answer(ROW), build=build, product_type=product_type)).name == release


def test_a_report_is_kept_under_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "first-contact.json"
    path.write_text(json.dumps(report(BUILD, answer(ROW))))
    kept = keep(path, "server2019-one", tmp_path / "vectors")
    assert kept.read_text() == path.read_text()
    with pytest.raises(ValueError, match="there already"):
        keep(path, "server2019-one", tmp_path / "vectors")
    with pytest.raises(ValueError, match="no name"):
        keep(path, "../elsewhere", tmp_path / "vectors")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "findings": []}'])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert main(["learn", str(path)]) == 1
    assert str(path) in capsys.readouterr().err


def test_the_command_prints_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "first-contact.json"
    path.write_text(json.dumps(report(BUILD, answer("<w:XmlFragment/>"))))
    assert main(["learn", str(path)]) == 0
    out = capsys.readouterr().out
    assert "against server2019 of the lab: 1 differ" in out
    assert read_report(path)["system"]["build"] == 17763
