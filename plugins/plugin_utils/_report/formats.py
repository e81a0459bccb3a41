# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats by name, and which one the name of a file asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .code_quality import as_code_quality
from .csv_table import as_csv
from .document import as_json
from .html_page import as_html
from .junit import HOST, as_junit
from .places import Places
from .prometheus import as_prometheus
from .report import Report
from .sarif import as_sarif
from .text_table import as_text


@dataclass(frozen=True)
class Wishes:
    """What only some formats ask for."""

    granularity: str = HOST
    per_host: bool = False
    places: Places = field(default_factory=Places)


Writer = Callable[[Report, Wishes], str]

FORMATS: Mapping[str, Writer] = MappingProxyType(
    {
        "text": lambda report, _wishes: as_text(report),
        "csv": lambda report, _wishes: as_csv(report),
        "json": lambda report, _wishes: as_json(report),
        "html": lambda report, _wishes: as_html(report),
        "junit": lambda report, wishes: as_junit(report, wishes.granularity),
        "sarif": lambda report, wishes: as_sarif(report, wishes.places),
        "codequality": lambda report, wishes: as_code_quality(report, wishes.places),
        "prometheus": lambda report, wishes: as_prometheus(report, wishes.per_host),
    }
)

# The first that fits. GitLab's example of a Code Quality report is called gl-code-quality-report.json.
_ENDINGS = (
    ("codequality.json", "codequality"),
    ("code-quality-report.json", "codequality"),
    (".sarif.json", "sarif"),
    (".sarif", "sarif"),
    (".html", "html"),
    (".htm", "html"),
    (".json", "json"),
    (".csv", "csv"),
    (".xml", "junit"),
    (".prom", "prometheus"),
)


def format_of(name: str) -> str:
    """The format that the name of a file asks for; text for any other name."""
    lower = name.lower()
    return next((form for ending, form in _ENDINGS if lower.endswith(ending)), "text")
