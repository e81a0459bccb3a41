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
_UNREACHABLE = "unreachable"
_WIDTH = 110


def row_of(host: str, result: dict[str, Any]) -> dict[str, Any]:
    """One line of the report. A host that could not be read is a line with the reason, not a hole."""
    row = dict.fromkeys(COLUMNS, "")
    row["host"] = host
    if "license" not in result:
        row["verdict"] = _UNREACHABLE if result.get("unreachable") else "failed"
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


def summary_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many hosts have which verdict, or which role where there is no verdict."""
    return dict(sorted(Counter(row["verdict"] or row["role"] for row in rows).items()))


def as_text(rows: list[dict[str, Any]]) -> str:
    """An aligned table, then the reasons of what is not as it should be, then the sums."""
    heads = [name.replace("_", " ").upper() for name in _TABLE_COLUMNS]
    lines = [heads] + [[row[name] for name in _TABLE_COLUMNS] for row in rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(heads))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    notes = [_note(row) for row in rows if not row["verdict"].endswith("_ok")]
    sums = [f"{count} {name}" for name, count in summary_of(rows).items()]
    return "\n".join([*table, "", *notes, "", f"{len(rows)} hosts: {', '.join(sums)}", ""])


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
    return textwrap.fill(f"{row['host']}: {row['reason']}", width=_WIDTH, subsequent_indent="    ")


def _system(caption: str) -> str:
    """The name of the system without the maker and the trademark signs, which older releases put everywhere."""
    for sign in ("®", "™", "(R)", "(TM)"):
        caption = caption.replace(sign, "")
    words = caption.split()
    return " ".join(words[1:] if words[:1] == ["Microsoft"] else words)


def _plain(value: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
