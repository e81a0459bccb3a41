# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Kerberos realm: an MIT KDC on a port of its own, keytabs, tickets. Needs no root and touches no /etc."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .running import server

_PORT = 8800
_READY_SECONDS = 30
_CACHE_VERSION, _TIME_OFFSET = 0x0504, 1


@dataclass(frozen=True)
class Realm:
    """A running realm. ``environment`` is what a program needs to find it."""

    name: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'no-ticket'}"}

    def principal(self, name: str, password: str | None = None) -> str:
        """Make a principal; returns its full name."""
        self._admin(f'addprinc -pw "{password}" {name}' if password else f"addprinc -randkey {name}")
        return f"{name}@{self.name}"

    def keytab(self, name: str) -> Path:
        path = self.folder / f"{name.replace('/', '_')}.keytab"
        self._admin(f"ktadd -norandkey -k {path} {name}")
        return path

    def ticket(self, name: str, keytab: Path, *options: str) -> str:
        """A ticket cache with the principal's ticket; options are those of kinit."""
        cache = f"FILE:{self.folder / f'ccache-{name}'}"
        environment = {**os.environ, **self.environment, "KRB5CCNAME": cache}
        subprocess.run(["kinit", *options, "-k", "-t", str(keytab), name], check=True, env=environment, timeout=30)
        return cache

    def service_ticket(self, cache: str, name: str) -> None:
        """Put a ticket for a service into a cache, beside the one of its owner."""
        environment = {**os.environ, **self.environment, "KRB5CCNAME": cache}
        done = subprocess.run(["kvno", name], env=environment, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr

    def password(self, name: str, password: str) -> None:
        """Give a principal another one."""
        self._admin(f'cpw -pw "{password}" {name}')

    def lock(self, name: str) -> None:
        """As an administrator locks an account: it gets no ticket any more."""
        self._admin(f"modprinc -allow_tix {name}")

    def _admin(self, command: str) -> None:
        done = subprocess.run(
            ["kadmin.local", "-r", self.name, "-q", command],
            env={**os.environ, **_environment(self.folder)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "while" not in done.stderr, done.stderr
        assert "usage:" not in done.stderr, done.stderr


def shift(cache: str, seconds: int) -> None:
    """Let whoever uses a ticket cache be ahead of the others by this many seconds, or behind where it is negative.

    The head of the file says how far the KDC's clock is from the client's, and the library of MIT adds that to each
    moment that it puts into a request (krb5, "Credential cache file format", field tag 1).
    """
    path = Path(cache.removeprefix("FILE:"))
    content = path.read_bytes()
    version, length = struct.unpack(">HH", content[:4])
    assert version == _CACHE_VERSION
    offset = struct.pack(">HHii", _TIME_OFFSET, 8, seconds, 0)
    path.write_bytes(struct.pack(">HH", version, len(offset)) + offset + content[4 + length :])


@contextlib.contextmanager
def realm(folder: Path, address: str, name: str) -> Iterator[Realm]:
    """A realm for the length of the block."""
    folder.mkdir(parents=True)
    place = f"{address}:{_PORT}"
    (folder / "krb5.conf").write_text(f"""\
[libdefaults]
  default_realm = {name}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  rdns = false
  dns_canonicalize_hostname = false
  udp_preference_limit = 1
[realms]
  {name} = {{
    kdc = {place}
  }}
""")
    (folder / "kdc.conf").write_text(f"""\
[kdcdefaults]
  kdc_listen = {place}
  kdc_tcp_listen = {place}
[realms]
  {name} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/kadm5.acl
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
""")
    environment = {**os.environ, **_environment(folder)}
    subprocess.run(
        ["kdb5_util", "create", "-s", "-r", name, "-P", "of-the-lab"],
        env=environment,
        capture_output=True,
        timeout=60,
        check=True,
    )
    with server(["krb5kdc", "-n", "-r", name], folder / "krb5kdc.log", _environment(folder)) as process:
        _wait(address, folder, process)
        yield Realm(name, folder)


def _environment(folder: Path) -> dict[str, str]:
    return {"KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}


def _wait(address: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, _PORT), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the KDC did not start: {(folder / 'krb5kdc.log').read_text(errors='replace')}")
