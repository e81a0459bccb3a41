# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nsupdate and dig judge the name server, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from winlab.nameservice.keys import TsigSpec
from winlab.nameservice.server import NameServer, UpdatePolicy

from .workshop import KEY, OWNER, Serve, srv, values

pytestmark = pytest.mark.skipif(
    shutil.which("nsupdate") is None or shutil.which("dig") is None, reason="nsupdate and dig are not installed"
)


def nsupdate(server: NameServer, *lines: str, key: TsigSpec | None = None, tcp: bool = False) -> tuple[int, str]:
    """Exit status and what was printed."""
    script = [f"server {server.address} {server.port}", "zone corp.example", *lines, "send", ""]
    options = ["-v"] if tcp else []
    options += ["-y", f"{key.algorithm}:{key.name}:{key.secret}"] if key else []
    done = subprocess.run(
        ["nsupdate", "-t", "5", *options],
        input="\n".join(script),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tcp", [False, True], ids=["UDP", "TCP"])
def test_add_and_delete_by_value(serve: Serve, tcp: bool) -> None:
    server = serve(key=KEY, policy=UpdatePolicy.SIGNED)
    for host in ("a", "b"):
        assert nsupdate(server, f"add {OWNER} 3600 SRV {srv(host)}", key=KEY, tcp=tcp) == (0, "")
    assert nsupdate(
        server, f"prereq yxrrset {OWNER} SRV {srv('a')}", f"prereq yxrrset {OWNER} SRV {srv('b')}",
        f"delete {OWNER} SRV {srv('a')}", key=KEY, tcp=tcp,
    ) == (0, "")  # fmt: skip
    assert values(server) == {srv("b")}


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ([f"add {OWNER} 3600 SRV {srv('a')}"], None, "REFUSED"),
        ([f"add {OWNER} 3600 SRV {srv('a')}"], TsigSpec("other", KEY.secret), "NOTAUTH(BADKEY)"),
        ([f"add {OWNER} 3600 SRV {srv('a')}"], TsigSpec(KEY.name, "AAAA"), "NOTAUTH(BADSIG)"),
        ([f"prereq yxrrset {OWNER} SRV", f"delete {OWNER} SRV"], KEY, "NXRRSET"),
        ([f"prereq nxdomain {OWNER}", f"delete {OWNER} SRV"], KEY, "NOERROR"),
    ],
)
def test_refusals(serve: Serve, lines: list[str], key: TsigSpec | None, words: str) -> None:
    status, output = nsupdate(serve(key=KEY, policy=UpdatePolicy.SIGNED), *lines, key=key)
    if words == "NOERROR":
        assert (status, output) == (0, "")
    else:
        assert status == 2
        assert words in output


def test_dig_reads_and_transfers(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    for number in range(60):
        nsupdate(server, f"add {OWNER} 3600 SRV {srv(f'host-{number:02}')}")
    dig = ["dig", f"@{server.address}", "-p", str(server.port), "+time=5", "+tries=1", "+short"]
    short = subprocess.run([*dig, OWNER, "SRV"], capture_output=True, text=True, timeout=30, check=True).stdout
    assert set(short.splitlines()) == values(server)
    assert len(values(server)) == 60
    zone = subprocess.run(
        [*dig[:-1], "corp.example", "AXFR"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert zone.count("IN\tSOA") == 2
    assert "XFR size: 64 records" in zone
