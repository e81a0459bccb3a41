# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports to look at: a fleet with one of everything, a hostile one, a clean one, and one of ten thousand machines."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.changes import compared
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.headline import figures
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.machine import Found
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Report
from benchmarks.report import results
from tests.unit.plugins.plugin_utils._report.samples import TIME, finding, hostile_report, read, report, rogue

SITES = ("Bonn", "Rome", "Oslo")


@cache
def mixed() -> Report:
    """Two dozen machines with findings of every severity, columns, and an earlier report to be compared with."""
    then = {f"pc{number:02}": read() for number in range(18)}
    then |= {"srv2019-01": rogue(), "srv2022-01": read(), "off": {"unreachable": True, "msg": "off: refused"}}
    now = {
        **then,
        "srv2019-01": read(),
        "srv2022-01": rogue(),
        "srv2022-02": rogue(),
        "pc05": read("not_activated", findings=[finding("CLI-002", reason="0xC004F038: the count is too low.")]),
        "pc10": read("validity_ends_soon", findings=[finding("CLI-003", "warning")], license={"grace_minutes": 20_000}),
        "avma": read("left_alone", findings=[finding("CLI-010", "info")]),
    }
    variables = {host: {"site": SITES[place % 3], "owner": f"team-{place % 2}"} for place, host in enumerate(now)}
    about = About("corp.example", TIME, 6.8, "policy.yml", "3f" * 32, (("job", "AWX 4711"),), "0.2.0")
    elsewhere = (
        Found(
            "DNS-001", "error", "Unapproved host published", "It is stale.", "Delete it.", "_vlmcs._tcp.corp.example"
        ),
    )
    last = report(then, about=replace(about, audited_at="2026-11-26T17:09:00Z"), variables=variables)
    return compared(report(now, about=about, variables=variables, findings=elsewhere), last, figures(last))


@cache
def large(count: int = 10_000) -> Report:
    """As many machines as one page is to hold."""
    fleet = results(count)
    variables = {host: {"site": SITES[place % 3]} for place, host in enumerate(fleet)}
    return report(fleet, about=About(audited_at=TIME, version="0.2.0"), variables=variables)


@cache
def clean() -> Report:
    """Nothing to do."""
    return report({f"pc{number}": read() for number in range(5)})


def empty() -> Report:
    """No machine at all."""
    return report({})


REPORTS = {"mixed": mixed, "clean": clean, "empty": empty, "hostile": hostile_report, "large": large}
