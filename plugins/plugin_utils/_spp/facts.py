# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this room rests on about Windows: ``data/facts.tsv``, one fact a line with its sources."""

from __future__ import annotations

from pathlib import Path

from .._wsman.facts import read_facts

FACTS = read_facts(Path(__file__).parent / "data" / "facts.tsv")
