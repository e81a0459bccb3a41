# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet against the forest's activation objects and the host keys: what no single machine can show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .._licensing.extended_updates import years
from .._licensing.host_keys import COMPUTERS_PER_KEY, HostKeyGroup, group_named
from .._licensing.terms import WINDOWS_APPLICATION_ID, KeyType
from .activation_objects import FIRST_BUILD, ActivationObjects, names_of
from .extended_updates import WINDOWS_10_BUILD
from .finding import Finding, finding
from .policies import Policies
from .policy import Policy
from .verdict import Verdict
from .way import Way

_NEARLY = COMPUTERS_PER_KEY - 1
_NAMED = 10
# Microsoft Lifecycle, "Windows 10 Enterprise and Education" and "Windows 10 Home and Pro".
_SUPPORT_ENDED = date(2025, 10, 14)


@dataclass(frozen=True)
class Member:
    """What counts of one machine. ``host_keys`` are the last five characters of KMS host keys, each with its ID.

    ``counted`` and ``required`` are the clients of a KMS host. ``extended_updates``: whether it is licensed for them.
    """

    name: str
    build: int
    is_server: bool
    caption: str
    key_type: str
    domain_member: bool | None
    licensed: bool
    by: str | None
    host_keys: tuple[tuple[str, str | None], ...] = ()
    client_machine_id: str | None = None
    approved: bool = False
    serves: bool = False
    key_groups: tuple[HostKeyGroup | None, ...] = ()
    counted: int | None = None
    required: int | None = None
    extended_updates: bool = False

    @property
    def lacks_clients(self) -> bool:
        """Whether it serves and has counted too few clients to activate any."""
        return self.serves and self.counted is not None and self.counted < (self.required or 0)

    @property
    def release(self) -> tuple[bool, int]:
        return self.is_server, self.build

    @property
    def may_use_directory(self) -> bool:
        """A GVLK, a release that Active Directory activates, and no workgroup as far as is known."""
        return self.key_type == KeyType.GVLK.value and self.build >= FIRST_BUILD and self.domain_member is not False


def members_of(results: Mapping[str, Mapping[str, Any]]) -> Iterator[Member]:
    """From results of license_info or fleet_info by inventory name; those that were not read are left out."""
    for name, result in results.items():
        system, license_ = result.get("os"), result.get("license")
        if isinstance(system, Mapping) and isinstance(license_, Mapping):
            yield Member(
                name,
                int(system.get("build") or 0),
                system.get("product_type") in (2, 3),
                str(system.get("caption") or "Windows"),
                str(license_.get("key_type")),
                system.get("domain_member"),
                license_.get("license_status") == "licensed",
                license_.get("activation_method"),
                tuple(_host_keys(result.get("products") or ())),
                (result.get("service") or {}).get("client_machine_id"),
                result.get("approved_kms_host") is True,
                result.get("verdict") == Verdict.KMS_HOST_OK.value,
                tuple(_key_groups(result.get("products") or (), int(system.get("build") or 0))),
                (result.get("kms_host") or {}).get("current_count"),
                (result.get("kms_host") or {}).get("required_count"),
                any(map(_extends, result.get("products") or ())),
            )


def _extends(product: Mapping[str, Any]) -> bool:
    ours = any(year.activation_id == product.get("activation_id") for year in years() if year.activation_id)
    return ours and product.get("license_status") == "licensed"


def _host_keys(products: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str | None]]:
    for product in products:
        if product.get("key_type") == KeyType.CSVLK.value and product.get("partial_product_key"):
            yield str(product["partial_product_key"]), product.get("product_key_id")


def _key_groups(products: Iterable[Mapping[str, Any]], build: int) -> Iterator[HostKeyGroup | None]:
    """Those of Windows; None for a key whose group is not known."""
    for product in products:
        if product.get("key_type") == KeyType.CSVLK.value and product.get("application_id") == WINDOWS_APPLICATION_ID:
            yield group_named(product.get("description"), True, build)


def findings(members: Sequence[Member], policies: Policies, published: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What is wrong with the fleet as a whole. ``published`` are the KMS hosts that DNS names."""
    policy = policies.whole
    objects = policy.objects
    found = [*_budget(members, objects), *_uncovered(members, policy), *_clones(members)]
    found += [*_unwanted_records(policy, published), *_split_count(members), *_unextended(members, policies)]
    if objects is not None:
        found += [*_no_object(policies, objects), *_too_old(members, objects), *_twins(objects), *_writable(objects)]
    return tuple(found)


def _budget(members: Sequence[Member], objects: ActivationObjects | None) -> Iterator[Finding]:
    """A host key is good for six computers (Microsoft, "KMS activation and 0xC004C008"); an object took one of them."""
    carriers: dict[str, list[str]] = {}
    for member in members:
        for last_five in dict.fromkeys(key.upper() for key, _pid in member.host_keys):
            carriers.setdefault(last_five, []).append(member.name)
    for one in objects or ():
        last_five = (one.partial_product_key or "").upper()
        if last_five:
            carriers.setdefault(last_five, []).append(f"activation object {one.name}")
    for last_five, names in sorted(carriers.items()):
        if len(names) >= _NEARLY:
            full = len(names) >= COMPUTERS_PER_KEY
            reason = (
                f"The KMS host key ending in {last_five} is good for {COMPUTERS_PER_KEY} computers, and {len(names)} "
                f"have it (an activation object counts as one): {_some(names)}."
            )
            remedy = "Turn those that are not approved into clients (playbook enforce). Microsoft can raise the limit."
            yield finding("KEY-001" if full else "KEY-002", reason, remedy, partial_product_key=last_five, where=names)


def _clones(members: Sequence[Member]) -> Iterator[Finding]:
    """Machines that came from one image which was not generalized: a KMS host counts all of them as one client."""
    families: dict[str, list[Member]] = {}
    for member in members:
        if member.client_machine_id:
            families.setdefault(member.client_machine_id.lower(), []).append(member)
    for identifier, family in sorted(families.items()):
        if len(family) > 1:
            names = [member.name for member in family]
            systems = " and ".join(sorted({f"{member.caption} (build {member.build})" for member in family}))
            reason = (
                f"{len(names)} machines have client machine ID {identifier}, so that a KMS host counts them once: "
                f"{_some(names)}. They seem to come from one image of {systems}."
            )
            remedy = "Generalize the image (sysprep), and rearm the machines that came from it (slmgr.vbs /rearm)."
            about = f"client machine ID {identifier}"
            yield finding("CLI-006", reason, remedy, machines=names, client_machine_id=identifier, subject=about)


def _uncovered(members: Sequence[Member], policy: Policy) -> Iterator[Finding]:
    """Releases that no approved KMS host activates. Nothing is said while one of them was not read."""
    hosts = [member for member in members if member.serves]
    groups = [group for host in hosts for group in host.key_groups]
    read = sum(member.approved for member in members)
    if not hosts or read < len(policy.approved.endpoints) or None in groups:
        return
    clients = [member for member in members if member.key_type == KeyType.GVLK.value and member.by != "ad"]
    for release in sorted({member.release for member in clients}):
        if any(group is None or group.activates_windows(*release) is not False for group in groups):
            continue
        machines = [member for member in clients if member.release == release]
        names = [member.name for member in machines]
        keys = ", ".join(sorted({group.group for group in groups if group is not None}))
        reason = (
            f"No approved KMS host activates {machines[0].caption} (build {release[1]}): their host keys are for "
            f"{keys}. This affects {_some(names)}."
        )
        remedy = (
            "Install the KMS host key of a newer release on a host (playbook kms_host); it activates older ones too."
        )
        yield finding("KMS-007", reason, remedy, build=release[1], machines=names)


def _split_count(members: Sequence[Member]) -> Iterator[Finding]:
    """KMS hosts that lack clients which others have: each counts only those that ask it."""
    hosts = [member for member in members if member.approved and member.serves and member.counted is not None]
    lacking = [host for host in hosts if host.lacks_clients]
    together = sum(host.counted or 0 for host in hosts)
    if not lacking or together < max(host.required or 0 for host in lacking) or len(hosts) < 2:
        return
    told = ", ".join(f"{host.name} has {host.counted} of {host.required}" for host in hosts[:_NAMED])
    reason = (
        f"{len(hosts)} approved KMS hosts share the clients, and not every one of them has counted enough to activate "
        f"any: {told}. Each host counts only the clients that ask it."
    )
    remedy = "Keep one or two of them: delete the SRV records of the others, and let their clients ask those that stay."
    yield finding("KMS-010", reason, remedy, machines=[host.name for host in lacking])


def _unextended(members: Sequence[Member], policies: Policies) -> Iterator[Finding]:
    """Windows 10 after the end of its support. One finding for all: that many bought no ESU is often no mistake."""
    if policies.today <= _SUPPORT_ENDED:
        return
    lacking = [one for one in members if one.build == WINDOWS_10_BUILD and not one.extended_updates]
    if lacking:
        names = [member.name for member in lacking]
        count = "1 machine has" if len(names) == 1 else f"{len(names)} machines have"
        reason = (
            f"{count} Windows 10, whose support ended on {_SUPPORT_ENDED.isoformat()}, and no license for Extended "
            f"Security Updates: {_some(names)}. Machines on Windows 365 and Azure need none."
        )
        remedy = "Move them to Windows 11, or install and activate an ESU key on each (product_key, license)."
        yield finding("ESU-002", reason, remedy, build=WINDOWS_10_BUILD, machines=names)


def _unwanted_records(policy: Policy, published: Iterable[str]) -> Iterator[Finding]:
    hosts = sorted(set(published))
    if policy.activation is not None and not policy.activation.by_kms and hosts:
        reason = f"DNS names {_some(hosts)} as KMS hosts, and the policy is activation={policy.activation.value}."
        remedy = "Turn the machines into clients (playbook enforce), then delete the records (playbook kms_dns)."
        yield finding("DNS-006", reason, remedy, published=hosts)


def _no_object(policies: Policies, objects: ActivationObjects) -> Iterator[Finding]:
    if policies.wants_directory and not objects.for_windows:
        has = f"has only {names_of(objects)}" if objects.objects else "has none"
        reason = f"The policy requires activation objects for Windows, but {objects.forest} {has}."
        remedy = "Create one on Windows with the Volume Activation Tools and the KMS host key of the newest release."
        yield finding("ADB-011", reason, remedy)


def _too_old(members: Sequence[Member], objects: ActivationObjects) -> Iterator[Finding]:
    """Releases that are never activated by an object, while older ones are: the key of a newer one is missing.

    What a key is for is not in its object, so that the machines have to show it.
    """
    fitting = [member for member in members if member.may_use_directory]
    proved = {member.release for member in fitting if member.by == "ad" and member.licensed}
    for release in sorted({member.release for member in fitting} - proved):
        older = any(server == release[0] and build < release[1] for server, build in proved)
        if objects.for_windows and older:
            machines = [member for member in fitting if member.release == release]
            names = [member.name for member in machines]
            reason = (
                f"No machine with {machines[0].caption} (build {release[1]}) is activated through Active Directory, "
                f"while machines with older releases are: {_some(names)}. No object ({names_of(objects.for_windows)}) "
                "seems to be for this release."
            )
            remedy = (
                "Create an object with the KMS host key of the newest release; it activates the older ones as well."
            )
            yield finding("ADB-001", reason, remedy, build=release[1], machines=names)


def _twins(objects: ActivationObjects) -> Iterator[Finding]:
    for same in objects.twins():
        reason = f"{names_of(same)} were made with one KMS host key, the one ending in {same[0].partial_product_key}."
        remedy = "Remove the older ones by their distinguished name (module adba_object)."
        yield finding("ADB-005", reason, remedy, objects=[one.dn for one in same])


def _writable(objects: ActivationObjects) -> Iterator[Finding]:
    opened = [(one.dn, one.others) for one in objects if one.others]
    if objects.others:
        opened.append(("the container of the objects", objects.others))
    if opened:
        reason = "; ".join(f"{place} may be changed by {', '.join(others)}" for place, others in opened)
        remedy = "Take these rights away, unless they were given on purpose (ADSI Edit, or dsacls)."
        yield finding(
            "ADB-006", f"{reason[:1].upper()}{reason[1:]}.", remedy, objects=[place for place, _others in opened]
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def withdrawal_objections(policy: Policy, confirmed: bool) -> list[str]:
    """Why the records of all KMS hosts must not be deleted, as sentences.

    Without a KMS host and without an object no machine could renew its activation. ``confirmed``: the user says that
    this is known.
    """
    way = policy.activation
    if way is None or way.by_kms:
        return [
            "All records are deleted only where the policy rules out KMS hosts. Set activation=adba, or name the "
            "approved KMS hosts."
        ]
    if confirmed or stands_in(policy):
        return []
    if way is Way.NONE:
        return ["The policy is activation=none, so that nothing could activate KMS clients. Confirm: no_kms_host=true."]
    seen = "no object was looked for" if policy.objects is None else "no activation object for Windows is there"
    return [
        f"The policy is activation=adba, but {seen}, so that machines might not renew their activation. Make one, let "
        "adba_info read it (kms_dns_domain_controller), or confirm: no_kms_host=true."
    ]


def stands_in(policy: Policy) -> bool:
    """Whether activation objects may take the place of KMS hosts: the policy wants it, and there is one for Windows."""
    return policy.activation is Way.ADBA and bool(policy.windows_objects)
