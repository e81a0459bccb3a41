# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a published KMS host one of ours, and can a client use it? Records and policy in, verdicts out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from .._kms import DEFAULT_PORT, KmsEndpoint, names_any
from .srv import SrvValue, in_order


class RecordVerdict(str, Enum):
    """What is to be said of one value. The first that applies, in this order."""

    UNAPPROVED = "unapproved"
    WRONG_PORT = "wrong_port"
    DUPLICATE = "duplicate"
    UNRESOLVABLE = "unresolvable"
    APPROVED = "approved"
    UNJUDGED = "unjudged"
    """No approved hosts were named, and nothing else is wrong."""


@dataclass(frozen=True)
class Target:
    """What the resolver says of a target's name.

    ``alias`` is the name it is an alias of: an SRV target must not be one (RFC 2782), and Kerberos and certificates
    stumble over it. ``error``: the question was not answered, so that nothing is known.
    """

    addresses: tuple[str, ...] = ()
    alias: str | None = None
    error: str | None = None

    @property
    def resolvable(self) -> bool:
        return bool(self.addresses)


@dataclass(frozen=True)
class RecordPolicy:
    """Which hosts are approved, and on which port they listen. ``approved`` None: nobody said."""

    approved: tuple[KmsEndpoint, ...] | None = None
    port: int = DEFAULT_PORT


@dataclass(frozen=True)
class Judgement:
    """``problems`` holds every verdict that applies but approved, and ``alias``. ``approved`` is None when unjudged."""

    value: SrvValue
    verdict: RecordVerdict
    problems: tuple[str, ...]
    approved: bool | None


def judge(
    values: Iterable[SrvValue], policy: RecordPolicy, targets: Mapping[str, Target] | None = None
) -> tuple[Judgement, ...]:
    """Judge the values of one record set. Without ``targets`` nothing is said about resolving."""
    seen: set[str] = set()
    judgements = []
    # The values with the right port first: the other ones of the same host are the duplicates.
    for value in sorted(in_order(values), key=lambda value: _wrong_port(value, policy)):
        judgements.append(_judge_one(value, policy, None if targets is None else targets.get(value.target), seen))
        seen.add(value.target)
    return tuple(sorted(judgements, key=lambda judgement: judgement.value.order))


def _judge_one(value: SrvValue, policy: RecordPolicy, target: Target | None, seen: set[str]) -> Judgement:
    approved = None if policy.approved is None else names_any(policy.approved, value.target) is not None
    problems = [
        *([RecordVerdict.UNAPPROVED.value] if approved is False else []),
        *([RecordVerdict.WRONG_PORT.value] if _wrong_port(value, policy) else []),
        *([RecordVerdict.DUPLICATE.value] if value.target in seen else []),
        *([RecordVerdict.UNRESOLVABLE.value] if target is not None and not target.resolvable else []),
    ]
    fine = RecordVerdict.UNJUDGED if approved is None else RecordVerdict.APPROVED
    verdict = RecordVerdict(problems[0]) if problems else fine
    alias = ["alias"] if target is not None and target.alias else []
    return Judgement(value, verdict, (*problems, *alias), approved)


def _wrong_port(value: SrvValue, policy: RecordPolicy) -> bool:
    """Where a host's port is not known, any port may be right: an unapproved host is judged by the general one."""
    endpoint = names_any(policy.approved or (), value.target)
    expected = endpoint.port if endpoint is not None and endpoint.port is not None else policy.port
    return value.port != expected
