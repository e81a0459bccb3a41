# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact: a machine that is otherwise than it was taken to be is found out, and by that point alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.expectations import WORDS, Outcome
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.first_contact import (
    Finding,
    first_contact,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import contact, reader
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.doubts import doubts
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Invoke, Query, Step, take
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import ConnectionLost
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, MethodResult, WsmanFault

from .._spp.test_against_lab import FaceToFace, session

#: Says what a step is answered with, or raises; None leaves it to the machine.
Answering = Callable[[Step], Any]


class Other:
    """A machine of the lab that answers some questions in a way of its own."""

    def __init__(self, there: FaceToFace, answering: Answering) -> None:
        self._there = there
        self._answering = answering
        self.asked = 0

    def query(self, text: str, namespace: str = "root/cimv2", types: Any = None) -> Any:
        self.asked += 1
        own = self._answering(Query(text, types, namespace))
        return self._there.query(text, namespace, types) if own is None else own

    def invoke(self, class_name: str, method: str, arguments: Any = None, selectors: Any = None, **rest: Any) -> Any:
        self.asked += 1
        own = self._answering(Invoke(class_name, method, arguments, selectors))
        return self._there.invoke(class_name, method, arguments, selectors, **rest) if own is None else own


def contacted(release: str = "server2022", answering: Answering = lambda _step: None, **machine: Any) -> Any:
    there = session(release, **{"domain": "corp.example", **machine})
    system = reader.read_operating_system(there)
    return take(Other(there, answering), first_contact(system))  # type: ignore[arg-type]


def by_id(findings: tuple[Finding, ...], outcome: Outcome) -> set[str]:
    return {one.probe.id for one in findings if one.outcome is outcome}


def text_of(step: Step) -> str:
    if isinstance(step, Query):
        return step.text
    return f"{step.class_name}.{step.method} {step.arguments} {step.selectors}" if isinstance(step, Invoke) else ""


def answered(words: str, answer: Any) -> Answering:
    """All steps with these words have this answer."""

    def answering(step: Step) -> Any:
        if words not in text_of(step):
            return None
        if isinstance(answer, Exception):
            raise answer
        return answer

    return answering


ROW = (Instance(None, {"Name": "x"}),)
E_FAIL = WsmanFault(code=0x80338000 + 0x15, hresult=0x80004005)
GENERIC = WsmanFault(code=0x80070001, hresult=0x80070001)


@pytest.mark.parametrize(
    ("words", "answer", "found"),
    [
        ("WinfleetNoSuchColumn", ROW, "column-missing"),
        ("SELECT Name FROM Winfleet_NoSuchClass", GENERIC, "class-missing namespace-missing"),
        ("WinfleetNoSuchMethod", MethodResult(0, {}), "method-missing"),
        ("'00000000-0000-0000-0000-000000000000'", GENERIC, "instance-missing"),
        ("CheckAccess", MethodResult(0, {"bGranted": True}), "rights"),
        ("'hDefKey': '1'", MethodResult(87, {}), "hive-missing"),
        ("WinfleetNoSuchKey", MethodResult(1, {"sValue": None}), "key-missing"),
        ("GetDWORDValue", MethodResult(0, {"uValue": 0}), "number-missing"),
        ("SELECT PowerManagementCapabilities", (Instance(None, {"PowerManagementCapabilities": ""}),), "null-array"),
        ("Tcpip", MethodResult(0, {"sValue": "other.example"}), "suffix"),
        ("VOLUME_KMS[_]", (Instance(None, {"Description": "Windows, VOLUME_KMS_WS99 channel"}),), "host-keys"),
        ("ProductKeyChannel,LicenseStatus,", (Instance(None, {"Description": "Windows, NEW channel"}),), "licences"),
    ],
)
def test_the_opposite_is_named_and_nothing_else(words: str, answer: Any, found: str) -> None:
    findings = contacted(answering=answered(words, answer))
    assert by_id(findings, Outcome.DIFFERS) == set(found.split())


def test_a_code_of_the_licensing_service_that_is_not_passed_on_is_named() -> None:
    def answering(step: Step) -> Any:
        if isinstance(step, Invoke) and step.class_name == "SoftwareLicensingProduct":
            if (step.selectors or {}).get("ID", "").startswith("00000000"):
                return None
            raise GENERIC
        return None

    assert by_id(contacted(answering=answering), Outcome.DIFFERS) == {"licensing-code"}


def test_a_column_that_came_later_than_believed_is_named() -> None:
    def answering(step: Step) -> Any:
        if isinstance(step, Query) and "LicenseStatusReason" in step.text and "LicenseIsAddon" not in step.text:
            return None
        if isinstance(step, Query) and "RemainingAppReArmCount" in step.text:
            raise E_FAIL
        return None

    findings = contacted(answering=answering)
    assert by_id(findings, Outcome.DIFFERS) == {"product-columns"}
    (one,) = (finding for finding in findings if finding.probe.id == "product-columns")
    assert one.columns is not None
    assert one.columns.missing == {"RemainingAppReArmCount"}


@pytest.mark.parametrize("code", [5, 2150859174], ids=["access denied", "quota"])
def test_a_refusal_on_the_way_to_the_column_settles_nothing(code: int) -> None:
    """The whole list was refused for a column; that a half is then refused for rights names none that is missing."""

    def answering(step: Step) -> Any:
        if isinstance(step, Query) and "RemainingAppReArmCount" in step.text:
            raise E_FAIL if "LicenseStatusReason" in step.text else WsmanFault(code=code, hresult=code)
        return None

    findings = contacted(answering=answering)
    assert "product-columns" in by_id(findings, Outcome.UNSETTLED)


@pytest.mark.parametrize("form", ["filter", "e_fail", "invalid_query"])
def test_each_form_of_a_refused_column_will_do(form: str) -> None:
    findings = contacted("server2012", winrm={"refused_column": form})
    assert "column-missing" in by_id(findings, Outcome.AGREES)
    assert "product-columns" in by_id(findings, Outcome.AGREES)


def test_an_account_without_rights_settles_nothing() -> None:
    denied = answered("", WsmanFault(code=5, hresult=5))
    assert by_id(contacted(answering=denied), Outcome.DIFFERS) == set()
    assert by_id(contacted(answering=denied), Outcome.AGREES) == set()


def test_a_machine_that_is_gone_is_not_asked_on() -> None:
    there = session("server2022")
    system = reader.read_operating_system(there)
    gone = Other(there, answered("", ConnectionLost("m", "reset")))
    findings = take(gone, first_contact(system))  # type: ignore[arg-type]
    assert {one.outcome for one in findings} == {Outcome.UNSETTLED}
    assert gone.asked <= 5


def test_one_lost_connection_ends_nothing() -> None:
    findings = contacted(answering=answered("WinfleetNoSuchColumn", ConnectionLost("m", "reset")))
    assert "column-missing" in by_id(findings, Outcome.UNSETTLED)
    assert "class-missing" in by_id(findings, Outcome.AGREES)


def test_a_machine_without_a_key_is_asked_for_no_product() -> None:
    findings = contacted(key="none")
    (one,) = (finding for finding in findings if finding.probe.id == "licensing-code")
    assert (one.outcome, one.answer) == (Outcome.UNSETTLED, None)


# --- The questions --------------------------------------------------------------------------------------------


def steps() -> Iterator[Query | Invoke]:
    return (probe.step for probe in contact.probes())


def test_every_doubt_that_can_be_asked_is() -> None:
    askable = {doubt.id for doubt in doubts() if isinstance(doubt.probe, (Query, Invoke))}
    assert askable <= {probe.doubt for probe in contact.probes()}


def test_identifiers_are_their_own_and_every_expectation_is_known() -> None:
    probes = contact.probes()
    assert len({probe.id for probe in probes}) == len(probes)
    assert {probe.expect.partition(" ")[0] for probe in probes} == WORDS


def test_no_question_changes_anything() -> None:
    methods = {step.method for step in steps() if isinstance(step, Invoke)}
    assert all(method.startswith(("Get", "Enum", "CheckAccess", "WinfleetNoSuch")) for method in methods)
    assert all(step.reads for step in steps() if isinstance(step, Invoke))


def test_no_question_is_for_all_columns_or_for_a_key() -> None:
    for step in steps():
        if isinstance(step, Query):
            assert "*" not in step.text
            assert "OA3xOriginalProductKey" not in step.text


def test_events_are_asked_for_since_eight_days_before_the_machines_own_time() -> None:
    asked: list[str] = []

    def answering(step: Step) -> Any:
        asked.append(text_of(step))

    there = session("server2022")
    system = dataclasses.replace(
        reader.read_operating_system(there), local_time=datetime(2026, 11, 24, 8, tzinfo=timezone.utc)
    )
    take(Other(there, answering), first_contact(system))  # type: ignore[arg-type]
    (events,) = (text for text in asked if "Win32_NTLogEvent" in text)
    assert "TimeGenerated >= '20261116080000.000000+000'" in events


def test_events_are_not_asked_for_without_a_time() -> None:
    there = session("server2022")
    system = dataclasses.replace(reader.read_operating_system(there), local_time=None)
    findings = take(Other(there, lambda _step: None), first_contact(system))  # type: ignore[arg-type]
    (events,) = (one for one in findings if one.probe.id == "events")
    assert (events.outcome, events.answer) == (Outcome.UNSETTLED, None)
