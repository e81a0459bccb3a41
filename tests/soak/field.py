# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines as seen from here: started, told what to do, and asked what is true."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
USER, PASSWORD = "labadmin", "Lab-Passw0rd!"
APPROVED, DOMAIN = "kms01", "corp.example"
#: What becomes of which machines: a release, its share, and the host key that it is given by mistake.
KINDS = (
    ("server2008r2", 2, "csvlk_kms_c"),
    ("server2016", 3, "csvlk_2022"),
    ("server2019", 3, "csvlk_2022"),
    ("server2022", 2, "csvlk_2022"),
)


@dataclass(frozen=True)
class Field:
    """A running fleet: the address of each machine, and the host key that fits it."""

    addresses: Mapping[str, str]
    keys: Mapping[str, str]
    commands: IO[str]
    answers: IO[str]

    def tell(self, do: str, **said: Any) -> Any:
        """Put one command; its answer."""
        self.commands.write(json.dumps({"do": do, **said}) + "\n")
        self.commands.flush()
        line = self.answers.readline()
        if not line:
            raise RuntimeError("the machines have ended; what they said is on standard error")
        return json.loads(line)


def scenario(hosts: int) -> dict[str, Any]:
    """So many machines beside the organization's own KMS host."""
    whole = sum(share for _release, share, _key in KINDS)
    counts = [hosts * share // whole for _release, share, _key in KINDS]
    counts[-1] += hosts - sum(counts)
    quick = {"service_start": 0, "service_stop": 0, "activation": 0}
    machines = [
        {"name": f"{release}", "release": release, "key": "gvlk", "activated": True, "count": count, "delays": quick}
        for (release, _share, _key), count in zip(KINDS, counts, strict=True)
        if count
    ]
    own = {"name": APPROVED, "release": "server2022", "key": "csvlk_2022", "activated": True}
    return {
        "name": "soak",
        "description": "Machines that are spoiled and repaired.",
        "domain": DOMAIN,
        "accounts": [{"user": USER, "local": True}],
        "machines": [{**own, "kms_host": {"counted_clients": 50}}, *machines],
    }


@contextlib.contextmanager
def field(folder: Path, hosts: int, network: str) -> Iterator[Field]:
    """A fleet for the length of the block."""
    path = folder / "soak.yml"
    path.write_text(yaml.safe_dump(scenario(hosts)))
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'tests' / 'lab'}{os.pathsep}{REPOSITORY}"}
    command = [sys.executable, "-m", "tests.soak.machines", str(path), network]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            addresses = json.loads(process.stdout.readline())
            keys = {name: key for name in addresses if (key := _key_of(name))}
            yield Field(addresses, keys, process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def _key_of(name: str) -> str | None:
    return next((key for release, _share, key in KINDS if name == release or name.startswith(f"{release}-")), None)
