# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

#: Who is compared. ``peer`` is ansible.windows.win_product_facts, ``nothing`` is ansible-playbook with nothing to do.
CONTENDERS = ("floor", "sealed", "scanner", "threads")
#: Whose target is a wall time, at a size at which its beginning and end do not count.
PAIR = "pair"
PLAYBOOKS = ("playbook", "peer", "nothing")

#: Who repairs: the operation behind ``fleet_repair``, and whole playbooks. ``recipe`` is what people do with the shell.
REPAIRING_PLAYBOOKS = ("fleet_repair", "role", "recipe", "enforce")
REPAIRING = ("repair", *REPAIRING_PLAYBOOKS)

#: Those that take so long that they run once.
ONCE = ("peer", "role", "recipe", "enforce")

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


@dataclass(frozen=True)
class RepairSizes:
    """How many hosts are repaired, by whom. 0 leaves a contender out."""

    fleet: tuple[int, ...] = (200, 2000)
    role: tuple[int, ...] = (200,)
    recipe: int = 50
    enforce: int = 10000


def base_of(sizes: Sequence[int]) -> int:
    """The size at which everybody is compared."""
    return min(1000, max(sizes))


def cases(sizes: Sequence[int], latencies: list[float], peer_hosts: int) -> list[Case]:
    """Everybody at the comparison size; the scanner and the playbook at all sizes; the scanner at all latencies."""
    base = base_of(sizes)
    found = [Case(name, base) for name in CONTENDERS]
    found += [Case("scanner", size) for size in sizes if size != base]
    found += [Case(PAIR, max(sizes))]
    found += [Case("scanner", base, latency, _ALL_AT_ONCE) for latency in latencies if latency]
    found += [Case("nothing", base)]
    found += [Case("playbook", size) for size in sizes if size >= base]
    if peer_hosts:
        found.append(Case("peer", peer_hosts))
    return found


def repair_cases(sizes: RepairSizes) -> list[Case]:
    """The operation, its playbook and what these are compared with at all sizes; the others at theirs."""
    found = [Case(name, size) for size in sizes.fleet for name in ("nothing", "repair", "fleet_repair")]
    found += [Case("scanner", size) for size in sizes.fleet]
    found += [Case("role", size) for size in sizes.role]
    found += [Case("recipe", sizes.recipe)]
    found += [Case("playbook", sizes.enforce), Case("enforce", sizes.enforce)]
    return [case for case in found if case.hosts]
