# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: published KMS hosts against what the machines say, and changes of records as commands.

Documented in cross_check.yml and kms_srv_commands.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.module_utils._dns import commands
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy import publication

Records = list[dict[str, Any]]


def cross_check(records: Any, hosts: Any = None, probes: Any = None) -> Records:
    """Each record of ``kms_srv_info`` with what the machine behind it says."""
    _want("cross_check", "the records of kms_srv_info", records, list)
    _want("cross_check", "hosts", hosts or {}, Mapping)
    _want("cross_check", "probes", probes or [], list)
    machines = publication.Machines(publication.machines_of(hosts or {}))
    answers = {
        str(probe["host"]): publication.Probe(bool(probe["answers_as_kms"]), str(probe["reason"]))
        for probe in probes or []
    }
    return [_checked(record, machines, answers) for record in records]


def _checked(record: Any, machines: publication.Machines, answers: Mapping[str, publication.Probe]) -> dict[str, Any]:
    if not isinstance(record, Mapping) or "target" not in record:
        raise AnsibleFilterError("cross_check: give the records of a kms_srv_info result, which have a target each")
    published = publication.Published(str(record["target"]), record.get("approved"), record.get("resolvable"))
    endpoint = _endpoint(record)
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
    return f"{record['target']} is published{place}. {checked.reason}{advice}"


def _endpoint(record: Mapping[str, Any]) -> str | None:
    """Where to ask whether a KMS host serves, as ``kms_probe`` takes it: by address, since DNS was asked already."""
    addresses = record.get("addresses") or []
    if not addresses:
        return None
    address = str(addresses[0])
    return f"[{address}]:{record['port']}" if ":" in address else f"{address}:{record['port']}"


def kms_srv_commands(results: Any, form: str = "nsupdate") -> list[str]:
    """The changes in ``results`` of ``kms_srv``, for somebody else to make."""
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


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"cross_check": cross_check, "kms_srv_commands": kms_srv_commands}
