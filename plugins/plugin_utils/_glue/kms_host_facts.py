# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KMS host that a client asks, read where the inventory has it."""

from __future__ import annotations

import threading
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
from .once import Once
from .results import failure


@dataclass(frozen=True)
class Inventory:
    """The names of all hosts, and how to reach one."""

    hosts: Iterable[str]
    connections: HostConnections
    open_session: Callable[[Endpoint], Session]

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
            # A host whose variables cannot be rendered, or that is no Windows machine, is not the one.
            return None


class KmsHosts:
    """Reads each KMS host once, whichever client it is for. May be used by several threads.

    ``log``: whether its log may be read where a client's request has no answer.
    """

    def __init__(self, inventory: Inventory, log: bool = True) -> None:
        self._inventory = inventory
        self._log = log
        self._once = Once()
        # Ansible's templates are not made for several threads.
        self._rendering = threading.Lock()

    def add(self, facts: Facts) -> Facts:
        """Add what the KMS host of a client says of itself, or why it could not be asked."""
        if not reading.is_volume_client(facts.product) or reading.cloud_provider(facts) is not None:
            return facts
        asked = list(_asked(facts))
        if not asked:
            return _unread(facts, "which host it asks is not known")
        with self._rendering:
            found = next(filter(None, (self._inventory.named(host, _addresses(facts, host)) for host in asked)), None)
        if found is None:
            return _unread(facts, f"the inventory has no host named {' or '.join(asked)}")
        known = self._once.answer(found, lambda: self._attempt(found, facts))
        return _unread(facts, known) if isinstance(known, str) else replace(facts, kms_host=host_facts(known, facts))

    def _attempt(self, name: str, facts: Facts) -> HostReading | str:
        masking = Masking()
        try:
            return self._read(name, facts, masking)
        except (*failure.EXPECTED, options.OptionError) as error:
            said = str(failure.result_of(error, name).get("msg") or error)
            return masking.text(f"{name} could not be read: {said}")

    def _read(self, name: str, facts: Facts, masking: Masking) -> HostReading:
        inventory = self._inventory
        with self._rendering:
            endpoint, _warnings = options.endpoint_from_connection(inventory.connections.of(name), name)
        masking.add(endpoint.password.reveal() if endpoint.password else None)
        session = inventory.open_session(endpoint)
        since = log_needed(facts) if self._log else None
        try:
            return take(session, read_host(name, lambda: datetime.now(timezone.utc), since))
        finally:
            session.close()


def _asked(facts: Facts) -> Iterator[str]:
    """The host that the client asked last by its log; else those that it would ask, the likeliest first."""
    logged = reading.logged(facts)
    if logged is not None and logged.host:
        yield logged.host
        return
    yield from (host for host, _port in reading.answering_first(facts))


def _addresses(facts: Facts, host: str) -> tuple[str, ...]:
    known = facts.addresses.get(normal_name(host), ())
    published = (record.addresses or () for record in reading.records(facts) if record.target == normal_name(host))
    return (*known, *(address for found in published for address in found))


def _unread(facts: Facts, why: str) -> Facts:
    return replace(facts, unread={**facts.unread, "kms_host": " ".join(why.split())[:400]})
