# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a first contact: what a stranger may read of it, and nothing that tells whose machine it was.

What may stand is listed in ``_spp/data/shown.tsv``; names and addresses of the connection never come near it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..._licensing.model import OperatingSystem
from ..._operations.expectations import Outcome
from ..._operations.first_contact import Finding
from ..._operations.trial import TrialReport
from ..._spp import contact
from ..._spp.contact import Probe, Trial
from ..._spp.doubts import Change, Doubt, doubts
from ..._spp.steps import Query
from ..._winrm.recording import Kept
from ..._winrm.trace import Exchange
from ..._wsman import Instance, MethodResult, ProtocolError, WsmanFault, parse, to_jsonable
from ..._wsman.anonymous import anonymous, shown
from ..._wsman.identify import Identity

Result = dict[str, Any]

#: Raised when a reader of an older report would misunderstand it.
FORMAT = 1
_EXCHANGES = 3
_ENVELOPE = 64 * 1024
_ROWS = 5


def report_of(
    system: OperatingSystem,
    identity: Identity | None,
    findings: Sequence[Finding],
    kept: Mapping[str, Sequence[Kept]],
    sign_in: Sequence[Exchange],
    tried: TrialReport | None = None,
) -> Result:
    """The whole report, as JSON can carry it. ``tried``: the part that changes a machine, where it was asked for."""
    findings = (*findings, *(tried.findings if tried else ()))
    asked = {one.probe.doubt for one in findings} | {probe.doubt for probe in contact.probes()}
    left = [one for one in doubts() if one.id not in asked]
    return {
        "report": "winfleet.activation, first contact",
        "format": FORMAT,
        "summary": summary_of(findings),
        "system": {
            "caption": system.caption,
            "version": system.version,
            "build": system.build,
            "sku": system.sku,
            "product_type": system.product_type,
            "stack": identity.stack if identity else None,
        },
        "sign_in": [_exchange(one) for one in sign_in],
        "changes": None if tried is None else _changes(tried),
        "findings": [_finding(one, kept.get(one.probe.id, ())) for one in findings],
        "by_hand": [{"doubt": one.id, "taken": one.text, "do": one.probe} for one in left if _is_for_people(one)],
        "not_asked": [
            {"doubt": one.id, "taken": one.text, "why": _why(one)} for one in left if not _is_for_people(one)
        ],
    }


def text_of(report: Result) -> str:
    """The report as a file: the summary first, for who reads it before it is sent."""
    return json.dumps(report, indent=1, ensure_ascii=True) + "\n"


def summary_of(findings: Sequence[Finding]) -> Result:
    """How many agree, and of what does not, what it means."""
    counts = Counter(one.outcome for one in findings)
    return {
        **{outcome.value: counts[outcome] for outcome in Outcome},
        "what_differs": [
            {"id": one.probe.id, "doubt": one.probe.doubt, "taken": one.probe.taken, "means": one.probe.otherwise}
            for one in findings
            if one.outcome is Outcome.DIFFERS
        ],
        "what_is_unsettled": [
            {"id": one.probe.id, "doubt": one.probe.doubt, "why": one.failure or "this machine does not show it"}
            for one in findings
            if one.outcome is Outcome.UNSETTLED
        ],
    }


def words_of(summary: Result) -> str:
    """The summary in sentences."""
    said = f"{summary['agrees']} points are as expected, {summary['differs']} are not, "
    said += f"{summary['unsettled']} could not be settled here."
    for one in summary["what_differs"]:
        said += f" Not so: {one['taken']} ({one['doubt'] or one['id']}); that means: {one['means']}."
    return said


def _is_for_people(doubt: Doubt) -> bool:
    return isinstance(doubt.probe, str)


def _why(doubt: Doubt) -> str:
    return "It takes a change, which is tried with changes only" if isinstance(doubt.probe, Change) else doubt.no_probe


def _changes(tried: TrialReport) -> Result:
    """What was changed and whether it stands as before; of a key or a machine it names nothing."""
    return {
        "tried": [trial.id for trial in tried.plan.trials],
        "failed_at": tried.failed_at.id if tried.failed_at else None,
        "as_before": not tried.remains,
        "not_as_before": [{"point": one.point, "remedy": one.remedy} for one in tried.remains],
    }


def _exchange(one: Exchange) -> Result:
    return {"step": one.step, "status": one.status, "sent": one.sent, "received": one.received}


def _finding(finding: Finding, kept: Sequence[Kept]) -> Result:
    probe = finding.probe
    return {
        "id": probe.id,
        "doubt": probe.doubt,
        "outcome": finding.outcome.value,
        "taken": probe.taken,
        "expect": probe.expect,
        "asked": _asked(probe),
        "seen": _seen(finding),
        "exchanges": [one for item in _telling(probe, kept) if (one := _shown_exchange(item)) is not None],
    }


def _telling(probe: Probe | Trial, kept: Sequence[Kept]) -> Sequence[Kept]:
    """The first exchanges; of a change the calls that it is about, and none of the readings around them."""
    if isinstance(probe, Trial):
        kept = [one for one in kept if any(f"/{method}</" in one.request for method in probe.change.methods)]
    return kept[:_EXCHANGES]


def _asked(probe: Probe | Trial) -> str:
    """The question in the words of the file it comes from."""
    if isinstance(probe, Trial):
        return str(probe.change)
    step = probe.step
    if isinstance(step, Query):
        return f"wql {step.namespace} {step.text}"
    arguments = "; ".join(f"{name}={value}" for name, value in (step.arguments or {}).items())
    return f"call {step.namespace} {step.class_name}.{step.method} {arguments}".rstrip()


def _seen(finding: Finding) -> Result:
    found: Result = {"failure": finding.failure} if finding.failure else {}
    if finding.columns is not None:
        found |= {"missing": sorted(finding.columns.missing), "there": sorted(finding.columns.there)}
    if isinstance(finding.answer, WsmanFault):
        found["fault"] = fault_shown(finding.answer)
    elif isinstance(finding.answer, MethodResult):
        outputs = {name: value for name, value in finding.answer.outputs.items() if value is not None}
        found |= {"return_value": finding.answer.return_value, "outputs": _values(outputs)}
    elif finding.answer is not None:
        found |= {"rows": len(finding.answer), "first_rows": [_row(row) for row in finding.answer[:_ROWS]]}
    return found


def fault_shown(fault: WsmanFault) -> Result:
    """The codes of a fault, and what it counts as. Its words are the machine's."""
    return {
        "code": None if fault.code is None else f"0x{fault.code:08X}",
        "hresult": fault.hresult_text or None,
        "hresult_from": fault.hresult_source or None,
        "soap_code": fault.soap_code,
        "subcode": fault.subcode,
        "cim_status": fault.cim_status,
        "counts_as": [name for name in ("not_found", "invalid_query", "access_denied") if getattr(fault, name)],
    }


def _row(row: Instance) -> Result:
    return _values(row.properties)


def _values(values: Mapping[str, Any]) -> Result:
    return {name: _value(name, to_jsonable(value)) for name, value in values.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(name, one) for one in value]
    rule = contact.rules().get(name, "")
    if value is None or rule == "plain":
        return value
    return shown(str(value), rule, contact.words())


def _shown_exchange(kept: Kept) -> Result | None:
    """Request and answer without what is not listed; None for what is too long, or no envelope that can be read."""
    try:
        fault = parse(kept.answer).fault
        text = _text(kept.answer)
    except (ProtocolError, UnicodeDecodeError):
        return None
    rules = contact.rules() if fault is None else contact.fault_rules()
    request = anonymous(kept.request, contact.rules(), contact.words())
    answer = anonymous(text, rules, contact.words()) if len(text) <= _ENVELOPE else None
    return None if request is None or answer is None else {"request": request, "answer": answer}


def _text(answer: bytes) -> str:
    encoding = "utf-16" if answer[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return answer.decode(encoding)
