# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Who is compared. ``peer`` is ansible.windows.win_product_facts, ``nothing`` is ansible-playbook with nothing to do.
CONTENDERS = ("floor", "sealed", "scanner", "threads")
PLAYBOOKS = ("playbook", "peer", "nothing")

_ALL_AT_ONCE = 1000


@dataclass(frozen=True)
class Case:
    """One measurement."""

    contender: str
    hosts: int
    latency: float = 0.0
    in_flight: int = 256


@dataclass(frozen=True)
class Measured:
    """A case and what came of it: medians of its repeats. ``traffic`` is as the server saw it, for each host.

    ``contended`` is the share of its time in which somebody on this machine waited for a processor.
    """

    case: Case
    seconds: float
    cpu: float
    memory_mb: float
    server_busy: float
    server_late_ms: float
    contended: float
    traffic: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.case.hosts

    @property
    def server_bound(self) -> bool:
        """Whether the wall time may be the server's."""
        return self.server_busy > 0.9

    @property
    def wall_doubt(self) -> str:
        """Why the wall time is not to be relied upon; nothing when it is."""
        if self.server_bound:
            return "the server was its limit"
        return f"other work on this machine: {self.contended:.0%} contended" if self.contended > 0.5 else ""


def base_of(sizes: list[int]) -> int:
    """The size at which everybody is compared."""
    return min(1000, max(sizes))


def cases(sizes: list[int], latencies: list[float], peer_hosts: int) -> list[Case]:
    """Everybody at the comparison size; the scanner and the playbook at all sizes; the scanner at all latencies."""
    base = base_of(sizes)
    found = [Case(name, base) for name in CONTENDERS]
    found += [Case("scanner", size) for size in sizes if size != base]
    found += [Case("scanner", base, latency, _ALL_AT_ONCE) for latency in latencies if latency]
    found += [Case("nothing", base)]
    found += [Case("playbook", size) for size in sizes if size >= base]
    if peer_hosts:
        found.append(Case("peer", peer_hosts))
    return found
