# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which zone the DNS server of a domain controller answers: the directory does not know of zones in files."""

from __future__ import annotations

import socket

from .._dns.authority import Authority
from .._dns.errors import Delegated, DnsError, NoAnswer
from .._dns.exchange import DNS_PORT, Server
from .._dns.requirements import missing_dnspython
from .._dns.signing import Unsigned
from .._kms import owner_name
from .errors import Refused
from .settings import Settings

# It is asked besides, and may not be a DNS server.
_SECONDS = 3.0


class DnsView:
    """The DNS server at the address of a domain controller. One that keeps silent is asked once."""

    def __init__(self, settings: Settings, port: int = DNS_PORT) -> None:
        self._label = settings.label
        self._server = _server(settings, port) if missing_dnspython() is None else None
        self._seconds = min(settings.timeout, _SECONDS)

    def zone_of(self, domain: str) -> str | None:
        """The zone that holds a domain's record; None where it does not say. Raises Refused where others have it."""
        if self._server is None:
            return None
        try:
            return Authority(self._server, self._seconds, Unsigned()).zone_of(owner_name(domain)).name
        except Delegated as error:
            advice = "Name a domain controller that holds that zone, or limit updates on its own server"
            raise Refused(self._label, f"DNS says: {error.what}", advice) from error
        except NoAnswer:
            self._server = None
            return None
        except DnsError:
            return None


def _server(settings: Settings, port: int) -> Server | None:
    try:
        found = socket.getaddrinfo(settings.server.strip("[]"), port, type=socket.SOCK_STREAM)
    except OSError:
        return None
    return Server(str(found[0][4][0]), port, settings.server)
