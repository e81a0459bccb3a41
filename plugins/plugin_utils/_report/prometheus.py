# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sums as metrics for the textfile collector of Prometheus' node_exporter: no timestamps, no series twice.

Labels have few values, so that a fleet of any size is some dozens of series; one for each machine only on demand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone

from .._policy.finding import kinds
from .findings import excepted_of
from .headline import host_key_machines, next_expiry_minutes
from .report import Report
from .verdicts import table

_PREFIX = "winfleet_activation_"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Sample = tuple[Mapping[str, str], float]


def as_prometheus(report: Report, per_host: bool = False) -> str:
    """Metrics in the text format 0.0.4. ``per_host`` adds a series for each machine."""
    lines = [line for family in _families(report, per_host) for line in family]
    return "\n".join(lines) + "\n"


def _families(report: Report, per_host: bool) -> Iterator[list[str]]:
    about, machines = report.about, report.machines
    verdicts = {**dict.fromkeys(table(), 0), **report.summary}
    yield _gauge("hosts", "Machines by verdict.", (({"verdict": word}, n) for word, n in sorted(verdicts.items())))
    yield _gauge("findings", "Findings by kind.", _findings(report))
    accepted = Counter(found.id for _name, found, _exempt in excepted_of(report))
    yield _gauge(
        "findings_excepted",
        "Findings by kind that an exception covers.",
        [({"id": id_}, count) for id_, count in sorted(accepted.items())],
    )
    yield _gauge("hosts_in_scope", "Machines that were to be read.", [({}, len(machines))])
    yield _gauge("hosts_read", "Machines that were read.", [({}, sum(machine.read for machine in machines))])
    keys = [({"last_five": last_five}, n) for last_five, n in host_key_machines(report).items()]
    yield _gauge("host_key_machines", "Machines seen with a KMS host key, which is good for six.", keys)
    serving = [machine for machine in machines if machine.serves]
    yield _gauge(
        "kms_host_current_clients",
        "Clients that a KMS host has counted.",
        [({"host": one.host}, one.current_count) for one in serving if one.current_count is not None],
    )
    yield _gauge(
        "kms_host_required_clients",
        "Clients that a KMS host must have counted to activate any.",
        [({"host": one.host}, one.required_count) for one in serving if one.required_count is not None],
    )
    if about.seconds is not None:
        yield _gauge("duration_seconds", "How long the audit took.", [({}, about.seconds)])
    yield from _times(report)
    yield _gauge("build_info", "The collection that wrote this.", [({"version": about.version}, 1)])
    if per_host:
        compliant = [({"host": one.host, "verdict": one.verdict}, one.compliant is True) for one in machines]
        yield _gauge("host_compliant", "Whether a machine is compliant; one that was not read is not.", compliant)


def _findings(report: Report) -> Iterator[Sample]:
    severities = {kind.id: kind.severity.value for kind in kinds().values()}
    found = [one for machine in report.machines for one in machine.open_findings]
    found += report.open_findings
    for one in found:
        severities.setdefault(one.id, one.severity)
    counts = Counter(one.id for one in found)
    return (({"id": id_, "severity": severities[id_]}, counts[id_]) for id_ in sorted(severities))


def _times(report: Report) -> Iterator[list[str]]:
    if not report.about.audited_at:
        return
    then = _seconds(report.about.audited_at)
    yield _gauge("last_run_timestamp_seconds", "When the audit was made.", [({}, then)])
    minutes = next_expiry_minutes(report)
    if minutes is not None:
        words = "When the first activation that ends does so."
        yield _gauge("next_expiry_timestamp_seconds", words, [({}, then + minutes * 60)])


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()


def _gauge(name: str, words: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> list[str]:
    """A metric with its values; nothing at all where it has none."""
    full = f"{_PREFIX}{name}"
    values = [f"{full}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return [f"# HELP {full} {words}", f"# TYPE {full} gauge", *values] if values else []


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
