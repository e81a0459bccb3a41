# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: `python -m winlab …`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .activation import confirmation_id
from .control import ControlError, ask, choose_lab, lab_of
from .dns_section import elsewhere_of
from .learning import differences, keep, read_report, release_of
from .listener import ListenError
from .manual import mischief_help
from .nameservice.server import NameServerError
from .scenario import built_in
from .section import ScenarioError
from .serve import serve
from .windows.lab_keys import key_ring


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of the user are one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ControlError, ScenarioError, ListenError, NameServerError, ValueError) as error:
        print(f"winlab: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


def _up(options: argparse.Namespace) -> int:
    if options.dns_key and not options.dns:
        raise ValueError("--dns-key belongs to --dns")
    dns = elsewhere_of(options.dns, options.dns_key) if options.dns else None
    asyncio.run(serve(options.scenario, options.inventory, options.seed, options.network, dns))
    return 0


def _state(options: argparse.Namespace) -> int:
    lab = lab_of(options.host, options.lab)
    print(json.dumps(ask(lab, {"command": "state", "host": options.host}), indent=2))
    return 0


def _events(options: argparse.Namespace) -> int:
    lab = lab_of(options.host, options.lab) if options.host else choose_lab(options.lab)
    for event in ask(lab, {"command": "events", "host": options.host, "kind": options.kind}):
        print(json.dumps(event))
    return 0


def _advance(options: argparse.Namespace) -> int:
    result = ask(choose_lab(options.lab), {"command": "advance", "duration": options.duration})
    print(f"winlab: the clock shows {result['now']}")
    return 0


def _records(options: argparse.Namespace) -> int:
    for record in ask(choose_lab(options.lab), {"command": "records"}):
        print(json.dumps(record))
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    request = {"command": "withdraw", "domain": options.domain, "target": options.target}
    deleted = ask(choose_lab(options.lab), request)["deleted"]
    print("winlab: deleted" if deleted else "winlab: there was no such record")
    return 0 if deleted else 1


def _scenarios(_unused: argparse.Namespace) -> int:
    for name, description in built_in().items():
        print(f"{name:<14}{' '.join(description.split())}")
    return 0


def _keys(options: argparse.Namespace) -> int:
    if options.name:
        key = key_ring().named(options.name)
        if key is None:
            raise ControlError(f"no key {options.name!r}; `python -m winlab keys` prints all names")
        print(key.text)
        return 0
    for key in key_ring():
        print(f"{key.name}\t{key.kind.value}\t{key.text}")
    return 0


def _help(options: argparse.Namespace) -> int:
    if options.topic == "mischief":
        print(mischief_help())
    else:
        _parser().print_help()
        print("\nmore: `python -m winlab help mischief` lists what can be made to go wrong")
    return 0


def _confirmation_id(options: argparse.Namespace) -> int:
    print(confirmation_id(options.installation_id))
    return 0


def _learn(options: argparse.Namespace) -> int:
    report = read_report(options.report)
    found = differences(report)
    print(f"winlab: {report['system']['caption']} against {release_of(report).name} of the lab: {len(found)} differ")
    for one in found:
        print(one)
    if options.keep:
        print(f"winlab: kept as {keep(options.report, options.keep)}; the unit tests replay it from now on")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="winlab", description="A fleet of Windows machines that do not exist.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="serve a scenario in the foreground until SIGTERM")
    up.add_argument("scenario", help="a YAML file, or the name of a built-in scenario")
    up.add_argument("--inventory", type=Path, required=True, help="Ansible inventory to write once all listen")
    up.add_argument("--seed", default="0", help="other identifiers, same fleet")
    up.add_argument("--network", help="loopback network for the machines, for example 127.50.0.0/16")
    up.add_argument("--dns", help="name server that machines publish to by dynamic update, for example 127.0.0.53:5300")
    up.add_argument("--dns-key", type=Path, help="TSIG key for it, in a file as tsig-keygen writes it")
    up.set_defaults(run=_up)

    state = commands.add_parser("state", help="print the true state of one machine as JSON")
    state.add_argument("host", help="machine name, full name or address")
    state.set_defaults(run=_state)

    events = commands.add_parser("events", help="print what was called and what happened, one JSON object a line")
    events.add_argument("host", nargs="?", help="only this machine")
    events.add_argument("--kind", help="only this kind of event")
    events.set_defaults(run=_events)

    advance = commands.add_parser("advance", help="move the clock, running what falls due")
    advance.add_argument("duration", help="for example 7d, 2h, 1d12h")
    advance.set_defaults(run=_advance)

    records = commands.add_parser("records", help="print the published _vlmcs._tcp records, one JSON object a line")
    records.set_defaults(run=_records)

    withdraw = commands.add_parser("withdraw", help="delete the service records of one host, as an administrator would")
    withdraw.add_argument("domain")
    withdraw.add_argument("target", help="full name of the host")
    withdraw.set_defaults(run=_withdraw)

    for command in (state, events, advance, records, withdraw):
        command.add_argument("--lab", help="process number or scenario, when several labs run")

    more = commands.add_parser("help", help="print this, or what a scenario may declare about a topic")
    more.add_argument("topic", nargs="?", choices=("mischief",))
    more.set_defaults(run=_help)

    commands.add_parser("scenarios", help="list the built-in scenarios").set_defaults(run=_scenarios)

    keys = commands.add_parser("keys", help="print the keys of the lab: name, kind, key")
    keys.add_argument("name", nargs="?", help="print only the key of this name")
    keys.set_defaults(run=_keys)

    learn = commands.add_parser("learn", help="compare a report of first contact with what the lab would have answered")
    learn.add_argument("report", type=Path, help="the file that connection_info wrote")
    learn.add_argument("--keep", metavar="NAME", help="put it among the vectors that the unit tests replay")
    learn.set_defaults(run=_learn)

    phone = commands.add_parser("confirmation-id", help="what Microsoft answers to an installation ID by telephone")
    phone.add_argument("installation_id")
    phone.set_defaults(run=_confirmation_id)
    return parser
