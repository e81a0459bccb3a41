# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of ``ansible.builtin.psrp`` as an Endpoint, for pywinrm, which has no equal for some of them.

Source: the documentation of that connection plugin.
"""

from __future__ import annotations

from typing import Any

from ..._winrm.endpoint import FROM_ENVIRONMENT, Endpoint, Kinit, Secret
from ..._winrm.variables import variable_of
from .option_reader import HTTP_PORT, HTTPS_PORT, OptionError, OptionReader, put

_NO_SERVICE = "WSMAN"
_TRANSPORTS = {"basic", "certificate", "kerberos", "ntlm", "credssp"}


def from_psrp(options: OptionReader) -> Endpoint:
    user = options.text("remote_user")
    password = options.secret("remote_password")
    port, scheme = _address(options)
    transports = _transports(options, user, password)
    if "certificate" in transports and options.text("certificate_key_password"):
        raise OptionError(
            f"{options.inventory_name}: ansible_psrp_certificate_key_password is set, but pywinrm cannot "
            "open an encrypted key. Give an unencrypted copy in ansible_psrp_certificate_key_pem, readable only by the "
            "user who runs Ansible."
        )
    _refuse_clear_basic(options, scheme, transports)
    fields: dict[str, Any] = {}
    read, operation = _seconds(options, "read_timeout", 30), _seconds(options, "operation_timeout", 20)
    put(
        fields,
        operation_timeout=operation,
        # pypsrp gives up before the host does where this is less; pywinrm does not allow it.
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
        service=_service(options),
        # pypsrp asks for a ticket by itself, in the environment of the process; kinit sees only what is listed.
        kinit=_kinit(user, password) if "kerberos" in transports else None,
    )
    # psrp documents that ignore_proxy only means the environment's.
    none = options.flag("ignore_proxy") or options.raw("proxy") == ""
    fields.setdefault("proxy", None if none else FROM_ENVIRONMENT)
    return Endpoint(
        inventory_name=options.inventory_name,
        host=options.host(),
        port=port,
        scheme=scheme,
        path=f"/{(options.text('path') or 'wsman').lstrip('/')}",
        transports=transports,
        username=user,
        password=password,
        connection="psrp",
        **fields,
    )


def _refuse_clear_basic(options: OptionReader, scheme: str, transports: tuple[str, ...]) -> None:
    """As pypsrp does: the password would be readable on the network."""
    if scheme == "http" and transports == ("basic",) and options.text("message_encryption") != "never":
        raise OptionError(
            f"{options.inventory_name}: ansible_psrp_auth basic over http would send the password in the clear. "
            "Use https or negotiate; ansible_psrp_message_encryption: never permits it anyway."
        )


def _address(options: OptionReader) -> tuple[int, str]:
    port, scheme = options.number("port"), options.text("protocol")
    if scheme is None:
        scheme = "http" if port == HTTP_PORT else "https"
    default = HTTP_PORT if scheme == "http" else HTTPS_PORT
    return default if port is None else port, scheme


def _seconds(options: OptionReader, name: str, default: int) -> int:
    """A timeout. None at all, which 0 might mean, is refused by the libraries of both pipes."""
    seconds = options.number(name)
    if seconds is not None and seconds < 1:
        variable = variable_of(name, "psrp")
        raise OptionError(f"{options.inventory_name}: {variable} must be at least 1 second, not {seconds}.")
    return default if seconds is None else seconds


def _service(options: OptionReader) -> str | None:
    """First half of the SPN. Before ansible-core 2.21 its default was one that many hosts do not have."""
    service = options.text("negotiate_service")
    return service if service != _NO_SERVICE or options.was_set("negotiate_service") else None


def _kinit(user: str | None, password: Secret | None) -> Kinit:
    return Kinit("managed" if user and password else "manual", env=("KRB5_CONFIG",))


def _transports(options: OptionReader, user: str | None, password: Secret | None) -> tuple[str, ...]:
    """``negotiate`` has no equal in pywinrm: Kerberos where a realm or a ticket makes it possible, else NTLM."""
    auth = options.text("auth") or "negotiate"
    if auth in _TRANSPORTS:
        return (auth,)
    if auth != "negotiate":
        raise OptionError(f"{options.inventory_name}: ansible_psrp_auth {auth!r} is not a known sign-in method")
    if not user or password is None:
        return ("kerberos",)
    return ("kerberos", "ntlm") if "@" in user else ("ntlm",)
