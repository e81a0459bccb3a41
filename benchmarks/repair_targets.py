# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What repairing should cost. A target that is missed says why, by figures of the same run."""

from __future__ import annotations

from collections.abc import Iterator

from .cases import Measured
from .targets import Figures, Target, cpu_ratio

_OTHERS = (("role", "role kms_client by forks", 30, 60), ("recipe", "slmgr and a restart by the shell", 40, 100))


def repair_targets(measured: list[Measured]) -> list[Target]:
    """All targets of repairing with their values from this run."""
    figures = Figures(measured)
    return [*_against_others(figures, 200), *_against_others(figures, 2000), _above_reading(figures), _enforce(figures)]


def _against_others(figures: Figures, hosts: int) -> Iterator[Target]:
    ours = figures.of("fleet_repair", hosts)
    for contender, name, least, aim in _OTHERS:
        other = figures.near(contender, hosts)
        note = f"per host; measured at {other.case.hosts} hosts" if other and other.case.hosts != hosts else ""
        what = f"{name} / fleet_repair, whole ansible-playbook, {hosts:,} hosts"
        yield Target(what, "x", least, aim, cpu_ratio(other, ours), note, _parts(figures, ours))


def _parts(figures: Figures, ours: Measured | None) -> str:
    """What of the playbook is not the playbook's own."""
    nothing, repair = (figures.of(name, ours.case.hosts if ours else 0) for name in ("nothing", "repair"))
    if ours is None or nothing is None or repair is None:
        return ""
    start, work = nothing.cpu / ours.cpu, repair.cpu / ours.cpu
    return f"{start:.0%} of fleet_repair's is ansible-playbook with nothing to do, {work:.0%} what repair needs alone"


def _above_reading(figures: Figures) -> Target:
    repair, scanner = figures.of("repair", 2000), figures.of("scanner", 2000)
    what = "repairing a host / reading it, without Ansible (repair / scanner), 2,000 hosts"
    return Target(what, "x", 8, 5, cpu_ratio(repair, scanner), reason=_more_requests(repair, scanner))


def _enforce(figures: Figures) -> Target:
    enforce, playbook = figures.of("enforce", 10000), figures.of("playbook", 10000)
    what = "playbook enforce, all hosts wrong / playbook with fleet_info, 10,000 hosts"
    return Target(what, "x", 6, 4, cpu_ratio(enforce, playbook), reason=_more_requests(enforce, playbook))


def _more_requests(more: Measured | None, fewer: Measured | None) -> str:
    if more is None or fewer is None:
        return ""
    return f"{more.traffic['requests']:.0f} requests a host where the other has {fewer.traffic['requests']:.0f}"
