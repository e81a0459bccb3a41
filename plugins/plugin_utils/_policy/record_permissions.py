# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can change the published records: what kms_srv_acl has read of them in Active Directory. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .finding import Finding, finding

#: Problems of kms_srv_acl that let a machine publish itself although nobody approved it.
_OPEN = ("nonsecure_updates", "unapproved_owner", "other_writers")


def findings(result: Mapping[str, Any]) -> Iterator[Finding]:
    """One for each record that others can change. ``result`` is what kms_srv_acl returned, also where it failed."""
    entries = [one for one in result.get("results") or () if isinstance(one, Mapping)]
    failed = [
        f"{one.get('domain')}: {one['msg']}" for one in entries if one.get("result") == "failed" and one.get("msg")
    ]
    if result.get("failed") and not failed:
        failed = [str(result.get("msg") or "no reason was given")]
    if failed:
        reason = f"Who can change the records was not read everywhere: {'; '.join(failed).rstrip('.')}."
        yield finding("AUD-002", reason, "See what module kms_srv_acl says in check mode.", subject="permissions")
    for one in entries:
        yield from _of_record(one)


def _of_record(entry: Mapping[str, Any]) -> Iterator[Finding]:
    problems = entry.get("problems") or ()
    said = [str(one.get("message")) for one in problems if one.get("code") in _OPEN]
    domain = str(entry.get("domain") or "")
    if said:
        reason = f"The record in {domain} can be changed by others than the approved hosts: {'; '.join(said)}."
        remedy = "Let only the approved hosts update it (playbook kms_dns with kms_dns_group); make the zone secure."
        codes = [str(one.get("code")) for one in problems if one.get("code") in _OPEN]
        yield finding("DNS-005", reason, remedy, problems=codes, domain=domain, subject=domain)
