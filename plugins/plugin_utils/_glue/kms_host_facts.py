# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KMS host that a client asks: which one of the inventory it is, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ...module_utils._identity import MachineIdentity
from ...module_utils._kms import KmsEndpoint, normal_name
from .._operations.diagnosis import HostReading, host_facts, log_needed, read_host
from .._policy.diagnosis import reading
from .._policy.diagnosis.facts import Facts
from .._spp.steps import take
from .._winrm.endpoint import Endpoint
from .._winrm.session import Session
from .connections import options
from .connections.hosts import HostConnections
from .masking import Masking
from .results import failure


class HostUnknown(Exception):
    """Which machine of the inventory the KMS host is cannot be said; the text says why."""


@dataclass(frozen=True)
class Inventory:
    """The names of all hosts, and how to reach one."""

    hosts: Iterable[str]
    connections: HostConnections

    def host_of(self, client: Facts) -> str:
        """The inventory's name of the KMS host that a client asks. Raises HostUnknown."""
        asked = list(_asked(client))
        if not asked:
            raise HostUnknown("which host it asks is not known")
        found = next(filter(None, (self.named(host, _addresses(client, host)) for host in asked)), None)
        if found is None:
            raise HostUnknown(f"the inventory has no host named {' or '.join(asked)}")
        return found

    def named(self, host: str, addresses: tuple[str, ...] = ()) -> str | None:
        """The inventory's name of a KMS host: by its name, else by an address that it has.

        An address is a variable, and those of a large inventory take their time, so names come first.
        """
        endpoint = KmsEndpoint(normal_name(host))
        named = next((name for name in self.hosts if MachineIdentity(name).is_named_by(endpoint)), None)
        if named is not None:
            return named
        known = {normal_name(one) for one in (host, *addresses)}
        return next((name for name in self.hosts if self._address(name) in known), None)

    def _address(self, name: str) -> str | None:
        try:
            return normal_name(str(self.connections.of(name).get_option("remote_addr")))
        except Exception:
            # A host whose variables cannot be rendered, or that is not a Windows machine, is not the one.
            return None


def has_host(client: Facts) -> bool:
    """Whether a KMS host of the inventory may have a say in it."""
    return reading.is_volume_client(client.product) and reading.cloud_provider(client) is None


def with_host(client: Facts, found: HostReading | str) -> Facts:
    """With what the KMS host says of itself, or why it could not be asked."""
    if isinstance(found, HostReading):
        return replace(client, kms_host=host_facts(found, client))
    return replace(client, unread={**client.unread, "kms_host": " ".join(found.split())[:400]})


@dataclass(frozen=True)
class KmsHosts:
    """Reads the KMS host of one client, its log included where a request of the client has no answer."""

    inventory: Inventory
    open_session: Callable[[Endpoint], Session]

    def add(self, client: Facts) -> Facts:
        """Add what the KMS host of a client says of itself, or why it could not be asked."""
        if not has_host(client):
            return client
        try:
            return with_host(client, self._attempt(self.inventory.host_of(client), client))
        except HostUnknown as unknown:
            return with_host(client, str(unknown))

    def _attempt(self, name: str, client: Facts) -> HostReading | str:
        masking = Masking()
        try:
            return self._read(name, client, masking)
        except (*failure.EXPECTED, options.OptionError) as error:
            said = str(failure.result_of(error, name).get("msg") or error)
            return masking.text(f"{name} could not be read: {said}")

    def _read(self, name: str, client: Facts, masking: Masking) -> HostReading:
        endpoint, _warnings = options.endpoint_from_connection(self.inventory.connections.of(name), name)
        masking.add(endpoint.password.reveal() if endpoint.password else None)
        session = self.open_session(endpoint)
        try:
            return take(session, read_host(name, lambda: datetime.now(timezone.utc), log_needed(client)))
        finally:
            session.close()


def _asked(client: Facts) -> Iterator[str]:
    """The host that the client asked last by its log; else those that it would ask, the likeliest first."""
    logged = reading.logged(client)
    if logged is not None and logged.host:
        yield logged.host
        return
    yield from (host for host, _port in reading.answering_first(client))


def _addresses(client: Facts, host: str) -> tuple[str, ...]:
    known = client.addresses.get(normal_name(host), ())
    published = (record.addresses or () for record in reading.records(client) if record.target == normal_name(host))
    return (*known, *(address for found in published for address in found))
