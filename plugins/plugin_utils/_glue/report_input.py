# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of ``license_report`` as a report: results, earlier reports, variables of the inventory, the policy."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...module_utils._files import located
from .._report.changes import compared
from .._report.document import report_of
from .._report.harmless import line
from .._report.headline import figures
from .._report.places import Places, places_in
from .._report.redaction import redacted
from .._report.report import About, Approved, Report, merged
from .._report.results import finding_of, machines_of
from .connections.rendering import Renderer, RenderError

_ROOT = Path(__file__).resolve().parents[3]

_SECRET = re.compile(r"passw(or)?d|passphrase|secret|token|vault|(^|_)keys?$", re.IGNORECASE)
# A text out of a vault, before ansible-core 2.19 and since.
_VAULTED = frozenset({"AnsibleVaultEncryptedUnicode", "EncryptedString"})

Arguments = Mapping[str, Any]


class ReportError(ValueError):
    """A report cannot be made. The text says why, and what to do."""


def report_from(arguments: Arguments, columns: Mapping[str, Mapping[str, str]]) -> Report:
    """The report that validated arguments ask for. Raises ReportError.

    ``columns`` are variables of the inventory by host.
    """
    try:
        about = _about(arguments)
    except ValueError as error:
        raise ReportError(str(error)) from None
    earlier = [_earlier(Path(str(path)), "merge", "merged") for path in arguments["merge"] or ()]
    given = Report(
        machines=tuple(machines_of(arguments["hosts"] or {}, columns)),
        findings=tuple(finding_of({**one, "subject": _subject(one)}) for one in arguments["findings"]),
        about=about,
        approved=_approved(arguments["summary"] or {}),
        columns=tuple(map(line, arguments["columns"])),
    )
    report = merged([*earlier, given], about) if earlier else given
    if arguments["compare_with"] is not None:
        report = _compared(report, located(str(arguments["compare_with"])))
    return redacted(report) if arguments["redact"] else report


def inventory_columns(renderer: Renderer, hosts: Iterable[str], names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The variables of the inventory that make columns, by host. Raises ReportError.

    A variable that a host does not have, or that comes out of a vault, is empty.
    """
    wanted = [str(name) for name in names]
    for name in wanted:
        if _SECRET.search(name):
            raise ReportError(f"columns: {line(name)} looks like a secret, but a report is read by others")
    found: dict[str, dict[str, str]] = {}
    for host in hosts if wanted else ():
        raw = renderer.variables(host)
        if raw is not None:
            found[host] = {name: _value(renderer, raw, name) for name in wanted}
    return found


def require_columns(renderer: Renderer, names: Iterable[str]) -> None:
    """See that there are such variables: a column that is empty looks like hosts without a site. Raises ReportError."""
    wanted, known = [str(name) for name in names], set[str]()
    for host in renderer.hosts():
        if known.issuperset(wanted):
            return
        known.update(renderer.variables(host) or ())
    for name in wanted:
        if name not in known:
            raise ReportError(_nobody_has(name, known))


def _nobody_has(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean {close[0]}?" if close else "Define it in the inventory, or leave the column out."
    return f"columns: no host of the inventory has a variable {line(name)}. {hint}"


def places_of(path: str | None) -> Places:
    """Where alerts point at. Raises ReportError."""
    if path is None:
        return Places()
    file = located(path)
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
    except (OSError, UnicodeDecodeError):
        raise ReportError(f"{file} cannot be read as text. inventory_file is a file of the repository") from None
    folder = Path.cwd()
    return places_in(file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name, text)


def _value(renderer: Renderer, raw: Mapping[str, Any], name: str) -> str:
    if name not in raw or type(raw[name]).__name__ in _VAULTED:
        return ""
    try:
        value = renderer.value(raw, name)
    except RenderError:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _about(arguments: Arguments) -> About:
    policy = arguments["policy_file"]
    seconds = (arguments["summary"] or {}).get("seconds")
    return About(
        title=line(arguments["title"]),
        audited_at=moment(arguments["audited_at"]),
        seconds=float(seconds) if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) else None,
        policy_name=line(Path(str(policy)).name) if policy else "",
        policy_sha256=_sha256(located(str(policy))) if policy else "",
        details=tuple((line(name), line(value)) for name, value in (arguments["details"] or {}).items()),
        version=collection_version(),
    )


def moment(text: str | None) -> str:
    """A time as reports write it, in UTC. Raises ValueError."""
    if not text:
        return ""
    try:
        found = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(
            f"audited_at must be a time with its offset, such as 2026-11-27T17:09:00Z, not {line(text)!r}"
        ) from None
    return found.astimezone(timezone.utc).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ValueError(f"policy_file {path} cannot be read: {error.strerror or error}") from None


def _subject(found: Mapping[str, Any]) -> str:
    """What a finding is about that is of no single machine, so that two of one kind are told apart."""
    evidence = found.get("evidence") or {}
    subject = found.get("subject") or evidence.get("subject")
    if subject:
        return str(subject)
    if evidence.get("partial_product_key"):
        return f"host key …{evidence['partial_product_key']}"
    return f"build {evidence['build']}" if evidence.get("build") else "fleet"


def _approved(summary: Mapping[str, Any]) -> Approved:
    unmatched = summary.get("approved_unmatched")
    names = None if unmatched is None else tuple(line(name) for name in unmatched)
    return Approved(tuple(line(name) for name in summary.get("approved_serving") or ()), names)


def _earlier(path: Path, option: str, what: str) -> Report:
    """A report of an earlier run. ``what`` cannot be done with a file that is none."""
    try:
        return report_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReportError(
            f"The report {path} cannot be {what}: {error}. {option} takes files that license_report wrote with "
            "format=json."
        ) from None


def _compared(report: Report, path: Path) -> Report:
    """Against the last report; a file that does not exist yet means that there is none."""
    if not path.exists():
        return report
    last = _earlier(path, "compare_with", "compared with")
    if last.about.redacted:
        raise ReportError(
            f"The report {path} has no names, so nothing can be compared with it. Keep one that has names."
        )
    return compared(report, last, figures(last))


@lru_cache(maxsize=1)
def collection_version() -> str:
    """The version of this collection: from the manifest of what was installed, or else from galaxy.yml."""
    try:
        manifest = json.loads((_ROOT / "MANIFEST.json").read_text(encoding="utf-8"))
        return line(manifest["collection_info"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        found = re.search(r"^version: *(\S+)", (_ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return line(found[1]) if found else ""
