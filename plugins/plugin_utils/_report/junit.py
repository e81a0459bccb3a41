# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as test results in JUnit's XML, which CI servers show (schema: Jenkins' junit-10.xsd).

A machine is a test case, and it is named so that the history of a case is that of the machine: nothing in a name
changes from run to run, and no two cases have the same one, as GitLab drops the second. GitLab shows the text of a
failure, Jenkins its attribute, so both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from .._policy.finding import Kind, Subject, kinds
from .changes import UNREAD
from .findings import severity_rank, worst
from .machine import Found, Machine
from .report import Report

HOST, RULE = "host", "rule"
_INFO = 2


@dataclass(frozen=True)
class _Case:
    classname: str
    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""


def as_junit(report: Report, granularity: str = HOST) -> str:
    """One case for each machine, or with ``rule`` one for each machine and kind of finding that it may have."""
    make = _cases_by_rule if granularity == RULE else _case_by_host
    cases = [case for machine in report.machines for case in make(report, machine)]
    cases += [_elsewhere(found) for found in report.findings]
    totals = {
        "tests": str(len(cases)),
        "failures": str(sum(case.outcome == "failure" for case in cases)),
        "errors": str(sum(case.outcome == "error" for case in cases)),
    }
    seconds = {"time": f"{report.about.seconds or 0:.3f}"}
    root = ElementTree.Element("testsuites", {"name": "activation", **seconds, **totals})
    skipped = str(sum(case.outcome == "skipped" for case in cases))
    time = {"timestamp": report.about.audited_at.rstrip("Z")} if report.about.audited_at else {}
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {"name": report.about.title or "activation", **totals, "skipped": skipped, **seconds, **time},
    )
    for case in cases:
        _write(suite, case)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _write(suite: ElementTree.Element, case: _Case) -> None:
    element = ElementTree.SubElement(suite, "testcase", {"classname": case.classname, "name": case.name, "time": "0"})
    if case.outcome:
        said = ElementTree.SubElement(element, case.outcome, {"message": case.message})
        if case.outcome != "skipped":
            said.set("type", case.kind)
        said.text = case.message


def _case_by_host(report: Report, machine: Machine) -> Iterator[_Case]:
    classname, name = _classname(report, machine), f"activation of {machine.host}"
    found = worst(machine.open_findings)
    if machine.excepted:
        yield _Case(classname, name, "skipped", "", _accepted(machine))
    elif not machine.read:
        yield _Case(classname, name, "error", UNREAD, machine.reason)
    elif machine.compliant is False or (found is not None and severity_rank(found.severity) < _INFO):
        yield _Case(classname, name, "failure", found.id if found else machine.verdict, _said(machine))
    elif machine.compliant is None or found is not None:
        yield _Case(classname, name, "skipped", "", machine.reason or "nothing was judged")
    else:
        yield _Case(classname, name)


def _cases_by_rule(report: Report, machine: Machine) -> Iterator[_Case]:
    classname = _classname(report, machine)
    if not machine.read:
        outcome = ("skipped", "", _accepted(machine)) if machine.excepted else ("error", UNREAD, machine.reason)
        yield _Case(classname, f"{machine.host}: {UNREAD}", *outcome)
        return
    found = {one.id: one for one in machine.findings}
    for kind in kinds().values():
        if kind.id in found or _applies(kind, machine):
            yield _rule(classname, machine.host, kind.id, kind.title, found.pop(kind.id, None))
    for one in found.values():
        yield _rule(classname, machine.host, one.id, one.title, one)


def _applies(kind: Kind, machine: Machine) -> bool:
    if machine.compliant is None or kind.id == UNREAD:
        return False
    approved = machine.verdict.startswith("kms_host")
    return kind.subject is (Subject.HOST if approved else Subject.MACHINE)


def _rule(classname: str, subject: str, id_: str, title: str, found: Found | None) -> _Case:
    name = f"{subject}: {id_} {title}"
    if found is None:
        return _Case(classname, name)
    message = f"{found.reason} {found.exception or found.remedy}".strip() or title
    outcome = "skipped" if severity_rank(found.severity) == _INFO or not found.is_open else "failure"
    return _Case(classname, name, outcome, id_, message)


def _elsewhere(found: Found) -> _Case:
    subject = found.subject or "fleet"
    return _rule(f"activation.elsewhere.{_part(subject)}", subject, found.id, found.title, found)


def _accepted(machine: Machine) -> str:
    return " ".join(
        f"{found.id}: {found.reason or found.title} {found.exception}"
        for found in machine.findings
        if not found.is_open
    )


def _said(machine: Machine) -> str:
    said = [f"{found.id}: {found.reason or found.title} {found.remedy}".strip() for found in machine.open_findings]
    return " ".join(said) or f"{machine.reason} {machine.advice}".strip() or machine.verdict


def _classname(report: Report, machine: Machine) -> str:
    """Jenkins makes packages of what stands between dots."""
    group = machine.columns.get(report.columns[0], "") if report.columns else ""
    return f"activation.{_part(group or 'machines')}.{_part(machine.host)}"


def _part(text: str) -> str:
    return text.replace(".", "_")
