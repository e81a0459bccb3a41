# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a KMS host does not do as it should: count, be asked, begin, publish; and clients that it tells of.

Microsoft Learn, "Guidelines for troubleshooting KMS" (what to watch on a host) and "KMS activation planning" (counts
and intervals).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from .._licensing.error_codes import explain
from .._licensing.host_clients import RecentClient
from .._licensing.host_events import PUBLISHING_FAILED, START_FAILED, TIMER_FAILED, HostTrouble
from .finding import Finding, finding

#: An activated client renews every week, so a host that nobody asked for two is not found any more.
SILENCE = timedelta(days=14)
_NAMED = 5

_WHAT = {
    START_FAILED: "Its Key Management Service could not start",
    TIMER_FAILED: "Its timer, by which it publishes itself every day, could not be set up",
    PUBLISHING_FAILED: "It could not publish itself in DNS",
}


def count_findings(counted: int | None, required: int | None) -> Iterator[Finding]:
    """Whether the count is reached; nothing where it is not known."""
    if counted is None or not required or counted >= required:
        return
    reason = f"It has counted {counted} clients of the {required} it needs, so it answers each of them with 0xC004F038."
    advice = "Let more clients ask it, or move the clients of other KMS hosts here."
    yield finding("KMS-006", reason, advice, current_count=counted, required_count=required)


def trend_findings(weeks: Sequence[int], counted: int | None, required: int | None) -> Iterator[Finding]:
    """Whether the count is about to be lost: reached by clients of weeks ago, and not by those of the last one.

    Of a log that does not reach further back than the last week it is not known whether it holds all of that.
    """
    if counted is None or not required or len(weeks) < 2 or not weeks[1]:
        return
    last, before = weeks[0], weeks[1]
    if last < required <= counted and last < before:
        reason = (
            f"{last} clients have asked it in the last week, {before} in the week before. It needs {required}, and its "
            f"count of {counted} falls to what still asks within 30 days."
        )
        advice = "Find out who has stopped asking (hosts), and let the clients of other KMS hosts ask this one."
        yield finding("KMS-012", reason, advice, weekly_clients=list(weeks), required_count=required)


def event_findings(troubles: Iterable[HostTrouble]) -> Iterator[Finding]:
    """What it has logged as failed, and no success has followed."""
    for trouble in troubles:
        explained = explain(trouble.hresult)
        where = f" in {trouble.domain}" if trouble.domain else ""
        what = _WHAT.get(trouble.event, f"It has logged event {trouble.event}")
        reason = f"{what}{where} ({trouble.when:%Y-%m-%d %H:%M}, event {trouble.event}): {explained.summary}"
        evidence = {"event": trouble.event, "code": explained.code_text, "domain": trouble.domain}
        yield finding("KMS-009", reason, explained.admin_action, **evidence)


def client_findings(
    clients: Sequence[RecentClient], expiring: Sequence[RecentClient], now: datetime, read: timedelta
) -> Iterator[Finding]:
    """What its log of the last ``read`` tells of its clients. ``now`` is by its own clock."""
    newest = max((client.last.when for client in clients), default=None)
    if read >= SILENCE and (newest is None or now - newest >= SILENCE):
        since = f"since {newest:%Y-%m-%d %H:%M}" if newest is not None else f"in the last {read.days} days"
        reason = f"No client has asked it {since}; clients that find it ask every week."
        yield finding("KMS-008", reason, "Check its SRV record, its firewall rule and TCP port 1688 (kms_probe).")
    twins = [client for client in clients if client.duplicate]
    if twins:
        reason = f"{len(twins)} client machine IDs came with several names: {_names(twins)}. Each counts once only."
        yield finding("CLI-006", reason, "Generalize the image (sysprep), or rearm the clones: slmgr.vbs /rearm.")
    if expiring:
        reason = f"{len(expiring)} clients were refused last and are, or will be within 30 days, without a license: "
        advice = "Ask each of them why: license_diagnosis."
        yield finding("KMS-011", f"{reason}{_names(expiring)}.", advice)


def _names(clients: Sequence[RecentClient]) -> str:
    listed = ["/".join(client.names) for client in clients]
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
