# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page for a browser: nothing from outside, readable without script, safe from what machines say.

Jinja escapes what it puts in. The data for the script is JSON in which no tag can end. The page's own policy (CSP) lets
run what has the hash of our script and our style sheet, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from .findings import excepted_of, groups_of
from .headline import headline, numbers
from .machine import Machine
from .matrices import matrices
from .report import Report
from .true_up import true_up
from .verdicts import BAD, GOOD, UNKNOWN, WARN, Shown, shown

_DATA = Path(__file__).parent / "data"

#: Rows that the page has without script; with it, the table has all machines.
STATIC_ROWS = 500

_BAR = ((GOOD, "compliant"), (BAD, "wrong"), (WARN, "to look at"), (UNKNOWN, "not known"))
_CLOSING = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"})


@dataclass(frozen=True)
class Row:
    """A machine as the table shows it."""

    machine: Machine
    verdict: Shown


@dataclass(frozen=True)
class Segment:
    """A part of the bar: so many machines, from ``left`` on, in thousandths of its width."""

    tone: str
    words: str
    count: int
    left: int
    width: int


def as_html(report: Report) -> str:
    """The page."""
    style, script = _text("page.css"), _text("page.js")
    ordered = sorted(report.machines, key=_worst_first)
    page: str = _template().render(
        report=report,
        about=report.about,
        headline=headline(report),
        numbers=numbers(report),
        bar=_bar(report),
        groups=groups_of(report),
        excepted=excepted_of(report),
        matrices=matrices(report),
        shown=shown,
        rows=[Row(machine, _shown(machine)) for machine in ordered[:STATIC_ROWS]],
        true_up=true_up(report),
        key_types=_key_types(report),
        unread=[machine for machine in report.machines if not machine.read],
        data=Markup(_json(_data(report, ordered))),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )
    return page


@lru_cache(maxsize=1)
def _template() -> Any:
    source = {"page": _text("page.html.j2")}
    environment = Environment(
        loader=DictLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page")


@lru_cache(maxsize=8)
def _text(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Content Security Policy Level 3: nothing is loaded, and only these two run."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _worst_first(machine: Machine) -> tuple[int, str]:
    return _shown(machine).rank, machine.host


def _shown(machine: Machine) -> Shown:
    found = shown(machine.verdict or machine.role, machine.compliant)
    # The verdict is about Windows, and an error may be about something else.
    return replace(found, tone=WARN) if found.tone == GOOD and machine.errors else found


def _bar(report: Report) -> list[Segment]:
    tones = [_shown(machine).tone for machine in report.machines]
    segments, left = [], 0
    for tone, words in _BAR:
        count = tones.count(tone)
        width = round(1000 * count / len(tones)) if tones else 0
        if count:
            segments.append(Segment(tone, words, count, left, max(width, 4)))
        left += width
    return segments


def _key_types(report: Report) -> list[tuple[str, int]]:
    kinds = [machine.key_type or "none" for machine in report.machines if machine.read]
    return sorted((kind, kinds.count(kind)) for kind in set(kinds))


def _json(value: object) -> str:
    """JSON that may stand in a script element (HTML Standard, 4.12.1.3)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_CLOSING)


def _data(report: Report, machines: list[Machine]) -> dict[str, Any]:
    """Each text once, and rows of their places; the names of the fields are in page.js."""
    places: dict[str, int] = {}

    def place(text: str) -> int:
        return places.setdefault(text, len(places))

    rows = []
    for machine in machines:
        verdict = _shown(machine)
        cells = (
            machine.verdict,
            verdict.words,
            verdict.tone,
            machine.system,
            machine.key,
            machine.status,
            machine.expires[:10],
            in_use(machine),
            machine.since[:10],
            machine.change,
            machine.why,
            machine.advice,
            " ".join(found.id for found in machine.open_findings),
        )
        columns = [place(machine.columns.get(name, "")) for name in report.columns]
        rows.append([machine.host, verdict.rank, *map(place, cells), *columns])
    return {"columns": list(report.columns), "texts": list(places), "rows": rows}


def in_use(machine: Machine) -> str:
    """By whom it is activated, and how many clients a KMS host has counted."""
    if machine.current_count is None or machine.required_count is None:
        return machine.kms_host
    return f"{machine.kms_host}, count {machine.current_count} of {machine.required_count}"
