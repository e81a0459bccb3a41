# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SECURITY.md: who may harm whom, what stands against it, and which tests show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from winlab.tables import read_table

from .naming import results

TABLE = Path(__file__).with_name("threats.tsv")
PAGE = Path(__file__).resolve().parents[2] / "SECURITY.md"
_ADDRESS = re.compile(r"<!-- addresses: security -->\n.*?<!-- /addresses -->", re.DOTALL)

#: The adversaries, in the order of the page.
ADVERSARIES = {
    "host": ("A hostile host", "It is in the inventory, and answers what it likes. Such a host"),
    "network": ("Somebody on the network", "Reads, changes and answers what crosses between controller and host, and"),
    "resolver": ("A hostile resolver or name server", "Answers questions to DNS as it likes, and"),
    "directory": ("A hostile directory, or what stands in it", "Objects that others have written, or a server that"),
    "inventory": (
        "The author of an inventory",
        "Ansible runs what a playbook says, so who writes playbooks is trusted. Who writes variables only",
    ),
    "reader": ("The reader of a report or log", "May see what is printed and kept, and"),
    "user": ("Another user of the controller", "Has an account there, may write to shared folders, and"),
}

_HEAD = """\
# Security

<!-- written by python -m tests.shown from tests/shown/threats.tsv, do not edit -->

## Reporting a vulnerability

Report a security problem in private, not as an issue:

<!-- addresses: security -->
There is no public address yet.
<!-- /addresses -->

Say which version it is, what can be done with it, and how. Leave out product keys, passwords and names of machines:
the report that `make first-contact` writes has none of them. The newest minor version gets security fixes. A product
key, password or secret in any result, log or report of this collection is a security problem, whatever the version of
ansible-core.

## What it guards

Passwords, tickets and whole product keys; the licence of each machine, which costs money and cannot always be had
again; the KMS hosts and their count; the records in DNS and the activation objects in the directory; and the
controller itself.

It does not guard against who administers the controller, who writes the playbooks, or who administers a machine
that is managed: these can do by themselves what the collection does for them. A password typed for all hosts is
shown to all hosts. With `basic` over HTTP, which Windows refuses unless told otherwise, everything can be read on
the way; there is a warning, and no defence.

## Who may harm whom

Each line names what somebody may try, what stands against it, and the tests that show it (below `tests/` in the
repository). A name that no test has fails `tests/unit/test_shown.py`.
"""


@dataclass(frozen=True)
class Threat:
    """``tests`` lie below tests/."""

    who: str
    harm: str
    defence: str
    tests: tuple[str, ...]


@cache
def threats() -> tuple[Threat, ...]:
    """The lines of the table."""
    rows = read_table(TABLE)
    return tuple(Threat(row["who"], row["harm"], row["defence"], tuple(row["tests"].split(";"))) for row in rows)


def page() -> str:
    """The whole of SECURITY.md. The address in it is written by scripts/addresses.py, and kept."""
    text = _HEAD + "".join("\n".join(_section(who)) + "\n" for who in ADVERSARIES)
    address = _ADDRESS.search(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else None
    return _ADDRESS.sub(lambda _empty: address[0], text) if address else text


def _section(who: str) -> Iterator[str]:
    title, sentence = ADVERSARIES[who]
    yield from ("", f"### {title}", "", f"{sentence}", "")
    for threat in threats():
        if threat.who == who:
            yield f"- **{threat.harm}.** {threat.defence}."
            yield f"  Shown by {', '.join(_shown(test) for test in threat.tests)}."


def _shown(test: str) -> str:
    path, _colons, name = test.partition("::")
    return f"`{name}` in `{path}`{'' if test in results() else ' (not run when this was written)'}"
