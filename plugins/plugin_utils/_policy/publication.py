# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A published KMS host against what the machine itself says: is the record wrong, and would it come back? Pure.

A machine publishes itself when its licensing service starts and once a day as long as that service works as a KMS host,
whatever key was installed meanwhile (Microsoft, "KMS activation and 0xC004C008"). So whether a deleted record stays
away is decided on the machine, not in DNS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ...module_utils._identity import ApprovedHosts, MachineIdentity, near_names
from ...module_utils._kms import KmsEndpoint, names_any, normal_name
from .._licensing.terms import Role


class Finding(str, Enum):
    """What a published target turned out to be."""

    APPROVED = "approved"
    APPROVED_NOT_SERVING = "approved_not_serving"
    """Approved, but the machine is not a KMS host now."""
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
    Finding.APPROVED_NOT_SERVING: "Set it up with role kms_host, or remove it from the list of approved hosts.",
    Finding.KMS_HOST: "Turn it into a KMS client first (playbook winfleet.activation.enforce), then delete the record.",
    Finding.RESTART_DUE: "Restart its licensing service, or the machine; then delete the record.",
    Finding.SERVING: "Find out whose machine it is, turn it into a KMS client, then delete the record.",
    Finding.UNREACHABLE: "Switch it on or fix its WinRM connection, then check again; delete the record meanwhile.",
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
    return Finding.APPROVED_NOT_SERVING, f"It is approved but not a working KMS host. {machine.reason}"


def _unapproved(record: Published, machine: Machine, name: str | None, probe: Probe | None) -> tuple[Finding, str]:
    if machine.role is Role.KMS_HOST:
        return Finding.KMS_HOST, machine.reason
    if machine.role is Role.KMS_HOST_PENDING:
        return Finding.RESTART_DUE, machine.reason
    if machine.role is not None:
        return Finding.STALE, f"It is not a KMS host. {machine.reason}"
    if probe is not None and probe.serving:
        return Finding.SERVING, f"{_sentence(machine.reason)} Its port answers: {probe.reason}."
    if record.resolvable is False and name is None:
        return Finding.GONE, "Its name has no address, and no machine of the inventory has it."
    tried = f" Its port does not answer: {probe.reason}." if probe is not None else ""
    return (Finding.UNREACHABLE if name else Finding.UNKNOWN), f"{_sentence(machine.reason)}{tried}"


# --- Before anything is changed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A published record: in which domain, whom it names, and where to ask whether that host serves."""

    domain: str
    target: str
    approved: bool
    endpoints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What is known of one approved name.

    ``places`` are the records that mean it, ``asked`` where its port is to be asked, ``machine`` the one in the
    inventory. ``serving`` is None where nobody could tell.
    """

    endpoint: KmsEndpoint
    places: tuple[Place, ...]
    asked: tuple[str, ...]
    serving: bool | None
    machine: str | None = None

    @property
    def is_matched(self) -> bool:
        """Whether there is such a host, as far as anybody saw."""
        return bool(self.places) or self.serving is True


def standings(
    approved: ApprovedHosts, places: Iterable[Place], machines: Iterable[Machine], probes: Mapping[str, Probe]
) -> tuple[Standing, ...]:
    """Every approved name with what DNS, the machines and their ports say of it."""
    published, known = list(places), list(machines)
    return tuple(_standing(endpoint, published, known, probes) for endpoint in approved.endpoints)


def _standing(
    endpoint: KmsEndpoint, places: list[Place], machines: list[Machine], probes: Mapping[str, Probe]
) -> Standing:
    mine = tuple(place for place in places if endpoint.names(place.target))
    named = [machine for machine in machines if machine.identity.is_named_by(endpoint)]
    roles = {machine.role for machine in named} - {None}
    asked = tuple(dict.fromkeys(where for place in mine for where in place.endpoints)) or (str(endpoint),)
    answers = [probes[where].serving for where in asked if where in probes]
    serving = True if Role.KMS_HOST in roles or any(answers) else False if answers or roles else None
    unread = () if Role.KMS_HOST in roles else asked
    return Standing(endpoint, mine, unread, serving, named[0].name if named else None)


def objections(
    known: Sequence[Standing], places: Iterable[Place], names: Iterable[str], probed: bool, add_missing: bool
) -> list[str]:
    """Why the records must not be changed, as sentences. ``names`` are those that an approved name may have meant."""
    published = list(places)
    meant = [one.endpoint for one in known if one.is_matched or one.machine]
    # Records hold full names, which say more than what the inventory calls the same machine.
    targets = [place.target for place in published]
    shown = {_label(target) for target in targets}
    candidates = (*targets, *(name for name in names if _label(name) not in shown))
    near = [name for name in candidates if not names_any(meant, name)]
    found = [_unmatched(one, near, probed) for one in known if not one.is_matched]
    for domain in dict.fromkeys(place.domain for place in published if not place.approved):
        left = [one for one in known if add_missing or any(place.domain == domain for place in one.places)]
        # Where no port is asked, a host of which nobody knows has to be taken at its word.
        if left and not any(one.serving or (one.serving is None and not probed) for one in left):
            hosts = ", ".join(str(one.endpoint) for one in left)
            found.append(
                f"In {domain} records would be deleted, and none of the approved hosts that would be left ({hosts}) "
                "was seen serving. Start one of them first; or set kms_dns_probe=false, where this controller cannot "
                "reach their ports and you know that they serve."
            )
    return found


def _unmatched(one: Standing, names: Iterable[str], probed: bool) -> str:
    nobody = "no KMS host answers under it" if probed else "no machine that was read is that KMS host"
    if one.machine:
        nobody = f"{one.machine} of the inventory was not seen serving"
    near = () if one.machine else near_names(one.endpoint, names)
    advice = (
        f"Did you mean {' or '.join(near)}?" if near else "Check its spelling, start it, or remove it from the list."
    )
    return f"{one.endpoint} is on the list of approved hosts, but no record names it, and {nobody}. {advice}"


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
