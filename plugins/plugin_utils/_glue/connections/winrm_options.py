# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of ``ansible.builtin.winrm`` as an Endpoint.

Sources: the documentation of that connection plugin; what it hands through to pywinrm's ``Protocol``.
"""

from __future__ import annotations

import importlib.util
import shlex
from typing import Any

from ansible.release import __version__ as ansible_version

from ..._winrm.endpoint import Endpoint, Kinit, Secret
from .option_reader import HTTP_PORT, HTTPS_PORT, OptionError, OptionReader, put

# ansible_winrm_<name> that pywinrm's Protocol takes and Ansible hands through untouched, with the field they become.
_EXTRAS: dict[str, tuple[str, str]] = {
    "server_cert_validation": ("server_cert_validation", "text"),
    "ca_trust_path": ("ca_trust_path", "text"),
    "cert_pem": ("cert_pem", "text"),
    "cert_key_pem": ("cert_key_pem", "text"),
    "message_encryption": ("message_encryption", "text"),
    "read_timeout_sec": ("read_timeout", "number"),
    "operation_timeout_sec": ("operation_timeout", "number"),
    "kerberos_delegation": ("kerberos_delegation", "flag"),
    "kerberos_hostname_override": ("kerberos_hostname_override", "text"),
    "service": ("service", "text"),
    "credssp_disable_tlsv1_2": ("credssp_disable_tlsv1_2", "flag"),
    "send_cbt": ("send_cbt", "flag"),
    "proxy": ("proxy", "text"),
}
# Known to pywinrm or Ansible and without a meaning here.
_IGNORED_EXTRAS = frozenset({"realm", "keytab"})
# pywinrm reads an explicit null as "no proxy" and as "the CAs of certifi, whatever the environment says".
_NONE_MEANS_SOMETHING = frozenset({"proxy", "ca_trust_path"})
_EXTRA_PREFIX = "ansible_winrm_"


def from_winrm(options: OptionReader) -> tuple[Endpoint, tuple[str, ...]]:
    user = options.text("remote_user")
    password = options.secret("remote_password")
    given = options.number("port")
    port = HTTPS_PORT if given is None else given
    scheme = options.text("scheme") or ("http" if port == HTTP_PORT else "https")
    transports = _transports(options, user, scheme)
    fields: dict[str, Any] = {}
    warnings = _extras(options, fields)
    timeout = options.number("connection_timeout") or 0
    if timeout < 0:
        raise OptionError(
            f"{options.inventory_name}: ansible_winrm_connection_timeout must be at least 1 second, not {timeout}. "
            "Without it, it is 20."
        )
    if timeout:
        fields.update(operation_timeout=timeout, read_timeout=timeout + 10)
    put(fields, path=_path(options), kinit=_kinit(options, transports, password))
    endpoint = Endpoint(
        inventory_name=options.inventory_name,
        host=options.host(),
        port=port,
        scheme=scheme,
        transports=transports,
        username=user,
        password=password,
        connection="winrm",
        **fields,
    )
    return endpoint, warnings


def _path(options: OptionReader) -> str | None:
    """With the slash that the winrm connection, too, adds where it is missing."""
    path = options.text("path")
    return f"/{path.lstrip('/')}" if path else None


def _transports(options: OptionReader, user: str | None, scheme: str) -> tuple[str, ...]:
    """As the winrm connection plugin chooses: a user@REALM means Kerberos, else whatever Basic needs."""
    given = options.raw("transport")
    if given is None or list(given[:1]) == [None]:
        return default_transports(user, scheme, _core_version(), _kerberos_installed())
    return tuple(options.plain(item) or "" for item in given)


def default_transports(
    user: str | None, scheme: str, core: tuple[int, int], kerberos_installed: bool
) -> tuple[str, ...]:
    """Without ``ansible_winrm_transport``. Up to ansible-core 2.18 it depends on whether pykerberos is installed."""
    basic = "plaintext" if scheme == "http" else "ssl"
    if not user or "@" not in user:
        return (basic,)
    if core >= (2, 19):
        return ("kerberos",)
    return ("kerberos", basic) if kerberos_installed else (basic,)


def _core_version() -> tuple[int, int]:
    major, minor = ansible_version.split(".")[:2]
    return int(major), int(minor)


def _kerberos_installed() -> bool:
    return importlib.util.find_spec("kerberos") is not None


def _kinit(options: OptionReader, transports: tuple[str, ...], password: Secret | None) -> Kinit | None:
    if "kerberos" not in transports:
        return None
    mode = options.text("kerberos_mode") or ("managed" if password else "manual")
    arguments = options.text("kinit_args")
    environment = options.raw("kinit_env_vars") or []
    return Kinit(
        mode=mode,
        command=options.text("kerberos_command") or "kinit",
        args=_words(options, arguments) if arguments else None,
        env=tuple(name for item in environment if (name := options.plain(item))),
    )


def _words(options: OptionReader, arguments: str) -> tuple[str, ...]:
    try:
        return tuple(word for word in shlex.split(arguments) if word.strip())
    except ValueError as error:
        raise OptionError(
            f"{options.inventory_name}: ansible_winrm_kinit_args cannot be split into words ({error}). "
            "Check the quotes."
        ) from None


def _extras(options: OptionReader, fields: dict[str, Any]) -> tuple[str, ...]:
    """What Ansible hands through to pywinrm; unknown names are told, as the winrm plugin does."""
    extras = options.raw("_extras") or {}
    warnings = []
    for variable, value in extras.items():
        name = str(variable).removeprefix(_EXTRA_PREFIX)
        # An empty proxy, or false, is none at all for requests. An empty path of CAs would end the check: left out.
        if name in _NONE_MEANS_SOMETHING and (value is None or (name == "proxy" and not value)):
            fields[name] = None
            continue
        if name in _IGNORED_EXTRAS:
            continue
        if name not in _EXTRAS:
            warnings.append(
                f"{options.inventory_name}: {variable} is not an option of this connection, so it is ignored"
            )
            continue
        field, kind = _EXTRAS[name]
        convert = {"text": options.as_text, "number": options.as_number, "flag": options.as_flag}[kind]
        put(fields, **{field: convert(value, str(variable))})
    return tuple(warnings)
