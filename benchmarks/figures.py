# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as text."""

from __future__ import annotations

from .cases import Measured
from .targets import Target

HEAD = (
    "what           hosts  latency  in flight   wall s    CPU s  CPU ms/host  memory MB  requests/host  KB/host"
    "  server busy  late ms  contended"
)


def table(measured: list[Measured]) -> str:
    """One line for each case."""
    return "\n".join([HEAD, *map(line, measured)])


def line(one: Measured) -> str:
    """One case."""
    case, traffic = one.case, one.traffic
    volume = (traffic["bytes_in"] + traffic["bytes_out"]) / 1024
    return (
        f"{case.contender:12} {case.hosts:7} {case.latency:6.1f} s {case.in_flight:10} {one.seconds:8.2f} "
        f"{one.cpu:8.2f} {one.cpu_ms:12.2f} {one.memory_mb:10.1f} {traffic['requests']:14.1f} {volume:8.1f} "
        f"{one.server_busy:12.0%} {one.server_late_ms:8.1f} {one.contended:10.0%}"
    )


def verdicts(targets: list[Target]) -> str:
    """The table of targets, each with what it came to."""
    lines = [f"{'CPU of the controller, unless it says wall or memory':86} at least     aim    here  verdict"]
    for one in targets:
        value = "-" if one.value is None else f"{one.value:.2f}" if one.value < 10 else f"{one.value:.0f}"
        said = [one.note, one.reason if one.verdict == "MISSED" else ""] if one.value is not None else []
        note = f" ({'; '.join(filter(None, said))})" if any(said) else ""
        lines.append(
            f"{one.what:86} {one.least:5g} {one.unit:2} {one.aim:4g} {one.unit:2} {value:>7}  {one.verdict}{note}"
        )
    return "\n".join(lines)
