# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks`: all comparisons. Figures of one run may be compared with each other, no others."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from . import figures, peer
from .bench import Bench
from .cases import Case, RepairSizes, cases, repair_cases
from .libraries import check_urllib3
from .places import import_collection
from .repair_targets import repair_targets
from .targets import targets


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(size) for size in text.split(",")} - {0}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--hosts", type=_sizes, default="100,1000,10000", help="sizes of the fleet to read (default: %(default)s)"
    )
    parser.add_argument("--latency", default="0,0.2,2", help="seconds before each answer (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts (default: %(default)s)")
    parser.add_argument(
        "--peer-hosts",
        type=int,
        default=200,
        help="hosts for ansible.windows.win_product_facts, which takes about 0.2 s each; 0 leaves ansible.windows out"
        " and installs nothing (default: %(default)s)",
    )
    parser.add_argument(
        "--repair-hosts",
        type=_sizes,
        default="200,2000",
        help="sizes of the fleet to repair; 0: none (default: %(default)s)",
    )
    parser.add_argument(
        "--role-hosts",
        type=_sizes,
        default="200",
        help="sizes for role kms_client, about 0.3 s for each host; 0 leaves it out (default: %(default)s)",
    )
    parser.add_argument(
        "--recipe-hosts",
        type=int,
        default=50,
        help="hosts for slmgr and a restart by ansible.windows, about 0.8 s each; 0: none (default: %(default)s)",
    )
    parser.add_argument(
        "--enforce-hosts",
        type=int,
        help="hosts for the playbook enforce, all of them wrong; 0 leaves it out (default: the largest of --hosts)",
    )
    parser.add_argument("--network", default="127.72.0.0/16", help="loopback network (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> list[Case]:
    latencies = [float(latency) for latency in options.latency.split(",")]
    repaired = RepairSizes(
        fleet=options.repair_hosts,
        role=options.role_hosts,
        recipe=options.recipe_hosts if options.peer_hosts else 0,
        enforce=max(options.hosts) if options.enforce_hosts is None else options.enforce_hosts,
    )
    both = [*cases(options.hosts, latencies, options.peer_hosts), *repair_cases(repaired)]
    return list(dict.fromkeys(both))


def main() -> int:
    """Measure, print, and keep the figures where asked."""
    options = _arguments()
    import_collection()
    urllib3 = check_urllib3()
    if options.peer_hosts:
        peer.install()
    bench = Bench(options.network, options.repeats)
    measured = []
    print(figures.HEAD, file=sys.stderr)
    for case in _cases(options):
        measured.append(bench.measure(case))
        # As it goes, for whoever waits.
        print(figures.line(measured[-1]), file=sys.stderr)
    compared = peer.version() if options.peer_hosts else "no ansible.windows"
    print(f"Python {platform.python_version()}, urllib3 {urllib3}, {compared}, {os.cpu_count()} processors")
    print(figures.table(measured))
    found = [*targets(measured), *repair_targets(measured)]
    print(f"\n{figures.verdicts(found)}")
    if any(one.server_bound for one in measured):
        print("The server was busy more than 90 % of some run: wall times there are the server's, CPU times are sound.")
    if options.json:
        content = {
            "cases": [{**vars(one), "case": vars(one.case)} for one in measured],
            "targets": [{**vars(one), "verdict": one.verdict} for one in found],
        }
        options.json.write_text(json.dumps(content, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
