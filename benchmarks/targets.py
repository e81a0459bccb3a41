# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures should be. Each target is a ratio or a number from one run, and the sizes for which it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .cases import Case, Measured

_PEER = "ansible.windows.win_product_facts"


@dataclass(frozen=True)
class Target:
    """``least`` must be met, ``aim`` is wished for. ``value`` is None where nothing of the kind was measured.

    ``reason`` says, by this run's own figures, what stands in the way of a target that was missed.
    """

    what: str
    unit: str
    least: float
    aim: float
    value: float | None
    note: str = ""
    reason: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        if self._meets(self.aim):
            return "aim"
        return "met" if self._meets(self.least) else "MISSED"

    def _meets(self, bound: float) -> bool:
        value = self.value or 0.0
        return value >= bound if self.aim > self.least else value <= bound


class Figures:
    """Everything that was measured, to be looked up."""

    def __init__(self, measured: list[Measured]) -> None:
        self._by_case = {one.case: one for one in measured}

    def of(self, contender: str, hosts: int, latency: float = 0.0) -> Measured | None:
        in_flight = 1000 if latency else 256
        return self._by_case.get(Case(contender, hosts, latency, in_flight))

    def peer(self) -> Measured | None:
        """The peer at whatever size it was measured; its time grows with the hosts."""
        return self.near("peer", 0)

    def near(self, contender: str, hosts: int) -> Measured | None:
        """Of one whose time grows with the hosts, what was measured at the size that is nearest."""
        found = [one for case, one in self._by_case.items() if case.contender == contender]
        return min(found, key=lambda one: abs(one.case.hosts - hosts)) if found else None


def targets(measured: list[Measured]) -> list[Target]:
    """All targets with their values from this run."""
    figures = Figures(measured)
    return [*_ratios(figures), *_amounts(figures), _pair(figures)]


def _pair(figures: Figures) -> Target:
    """Two processes and the server share two processors, so its part of them is in the way."""
    pair = figures.near("pair", 10000)
    # With a handful of hosts the processes begin and end, and do little else.
    if pair is not None and pair.case.hosts < 1000:
        pair = None
    scanner = figures.of("scanner", pair.case.hosts) if pair else None
    value = pair.seconds / scanner.seconds if pair and scanner else None
    size = f"{pair.case.hosts:,} hosts" if pair else "10,000 hosts"
    busy = f"the server had {pair.server_busy:.0%} of a processor" if pair else ""
    doubt = f"other work on this machine: {pair.contended:.0%} contended" if pair and pair.contended > 0.5 else ""
    return Target(f"scanner in two processes / in one, wall, {size}", "x", 0.65, 0.55, value, doubt, busy)


def _ratios(figures: Figures) -> Iterator[Target]:
    peer = figures.peer()
    note = f"per host; {_PEER} measured at {peer.case.hosts} hosts" if peer and peer.case.hosts != 1000 else ""
    scanner = figures.of("scanner", 1000)
    playbook = figures.of("playbook", 1000)
    yield Target(
        f"{_PEER} / fleet_info, whole ansible-playbook, 1,000 hosts", "x", 50, 100, cpu_ratio(peer, playbook), note
    )
    yield Target(f"{_PEER} / scanner", "x", 100, 200, cpu_ratio(peer, scanner), note)
    yield Target("pywinrm in threads / scanner", "x", 4, 6, cpu_ratio(figures.of("threads", 1000), scanner))
    yield Target("scanner / floor", "x", 6, 4, cpu_ratio(scanner, figures.of("floor", 1000)))
    yield Target(
        "scanner per host, 10,000 / 1,000 hosts", "x", 1.3, 1.1, cpu_ratio(figures.of("scanner", 10000), scanner)
    )


def _amounts(figures: Figures) -> Iterator[Target]:
    scanner = figures.of("scanner", 1000)
    slow = figures.of("scanner", 1000, 0.2)
    large = figures.of("playbook", 10000)
    requests = scanner.traffic["requests"] if scanner else None
    yield Target("HTTP requests a host", "", 5, 4, requests)
    yield Target("1,000 hosts at 200 ms a reply, wall", "s", 2.5, 1.5, slow.seconds if slow else None, _doubt(slow))
    yield Target("peak memory above import, 1,000 in flight", "MB", 100, 64, slow.memory_mb if slow else None)
    yield Target(
        "fleet_info, whole ansible-playbook, 10,000 hosts, wall",
        "s",
        60,
        25,
        large.seconds if large else None,
        _doubt(large),
    )


def cpu_ratio(over: Measured | None, under: Measured | None) -> float | None:
    """Of the processor's time for each host; None where one of them was not measured."""
    return over.cpu_ms / under.cpu_ms if over and under else None


def _doubt(one: Measured | None) -> str:
    return one.wall_doubt if one else ""
