# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for a terminal: what is wrong and what to do about it first, then the table, then the sums."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .._policy.finding import Severity
from .findings import Group, excepted_of, groups_of
from .headline import headline
from .machine import NEW
from .report import Report

_HEADS = ("host", "os", "key_type", "channel", "last_five", "status", "role", "verdict")
_WIDTH = 110
_INDENT = "    "


def as_text(report: Report, only_wrong: bool = False) -> str:
    """Blocks with an empty line between.

    ``only_wrong`` leaves the machines that are compliant out of the table, and what is only worth knowing out of the
    list of what to do.
    """
    blocks = [
        _head(report),
        *_to_do(report, only_wrong),
        _excepted(report),
        _table(report, only_wrong),
        [_sums(report)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(report: Report) -> list[str]:
    lines = [str(headline(report))]
    about, changes = report.about, report.changes
    parts = [about.title, about.audited_at, f"policy {about.policy_name}" if about.policy_name else ""]
    said = ", ".join(filter(None, parts))
    if said:
        lines.append(said)
    if changes:
        counts = changes.counts
        lines.append(
            f"Since {changes.compared_with or 'the last report'}: {counts['new']} new, {counts['fixed']} fixed, "
            f"{counts['same']} the same, {counts['not_read_then']} on machines not read then, "
            f"{counts['not_read_now']} on machines not read now."
        )
    return lines


def _to_do(report: Report, only_wrong: bool) -> Iterator[list[str]]:
    groups = [group for group in groups_of(report) if not only_wrong or group.severity != Severity.INFO.value]
    if groups:
        yield ["What to do, most important first:"]
    for group in groups:
        yield [*_group(group)]
    if report.approved.unmatched:
        yield textwrap.wrap(
            f"Approved, but not among the machines of this audit: {', '.join(report.approved.unmatched)}.", _WIDTH
        )


def _excepted(report: Report) -> list[str]:
    lines = [
        _wrapped(f"{found.id} {name}: {found.title or found.id}. {exempt}")
        for name, found, exempt in excepted_of(report)
    ]
    return ["Excepted until a day:", *lines] if lines else []


def _group(group: Group) -> Iterator[str]:
    yield f"{group.id} {group.severity}: {group.title} ({group.counted})"
    for name, found in group.items:
        mark = "new: " if found.change == NEW else ""
        yield _wrapped(f"{name}: {mark}{found.reason or found.title}")
    for remedy in group.remedies[:3]:
        yield _wrapped(f"-> {remedy}")
    for command in group.commands:
        yield f"{_INDENT}$ {command}"


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, width=_WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_on_hyphens=False
    )


def _table(report: Report, only_wrong: bool) -> list[str]:
    shown = report.wrong if only_wrong else report.machines
    if only_wrong and not shown:
        return []
    columns = report.columns
    heads = [name.replace("_", " ").upper() for name in (*_HEADS, *columns)]
    rows = [
        [*(getattr(machine, name) for name in _HEADS), *(machine.columns.get(name, "") for name in columns)]
        for machine in shown
    ]
    return _aligned([heads, *rows])


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _sums(report: Report) -> str:
    return f"{len(report.machines)} hosts: {', '.join(f'{count} {name}' for name, count in report.summary.items())}"
