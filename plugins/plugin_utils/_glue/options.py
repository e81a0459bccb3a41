# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection variables of a host as an Endpoint, read through the options of its connection plugin.

Only ``get_option`` and ``transport`` of the plugin are used, which no release from ansible-core 2.17 to 2.21 changed.
Reading options opens no connection.
"""

from __future__ import annotations

from typing import Any

from .._winrm.endpoint import Endpoint, EndpointError
from .option_reader import OptionError, OptionReader
from .psrp_options import from_psrp
from .winrm_options import from_winrm

__all__ = ["OptionError", "endpoint_from_connection"]


def endpoint_from_connection(connection: Any, inventory_name: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint behind a ``winrm`` or ``psrp`` connection plugin, and warnings for the user.

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
    raise OptionError(
        f"{inventory_name}: ansible_connection is {kind}, but this module speaks WinRM. "
        "Set ansible_connection to winrm or psrp for this host, with ansible_user, ansible_password and ansible_port "
        "as for any Windows host."
    )


def _readable(endpoint: Endpoint) -> tuple[str, ...]:
    if not endpoint.cleartext:
        return ()
    return (
        f"{endpoint.label}: everything sent there, product keys included, can be read on the network. "
        f"Use https, or set {endpoint.variable('transports')} to ntlm or kerberos, which seal messages over http",
    )
