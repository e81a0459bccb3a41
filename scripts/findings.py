# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page of all findings from the two files of data that the judgement and the report use.

Run it with .venv/bin/python after a change of findings.tsv or guidance.tsv; tests/unit/test_findings_page.py fails
where the page and the data differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_findings.rst"

_HEAD = """..
  Copyright (c) 2026 the winfleet.activation contributors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Written by scripts/findings.py, do not edit.

.. _ansible_collections.winfleet.activation.docsite.guide_findings:

Findings
========

What the audit can find, each with an identifier that is never reused. The reason, the values it rests on, and the
remedy for the very machine come with each finding: in the result ``findings`` of
:ansplugin:`winfleet.activation.license_info#module` and :ansplugin:`winfleet.activation.fleet_info#module`, and in the
report.
"""

_ROOMS = {
    "KMS": "KMS hosts",
    "CLI": "Clients",
    "KEY": "The budget of a KMS host key",
    "DNS": "Records in DNS",
    "ADB": "Activation through Active Directory",
    "AUD": "The audit itself",
    "POL": "The policy",
}
_SUBJECTS = {"machine": "a machine", "record": "a record", "host": "a KMS host", "fleet": "the fleet as a whole"}
_POLICY, _LIMIT, _HOSTS = "@policy.yml", " --limit MACHINES", "MACHINES"


def page(kinds: Iterable[Any], guidance: Mapping[str, Any]) -> str:
    """The page. ``kinds`` are those of the policy room; ``guidance`` says by id why one matters and what to do."""
    text = [_HEAD]
    found = list(kinds)
    for room, title in _ROOMS.items():
        text += ["", title, "-" * len(title), ""]
        for kind in found:
            if kind.id.startswith(f"{room}-"):
                text += _entry(kind, guidance[kind.id])
    return "\n".join(text).rstrip("\n") + "\n"


def _entry(kind: Any, known: Any) -> list[str]:
    heading = f"{kind.id}: {kind.title}"
    label = f".. _ansible_collections.winfleet.activation.docsite.finding_{kind.id}:"
    lines = [label, "", heading, "~" * len(heading), ""]
    lines += [f"{kind.severity.value.capitalize()}, about {_SUBJECTS[kind.subject.value]}. {known.why}", ""]
    if known.commands:
        lines += [".. code-block:: console", ""]
        lines += [f"  $ {one.format(policy=_POLICY, limit=_LIMIT, hosts=_HOSTS)}" for one in known.commands]
        lines += [""]
    return [*lines, f"Source: `{known.source} <{known.url}>`__.", ""] if known.url else lines


def main() -> None:
    """Write the page."""
    sys.path.insert(0, str(ROOT / ".work" / "collections"))
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import kinds
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report.findings import guidance

    PAGE.write_text(page(kinds().values(), guidance()), encoding="utf-8")


if __name__ == "__main__":
    main()
