# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a directory is, and as whom to sign in. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._dns.gss import Credentials

LDAP_PORT, LDAPS_PORT = 389, 636


@dataclass(frozen=True)
class Password:
    """A simple bind."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Where and as whom to sign in."""

    server: str
    port: int | None
    timeout: float
    sign_in: Password | Credentials
    start_tls: bool = False
    ca_path: str | None = None
    validate: bool = True

    @property
    def by_tls(self) -> bool:
        """Whether the connection begins with TLS."""
        return isinstance(self.sign_in, Password) and not self.start_tls

    @property
    def tcp_port(self) -> int:
        return self.port or (LDAPS_PORT if self.by_tls else LDAP_PORT)

    @property
    def label(self) -> str:
        default = LDAPS_PORT if self.by_tls else LDAP_PORT
        return self.server if self.tcp_port == default else f"{self.server}:{self.tcp_port}"

    @property
    def host(self) -> str:
        """The name of the server in Kerberos and in its certificate."""
        named = self.sign_in.hostname if isinstance(self.sign_in, Credentials) else None
        return named or self.server
