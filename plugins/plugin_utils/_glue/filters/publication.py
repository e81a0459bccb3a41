# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: published KMS hosts against what the machines say, and changes of records as commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ....module_utils._dns import commands
from ....module_utils._identity import ApprovedHosts
from ..._policy import publication
from ..._policy.exemption import Exemption
from ..._policy.schema import word_problems
from ..._policy.verdict import Verdict
from ..filter_values import flag
from ..results.license import listed

Records = list[dict[str, Any]]


def cross_check(records: Any, hosts: Any = None, probes: Any = None) -> Records:
    """Each record of ``kms_srv_info`` with what the machine behind it says."""
    _want("cross_check", "the records of kms_srv_info", records, list)
    _want("cross_check", "hosts", hosts or {}, Mapping)
    _want("cross_check", "probes", probes or [], list)
    machines = publication.Machines(publication.machines_of(hosts or {}))
    answers = _answers(probes)
    return [_checked(record, machines, answers) for record in records]


def kms_srv_ask(records: Any, approved: Any, hosts: Any = None) -> list[str]:
    """Where to ask whether the approved hosts serve, as ``kms_probe`` takes it."""
    known = _standings("kms_srv_ask", records, approved, hosts, [])
    return list(dict.fromkeys(where for one in known for where in one.asked))


def kms_srv_objections(
    records: Any, approved: Any, hosts: Any = None, probes: Any = None, probed: Any = True, add_missing: Any = False
) -> list[str]:
    """Why the records must not be changed."""
    known = _standings("kms_srv_objections", records, approved, hosts, probes)
    names = [str(name) for name in hosts or {}]
    return publication.objections(known, _places(records), names, flag(probed), flag(add_missing))


def kms_records_left_alone(records: Any, hosts: Any = None, exceptions: Any = ()) -> list[str]:
    """The published names that an exception of the policy leaves alone: of a machine, or of the record itself."""
    _want("kms_records_left_alone", "the records of kms_srv_info", records, list)
    try:
        words = listed(exceptions)
    except ValueError as error:
        raise AnsibleFilterError(f"kms_records_left_alone: {error}") from error
    for problem in word_problems("exceptions", words):
        raise AnsibleFilterError(f"kms_records_left_alone: {problem}")
    given = [Exemption.parse(one) for one in words]
    today = datetime.now(timezone.utc).date()
    mine = [one for one in given if one.holds(today) and one.finding == "DNS-001"]
    excepted = {name for name, result in (hosts or {}).items() if result.get("verdict") == Verdict.EXCEPTED.value}
    left = (one for one in records if one.get("machine") in excepted or any(by.is_about(one["target"]) for by in mine))
    return sorted({str(one["target"]) for one in left})


def _standings(name: str, records: Any, approved: Any, hosts: Any, probes: Any) -> tuple[publication.Standing, ...]:
    _want(name, "the records of kms_srv_info", records, list)
    _want(name, "hosts", hosts or {}, Mapping)
    _want(name, "probes", probes or [], list)
    try:
        wanted = ApprovedHosts.parse(approved.split(",") if isinstance(approved, str) else approved)
    except ValueError as error:
        raise AnsibleFilterError(f"{name}: {error}") from error
    if not wanted:
        raise AnsibleFilterError(f"{name}: the list of approved hosts is empty")
    return publication.standings(wanted, _places(records), publication.machines_of(hosts or {}), _answers(probes))


def _places(records: Records) -> list[publication.Place]:
    return [
        publication.Place(str(one["domain"]), str(one["target"]), one.get("approved") is True, tuple(_endpoints(one)))
        for one in records
    ]


def _answers(probes: Any) -> dict[str, publication.Probe]:
    return {
        str(probe["host"]): publication.Probe(bool(probe["answers_as_kms"]), str(probe["reason"]))
        for probe in probes or []
    }


def _checked(record: Any, machines: publication.Machines, answers: Mapping[str, publication.Probe]) -> dict[str, Any]:
    if not isinstance(record, Mapping) or "target" not in record:
        raise AnsibleFilterError("cross_check: give the records of a kms_srv_info result, which have a target each")
    published = publication.Published(str(record["target"]), record.get("approved"), record.get("resolvable"))
    endpoint = next(iter(_endpoints(record)), None)
    checked = publication.cross_check(published, machines, answers.get(endpoint or ""))
    return {
        **record,
        "finding": checked.finding.value,
        "machine": checked.machine,
        "comes_back": checked.comes_back,
        "reason": checked.reason,
        "advice": checked.advice,
        "endpoint": endpoint,
        "message": _message(record, checked),
    }


def _message(record: Mapping[str, Any], checked: publication.CrossCheck) -> str:
    place = f" in {record['domain']}" if record.get("domain") else ""
    advice = f" {checked.advice}" if checked.advice else ""
    missing = record.get("missing_from") or []
    behind = f" Not on {', '.join(map(str, missing))}: the servers differ, one of them is behind." if missing else ""
    return f"{record['target']} is published{place}.{behind} {checked.reason}{advice}"


def _endpoints(record: Mapping[str, Any]) -> list[str]:
    """Where to ask whether a KMS host serves, as ``kms_probe`` takes it: by address, since DNS was asked already."""
    addresses = [str(address) for address in record.get("addresses") or []]
    return [f"[{one}]:{record['port']}" if ":" in one else f"{one}:{record['port']}" for one in addresses]


def kms_srv_commands(results: Any, form: str = "nsupdate") -> list[str]:
    """The changes in ``results`` of ``kms_srv``, for another team to make."""
    _want("kms_srv_commands", "the results of kms_srv", results, list)
    if form not in commands.FORMS:
        raise AnsibleFilterError(f"kms_srv_commands: {form!r} is none of {', '.join(commands.FORMS)}")
    try:
        return commands.FORMS[form](results)
    except (KeyError, TypeError) as error:
        raise AnsibleFilterError(
            "kms_srv_commands: give the results of a kms_srv task, which say what it removed and added"
        ) from error


def _want(name: str, what: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise AnsibleFilterError(f"{name}: {what} must be a {kind.__name__.lower()}, not {type(value).__name__}")
