# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging the headers of a request, filters, and the language of faults."""

from __future__ import annotations

import pytest

from .client import ENUMERATE, GET, NS, Pywinrm, envelope, query
from .workshop import WMI, Workshop

HOUSE = f"{WMI}/Lab_House"
LOCALE = '<w:Locale xml:lang="de-DE" s:mustUnderstand="{}"/>'


@pytest.mark.parametrize(
    ("text", "code", "subcode"),
    [
        (envelope(GET, HOUSE, reply_to=""), 2150858769, "a:MessageInformationHeaderRequired"),
        (envelope(GET, HOUSE, reply_to="http://elsewhere/"), 2150858812, "w:UnsupportedFeature"),
        (envelope(GET, HOUSE, extra=LOCALE.format("true")), 2150858812, "w:UnsupportedFeature"),
        (envelope(GET, HOUSE, size=8191), 2150858823, "w:EncodingLimit"),
        (envelope(GET, HOUSE, extra='<x:Odd s:mustUnderstand="true"/>'), 2150858768, ""),
        (query("SELECT * FROM Lab_Nothing"), 2150858778, "n:CannotProcessFilter"),
        (query("SELECT Color FROM Lab_Lamp"), 2150858778, "n:CannotProcessFilter"),
        (query("not a query"), 2150858778, "n:CannotProcessFilter"),
        (query("x", dialect="http://example.org/sql"), 2150858777, "n:FilterDialectRequestedUnavailable"),
        (query("SELECT * FROM Lab_Lamp", uri=f"{WMI}/Lab_Lamp"), 2150859003, "a:DestinationUnreachable"),
        (query("SELECT * FROM Lab_Lamp", selectors={"Name": "desk"}), 2150859016, "w:InvalidSelectors"),
        (envelope(ENUMERATE, f"{WMI}/*", "<n:Enumerate/>"), 2150858752, "a:DestinationUnreachable"),
    ],
)
def test_faults(workshop: Workshop, text: str, code: int, subcode: str) -> None:
    with Pywinrm(workshop.machine()) as client:
        fault = client.fault(text)
    assert (fault.code, fault.subcode) == (code, subcode)


@pytest.mark.parametrize("extra", [LOCALE.format("false"), "<x:Odd/>", '<x:Odd s:mustUnderstand="false"/>', ""])
def test_harmless_headers(workshop: Workshop, extra: str) -> None:
    with Pywinrm(workshop.machine()) as client:
        assert client.send(envelope(GET, HOUSE, extra=extra)).find(f".//{{{HOUSE}}}Owner") is not None


def test_a_query_fault_carries_the_query(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine()) as client:
        fault = client.fault(query("SELECT * FROM Lab_Nothing", message_id="uuid:MINE"))
    assert fault.role == "s:Sender"
    assert fault.extended("ParameterInfo") == "SELECT * FROM Lab_Nothing"
    assert fault.extended("Operation") == "ExecQuery"
    assert fault.extended("StatusCode") == ""
    assert fault.inner == fault.code
    assert fault.root.findtext(".//a:RelatesTo", namespaces=NS) == "uuid:MINE"


def test_another_language(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(fault_language="de-DE")) as client:
        fault = client.fault(query("SELECT * FROM Lab_Nothing"))
    assert "kann den Filter" in fault.reason
    assert fault.root.get("{http://www.w3.org/XML/1998/namespace}lang") == "de-DE"
    assert fault.code == 2150858778
