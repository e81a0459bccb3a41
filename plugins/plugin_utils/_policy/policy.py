# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the organization decided, as far as it concerns one machine."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._identity import NOBODY, ApprovedHosts, MachineIdentity
from ...module_utils._kms import KmsEndpoint, host_in, is_address, is_own_address
from .._licensing.client_settings import ClientRequest
from .._licensing.cloud_kms import cloud_kms
from .._licensing.host_keys import host_key_groups
from .._licensing.model import OperatingSystem
from .._licensing.terms import KeyType
from .activation_objects import ActivationObject, ActivationObjects
from .exemption import Exemption
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


def _key_groups(hosts: ApprovedHosts, said: Mapping[str, str]) -> Iterator[tuple[KmsEndpoint, str]]:
    known = [row.group for row in host_key_groups() if row.office is None]
    names = {endpoint.host: endpoint for endpoint in hosts.endpoints}
    for name, group in said.items():
        endpoint = names.get(KmsEndpoint.parse(str(name)).host)
        if endpoint is None:
            raise ValueError(f"host_key_groups names {name}, which is not in approved_kms_hosts")
        if group not in known:
            close = difflib.get_close_matches(str(group), known, 1)
            hint = f"did you mean {close[0]}?" if close else f"the groups are {', '.join(known)}"
            raise ValueError(f"host_key_groups has {group!r} for {name}, and there is no such group; {hint}")
        yield endpoint, group


@dataclass(frozen=True)
class Policy:
    """What must hold.

    ``approved`` are the organization's own KMS hosts. ``accepted_key_types`` are the kinds of Windows key that all
    other machines may carry. A KMS client must be activated for ``minimum_days`` at least. ``addresses`` are those of
    approved hosts, where they are known, so that a client that was given an address can be judged.

    ``activation`` is how machines are to be activated; None where that was not decided, which is KMS, and Active
    Directory where there is an object. ``objects`` are those, where they were read.

    ``cloud_hosts`` are KMS hosts of a cloud provider besides those that are known. ``key_groups`` say which product key
    group the host key of an approved host is to be of. ``client_settings`` are those of a KMS client that the machine
    is to have, None for no wish. ``exemptions`` are the exceptions that hold for it. ``prevents_publishing``: a machine
    that is not an approved KMS host must not be able to publish itself as one.
    """

    approved: ApprovedHosts
    accepted_key_types: frozenset[KeyType] = frozenset({KeyType.GVLK})
    minimum_days: int = MINIMUM_DAYS
    addresses: frozenset[str] = frozenset()
    activation: Way | None = None
    objects: ActivationObjects | None = None
    cloud_hosts: ApprovedHosts = NOBODY
    key_groups: tuple[tuple[KmsEndpoint, str], ...] = ()
    client_settings: ClientRequest | None = None
    exemptions: tuple[Exemption, ...] = ()
    prevents_publishing: bool = False

    @classmethod
    def parse(
        cls,
        approved: Iterable[str],
        accepted_key_types: Iterable[str] = ("GVLK",),
        minimum_days: int = MINIMUM_DAYS,
        activation: str | None = None,
        objects: Mapping[str, Any] | None = None,
        cloud_hosts: Iterable[str] = (),
        key_groups: Mapping[str, str] | None = None,
        prevents_publishing: bool = False,
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
            cloud_hosts=ApprovedHosts.parse(cloud_hosts),
            key_groups=tuple(_key_groups(hosts, key_groups or {})),
            prevents_publishing=prevents_publishing,
        )

    def asks_for_name(self, name: str, address: str | None) -> Callable[[OperatingSystem], bool]:
        """Whether a machine that the inventory calls so has to be asked for its full name, once its system is known."""
        return (lambda _os: True) if self.asks_for_domains else asks_for_name(self.approved, name, address)

    @property
    def asks_for_domains(self) -> bool:
        """Whether a machine has to be asked for its domain: only its members are activated through it."""
        return self.activation is not None and self.activation.by_directory

    @property
    def windows_objects(self) -> tuple[ActivationObject, ...]:
        """The activation objects that may activate Windows, as far as any were read."""
        return self.objects.for_windows if self.objects is not None else ()

    def key_group_of(self, machine: MachineIdentity) -> str | None:
        """The group that the host key of an approved host is to be of; None where that was not decided."""
        mine = self.approved.of_machine(machine)
        return next((group for endpoint, group in self.key_groups if endpoint in mine), None)

    def cloud_of(self, host: str) -> str | None:
        """The cloud provider whose KMS host that is; None for any other host."""
        name = host_in(host)
        known = cloud_kms(name)
        if known is None and self.cloud_hosts.of_target(name) is not None:
            return "the cloud provider, by the policy"
        return known

    def lets_follow(self, host: str) -> bool | None:
        """Whether a client may follow a KMS host, a cloud provider's own included; None as of ``approves``."""
        return True if self.cloud_of(host) is not None else self.approves(host)

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
