# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kerberos ticket from a password, the way the winrm connection plugin comes by one.

pywinrm cannot ask for a ticket itself; it uses the credential cache that ``KRB5CCNAME`` names. Managed mode therefore
runs ``kinit`` into a cache of its own, with the command line and the narrow environment that the documentation of
``ansible.builtin.winrm`` describes (``kinit_args``, ``kinit_env_vars``), and removes the cache on close.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...module_utils._text import printable
from .endpoint import Endpoint, Kinit
from .errors import TicketRefused, TransportUnusable

_KINIT_TIMEOUT = 60.0

# MIT krb5 and Heimdal when no KDC answered at all: the password was not judged, so another transport may be tried.
_NO_KDC = re.compile(
    r"cannot (find|contact|resolve|locate).*\b(kdc|realm|address)|unable to (reach|find).*\bkdc"
    r"|configuration file does not specify",
    re.IGNORECASE | re.DOTALL,
)

# How much of kinit's text is looked at and repeated.
_MOST_SAID = 2000

# KRB5CCNAME belongs to the whole process and the Kerberos library reads it whenever it needs a credential.
_ENVIRONMENT = threading.Lock()

INSTALL_KINIT = (
    "Install the Kerberos client programs (Debian/Ubuntu: apt-get install krb5-user; "
    "RHEL/Fedora: dnf install krb5-workstation)"
)


class Ticket:
    """A private credential cache that lives until ``close``."""

    def __init__(self, directory: tempfile.TemporaryDirectory[str]) -> None:
        self._directory = directory
        self.cache = f"FILE:{Path(directory.name) / 'ccache'}"

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Make this the process's cache for the length of the block. Who waits for a host in it lets others wait."""
        with _ENVIRONMENT:
            before = os.environ.get("KRB5CCNAME")
            os.environ["KRB5CCNAME"] = self.cache
            try:
                yield
            finally:
                if before is None:
                    os.environ.pop("KRB5CCNAME", None)
                else:
                    os.environ["KRB5CCNAME"] = before

    def close(self) -> None:
        """Remove the cache."""
        self._directory.cleanup()


def obtain_ticket(endpoint: Endpoint) -> Ticket:
    """Run kinit for the endpoint's principal and password.

    Raises TransportUnusable when kinit is missing or no KDC answers, TicketRefused when kinit says no.
    """
    ticket = Ticket(tempfile.TemporaryDirectory(prefix="winfleet-krb5-", ignore_cleanup_errors=True))
    try:
        _run_kinit(endpoint, endpoint.kinit or Kinit(), ticket)
    except BaseException:
        ticket.close()
        raise
    return ticket


def command_line(endpoint: Endpoint, kinit: Kinit) -> list[str]:
    """``kinit`` with the user's arguments, or ``-f`` for a forwardable ticket, and the principal."""
    forwardable = ["-f"] if endpoint.kerberos_delegation else []
    arguments = forwardable if kinit.args is None else list(kinit.args)
    return [kinit.command, *arguments, endpoint.username or ""]


def environment(kinit: Kinit, cache: str) -> dict[str, str]:
    """PATH, the cache, and only those further variables that the inventory lists."""
    result = {"PATH": os.environ.get("PATH", os.defpath), "KRB5CCNAME": cache}
    for name in kinit.env:
        if name not in result and name in os.environ:
            result[name] = os.environ[name]
    return result


def _run_kinit(endpoint: Endpoint, kinit: Kinit, ticket: Ticket) -> None:
    label = endpoint.label_with("kerberos")
    password = endpoint.password.reveal() if endpoint.password else ""
    try:
        done = subprocess.run(
            command_line(endpoint, kinit),
            input=password.encode("utf-8", "surrogateescape") + b"\n",
            capture_output=True,
            env=environment(kinit, ticket.cache),
            # A session of its own: kinit then reads standard input instead of asking on the terminal.
            start_new_session=True,
            timeout=_KINIT_TIMEOUT,
            check=False,
        )
    except OSError as exc:
        what = f"{kinit.command!r} cannot be run: {exc.strerror or type(exc).__name__}"
        raise TransportUnusable(label, what, f"{INSTALL_KINIT}, or {_other_command(endpoint)}") from exc
    except subprocess.TimeoutExpired as exc:
        what = f"{kinit.command!r} did not finish within {_KINIT_TIMEOUT:.0f} seconds"
        raise TransportUnusable(label, what, _check_kdc()) from exc
    if done.returncode != 0:
        raise _refusal(endpoint, label, done.stderr)


def _refusal(endpoint: Endpoint, label: str, stderr: bytes) -> TransportUnusable | TicketRefused:
    said = printable(endpoint.redact(stderr.decode("utf-8", "replace").strip())[:_MOST_SAID]) or "no message"
    what = f"kinit got no ticket for {endpoint.username}: {said}"
    if _NO_KDC.search(said):
        return TransportUnusable(label, what, _check_kdc())
    advice = (
        f"Check the principal ({endpoint.variable('username')}: user@REALM, the realm in capitals), "
        f"{endpoint.variable('password')}, and that the clocks differ by less than five minutes"
    )
    return TicketRefused(label, what, advice)


def _check_kdc() -> str:
    return "Check the realm in /etc/krb5.conf or its DNS SRV records, and that a domain controller answers on port 88"


def _other_command(endpoint: Endpoint) -> str:
    manual = "obtain a ticket beforehand and leave the password out"
    if endpoint.connection == "psrp":
        return manual
    return f"name the program in {endpoint.variable('kinit_command')}, or {manual}"
