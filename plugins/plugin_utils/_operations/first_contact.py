# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact: which of the things that are taken to be so hold on one machine. It reads, and changes nothing.

Each question is a step of its own, and one that fails is an answer like any other. A note before each question names
it, so that whoever carries the work out can keep what went over the wire for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta, timezone

from .._licensing.model import OperatingSystem
from .._spp import contact, reader, schema
from .._spp.contact import Probe, Trial
from .._spp.errors import SppError
from .._spp.steps import Invoke, Note, Query, Rows, Work
from .._winrm.errors import WinrmError
from .._wsman import MethodResult, WsmanError, WsmanFault
from .expectations import Answer, Case, Columns, Outcome, judge

# What another side may cause; anything else is a fault of this program.
_FAILURES = (WsmanError, WinrmError, SppError)

_EVENTS = timedelta(days=8)
# One connection may be lost by chance; on a machine that is gone each question would wait its time.
_LOST = 2
_NOBODY = "00000000-0000-0000-0000-000000000000"
_PRODUCT = Query(f"SELECT ID FROM {schema.PRODUCT} WHERE {schema.HAS_KEY}", schema.TYPES)


@dataclass(frozen=True)
class Finding:
    """What came of one question.

    ``answer`` is None where there was none, and ``failure`` then says why. ``columns`` where columns were looked for.
    """

    probe: Probe | Trial
    outcome: Outcome
    answer: Answer | None = None
    failure: str = ""
    columns: Columns | None = None
    lost: bool = False


def first_contact(system: OperatingSystem) -> Work[tuple[Finding, ...]]:
    """Ask everything that concerns the release of this machine, one question after the other."""
    system = yield from _joined(system)
    product = yield from _keyed_product()
    found: list[Finding] = []
    for probe in contact.probes():
        if not probe.concerns(system.build):
            continue
        if _is_gone(found):
            found.append(Finding(probe, Outcome.UNSETTLED, failure="not asked: the connection was lost"))
            continue
        yield Note(done=(), next=probe.id)
        found.append((yield from _ask(probe, system, product)))
    return tuple(found)


def _is_gone(found: list[Finding]) -> bool:
    return any(all(one.lost for one in found[start : start + _LOST]) for start in range(len(found) - _LOST + 1))


def _joined(system: OperatingSystem) -> Work[OperatingSystem]:
    """The system with its domain, which is used for a comparison only."""
    try:
        return (yield from reader.with_domain(system))
    except _FAILURES:
        return system


def _keyed_product() -> Work[str | None]:
    try:
        rows: Rows = yield _PRODUCT
    except _FAILURES:
        return None
    found = rows[0].get("ID") if rows else None
    return found if isinstance(found, str) else None


def _ask(probe: Probe, system: OperatingSystem, product: str | None) -> Work[Finding]:
    if probe.on == "product" and product is None:
        return Finding(probe, Outcome.UNSETTLED, failure="not asked: no product carries a key")
    if probe.needs_moment and system.local_time is None:
        return Finding(probe, Outcome.UNSETTLED, failure="not asked: the machine does not tell the time")
    if system.local_time is not None:
        since = (system.local_time - _EVENTS).astimezone(timezone.utc)
        probe = probe.since(since.strftime("%Y%m%d%H%M%S.000000+000"))
    if isinstance(probe.step, Invoke) and probe.on:
        owner = product if probe.on == "product" and product else _NOBODY
        probe = replace(probe, step=replace(probe.step, selectors={"ID": owner}))
    return (yield from _answered(probe, system))


def _answered(probe: Probe, system: OperatingSystem) -> Work[Finding]:
    try:
        answer: Answer = yield from _asked(probe)
        columns = (yield from _columns(probe.step, answer)) if _is_about_columns(probe) else None
    except (WinrmError, SppError) as error:
        return Finding(probe, Outcome.UNSETTLED, failure=type(error).__name__, lost=isinstance(error, WinrmError))
    except WsmanError as error:
        # An answer that cannot be read: the fault is its own, and what is wrong with it may quote it.
        return Finding(probe, Outcome.DIFFERS, failure=type(error).__name__)
    return Finding(probe, judge(Case(probe, answer, system, columns)), answer, columns=columns)


def _asked(probe: Probe) -> Work[Answer]:
    """The answer; a fault is one. Raises all else."""
    try:
        answer: Rows | MethodResult = yield probe.step
    except WsmanFault as fault:
        return fault
    return answer


def _is_about_columns(probe: Probe) -> bool:
    return probe.expect == "columns" and isinstance(probe.step, Query)


def _columns(step: Query | Invoke, answer: Answer) -> Work[Columns | None]:
    """Which columns a class has: one refusal tells of all that were named, so halves are asked until it is known.

    None where a refusal, of whichever part, is not about columns. Raises what is not a fault.
    """
    if not isinstance(step, Query):
        return None
    missing: list[str] = []
    if isinstance(answer, WsmanFault):
        if answer.tells_nothing_of_the_question:
            return None
        for half in _halves(contact.columns_in(step)):
            found = yield from _missing(step, half)
            if found is None:
                return None
            missing += found
    asked = frozenset(contact.columns_in(step))
    return Columns(asked - frozenset(missing), frozenset(missing))


def _missing(step: Query, columns: tuple[str, ...]) -> Work[list[str] | None]:
    """Those of the columns that the class lacks; None where a refusal leaves that open."""
    try:
        yield contact.with_columns(step, columns)
    except WsmanFault as fault:
        if fault.tells_nothing_of_the_question:
            return None
    else:
        return []
    if len(columns) == 1:
        return list(columns)
    missing: list[str] = []
    for half in _halves(columns):
        found = yield from _missing(step, half)
        if found is None:
            return None
        missing += found
    return missing


def _halves(columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    middle = len(columns) // 2
    return (half for half in (columns[:middle], columns[middle:]) if half)
