# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several steps need to know of the same facts: which host the client asks, where it looks, what it has logged."""

from __future__ import annotations

from datetime import timedelta

from ....module_utils._kms import DEFAULT_PORT, normal_name, split_port
from ..._licensing.activation_events import Logged
from ..._licensing.cloud_kms import cloud_kms
from ..._licensing.model import KmsClientSettings, Product
from ..._licensing.terms import LICENSED, KeyType
from .facts import Facts, Place, Record

#: A client that reaches its host renews every week; two missed weeks are worth a word.
RENEWAL_OVERDUE = timedelta(days=21)
VALIDITY = timedelta(days=180)

_WMI_ACCESS_DENIED = 0x80041003

#: Reasons that only say that nothing has activated the product yet.
GENERIC_CODES = frozenset({0xC004F074, 0xC004F009, 0xC004F056, 0x4004F00C, 0x4004F00D, 0x4004F040, 0})

#: Reasons that name what stands in the way of any activation: not genuine, a rearm that waits for a restart, a
#: time-based license that is over.
STATE_CODES = frozenset({0xC004F200, 0xC004D302, 0xC004FC07, 0x8004FE21})


def is_volume_client(product: Product | None) -> bool:
    """Whether KMS or Active Directory has to activate it."""
    return product is not None and product.key_type is KeyType.GVLK


def not_renewed(product: Product | None) -> bool:
    """Whether a licensed volume client has missed its renewals for weeks."""
    if product is None or product.license_status_code != LICENSED or not is_volume_client(product):
        return False
    return bool(product.grace_minutes) and timedelta(minutes=product.grace_minutes or 0) < VALIDITY - RENEWAL_OVERDUE


def settings_of(facts: Facts) -> tuple[KmsClientSettings, ...]:
    """The product's own settings first, since they win, then the machine's."""
    if facts.machine is None or facts.product is None:
        return ()
    return facts.product.kms, facts.machine.snapshot.service.kms


def configured_place(facts: Facts) -> Place | None:
    """The KMS host that somebody set, with its port."""
    for settings in settings_of(facts):
        if settings.configured_host:
            return _place(settings.configured_host, settings.configured_port)
    return None


def cached_place(facts: Facts) -> Place | None:
    """The KMS host that answered last, where the client remembers it and nobody set one."""
    if configured_place(facts) is not None or any(one.host_caching is False for one in settings_of(facts)):
        return None
    for settings in settings_of(facts):
        if settings.discovered_host:
            return _place(settings.discovered_host, settings.discovered_port)
    return None


def lookup_domain(facts: Facts) -> str | None:
    """The domain that somebody set to look in, and no other."""
    found = (one.lookup_domain for one in settings_of(facts) if one.lookup_domain)
    domain = next(found, None)
    return normal_name(domain) if domain else None


def domains(facts: Facts) -> tuple[str, ...] | None:
    """Where the client looks for service records, in its order; None where it is not known.

    The domain that was set, and no other. Else the primary DNS suffix, the domain of a member, the suffix of the
    connection on a machine of a workgroup, and the search list (deployment guide; Microsoft Learn, "Common
    troubleshooting procedures for KMS and DNS issues", which do not give the order of the last two).
    """
    named = lookup_domain(facts)
    if named is not None:
        return (named,)
    resolution, computer = facts.resolution, facts.computer
    if resolution is None:
        return None
    member = computer.domain if computer is not None and computer.in_domain else None
    alone = () if computer is not None and computer.in_domain else resolution.connections
    found = [resolution.primary_suffix, member, *alone, *resolution.policy_search_list, *resolution.search_list]
    return tuple(dict.fromkeys(normal_name(domain) for domain in found if domain))


def records(facts: Facts) -> tuple[Record, ...]:
    """The published hosts of the first domain that has any: there the client stops looking."""
    return next((one.records for one in facts.published or () if one.records), ())


def asked_places(facts: Facts) -> tuple[Place, ...]:
    """The KMS hosts that the client asks: the one that was set, or those that DNS names."""
    configured = configured_place(facts)
    if configured is not None:
        return (configured,)
    return tuple(dict.fromkeys(record.place for record in records(facts)))


def logged(facts: Facts) -> Logged | None:
    """The last failure that the client has logged since its last success."""
    if facts.log is None or facts.product is None:
        return None
    return facts.log.last_failure(facts.product.activation_id)


def is_of_services(code: int | None) -> bool:
    """Whether a code is one of the service control manager: 1050 to 1099 of winerror.h, in 0x8007xxxx."""
    return code is not None and code & 0xFFFF0000 == 0x80070000 and 1050 <= code & 0xFFFF <= 1099


def is_of_the_machine(code: int | None) -> bool:
    """Whether licensing cannot be read because of the machine, and not of the account or the way to it.

    Codes of the service control manager, of the licensing service (facility 4 of 0xC004xxxx) and of WMI (0x80041xxx)
    but for refused access.
    """
    if code is None or code == _WMI_ACCESS_DENIED:
        return False
    return is_of_services(code) or code >> 16 == 0xC004 or code & 0xFFFFF000 == 0x80041000


def code(facts: Facts) -> int | None:
    """The code to believe: that of the log, else the reason that Windows gives for the state of the license."""
    failure = logged(facts)
    if failure is not None:
        return failure.hresult
    if facts.failure is not None:
        return facts.failure
    return facts.product.license_status_reason if facts.product is not None else None


def cloud_provider(facts: Facts) -> str | None:
    """The provider whose KMS host the client is set to, or was activated by."""
    for place in (configured_place(facts), cached_place(facts)):
        if place is not None:
            known = facts.policy.cloud_of if facts.policy is not None else cloud_kms
            return known(normal_name(place[0]))
    return None


def answering_first(facts: Facts) -> tuple[Place, ...]:
    """The KMS hosts that the client may ask, approved and answering ones first."""
    cached = cached_place(facts)
    approved = {record.place for record in records(facts) if record.approved is not False}
    everybody = dict.fromkeys([*asked_places(facts), *([cached] if cached is not None else [])])

    def rank(place: Place) -> tuple[bool, bool]:
        return (bool(approved) and place not in approved, not (place in facts.probes and facts.probes[place].answers))

    return tuple(sorted(everybody, key=rank))


def same_host(one: str, other: str) -> bool:
    """Whether two names may mean one host: equal, or one of them short."""
    first, second = normal_name(one), normal_name(other)
    if first == second:
        return True
    short = "." not in first or "." not in second
    return short and first.split(".")[0] == second.split(".")[0]


def _place(host: str, port: int | None) -> Place:
    try:
        name, written = split_port(host)
    except ValueError:
        return host, port or DEFAULT_PORT
    return name, written or port or DEFAULT_PORT
