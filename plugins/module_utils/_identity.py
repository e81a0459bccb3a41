# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machine is meant by a name: the approved KMS hosts, and what may prove that a machine is one of them. Pure.

The same short name in another domain is another machine, and what a machine says of itself may be said by any machine.
So a short entry is proved by the inventory only, which the organization wrote; a full name only by a full name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from ._kms import KmsEndpoint, entries_of, is_address, names_any, normal_name

_NEAR = 3
_NETBIOS_LENGTH = 15
_SIMILAR = 0.75


@dataclass(frozen=True)
class MachineIdentity:
    """What a machine is called, and by whom.

    ``inventory_name`` and ``address`` (``ansible_host``, a name or an address) are the organization's words.
    ``full_name`` is the machine's own, host and domain (Win32_ComputerSystem.DNSHostName and .Domain of a machine that
    is joined to a domain); it is None where it is not known.
    """

    inventory_name: str
    address: str | None = None
    full_name: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The names and addresses that the inventory gives it, for comparing."""
        return tuple(dict.fromkeys(normal_name(name) for name in (self.inventory_name, self.address or "") if name))

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called, its own full name last."""
        own = (normal_name(self.full_name),) if self.full_name else ()
        return tuple(dict.fromkeys((*self.given, *own)))

    def is_proved_by(self, endpoint: KmsEndpoint) -> bool:
        """Whether an entry of a list of KMS hosts surely means this machine."""
        if endpoint.is_short:
            return any(endpoint.names(name) for name in self.given)
        return endpoint.host in self.names

    def is_named_by(self, endpoint: KmsEndpoint) -> bool:
        """Whether an entry of a list of KMS hosts means this machine, as far as is known."""
        if self.is_proved_by(endpoint):
            return True
        # The inventory knows it by a short name only, and the machine knows no domain of its own: the name stands.
        return self.full_name is None and not endpoint.is_address and endpoint.host.split(".")[0] in self._short_names

    @property
    def _short_names(self) -> tuple[str, ...]:
        return () if any(_is_full(name) for name in self.given) else self.given


def _is_full(name: str) -> bool:
    return "." in name and not is_address(name)


@dataclass(frozen=True)
class ApprovedHosts:
    """The organization's own KMS hosts, as its policy names them."""

    endpoints: tuple[KmsEndpoint, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> ApprovedHosts:
        """Read entries ``host`` or ``host:port``, each once. Raises ValueError, which quotes the entry."""
        return cls(tuple(dict.fromkeys(map(KmsEndpoint.parse, entries_of(texts)))))

    def __bool__(self) -> bool:
        return bool(self.endpoints)

    def of_machine(self, machine: MachineIdentity) -> tuple[KmsEndpoint, ...]:
        """The entries that name a machine; none when it is not approved."""
        return tuple(endpoint for endpoint in self.endpoints if machine.is_named_by(endpoint))

    def of_target(self, target: str, addresses: Iterable[str] = ()) -> KmsEndpoint | None:
        """The entry that names the target of a record, by its name or by an address that the name has."""
        found = names_any(self.endpoints, target)
        if found is not None:
            return found
        known = {normal_name(address) for address in addresses}
        return next((endpoint for endpoint in self.endpoints if endpoint.is_address and endpoint.host in known), None)

    def may_be_claimed_by(self, machine: MachineIdentity, computer_name: str | None) -> bool:
        """Whether the full name of a machine, which is not known yet, could make it one of these.

        ``computer_name`` is its NetBIOS name, the first 15 characters of the host's. So nearly no machine is asked.
        """
        if not computer_name or any(map(machine.is_proved_by, self.endpoints)):
            return False
        first = computer_name.lower()[:_NETBIOS_LENGTH]
        full = (endpoint.host for endpoint in self.endpoints if not (endpoint.is_short or endpoint.is_address))
        return any(host.split(".")[0][:_NETBIOS_LENGTH] == first for host in full)

    def unmatched(self, matched: Iterable[KmsEndpoint]) -> tuple[KmsEndpoint, ...]:
        """The entries that are not among those that named something."""
        seen = set(matched)
        return tuple(endpoint for endpoint in self.endpoints if endpoint not in seen)


#: No hosts at all.
NOBODY = ApprovedHosts()


def near_names(endpoint: KmsEndpoint, names: Iterable[str]) -> tuple[str, ...]:
    """What may have been meant by an entry that named nothing: the most similar names first, three at most."""
    wanted = _without_domain(endpoint.host)
    close = sorted((-_likeness(wanted, name), name) for name in {*names} - {""})
    return tuple(name for likeness, name in close[:_NEAR] if -likeness >= _SIMILAR)


def _likeness(wanted: str, name: str) -> float:
    return difflib.SequenceMatcher(None, wanted, _without_domain(normal_name(name))).ratio()


def _without_domain(name: str) -> str:
    """What tells machines apart: their domains are much the same."""
    return name if is_address(name) else name.split(".")[0]
