# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Published records by host: one entry for each machine, whatever number of domains names it. Pure.

Works on records as ``present`` shows them, because an inventory keeps those in its cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .verdict import RecordVerdict

Result = dict[str, Any]

_ALIAS = "alias"
# As the verdict of a record: the first that applies.
_ORDER = (*(verdict.value for verdict in RecordVerdict), _ALIAS)

# RFC 1123, section 2.1, and the underscore, which Windows allows in computer names.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# inet_aton(3) reads 10.1 and 0x7f.1 as addresses, so a name whose last label is a number may not be taken for a name.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST = 253


def by_host(records: Iterable[Result]) -> dict[str, Result]:
    """The records of each target, and what they come to, by the target's name."""
    together: dict[str, list[Result]] = {}
    for record in records:
        together.setdefault(str(record["target"]), []).append(record)
    return {target: _host(target, found) for target, found in together.items()}


def _host(target: str, records: list[Result]) -> Result:
    resolved = next((record for record in records if record["resolvable"]), records[0])
    problems = {problem for record in records for problem in record["problems"]}
    return {
        "target": target,
        "verdict": min((record["verdict"] for record in records), key=_ORDER.index),
        "problems": sorted(problems, key=_ORDER.index),
        "approved": records[0]["approved"],
        **{name: resolved[name] for name in ("resolvable", "addresses", "alias_of", "resolve_error")},
        "domains": list(dict.fromkeys(record["domain"] for record in records)),
        "records": records,
    }


def groups_of(host: Result) -> list[str]:
    """Every word that applies to a host, not only its verdict: most unapproved hosts are unresolvable as well."""
    standing = {True: RecordVerdict.APPROVED, False: RecordVerdict.UNAPPROVED, None: RecordVerdict.UNJUDGED}[
        host["approved"]
    ]
    return [standing.value, *(word for word in host["problems"] if word not in (standing.value, _ALIAS))]


def all_groups(judged: bool, resolved: bool) -> list[str]:
    """Every word that may apply. One that nobody asked about is left out: an empty group would say that all is well."""
    standing = [RecordVerdict.APPROVED, RecordVerdict.UNAPPROVED] if judged else [RecordVerdict.UNJUDGED]
    trouble = [RecordVerdict.WRONG_PORT, RecordVerdict.DUPLICATE, *([RecordVerdict.UNRESOLVABLE] if resolved else [])]
    return [verdict.value for verdict in (*standing, *trouble)]


def why_no_host_name(target: str) -> str | None:
    """Why a target, which anybody may have written who may write the record, must not be used as a host's name."""
    labels = target.split(".")
    if not target:
        return "it is the root, which says that there is no KMS host (RFC 2782)"
    why = why_not_spelled(target)
    if why is not None:
        return why
    if _NUMBER.fullmatch(labels[-1]):
        return "it reads as an address"
    if labels[-1] == "localhost" or target == "localhost.localdomain":
        return "it stands for the machine that looks it up"
    if len(labels) == 1:
        return "it has no domain, so that another machine may be found under it"
    return None


def why_not_spelled(name: str) -> str | None:
    """Why a text cannot be the name of a host, short or full."""
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return "it is not made of letters, digits and hyphens as the name of a host (RFC 1123)"
    return None
