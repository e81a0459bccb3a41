# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which domain controller, and as whom: their specification, and the objects made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._dns import gss
from .._dns.options import KERBEROS_SPEC
from .errors import SettingWrong
from .settings import Password, Settings

CONNECTION_SPEC: dict[str, Any] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int"},
    "timeout": {"type": "float", "default": 10.0},
    "bind_user": {"type": "str"},
    "bind_password": {"type": "str", "no_log": True},
    "start_tls": {"type": "bool", "default": False},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    **{name: spec for name, spec in KERBEROS_SPEC.items() if name.startswith("kerberos_")},
}

_KERBEROS = tuple(name for name in CONNECTION_SPEC if name.startswith("kerberos_"))


def settings_of(params: Mapping[str, Any]) -> Settings:
    """Raises SettingWrong."""
    if params["port"] is not None and not 1 <= params["port"] <= 65535:
        raise SettingWrong("port must be between 1 and 65535.")
    if not 0 < params["timeout"] <= 3600:
        raise SettingWrong("timeout must be more than 0 and at most 3600.")
    if not params["server"].strip():
        raise SettingWrong("server is empty: name a domain controller.")
    return Settings(
        server=params["server"].strip(),
        port=params["port"],
        timeout=params["timeout"],
        sign_in=_password(params) if params["bind_user"] else _kerberos(params),
        start_tls=params["start_tls"],
        ca_path=params["ca_path"],
        validate=params["validate_certs"],
    )


def _password(params: Mapping[str, Any]) -> Password:
    kerberos = [name for name in _KERBEROS if params[name]]
    if kerberos:
        raise SettingWrong(f"both bind_user and {kerberos[0]} are given: sign in one way or the other.")
    if not params["bind_password"]:
        # A bind without a password succeeds, as nobody (RFC 4513, 5.1.2).
        raise SettingWrong("bind_password is empty.")
    return Password(params["bind_user"], params["bind_password"])


def _kerberos(params: Mapping[str, Any]) -> gss.Credentials:
    if params["start_tls"]:
        raise SettingWrong("start_tls goes with bind_user: Kerberos encrypts the connection itself.")
    hostname = params["kerberos_hostname"] or params["server"].strip()
    if not any(letter.isalpha() for letter in hostname) or ":" in hostname or "." not in hostname:
        raise SettingWrong(
            "Kerberos needs the full name of the domain controller: give it in server, or in kerberos_hostname."
        )
    return gss.Credentials(
        principal=params["kerberos_principal"],
        password=params["kerberos_password"],
        keytab=params["kerberos_keytab"],
        ccache=params["kerberos_ccache"],
        hostname=hostname,
    )


def needs_gssapi(settings: Settings) -> bool:
    """A ticket that is in a cache already takes libsasl only."""
    found = settings.sign_in
    return isinstance(found, gss.Credentials) and bool(found.principal or found.keytab)
