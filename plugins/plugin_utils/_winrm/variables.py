# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory variable behind each field of an endpoint, so that every error can name what to change.

Sources: the documented options of ``ansible.builtin.winrm`` and ``ansible.builtin.psrp``; ``ansible_winrm_*`` names
that the winrm connection documents as passed through to pywinrm's ``Protocol``.
"""

from __future__ import annotations

# field of Endpoint -> (variable for winrm, variable for psrp; None where the connection has no such option)
_VARIABLES: dict[str, tuple[str | None, str | None]] = {
    "host": ("ansible_host", "ansible_host"),
    "port": ("ansible_port", "ansible_port"),
    "scheme": ("ansible_winrm_scheme", "ansible_psrp_protocol"),
    "path": ("ansible_winrm_path", "ansible_psrp_path"),
    "transports": ("ansible_winrm_transport", "ansible_psrp_auth"),
    "username": ("ansible_user", "ansible_user"),
    "password": ("ansible_password", "ansible_password"),
    "server_cert_validation": ("ansible_winrm_server_cert_validation", "ansible_psrp_cert_validation"),
    "ca_trust_path": ("ansible_winrm_ca_trust_path", "ansible_psrp_ca_cert"),
    "cert_pem": ("ansible_winrm_cert_pem", "ansible_psrp_certificate_pem"),
    "cert_key_pem": ("ansible_winrm_cert_key_pem", "ansible_psrp_certificate_key_pem"),
    "message_encryption": ("ansible_winrm_message_encryption", "ansible_psrp_message_encryption"),
    "connect_timeout": (None, "ansible_psrp_connection_timeout"),
    "read_timeout": ("ansible_winrm_read_timeout_sec", "ansible_psrp_read_timeout"),
    "operation_timeout": ("ansible_winrm_operation_timeout_sec", "ansible_psrp_operation_timeout"),
    "kerberos_delegation": ("ansible_winrm_kerberos_delegation", "ansible_psrp_negotiate_delegate"),
    "kerberos_hostname_override": (
        "ansible_winrm_kerberos_hostname_override",
        "ansible_psrp_negotiate_hostname_override",
    ),
    "service": ("ansible_winrm_service", "ansible_psrp_negotiate_service"),
    "send_cbt": ("ansible_winrm_send_cbt", "ansible_psrp_negotiate_send_cbt"),
    "proxy": ("ansible_winrm_proxy", "ansible_psrp_proxy"),
    "credssp_disable_tlsv1_2": (
        "ansible_winrm_credssp_disable_tlsv1_2",
        "ansible_psrp_credssp_disable_tlsv1_2",
    ),
    "credssp_auth_mechanism": (None, "ansible_psrp_credssp_auth_mechanism"),
    "credssp_minimum_version": (None, "ansible_psrp_credssp_minimum_version"),
    "max_envelope_size": (None, "ansible_psrp_max_envelope_size"),
    "kinit": ("ansible_winrm_kinit_mode", "ansible_psrp_auth"),
    "kinit_command": ("ansible_winrm_kinit_cmd", None),
    "kinit_args": ("ansible_winrm_kinit_args", None),
    "kinit_env": ("ansible_winrm_kinit_env_vars", None),
}


def variable_of(field: str, connection: str) -> str:
    """The inventory variable that sets ``field`` for this connection plugin, or the field's own name."""
    names = _VARIABLES.get(field, (None, None))
    return names[1 if connection == "psrp" else 0] or field
