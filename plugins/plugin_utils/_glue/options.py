# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection variables of a host as an Endpoint, read through the options of its connection plugin.

Only ``get_option`` and ``transport`` of the plugin are used, which no release from ansible-core 2.17 to 2.21 changed.
Reading options opens no connection.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from .._winrm.endpoint import FROM_ENVIRONMENT, Endpoint, EndpointError, Kinit, Secret

_HTTP_PORT, _HTTPS_PORT = 5985, 5986
_TEMPLATE_MARKS = ("{{", "{%", "{#")

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
_EXTRA_PREFIX = "ansible_winrm_"

_PSRP_TRANSPORTS = {"basic", "certificate", "kerberos", "ntlm", "credssp"}


class OptionError(ValueError):
    """A connection variable, or the kind of connection, cannot be used. The text says which and how to fix it."""


def endpoint_from_connection(connection: Any, inventory_name: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint behind a ``winrm`` or ``psrp`` connection plugin, and warnings for the user.

    Raises OptionError.
    """
    kind = str(connection.transport)
    reader = _Options(connection, inventory_name, kind)
    try:
        if kind == "winrm":
            return _from_winrm(reader)
        if kind == "psrp":
            return _from_psrp(reader), ()
    except EndpointError as error:
        raise OptionError(str(error)) from error
    raise OptionError(
        f"{inventory_name}: ansible_connection is {kind}, but this module speaks WinRM. "
        "Set ansible_connection to winrm or psrp for this host, with ansible_user, ansible_password and ansible_port "
        "as for any Windows host."
    )


class _Options:
    """Reads single options, refuses what cannot be meant, and hands out plain Python values."""

    def __init__(self, connection: Any, inventory_name: str, kind: str) -> None:
        self._connection = connection
        self.inventory_name = inventory_name
        self.kind = kind

    def raw(self, name: str) -> Any:
        """The option, or None where this release of the plugin does not have it."""
        try:
            return self._connection.get_option(name)
        except KeyError:
            return None

    def text(self, name: str) -> str | None:
        return self.plain(self.raw(name), name)

    def plain(self, value: Any, name: str) -> str | None:
        """A plain str: ansible-core 2.19 tags its values, and C libraries do not expect that."""
        if value is None:
            return None
        text = str(value)
        if any(mark in text for mark in _TEMPLATE_MARKS):
            raise OptionError(
                f"{self.inventory_name}: the connection option {name} still holds a template after rendering. "
                "A variable in it is probably undefined for this host; nothing was sent."
            )
        return text

    def number(self, name: str) -> int | None:
        return self.as_number(self.raw(name), name)

    def as_number(self, value: Any, name: str) -> int | None:
        text = self.plain(value, name)
        if text is None or text == "":
            return None
        try:
            return int(text)
        except ValueError:
            raise OptionError(f"{self.inventory_name}: {name} must be a whole number, not {text!r}") from None

    def flag(self, name: str) -> bool | None:
        return self.as_flag(self.raw(name), name)

    def as_flag(self, value: Any, name: str) -> bool | None:
        """Inventories write yes and no; pywinrm would take the text "no" for true."""
        if self.plain(value, name) in (None, ""):
            return None
        try:
            return bool(boolean(value))
        except TypeError:
            raise OptionError(f"{self.inventory_name}: {name} must be true or false, not {value!r}") from None

    def was_set(self, name: str) -> bool:
        """Whether the user set an option, as far as this ansible-core can tell."""
        origin: Callable[[str], tuple[Any, str]] | None = getattr(self._connection, "get_option_and_origin", None)
        return origin is not None and origin(name)[1] != "default"

    def secret(self, name: str) -> Secret | None:
        text = self.text(name)
        return None if text is None else Secret(text)


def _set(fields: dict[str, Any], **values: Any) -> None:
    """Put what was given; what was not keeps the default of Endpoint."""
    fields.update({name: value for name, value in values.items() if value is not None})


def _from_winrm(options: _Options) -> tuple[Endpoint, tuple[str, ...]]:
    user = options.text("remote_user")
    password = options.secret("remote_password")
    port = options.number("port") or _HTTPS_PORT
    scheme = options.text("scheme") or ("http" if port == _HTTP_PORT else "https")
    transports = _winrm_transports(options, user, scheme)
    fields: dict[str, Any] = {}
    warnings = _winrm_extras(options, fields)
    timeout = options.number("connection_timeout")
    if timeout is not None:
        fields.update(operation_timeout=timeout, read_timeout=timeout + 10)
    _set(fields, path=options.text("path"), kinit=_winrm_kinit(options, transports, password))
    endpoint = Endpoint(
        inventory_name=options.inventory_name,
        host=options.text("remote_addr") or options.inventory_name,
        port=port,
        scheme=scheme,
        transports=transports,
        username=user,
        password=password,
        connection="winrm",
        **fields,
    )
    return endpoint, warnings


def _winrm_transports(options: _Options, user: str | None, scheme: str) -> tuple[str, ...]:
    """As the winrm connection plugin chooses: a user@REALM means Kerberos, else whatever Basic needs."""
    given = options.raw("transport")
    if given:
        names = [given] if isinstance(given, str) else list(given)
        return tuple(name for item in names for name in (options.plain(item, "transport") or "").split(",") if name)
    if user and "@" in user:
        return ("kerberos",)
    return ("plaintext",) if scheme == "http" else ("ssl",)


def _winrm_kinit(options: _Options, transports: tuple[str, ...], password: Secret | None) -> Kinit | None:
    if "kerberos" not in transports:
        return None
    mode = options.text("kerberos_mode") or ("managed" if password else "manual")
    arguments = options.text("kinit_args")
    environment = options.raw("kinit_env_vars") or []
    if isinstance(environment, str):
        environment = environment.split(",")
    return Kinit(
        mode=mode,
        command=options.text("kerberos_command") or "kinit",
        args=tuple(shlex.split(arguments)) if arguments else None,
        env=tuple(str(name).strip() for name in environment if str(name).strip()),
    )


def _winrm_extras(options: _Options, fields: dict[str, Any]) -> tuple[str, ...]:
    """What Ansible hands through to pywinrm; unknown names are told, as the winrm plugin does."""
    extras = options.raw("_extras") or {}
    warnings = []
    for variable, value in extras.items():
        name = str(variable).removeprefix(_EXTRA_PREFIX)
        if name in _IGNORED_EXTRAS:
            continue
        if name not in _EXTRAS:
            warnings.append(
                f"{options.inventory_name}: {variable} is not an option of this connection, so it is ignored"
            )
            continue
        field, kind = _EXTRAS[name]
        convert = {"text": options.plain, "number": options.as_number, "flag": options.as_flag}[kind]
        _set(fields, **{field: convert(value, str(variable))})
    return tuple(warnings)


def _from_psrp(options: _Options) -> Endpoint:
    user = options.text("remote_user")
    password = options.secret("remote_password")
    port, scheme = _psrp_address(options)
    transports = _psrp_transports(options, user, password)
    if options.text("certificate_key_password"):
        raise OptionError(
            f"{options.inventory_name}: ansible_psrp_certificate_key_password is set, but pywinrm cannot "
            "open an encrypted key. Give an unencrypted copy in ansible_psrp_certificate_key_pem, readable only by the "
            "user who runs Ansible."
        )
    fields: dict[str, Any] = {}
    read, operation = options.number("read_timeout") or 30, options.number("operation_timeout") or 20
    _set(
        fields,
        operation_timeout=operation,
        # pypsrp allows the two to be equal, pywinrm does not.
        read_timeout=max(read, operation + 10) if read <= operation else read,
        connect_timeout=options.number("connection_timeout"),
        server_cert_validation=options.text("cert_validation"),
        ca_trust_path=options.text("ca_cert"),
        message_encryption=options.text("message_encryption"),
        proxy=options.text("proxy"),
        cert_pem=options.text("certificate_pem"),
        cert_key_pem=options.text("certificate_key_pem"),
        credssp_auth_mechanism=options.text("credssp_auth_mechanism"),
        credssp_disable_tlsv1_2=options.flag("credssp_disable_tlsv1_2"),
        credssp_minimum_version=options.number("credssp_minimum_version"),
        kerberos_delegation=options.flag("negotiate_delegate"),
        kerberos_hostname_override=options.text("negotiate_hostname_override"),
        send_cbt=options.flag("negotiate_send_cbt"),
        max_envelope_size=options.number("max_envelope_size"),
        # Its default differs between releases and from pywinrm's; only what the user chose is passed on.
        service=options.text("negotiate_service") if options.was_set("negotiate_service") else None,
        kinit=Kinit("managed" if password else "manual") if "kerberos" in transports else None,
    )
    fields["proxy"] = None if options.flag("ignore_proxy") else fields.get("proxy", FROM_ENVIRONMENT)
    return Endpoint(
        inventory_name=options.inventory_name,
        host=options.text("remote_addr") or options.inventory_name,
        port=port,
        scheme=scheme,
        path=f"/{(options.text('path') or 'wsman').lstrip('/')}",
        transports=transports,
        username=user,
        password=password,
        connection="psrp",
        **fields,
    )


def _psrp_address(options: _Options) -> tuple[int, str]:
    port, scheme = options.number("port"), options.text("protocol")
    if scheme is None:
        scheme = "http" if port == _HTTP_PORT else "https"
    return port or (_HTTP_PORT if scheme == "http" else _HTTPS_PORT), scheme


def _psrp_transports(options: _Options, user: str | None, password: Secret | None) -> tuple[str, ...]:
    """``negotiate`` has no equal in pywinrm: Kerberos where a realm or a ticket makes it possible, else NTLM."""
    auth = options.text("auth") or "negotiate"
    if auth in _PSRP_TRANSPORTS:
        return (auth,)
    if auth != "negotiate":
        raise OptionError(f"{options.inventory_name}: ansible_psrp_auth {auth!r} is not a way to sign in that exists")
    if not user or password is None:
        return ("kerberos",)
    return ("kerberos", "ntlm") if "@" in user else ("ntlm",)
