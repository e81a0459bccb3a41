# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the lab's data files: tab-separated text, one line of column names, comments that tell the sources."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Rows as column name to text."""
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def sources_of(path: Path) -> dict[str, str]:
    """What the short names of sources stand for: where to find each."""
    heads = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {fields[1]: fields[3] for fields in heads if fields[0] == "# source" and fields[1] != "id"}
