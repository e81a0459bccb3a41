# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the organization decided, as far as it concerns one machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...module_utils._identity import ApprovedHosts, MachineIdentity
from ...module_utils._kms import host_in, is_address, is_own_address
from .._licensing.model import OperatingSystem
from .._licensing.terms import KeyType
from .activation_objects import ActivationObject, ActivationObjects
from .way import Way

#: A KMS client renews every week, so this much is left only where it has failed for months.
MINIMUM_DAYS = 14


def asks_for_name(hosts: ApprovedHosts, name: str, address: str | None) -> Callable[[OperatingSystem], bool]:
    """Whether a machine has to be asked for its full name, since by its short one it may be one of these hosts."""
    known = MachineIdentity(name, address)
    return lambda os: hosts.may_be_claimed_by(known, os.computer_name)


def _check(way: Way | None, hosts: ApprovedHosts) -> None:
    if way is None or way.by_kms == bool(hosts):
        return
    if way.by_kms:
        raise ValueError(f"activation={way.value} requires KMS hosts, but approved_kms_hosts names none")
    names = ", ".join(map(str, hosts.endpoints))
    raise ValueError(f"activation={way.value} rules out KMS hosts, but approved_kms_hosts names {names}")


def _ways(given: Mapping[str, Any], hosts: ApprovedHosts) -> dict[str, Way]:
    known = {way.value: way for way in Way}
    for name, way in given.items():
        if way not in known:
            raise ValueError(f"activation_by_host: {name} has {way!r}, and may have {', '.join(known)}")
        if known[way].by_kms and not hosts:
            raise ValueError(f"activation_by_host: {name} is to use KMS hosts, and approved_kms_hosts names none")
    return {str(name): known[way] for name, way in given.items()}


@dataclass(frozen=True)
class Policy:
    """What must hold.

    ``approved`` are the organization's own KMS hosts. ``accepted_key_types`` are the kinds of Windows key that all
    other machines may carry. A KMS client must be activated for ``minimum_days`` at least. ``addresses`` are those of
    approved hosts, where they are known, so that a client that was given an address can be judged.

    ``activation`` is how machines are to be activated; None where that was not decided, which is KMS, and Active
    Directory where there is an object. ``objects`` are those, where they were read. ``ways`` are those of single
    machines, by inventory name, where they are to be activated in another way.
    """

    approved: ApprovedHosts
    accepted_key_types: frozenset[KeyType] = frozenset({KeyType.GVLK})
    minimum_days: int = MINIMUM_DAYS
    addresses: frozenset[str] = frozenset()
    activation: Way | None = None
    objects: ActivationObjects | None = None
    ways: Mapping[str, Way] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        approved: Iterable[str],
        accepted_key_types: Iterable[str] = ("GVLK",),
        minimum_days: int = MINIMUM_DAYS,
        activation: str | None = None,
        objects: Mapping[str, Any] | None = None,
        ways: Mapping[str, Any] | None = None,
    ) -> Policy:
        """From the words of a playbook, and a result of adba_info. Raises ValueError, which says what is wrong."""
        if minimum_days < 0:
            raise ValueError(f"minimum_days must be 0 or more, not {minimum_days}")
        hosts = ApprovedHosts.parse(approved)
        way = Way(activation) if activation is not None else None
        _check(way, hosts)
        return cls(
            hosts,
            frozenset(map(KeyType, accepted_key_types)),
            minimum_days,
            activation=way,
            objects=ActivationObjects.parse(objects) if objects is not None else None,
            ways=_ways(ways or {}, hosts),
        )

    def of(self, machine: MachineIdentity) -> Policy:
        """As it is for one machine."""
        way = self.ways.get(machine.inventory_name)
        return self if way is None else replace(self, activation=way)

    def asks_for_name(self, name: str, address: str | None) -> Callable[[OperatingSystem], bool]:
        """Whether a machine that the inventory calls so has to be asked for its full name, once its system is known."""
        return (lambda _os: True) if self.asks_for_domains else asks_for_name(self.approved, name, address)

    @property
    def asks_for_domains(self) -> bool:
        """Whether every machine has to be asked for its domain: only its members are activated through it."""
        ways = [*self.ways.values(), *([self.activation] if self.activation is not None else [])]
        return any(way.by_directory for way in ways)

    @property
    def windows_objects(self) -> tuple[ActivationObject, ...]:
        """The activation objects that may activate Windows, as far as any were read."""
        return self.objects.for_windows if self.objects is not None else ()

    def approves(self, host: str) -> bool | None:
        """Whether a client may follow a KMS host; None where an address cannot be compared with names."""
        wanted = host_in(host)
        if self.approved.of_target(wanted) is not None or wanted in self.addresses:
            return True
        # The machine itself, which an emulator makes a KMS host. An approved one is not judged by this.
        if is_own_address(wanted):
            return False
        if is_address(wanted):
            return None if self.approved and not self.addresses else False
        # The client completes a short name with its own domain.
        return "." not in wanted and any(endpoint.host.split(".")[0] == wanted for endpoint in self.approved.endpoints)
