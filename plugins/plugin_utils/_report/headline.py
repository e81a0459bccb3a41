# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a whole fleet as a sentence, and the few numbers that belong under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .report import Report
from .verdicts import BAD, GOOD, UNKNOWN, WARN

#: A KMS host key activates so many machines, ten times each (Microsoft, "KMS activation and 0xC004C008").
HOST_KEY_MACHINES = 6
_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Headline:
    """``state`` is the verdict in a few words, ``rest`` what it rests on; together they are a sentence."""

    state: str
    rest: str
    tone: str

    def __str__(self) -> str:
        return f"{self.state}: {self.rest}."


@dataclass(frozen=True)
class Number:
    """A figure with its name. ``change`` is against the last report; None without one."""

    value: str
    words: str
    tone: str = ""
    change: int | None = None


def headline(report: Report) -> Headline:
    """What a reader has to know if this is all that is read."""
    total = len(report.machines)
    wrong = sum(machine.needs_action for machine in report.machines)
    unread = sum(not machine.read and not machine.excepted for machine in report.machines)
    excepted = sum(machine.excepted for machine in report.machines)
    unjudged = sum(machine.read and machine.compliant is None for machine in report.machines)
    elsewhere = sum(found.severity == "error" for found in report.open_findings)
    also = f", {_counted(elsewhere, 'error')} elsewhere" if elsewhere else ""
    unseen = f", {unread} {_were(unread)} not read" if unread else ""
    open_ = unseen + (f", {unjudged} {_were(unjudged)} not judged" if unjudged else "")
    left = f", {excepted} {_is(excepted)} excepted" if excepted else ""
    if not total:
        return Headline("Nothing was audited", f"no machine was in scope{also}", BAD if elsewhere else UNKNOWN)
    if wrong or elsewhere:
        needs = "needs" if wrong == 1 else "need"
        return Headline(
            "Not compliant", f"{wrong} of {_counted(total, 'machine')} {needs} action{also}{open_}{left}", BAD
        )
    if unjudged and unjudged + unread == total:
        return Headline("Not judged", f"no policy was given to judge {_counted(total, 'machine')}{unseen}", UNKNOWN)
    if open_:
        good = total - unread - unjudged - excepted
        return Headline("Not known", f"{good} of {_counted(total, 'machine')} compliant{open_}{left}", UNKNOWN)
    if excepted:
        return Headline("Compliant", f"{total - excepted} of {_counted(total, 'machine')}{left}", GOOD)
    return Headline("Compliant", f"all of {_counted(total, 'machine')}" if total > 1 else "the one machine", GOOD)


#: What a job should end with, by the tone of the headline: compliant; findings; something is not known.
_EXIT = {GOOD: 0, BAD: 2, UNKNOWN: 3}


def exit_status(report: Report) -> int:
    """0 where all is as the policy requires, 2 where something is not, 3 where nothing is wrong as far as is known.

    4 is an error, after which there is no report.
    """
    return _EXIT[headline(report).tone]


def figures(report: Report) -> dict[str, int]:
    """The numbers of a report by name; what compares two of them."""
    days = next_expiry_days(report)
    return {
        "in_scope": len(report.machines),
        "read": sum(machine.read for machine in report.machines),
        "kms_unapproved": report.summary.get("kms_unapproved", 0),
        "not_activated": report.summary.get("not_activated", 0),
        "excepted": sum(machine.excepted for machine in report.machines),
        "host_key_machines": max(host_key_machines(report).values(), default=0),
        **({"days_to_expiry": days} if days is not None else {}),
    }


def numbers(report: Report) -> list[Number]:
    """The five numbers."""
    now = figures(report)
    before = report.changes.before if report.changes else {}

    def change(name: str) -> int | None:
        return now[name] - before[name] if name in before and name in now else None

    read, total, used = now["read"], now["in_scope"], now["host_key_machines"]
    per_cent = f" ({read * 100 // total} %)" if total else ""
    days = now.get("days_to_expiry")
    expiry = "until the next activation expires" if days is not None else "no activation that expires was seen"
    return [
        Number(f"{read} of {total}", f"machines read{per_cent}", UNKNOWN if read < total else "", change("read")),
        _wrong(now, "kms_unapproved", "Accidental KMS hosts", BAD, change("kms_unapproved")),
        _wrong(now, "not_activated", "not activated", WARN, change("not_activated")),
        Number(
            f"{used} of {HOST_KEY_MACHINES}",
            "machines of one host key seen, at least",
            BAD if used >= HOST_KEY_MACHINES else WARN if used == HOST_KEY_MACHINES - 1 else "",
            change("host_key_machines"),
        ),
        Number(_counted(days, "day") if days is not None else "?", expiry, "", change("days_to_expiry")),
    ]


def host_key_machines(report: Report) -> Mapping[str, int]:
    """How many machines carry which host key, by its last five characters."""
    carried = Counter(
        last_five
        for machine in report.machines
        for last_five in {key.last_five for key in machine.keys if key.key_type == "CSVLK"}
    )
    return dict(sorted(carried.items()))


def next_expiry_minutes(report: Report) -> int | None:
    """Minutes until the first activation that ends does so, counted from the audit."""
    ending = [
        machine.grace_minutes
        for machine in report.machines
        if machine.grace_minutes and machine.grace_minutes > 0 and machine.status == "licensed"
    ]
    return min(ending, default=None)


def next_expiry_days(report: Report) -> int | None:
    """The same in whole days."""
    minutes = next_expiry_minutes(report)
    return None if minutes is None else minutes // _MINUTES_A_DAY


def _wrong(now: Mapping[str, int], name: str, words: str, tone: str, change: int | None) -> Number:
    return Number(str(now[name]), words, tone if now[name] else "", change)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
