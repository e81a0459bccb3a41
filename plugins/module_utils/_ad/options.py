# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which domain controller, and as whom: their specification, and the objects made of them.

The documentation of the same options is in the fragments ``kms_directory`` and ``kms_kerberos``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._dns import gss
from .._dns.options import KERBEROS_SPEC
from .errors import SettingWrong
from .settings import Password, Settings

# As whom to sign in: for every plugin that talks to a domain controller, whatever it calls that.
SIGN_IN_SPEC: dict[str, Any] = {
    "bind_user": {"type": "str"},
    "bind_password": {"type": "str", "no_log": True},
    "start_tls": {"type": "bool", "default": False},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    **{name: spec for name, spec in KERBEROS_SPEC.items() if name.startswith("kerberos_")},
}

# Of the module that changes something on the domain controller.
CONNECTION_SPEC: dict[str, Any] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int"},
    "timeout": {"type": "float", "default": 10.0},
    **SIGN_IN_SPEC,
}

# Of those that may ask a domain controller, besides what they do with DNS: timeout is theirs, and port is another one.
FOREST_SPEC: dict[str, Any] = {"domain_controller": {"type": "str"}, **SIGN_IN_SPEC}

# Of those that read or remove activation objects. Any domain controller of the forest will do.
ACTIVATION_SPEC: dict[str, Any] = {
    "domain_controller": {"type": "str", "required": True},
    "timeout": {"type": "float", "default": 10.0},
    **SIGN_IN_SPEC,
}

REQUIRED_TOGETHER = [("bind_user", "bind_password")]

_KERBEROS = tuple(name for name in SIGN_IN_SPEC if name.startswith("kerberos_"))


def settings_of(params: Mapping[str, Any]) -> Settings:
    """By CONNECTION_SPEC. Raises SettingWrong."""
    if params["port"] is not None and not 1 <= params["port"] <= 65535:
        raise SettingWrong("port must be between 1 and 65535.")
    return _settings("server", params, params["port"])


def controller_of(params: Mapping[str, Any]) -> Settings | None:
    """By FOREST_SPEC; None when no domain controller is to be asked. Raises SettingWrong."""
    if params["domain_controller"] is not None:
        return named_controller_of(params)
    # Those of Kerberos may be defaults of a group of modules, for others of the group.
    given = next((name for name in ("bind_user", "bind_password") if params[name]), None)
    if given is not None:
        raise SettingWrong(f"{given} is given without domain_controller, so there is nothing to sign in to.")
    return None


def named_controller_of(params: Mapping[str, Any]) -> Settings:
    """By ACTIVATION_SPEC. Raises SettingWrong."""
    return _settings("domain_controller", params, None)


def _settings(option: str, params: Mapping[str, Any], port: int | None) -> Settings:
    server = params[option].strip()
    if not 0 < params["timeout"] <= 3600:
        raise SettingWrong("timeout must be more than 0 and at most 3600.")
    if not server:
        raise SettingWrong(f"{option} is empty: name a domain controller.")
    return Settings(
        server=server,
        port=port,
        timeout=params["timeout"],
        sign_in=_password(params) if params["bind_user"] else _kerberos(option, params),
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


def _kerberos(option: str, params: Mapping[str, Any]) -> gss.Credentials:
    if params["bind_password"]:
        raise SettingWrong("bind_password is given without bind_user.")
    if params["start_tls"]:
        raise SettingWrong("start_tls requires bind_user: Kerberos encrypts the connection itself.")
    hostname = params["kerberos_hostname"] or params[option].strip()
    if not any(letter.isalpha() for letter in hostname) or ":" in hostname or "." not in hostname:
        raise SettingWrong(
            f"Kerberos needs the full name of the domain controller: give it in {option}, or in kerberos_hostname."
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
