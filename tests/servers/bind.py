# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private BIND: one process, one address, any number of zones; and nsupdate and dig as oracles that are not ours."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import subprocess
import textwrap
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .running import server

PORT = 53
_READY_SECONDS = 30
SERVICE = "_vlmcs._tcp"


@dataclass(frozen=True)
class Key:
    """A TSIG key, made anew for every test run."""

    name: str
    algorithm: str = "hmac-sha256"
    secret: str = field(default_factory=lambda: b64encode(secrets.token_bytes(32)).decode(), repr=False)

    def statement(self) -> str:
        return f'key "{self.name}" {{ algorithm {self.algorithm}; secret "{self.secret}"; }};\n'

    def options(self) -> dict[str, str]:
        """As options of our modules."""
        return {"key_name": self.name, "key_secret": self.secret, "key_algorithm": self.algorithm}


@dataclass
class Zone:
    """A zone to serve. ``rules`` are what stands in its statement after the file."""

    name: str
    records: str = ""
    rules: str = ""
    ttl: int = 300
    serial: int = 1

    def text(self, address: str) -> str:
        head = f"""\
            $TTL {self.ttl}
            @ SOA ns1.{self.name}. hostmaster.{self.name}. {self.serial} 3600 600 86400 60
            @ NS ns1.{self.name}.
            ns1 {"AAAA" if ":" in address else "A"} {address}
            """
        return textwrap.dedent(head) + textwrap.dedent(self.records) + "\n"


@dataclass(frozen=True)
class Bind:
    """A running server."""

    address: str
    folder: Path
    environment: Mapping[str, str]

    def log(self) -> str:
        return (self.folder / "named.log").read_text(errors="replace")

    def values(self, domain: str) -> set[str]:
        """What dig finds, by TCP: the records as text, lower case, without the final dot."""
        done = subprocess.run(
            ["dig", f"@{self.address}", "+tcp", "+short", "+norecurse", f"{SERVICE}.{domain}", "SRV"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return {line.rstrip(".").lower() for line in done.stdout.splitlines()}

    def ttl(self, domain: str) -> int:
        done = subprocess.run(
            ["dig", f"@{self.address}", "+tcp", "+noall", "+answer", "+norecurse", f"{SERVICE}.{domain}", "SRV"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return int(done.stdout.split()[1])

    def nsupdate(self, zone: str, commands: Iterable[str], key: Key | None = None, **environment: str) -> str:
        """Update by nsupdate; returns "" or what it complains about. Without a key by Kerberos where asked for."""
        options = ["-y", f"{key.algorithm}:{key.name}:{key.secret}"] if key else []
        options += ["-g"] if "KRB5CCNAME" in environment else []
        script = "\n".join([f"server {self.address}", f"zone {zone}", *commands, "send", ""])
        done = subprocess.run(
            ["nsupdate", *options],
            input=script,
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, **self.environment, **environment},
            check=False,
        )
        return "" if done.returncode == 0 else (done.stderr + done.stdout).strip()


@contextlib.contextmanager
def bind(
    folder: Path,
    address: str,
    zones: Iterable[Zone],
    keys: Iterable[Key] = (),
    options: str = "",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Bind]:
    """A server for the length of the block. The loopback interface carries the address already."""
    zones = list(zones)
    (folder / "zones").mkdir(parents=True)
    for zone in zones:
        if "type secondary" not in zone.rules:
            (folder / "zones" / f"{zone.name}.db").write_text(zone.text(address))
    (folder / "named.conf").write_text(_configuration(folder, address, zones, keys, options))
    command = ["named", "-c", str(folder / "named.conf"), "-f", "-n", "1"]
    with server(command, folder / "named.log", dict(environment or {})) as process:
        _wait(address, folder, process)
        yield Bind(address, folder, environment or {})


def _configuration(folder: Path, address: str, zones: list[Zone], keys: Iterable[Key], options: str) -> str:
    family = "listen-on-v6" if ":" in address else "listen-on"
    other = "listen-on" if ":" in address else "listen-on-v6"
    statements = "".join(key.statement() for key in keys)
    statements += f"""
options {{
  directory "{folder}/zones"; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key";
  managed-keys-directory "{folder}/zones"; lock-file none;
  {family} port {PORT} {{ {address}; }}; {other} {{ none; }};
  recursion no; dnssec-validation no; empty-zones-enable no; notify no;
  {"" if "max-records-per-type" in options or not _knows_limit() else "max-records-per-type 0;"}
  {"" if "allow-transfer" in options else "allow-transfer { none; };"}
  {options}
}};
controls {{ }};
logging {{ channel c {{ stderr; severity info; print-category yes; }}; category default {{ c; }};
          category update {{ c; }}; category update-security {{ c; }}; category security {{ c; }}; }};
"""
    for zone in zones:
        kind = zone.rules if "type secondary" in zone.rules else f"type primary; {zone.rules}"
        statements += f'zone "{zone.name}" {{ {kind} file "{zone.name}.db"; }};\n'
    return statements


def _knows_limit() -> bool:
    """max-records-per-type came with 9.18.28."""
    said = subprocess.run(["named", "-v"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return found is not None and tuple(map(int, found.groups())) >= (9, 18, 28)


def _wait(address: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, PORT), 1):
            if "running" in (folder / "named.log").read_text(errors="replace"):
                return
        time.sleep(0.05)
    raise AssertionError(f"named did not start on {address}:\n{(folder / 'named.log').read_text(errors='replace')}")
