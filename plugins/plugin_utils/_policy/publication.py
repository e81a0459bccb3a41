# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A published KMS host against what the machine itself says: is the record wrong, and would it come back? Pure.

A machine publishes itself when its licensing service starts and once a day as long as that service works as a KMS host,
whatever key was installed meanwhile (Microsoft, "KMS activation and 0xC004C008"). So whether a deleted record stays
away is decided on the machine, not in DNS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from ...module_utils._identity import MachineIdentity
from ...module_utils._kms import KmsEndpoint, normal_name
from .._licensing.terms import Role


class Finding(str, Enum):
    """What a published target turned out to be."""

    APPROVED = "approved"
    APPROVED_NOT_SERVING = "approved_not_serving"
    """Approved, but the machine is no KMS host now."""
    KMS_HOST = "kms_host"
    """Not approved, and the machine says that it is a KMS host."""
    RESTART_DUE = "restart_due"
    """Not approved, and its licensing service still works, or is about to work, as a KMS host."""
    SERVING = "serving"
    """Not approved and not read, but its port answers as a KMS host."""
    STALE = "stale"
    """Not approved, and no KMS host, or none any more."""
    GONE = "gone"
    """Not approved, and the name has no address."""
    UNREACHABLE = "unreachable"
    """Not approved, in the inventory, and neither it nor its port answered."""
    UNKNOWN = "unknown"
    """Not approved, and not in the inventory; nobody could be asked."""


_COMES_BACK: dict[Finding, bool | None] = {
    Finding.KMS_HOST: True,
    Finding.RESTART_DUE: True,
    Finding.SERVING: True,
    Finding.STALE: False,
    Finding.GONE: False,
    Finding.UNREACHABLE: None,
    Finding.UNKNOWN: None,
}

_ADVICE = {
    Finding.APPROVED_NOT_SERVING: "Set it up with role kms_host, or take it off the list of approved hosts.",
    Finding.KMS_HOST: "Turn it into a KMS client first (playbook winfleet.activation.enforce), then delete the record.",
    Finding.RESTART_DUE: "Restart its licensing service, or the machine; then delete the record.",
    Finding.SERVING: "Find out whose machine it is, turn it into a KMS client, then delete the record.",
    Finding.UNREACHABLE: "Switch it on or mend its WinRM connection, then look again; delete the record meanwhile.",
    Finding.UNKNOWN: "Add the machine to the inventory, or delete the record and see whether it comes back.",
}


_ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True)
class Machine:
    """What is known of a machine: ``role`` is None when it could not be read, and ``reason`` says why.

    ``full_name`` is its own, host and domain. Its short name proves nothing: another machine may have the same.
    """

    name: str
    role: Role | None
    reason: str
    full_name: str | None = None

    @property
    def identity(self) -> MachineIdentity:
        return MachineIdentity(self.name, None, self.full_name)


@dataclass(frozen=True)
class Published:
    """A record. ``approved`` and ``resolvable`` are None when nobody looked."""

    target: str
    approved: bool | None
    resolvable: bool | None = None


@dataclass(frozen=True)
class Probe:
    """Whether the port answered as a KMS host, and the reason in a sentence."""

    serving: bool
    reason: str


@dataclass(frozen=True)
class CrossCheck:
    """``comes_back``: whether the machine would publish itself again. None: not known, or it is approved."""

    finding: Finding
    machine: str | None
    comes_back: bool | None
    reason: str
    advice: str | None


class Machines:
    """Machines by the names under which DNS may know them."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self._machines: dict[str, list[Machine]] = {}
        for machine in machines:
            for label in {_label(name) for name in machine.identity.names}:
                self._machines.setdefault(label, []).append(machine)

    def of(self, target: str) -> list[Machine]:
        """Those that may be the target: the ones with its full name, or else the ones with its short name."""
        candidates = self._machines.get(_label(target), [])
        wanted = KmsEndpoint(normal_name(target))
        exact = [machine for machine in candidates if machine.identity.is_proved_by(wanted)]
        return exact or [machine for machine in candidates if machine.identity.is_named_by(wanted)]


def cross_check(record: Published, machines: Machines, probe: Probe | None = None) -> CrossCheck:
    """What to think of one record."""
    found = machines.of(record.target)
    if len(found) > 1:
        names = ", ".join(sorted(machine.name for machine in found))
        machine = Machine(record.target, None, f"the inventory has several machines of that name: {names}")
        return _checked(record, machine, None, probe)
    machine = found[0] if found else Machine(record.target, None, "it is not in the inventory")
    return _checked(record, machine, found[0].name if found else None, probe)


def _checked(record: Published, machine: Machine, name: str | None, probe: Probe | None) -> CrossCheck:
    finding, reason = _approved(machine) if record.approved else _unapproved(record, machine, name, probe)
    return CrossCheck(finding, name, _COMES_BACK.get(finding), reason, _ADVICE.get(finding))


def _approved(machine: Machine) -> tuple[Finding, str]:
    if machine.role is None or machine.role is Role.KMS_HOST:
        return Finding.APPROVED, "It is approved."
    return Finding.APPROVED_NOT_SERVING, f"It is approved but no working KMS host. {machine.reason}"


def _unapproved(record: Published, machine: Machine, name: str | None, probe: Probe | None) -> tuple[Finding, str]:
    if machine.role is Role.KMS_HOST:
        return Finding.KMS_HOST, machine.reason
    if machine.role is Role.KMS_HOST_PENDING:
        return Finding.RESTART_DUE, machine.reason
    if machine.role is not None:
        return Finding.STALE, f"It is no KMS host. {machine.reason}"
    if probe is not None and probe.serving:
        return Finding.SERVING, f"{_sentence(machine.reason)} Its port answers: {probe.reason}."
    if record.resolvable is False and name is None:
        return Finding.GONE, "Its name has no address, and no machine of the inventory has it."
    tried = f" Its port does not answer: {probe.reason}." if probe is not None else ""
    return (Finding.UNREACHABLE if name else Finding.UNKNOWN), f"{_sentence(machine.reason)}{tried}"


def _sentence(text: str) -> str:
    stripped = text.strip()
    return f"{stripped[:1].upper()}{stripped[1:].rstrip('.')}."


def _label(name: str) -> str:
    return normal_name(name).split(".")[0]


def machines_of(results: Mapping[str, Mapping[str, object]]) -> Iterator[Machine]:
    """Machines from results of ``license_info`` or ``fleet_info``, by inventory name."""
    for name, result in results.items():
        role = result.get("role")
        if role in _ROLES:
            os = result.get("os")
            full_name = os.get("full_name") if isinstance(os, Mapping) else None
            yield Machine(name, Role(str(role)), str(result.get("role_reason") or ""), full_name)
        else:
            yield Machine(name, None, str(result.get("msg") or "it was not read"))
