# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the data files of this package: tab-separated text with ``#`` comments and one line of column names.

There is no quoting: a field is whatever stands between two tabs. The comments at the top of each file
name its sources, their dates and the meaning of the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

_DATA = Path(__file__).parent / "data"


class TableError(Exception):
    """A data file of the collection is damaged. Reinstalling the collection is the remedy."""


def read_table(name: str | Path) -> Iterator[Mapping[str, str]]:
    """Rows of a table as column name to text, in the order of the file.

    ``name`` is that of a file in ``data``, or the path of a file of another room.
    """
    columns: list[str] = []
    for number, line in enumerate((_DATA / name).read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if not columns:
            columns = fields
        elif len(fields) != len(columns):
            raise TableError(
                f"{name}, line {number}: {len(fields)} fields instead of {len(columns)}; "
                "the file is damaged, install the collection again"
            )
        else:
            yield dict(zip(columns, fields, strict=True))
