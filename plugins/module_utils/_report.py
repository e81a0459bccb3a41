# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of ``license_info`` for many hosts as one table. Pure: results in, text out."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections import Counter
from typing import Any

COLUMNS = ("host", "os", "key_type", "channel", "last_five", "status", "role", "verdict", "reason")

# The reason is a sentence; in a table for the eye it would drown the rest.
_TABLE_COLUMNS = COLUMNS[:-1]
# Why a host was not read; the first one that the result says.
_NOT_READ = ("not_reached", "unreachable")
_WIDTH = 110


def row_of(host: str, result: dict[str, Any]) -> dict[str, Any]:
    """One line of the report. A host that could not be read is a line with the reason, not a hole."""
    row = dict.fromkeys(COLUMNS, "")
    row["host"] = host
    if "license" not in result:
        row["verdict"] = next((name for name in _NOT_READ if result.get(name)), "failed")
        row["reason"] = str(result.get("msg") or "no result")
        return row
    license_ = result["license"]
    row["os"] = _system(str(result["os"].get("caption") or ""))
    row["key_type"] = str(license_.get("key_type") or "")
    row["channel"] = str(license_.get("channel") or "")
    row["last_five"] = str(license_.get("partial_product_key") or "")
    row["status"] = str(license_.get("license_status") or "")
    row["role"] = str(result.get("role") or "")
    row["verdict"] = str(result.get("verdict") or "")
    row["reason"] = str(result.get("verdict_reason") or result.get("role_reason") or "")
    return row


def rows_of(hosts: dict[str, Any]) -> list[dict[str, Any]]:
    return [row_of(host, hosts[host]) for host in sorted(hosts)]


def rows_of_json(text: str) -> list[dict[str, Any]]:
    """The lines of a report that as_json wrote. Raises ValueError for anything else."""
    document = json.loads(text)
    rows = document.get("hosts") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("host") for row in rows):
        raise ValueError("it is no JSON report of license_report")
    return [{name: str(row.get(name) or "") for name in COLUMNS} for row in rows]


def merged(parts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The lines of several reports as one report. Of a host that is in several, the last one counts."""
    by_host = {row["host"]: row for rows in parts for row in rows}
    return [by_host[host] for host in sorted(by_host)]


def is_wrong(row: dict[str, Any]) -> bool:
    """Whether the host is not as decided, or not known to be."""
    return not row["verdict"].endswith("_ok")


def summary_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many hosts have which verdict, or which role where there is no verdict."""
    return dict(sorted(Counter(row["verdict"] or row["role"] for row in rows).items()))


def as_text(rows: list[dict[str, Any]], only_wrong: bool = False) -> str:
    """An aligned table, then the reasons of what is not as it should be, then the sums of all."""
    heads = [name.replace("_", " ").upper() for name in _TABLE_COLUMNS]
    shown = [row for row in rows if is_wrong(row)] if only_wrong else rows
    lines = [heads] + [[row[name] for name in _TABLE_COLUMNS] for row in shown]
    widths = [max(len(line[index]) for line in lines) for index in range(len(heads))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    notes = [_note(row) for row in rows if is_wrong(row)]
    sums = f"{len(rows)} hosts: {', '.join(f'{count} {name}' for name, count in summary_of(rows).items())}"
    blocks = [table, notes, [sums]] if shown or not only_wrong else [[sums]]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def as_csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    return buffer.getvalue()


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps({"summary": summary_of(rows), "hosts": rows}, indent=2, ensure_ascii=False) + "\n"


FORMATS = {"text": as_text, "csv": as_csv, "json": as_json}


def _note(row: dict[str, Any]) -> str:
    # What failed on a host names it, and it stands in front of the line already.
    reason = row["reason"].removeprefix(f"{row['host']}: ").removeprefix(f"{row['host']} ")
    return textwrap.fill(f"{row['host']}: {reason}", width=_WIDTH, subsequent_indent="    ")


def _system(caption: str) -> str:
    """The name of the system without the maker and the trademark signs, which older releases put everywhere."""
    for sign in ("®", "™", "(R)", "(TM)"):
        caption = caption.replace(sign, "")
    words = caption.split()
    return " ".join(words[1:] if words[:1] == ["Microsoft"] else words)


def _plain(value: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
