# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the published records that kms_srv_info has read, beside what the machines say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._identity import ApprovedHosts
from ...module_utils._kms import KmsEndpoint, endpoints_of_records
from .finding import Finding, finding
from .policies import Policies
from .publication import CrossCheck, Machines, Published, cross_check

_CLEAN = "Repair the machine (playbook enforce), then delete the record (playbook kms_dns)."
_SERVERS = "See which server is behind, and why (module kms_srv_info)."


@dataclass(frozen=True)
class Publication:
    """What DNS holds. ``failure`` says why nothing is known; ``unheard`` are servers and domains without an answer."""

    records: tuple[Mapping[str, Any], ...] = ()
    unheard: tuple[str, ...] = ()
    failure: str | None = None

    @classmethod
    def parse(cls, result: Mapping[str, Any]) -> Publication:
        """From what kms_srv_info returns, also where it failed. Raises ValueError for anything else."""
        if result.get("failed"):
            return cls(failure=str(result.get("msg") or "no reason was given"))
        records, domains = result.get("records"), result.get("domains")
        if not isinstance(records, (list, tuple)) or not isinstance(domains, (list, tuple)):
            raise ValueError("published is not a result of kms_srv_info: register that task, and give its variable")
        # What only a cache still shows is not published.
        return cls(tuple(one for one in records if not one.get("cached")), tuple(_unheard(domains)))

    @property
    def targets(self) -> ApprovedHosts:
        """The published names."""
        return ApprovedHosts(endpoints_of_records(one["target"] for one in self.records))


def _unheard(domains: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in domains:
        if one.get("error"):
            yield f"{one.get('domain')}: {one['error']}"
        for server in one.get("servers") or ():
            if not server.get("answered"):
                yield f"{one.get('domain')} on {server.get('name')}: {server.get('error') or 'it did not answer'}"


def findings(publication: Publication, machines: Machines, policies: Policies) -> Iterator[Finding]:
    """Everything about records, one finding for each and kind."""
    unknown = publication.failure or "; ".join(publication.unheard)
    if unknown:
        reason = f"Some records may have been missed: {unknown.rstrip('.')}."
        yield finding(
            "AUD-002", reason, "Make sure that the name servers answer, and audit again (module kms_srv_info)."
        )
    for record in publication.records:
        yield from _of_record(record, machines, policies)
    if not unknown:
        yield from _unpublished(publication, policies)


def _of_record(record: Mapping[str, Any], machines: Machines, policies: Policies) -> Iterator[Finding]:
    target, domain = str(record["target"]), str(record.get("domain") or "")
    approved = policies.whole.approved.of_target(target, record.get("addresses") or ()) is not None
    checked = cross_check(Published(target, approved, record.get("resolvable")), machines)
    where = f"{target} is published in {domain}."
    about = {"target": target, "domain": domain, "subject": f"{target} in {domain}"}
    # Where there is to be no KMS host, all of them are one finding (DNS-006).
    if not approved and policies.whole.approved:
        advice = checked.advice or _CLEAN
        yield finding("DNS-001", f"{where} {checked.reason}", advice, **about, comes_back=checked.comes_back)
    yield from _shape(record, where, about)
    if _is_strange(checked, record):
        reason = f"{where} No machine of this audit has that name, so nothing is known about it but the record."
        yield finding("DNS-007", reason, "Put the machine into the inventory, or delete the record.", **about)


def _is_strange(checked: CrossCheck, record: Mapping[str, Any]) -> bool:
    return checked.machine is None and record.get("resolvable") is not False and bool(str(record["target"]))


def _shape(record: Mapping[str, Any], where: str, about: Mapping[str, str]) -> Iterator[Finding]:
    wrong = set(record.get("problems") or ())
    if record.get("resolvable") is False:
        advice = "Delete it (playbook kms_dns), or give the name its address back."
        yield finding("DNS-002", f"{where} The name has no address.", advice, **about)
    odd = [words for word, words in _ODD.items() if word in wrong]
    behind = ", ".join(map(str, record.get("missing_from") or ()))
    if behind:
        odd.append(f"is missing on {behind}")
    if odd:
        yield finding("DNS-004", f"{where} It {', and '.join(odd)}.", _SERVERS if behind else _CLEAN_UP, **about)


_ODD = {
    "wrong_port": "has a port other than that of the approved hosts",
    "duplicate": "exists twice",
    "alias": "names an alias, which a record must not (RFC 2782)",
}
_CLEAN_UP = "Let playbook kms_dns write the records of the approved hosts again (kms_dns_add_missing=true)."


def _unpublished(publication: Publication, policies: Policies) -> Iterator[Finding]:
    for endpoint in policies.whole.approved.endpoints:
        if not any(_means(endpoint, record) for record in publication.records):
            reason = f"{endpoint} is approved, but no record names it in any of the domains that were read."
            advice = "Let it publish itself, or publish it (playbook kms_dns with kms_dns_add_missing=true)."
            yield finding("DNS-003", reason, advice, target=endpoint.host, subject=str(endpoint))


def _means(endpoint: KmsEndpoint, record: Mapping[str, Any]) -> bool:
    return ApprovedHosts((endpoint,)).of_target(str(record["target"]), record.get("addresses") or ()) is not None
