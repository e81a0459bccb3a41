# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Active Directory: one Samba domain controller on one loopback address, with its own DNS, KDC and LDAP.

Samba 4.22 or later: the GSS-TSIG answers of 4.17 do not verify. It wants the real root, not that of a user namespace.
What only Samba's own Python bindings can do is in ``samba_side.py`` and runs with Debian's Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.query
import pytest

ADMINISTRATOR = "Administrator"
PASSWORD = "Adm1n-Passw0rd"
SERVICE = "_vlmcs._tcp"
HOST, _READ_ONLY = "dc1", "ro1"
_READY_SECONDS = 60
_TOOL_SECONDS = 120
_SIDE = Path(__file__).with_name("samba_side.py")
_CHILD = Path(__file__).with_name("samba_child.py")
_DEBIAN_PYTHON = "/usr/bin/python3"  # started with -I: this file has the name of the package that it wants
# Of what samba(8) starts by default only this: no file server, no winbind, no helper that registers names.
_SERVICES = "rpc, ldap, cldap, kdc, dns"
_ENDPOINTS = "epmapper, samr, netlogon, lsarpc, drsuapi, dnsserver"


def require_samba() -> None:
    """Skip where the tests cannot work: scripts/servers.sh installs what is missing, as root."""
    if shutil.which("samba") is None or not Path(_DEBIAN_PYTHON).exists():
        pytest.skip("Samba is not installed")
    if Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"] or os.geteuid() != 0:
        pytest.skip("Samba as a domain controller needs the real root")
    said = subprocess.run(["samba", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < (4, 22):
        pytest.skip("Samba 4.22 or later is needed")


@dataclass(frozen=True)
class Samba:
    """A running domain controller. ``environment`` is what a program needs to find its realm.

    ``first`` is a domain controller of the forest's first domain, where that is another one. ``source`` is the one that
    this one, which is read-only, is a copy of.
    """

    address: str
    domain: str
    folder: Path
    first: Samba | None = None
    source: Samba | None = None

    @property
    def realm(self) -> str:
        return self.domain.upper()

    @property
    def netbios(self) -> str:
        return self.domain.split(".")[0].upper()

    @property
    def host(self) -> str:
        return f"{HOST if self.source is None else _READ_ONLY}.{self.domain}"

    @property
    def base(self) -> str:
        return ",".join(f"DC={label}" for label in self.domain.split("."))

    @property
    def forest(self) -> str:
        """The distinguished name of the forest's first domain."""
        return self.first.base if self.first is not None else self.base

    @property
    def ca(self) -> Path:
        return self.folder / "private" / "tls" / "ca.pem"

    @property
    def environment(self) -> dict[str, str]:
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'no-ticket'}"}

    def by_kerberos(self, user: str, password: str) -> dict[str, Any]:
        """Options of a module that sign a user in with a ticket, which is got with the password."""
        return {
            "kerberos_hostname": self.host,
            "kerberos_principal": f"{user}@{self.realm}",
            "kerberos_password": password,
        }

    def by_password(self, user: str, password: str) -> dict[str, Any]:
        """The same by TLS. Those of ``by_kerberos`` are None, so that they can be merged."""
        nothing = dict.fromkeys(self.by_kerberos(user, password))
        return {
            **nothing,
            "bind_user": f"{user}@{self.domain}",
            "bind_password": password,
            "ca_path": str(self.ca),
        }

    def node(self, zone: str | None = None) -> str:
        """The distinguished name of the record's node."""
        return f"DC={SERVICE},{self.zone(zone)}"

    def zone(self, zone: str | None = None) -> str:
        return f"DC={zone or self.domain},CN=MicrosoftDNS,DC=DomainDnsZones,{self.base}"

    def tool(self, *arguments: str) -> str:
        """samba-tool as the administrator, over the network."""
        return _run(
            ["samba-tool", *arguments, "-U", f"{ADMINISTRATOR}%{PASSWORD}", "-s", str(self._configuration)],
            _environment(self.folder),
        )

    def side(self, verb: str, **arguments: Any) -> Any:
        """A verb of samba_side.py: straight on the database, past every permission."""
        database = str(self.folder / "private" / "sam.ldb")
        asked = json.dumps({"conf": str(self._configuration), "db": database, **arguments})
        return json.loads(_run([_DEBIAN_PYTHON, "-I", str(_SIDE), verb], _environment(self.folder), asked) or "null")

    def keytab(self, account: str) -> Path:
        """The keytab of an account, from the database."""
        path = self.folder / f"{account.strip('$')}.keytab"
        if not path.exists():
            local = ["samba-tool", "domain", "exportkeytab", str(path), "--principal", account]
            _run([*local, "-s", str(self._configuration)], _environment(self.folder))
        return path

    def ticket(self, account: str, purpose: str = "") -> str:
        """A new ticket of an account: group membership is what it is now. Returns the cache."""
        cache = f"FILE:{self.folder / f'ccache-{account}{purpose}'}"
        environment = {**_environment(self.folder), "KRB5CCNAME": cache}
        _run(["kinit", "-k", "-t", str(self.keytab(account)), f"{account}@{self.realm}"], environment)
        return cache

    def nsupdate(self, cache: str, lines: Sequence[str], zone: str | None = None) -> str:
        """A dynamic update signed with the ticket: what nsupdate had to complain about, or nothing."""
        script = "\n".join([f"server {self.address}", f"zone {zone or self.domain}", *lines, "send", ""])
        done = subprocess.run(
            ["nsupdate", "-g", "-v", "-t", "20"],
            input=script,
            env={**os.environ, **self.environment, "KRB5CCNAME": cache},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = (done.stdout + done.stderr).strip()
        return said or ("" if done.returncode == 0 else f"exit {done.returncode}")

    def may_publish(self, cache: str, host: str, zone: str | None = None) -> bool:
        """Whether the ticket's owner can publish a host. Judged by the record, as well as by what nsupdate says."""
        value = f"0 0 1688 {host}"
        said = self.nsupdate(cache, [f"add {SERVICE}.{zone or self.domain} 3600 SRV {value}."], zone)
        there = value in self.values(zone)
        assert there is (said == ""), f"nsupdate says {said!r}, yet the record is {there}"
        return there

    def values(self, zone: str | None = None) -> set[str]:
        """What the DNS server publishes, lower case, without the final dot."""
        query = dns.message.make_query(f"{SERVICE}.{zone or self.domain}", "SRV")
        answer = dns.query.tcp(query, self.address, 20)
        return {
            f"{value.priority} {value.weight} {value.port} {value.target.to_text(omit_final_dot=True).lower()}"
            for rrset in answer.answer
            for value in rrset
        }

    def sddl(self, name: str) -> str:
        """The descriptor of an object as Samba reads it."""
        text: str = self.side("sddl", dn=name)
        return text

    @cached_property
    def sid(self) -> str:
        text: str = self.side("sid", name="")
        return text

    @property
    def _configuration(self) -> Path:
        return self.folder / "etc" / "smb.conf"


@contextlib.contextmanager
def samba(
    folder: Path, address: str, domain: str, options: Mapping[str, str] | None = None, first: Samba | None = None
) -> Iterator[Samba]:
    """A new domain for the length of the block, in a forest of its own or in that of ``first``."""
    require_samba()
    folder.mkdir(parents=True)
    controller = Samba(address, domain, folder, first)
    _provision(controller, options or {})
    if first is not None:
        controller.side("know_domain", base=first.base, name=first.domain, netbios=first.netbios, sid=first.sid)
    _certify(controller)
    _configure_kerberos(controller)
    with _serving(controller):
        yield controller


@contextlib.contextmanager
def read_only(folder: Path, address: str, source: Samba) -> Iterator[Samba]:
    """A read-only domain controller that has joined a domain. Tickets are given by the other one.

    It serves nobody whose password it has not; nobody's has been given to it.
    """
    folder.mkdir(parents=True)
    controller = Samba(address, source.domain, folder, source=source)
    (folder / "run").mkdir()
    (folder / "empty.conf").touch()
    settings = {**_settings(controller), "netbios name": _READ_ONLY, "server services": _SERVICES.replace(", dns", "")}
    command = ["samba-tool", "domain", "join", source.domain, "RODC", "-s", str(folder / "empty.conf")]
    command += ["--targetdir", str(folder), "--dns-backend", "NONE", "--server", source.address]
    command += ["--use-kerberos", "off", "-U", f"{source.netbios}\\{ADMINISTRATOR}%{PASSWORD}"]
    _run([*command, *(f"--option={name}={value}" for name, value in settings.items())], _environment(source.folder))
    source.side("populate", spns={f"{_READ_ONLY.upper()}$": [f"ldap/{controller.host}"]})
    _certify(controller)
    _configure_kerberos(controller)
    with _serving(controller):
        yield controller


# --- Making it --------------------------------------------------------------------------------------------------------


def _settings(controller: Samba) -> dict[str, str]:
    folder = controller.folder
    return {
        # With its prefix length: a loopback address that no interface carries is accepted then.
        "interfaces": f"{controller.address}/8",
        "bind interfaces only": "yes",
        "pid directory": str(folder / "run"),
        "ncalrpc dir": str(folder / "run" / "ncalrpc"),
        "winbindd socket directory": str(folder / "run" / "winbindd"),
        "ntp signd socket directory": str(folder / "run" / "ntp"),
        "log level": "1",
        "server services": _SERVICES,
        "dcerpc endpoint servers": _ENDPOINTS,
    }


def _provision(controller: Samba, options: Mapping[str, str]) -> None:
    folder = controller.folder
    (folder / "run").mkdir()
    # Without one of its own, the distribution's smb.conf becomes part of the new one.
    empty = folder / "empty.conf"
    empty.touch()
    settings = {**_settings(controller), **options}
    tool, more = ["samba-tool"], []
    if controller.first is not None:
        # The updates of a forest are made in its first domain.
        tool, more = [_DEBIAN_PYTHON, "-I", str(_CHILD), controller.forest], ["--adprep-level=SKIP"]
    command = [*tool, "domain", "provision", "--quiet", *more, "-s", str(empty), "--targetdir", str(folder)]
    command += ["--realm", controller.realm, "--domain", controller.netbios, "--server-role", "dc"]
    command += ["--dns-backend", "SAMBA_INTERNAL", "--host-name", HOST, "--host-ip", controller.address]
    command += ["--adminpass", PASSWORD, *(f"--option={name}={value}" for name, value in settings.items())]
    _run(command, _environment(folder))


def _certify(controller: Samba) -> None:
    """A certificate of a small authority. Samba would make an RSA key otherwise, and keep LDAP waiting for it."""
    folder = controller.folder / "private" / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    days = ["-days", "3650"]
    sign = ["x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", *days]
    steps = [
        [*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", *days, "-subj", "/CN=authority of the test"],
        [*new, "-keyout", "key.pem", "-out", "request.pem", "-subj", f"/CN={controller.host}"],
        [*sign, "-in", "request.pem", "-extfile", "names", "-out", "cert.pem"],
    ]
    (folder / "names").write_text(f"subjectAltName=DNS:{controller.host},IP:{controller.address}\n")
    for step in steps:
        subprocess.run(["openssl", *step], cwd=folder, capture_output=True, check=True, timeout=60)
    (folder / "key.pem").chmod(0o600)


def _configure_kerberos(controller: Samba) -> None:
    address = (controller.source or controller).address
    (controller.folder / "krb5.conf").write_text(f"""\
[libdefaults]
  default_realm = {controller.realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  rdns = false
  dns_canonicalize_hostname = false
  udp_preference_limit = 1
[realms]
  {controller.realm} = {{
    kdc = {address}
    kpasswd_server = {address}
  }}
[domain_realm]
  .{controller.domain} = {controller.realm}
  {controller.domain} = {controller.realm}
""")


# --- Running it -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _serving(controller: Samba) -> Iterator[None]:
    log = controller.folder / "samba.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["samba", "-s", str(controller._configuration), "-i", "--debug-stdout", "-M", "single"],
            # It leaves when this pipe closes, so that it cannot outlive the tests.
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(controller.folder),
            start_new_session=True,
        )
    try:
        _wait(controller, process, log)
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=15)


def _wait(controller: Samba, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    query = dns.message.make_query(f"_ldap._tcp.{controller.domain}", "SRV")
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
            for port in (88, 135, 389, 636):
                socket.create_connection((controller.address, port), 1).close()
            if dns.query.tcp(query, (controller.source or controller).address, 2).answer:
                return
        time.sleep(0.05)
    raise AssertionError(f"Samba did not start: {log.read_text(errors='replace')}")


def _environment(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KRB5", "PYTHON"))}
    return {**inherited, "TDB_NO_FSYNC": "1", "KRB5_CONFIG": str(folder / "krb5.conf")}


def _run(command: list[str], environment: dict[str, str], asked: str | None = None) -> str:
    done = subprocess.run(
        command, env=environment, input=asked, capture_output=True, text=True, timeout=_TOOL_SECONDS, check=False
    )
    assert done.returncode == 0, f"{command[:3]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout
