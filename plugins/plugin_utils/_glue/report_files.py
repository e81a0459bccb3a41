# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report: which there are to be, in which format, and whether writing them changed anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...module_utils import _files
from .._report.formats import FORMATS, Wishes, format_of
from .._report.report import Report

Result = dict[str, Any]

# node_exporter runs as somebody else.
_READ_BY_OTHERS = frozenset({"prometheus"})
# Their lines are made for programs, and too long for a log.
_SHOWN_BY_HASH = frozenset({"html"})


@dataclass(frozen=True)
class Output:
    """A file to write."""

    path: Path
    form: str


def outputs_of(arguments: Mapping[str, Any]) -> list[Output]:
    """The files that are asked for; of a path that is named twice, the first."""
    found = []
    if arguments["path"]:
        path = str(arguments["path"])
        found.append(Output(_files.located(path), arguments["format"] or format_of(path)))
    found += [
        Output(_files.located(str(path)), format_of(str(path))) for path in arguments["paths"] if str(path).strip()
    ]
    return list({output.path: output for output in reversed(found)}.values())[::-1]


def require_writable(outputs: list[Output]) -> None:
    """Before hours are spent on reading: can the report be written at all? Raises FileProblem."""
    for output in outputs:
        _files.require_writable(output.path)
        _files.read_text(output.path)


def write_all(outputs: list[Output], report: Report, wishes: Wishes, check: bool, diff: bool) -> Result:
    """Write what is not as it should be. Raises FileProblem."""
    files, diffs = [], []
    for output in outputs:
        text = FORMATS[output.form](report, wishes)
        before = _files.read_text(output.path)
        changed = before != text
        if changed:
            _put(output, text, check)
            diffs.append(_diff(output, before, text))
        files.append({"path": str(output.path), "format": output.form, "changed": changed})
    result: Result = {"changed": any(file["changed"] for file in files), "files": files}
    if diff and diffs:
        result["diff"] = diffs
    return result


def _put(output: Output, text: str, check: bool) -> None:
    if check:
        _files.require_writable(output.path)
        return
    mode = _files.EVERYBODY if output.form in _READ_BY_OTHERS else _files.OWNER_ONLY
    _files.write_text(output.path, text, mode)


def _diff(output: Output, before: str, after: str) -> dict[str, str]:
    if output.form in _SHOWN_BY_HASH:
        before, after = _hashed(before), _hashed(after)
    return {
        "before": before,
        "after": after,
        "before_header": str(output.path),
        "after_header": str(output.path),
    }


def _hashed(text: str) -> str:
    return f"{len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}\n" if text else ""
