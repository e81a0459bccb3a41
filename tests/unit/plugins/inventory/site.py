# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What DNS holds, without DNS: it stands in for the survey, and its records are judged as real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import DnsError
from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import RecordSet, SrvValue, in_order
from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import (
    Finding,
    SurveySettings,
    Transfer,
    View,
)
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import Target, judge
from ansible_collections.winfleet.activation.plugins.module_utils._kms import owner_name


def srv(target: str, port: int = 1688, priority: int = 0) -> SrvValue:
    # As it comes off the wire: an octet outside ASCII stays what it is.
    return SrvValue(priority, 0, port, target.rstrip(".").lower(), target)


@dataclass
class Site:
    """``records`` by domain, ``targets`` by name. ``asked`` counts the look-ups, ``settings`` is the last one's."""

    records: dict[str, list[SrvValue]] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    silent: dict[str, DnsError] = field(default_factory=dict)
    transferred: list[Transfer] = field(default_factory=list)
    asked: int = 0
    settings: SurveySettings | None = None

    def publish(self, domain: str, *values: SrvValue) -> None:
        self.records[domain] = list(values)

    def survey(self, domains: Iterable[str], settings: SurveySettings) -> tuple[Finding, ...]:
        self.settings = settings
        return tuple(self._finding(domain, settings) for domain in domains)

    def transfers(self, _findings: Iterable[Finding], _settings: SurveySettings) -> tuple[Transfer, ...]:
        return tuple(self.transferred)

    def _finding(self, domain: str, settings: SurveySettings) -> Finding:
        self.asked += 1
        values = in_order(self.records.get(domain, ()))
        views = [View(f"ns1.{domain}", True, "192.0.2.53", RecordSet.of(values, 3600), 1, domain)]
        if domain in self.silent:
            views.append(View(f"ns2.{domain}", True, "192.0.2.54", error=self.silent[domain]))
        targets = {value.target: self.targets.get(value.target, Target(("192.0.2.1",))) for value in values}
        shown = targets if settings.resolve_targets else {}
        judgements = judge(values, settings.policy, targets if settings.resolve_targets else None)
        return Finding(domain, owner_name(domain), domain, tuple(views), judgements, shown)
