# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection variables of a host as an Endpoint, read through the options of its connection plugin.

Only ``get_option`` and ``transport`` of the plugin are used, which no release from ansible-core 2.17 to 2.21 changed.
Reading options opens no connection.
"""

from __future__ import annotations

from typing import Any

from ..._winrm.endpoint import SEALING_TRANSPORTS, Endpoint, EndpointError
from .option_reader import OptionError, OptionReader
from .psrp_options import from_psrp
from .winrm_options import from_winrm

__all__ = ["OptionError", "endpoint_from_connection"]


def endpoint_from_connection(
    connection: Any, inventory_name: str, *, chosen: bool | None = None
) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint behind a ``winrm`` or ``psrp`` connection plugin, and warnings for the user.

    ``chosen``: whether the inventory says which plugin that is; without it the connection itself knows.
    Raises OptionError.
    """
    kind = str(connection.transport)
    reader = OptionReader(connection, inventory_name, kind)
    try:
        if kind == "winrm":
            endpoint, warnings = from_winrm(reader)
            return endpoint, (*warnings, *_readable(endpoint))
        if kind == "psrp":
            endpoint = from_psrp(reader)
            return endpoint, _readable(endpoint)
    except EndpointError as error:
        raise OptionError(str(error)) from error
    if chosen is None:
        chosen = bool(getattr(connection, "chosen", True))
    said = (
        f"ansible_connection is {kind}"
        if chosen
        else f"the inventory sets no ansible_connection, so the connection is {kind}"
    )
    raise OptionError(
        f"{inventory_name}: {said}, but this module speaks WinRM. "
        "Set ansible_connection to winrm or psrp for this host, with ansible_user, ansible_password and ansible_port "
        "as for any Windows host."
    )


def _readable(endpoint: Endpoint) -> tuple[str, ...]:
    if not endpoint.cleartext:
        return ()
    return (
        f"{endpoint.label}: everything sent there, product keys included, can be read on the network. "
        f"Use https, or {_sealing(endpoint)}",
    )


def _sealing(endpoint: Endpoint) -> str:
    """What would seal messages over http."""
    if SEALING_TRANSPORTS.issuperset(endpoint.transports):
        return f"remove {endpoint.variable('message_encryption')}: never, without which the messages are sealed"
    return f"set {endpoint.variable('transports')} to ntlm or kerberos, which seal messages over http"
