# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks and reports as result dictionaries, in people's names and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._outcome import Outcome
from .._text import printable
from . import rights
from .dns_node import Updates
from .errors import AdError
from .forest import Forest
from .plan import Action, Step, writers
from .protect import Look, Membership, Report, Setting
from .security_descriptor import Ace, SecurityDescriptor

Names = Mapping[str, str]
Result = dict[str, Any]


def trustees(looks: Iterable[Look], setting: Setting) -> set[str]:
    """Everybody whose name the result will need."""
    found = {setting.policy.group, setting.policy.owner}
    for seen in looks:
        for descriptor in (seen.plan.before, seen.plan.after):
            if descriptor is not None:
                found |= {ace.trustee for ace in descriptor.aces if ace.trustee is not None}
                found |= {descriptor.owner} if descriptor.owner is not None else set()
    return found


def report(done: Report, setting: Setting, names: Names, check: bool) -> Result:
    """One domain that went well."""
    plans = done.steps or (done.look.plan,)
    planned = done.look.plan.after
    after = done.after.descriptor if done.after is not None and not check else planned
    before = done.look.plan.before
    return {
        **place(done.look),
        "result": "verified" if done.done else "unchanged" if done.look.plan.is_empty else "planned",
        "changed": bool(done.look.plan.steps),
        "actions": [words(step, names) for plan in plans for step in plan.steps],
        "before": None if before is None else permissions(before, names),
        "after": permissions(after, names),
        "updates": done.look.place.updates.value,
        "records": done.records.live,
        "tombstoned": done.records.tombstoned,
        "effective": done.effective,
        "problems": problems(done, setting, names),
    }


def failure(domain: str, error: AdError, names: Names | None = None) -> Result:
    """One domain that did not, with what had been done by then."""
    done = [words(step, names or {}) for plan in error.done for step in plan.steps]
    return {
        "domain": domain,
        "result": "failed",
        **Outcome(error.changed).result(),
        **({"actions": done} if done else {}),
        "msg": f"{error} Done before that: {'; '.join(done)}." if done else str(error),
    }


def not_attempted(seen: Look) -> Result:
    """One domain that was looked at before another one stopped everything."""
    return {**place(seen), "result": "not_attempted", "changed": False}


def place(seen: Look) -> Result:
    node = seen.place.node
    return {
        "domain": node.domain,
        "owner_name": node.owner_name,
        "zone": node.zone,
        "dns_zone": seen.in_dns,
        "dn": printable(node.dn),
    }


def group(membership: Membership, changed: bool) -> Result:
    """The group, and what became of its members."""
    account = membership.group.account
    return {
        "name": account.name,
        "sid": account.sid,
        "dn": printable(account.dn),
        "added": [one.name for one in membership.join],
        "removed": [printable(dn) for dn in membership.leave],
        "other_members": list(membership.others),
        "changed": changed,
    }


def permissions(descriptor: SecurityDescriptor, names: Names) -> Result:
    """Owner and entries. Those that only child objects inherit are left out: a record has none."""
    return {
        "owner": names.get(descriptor.owner or "", descriptor.owner),
        "inherits": not descriptor.protected,
        "entries": [_entry(ace, names) for ace in descriptor.aces if _counts(ace)],
    }


def _counts(ace: Ace) -> bool:
    return ace.trustee is not None and not ace.inherit_only and (ace.allows or ace.denies)


def _entry(ace: Ace, names: Names) -> Result:
    mask, trustee = ace.mask or 0, ace.trustee or ""
    return {
        "type": "allow" if ace.allows else "deny",
        "trustee": names.get(trustee, trustee),
        "sid": trustee,
        "rights": rights.in_words(mask, ace.object_type),
        "inherited": ace.inherited,
    }


def words(step: Step, names: Names) -> str:
    """A step as a sentence."""
    who = names.get(step.trustee, step.trustee)
    what = rights.in_words(step.mask, step.object_type)
    former = names.get(step.former or "", step.former or "nobody")
    return {
        Action.CREATE: f"create the object without a record, owned by {who}",
        Action.OWNER: f"set the owner to {who} (was {former})",
        Action.GRANT: f"grant {who}: {what}",
        Action.REVOKE: f"revoke from {who}: {what}",
        Action.REDUCE: f"reduce {who} to reading (had {what})",
        Action.PROTECT: "stop inheriting from the zone, which hands down rights to update; keep the other entries",
    }[step.action]


# --- Problems ---------------------------------------------------------------------------------------------------------

_NONSECURE = (
    "the zone accepts nonsecure updates, which ask for no permission: the list is worthless until the zone accepts "
    "secure updates only (DNS console, properties of the zone, Dynamic updates; or Set-DnsServerPrimaryZone "
    "-DynamicUpdate Secure)"
)
_NO_UPDATES = "the zone accepts no dynamic updates, so that the KMS hosts cannot publish themselves either"
_TOMBSTONED = (
    "the last record was deleted, and the object is a tombstone. It keeps its permissions for now, but the DNS server "
    "removes tombstones after some days, and whoever publishes first owns the next one: publish an approved host"
)
_EMPTY = "the object holds no record yet: no KMS host is published"


def problems(done: Report, setting: Setting, names: Names) -> list[dict[str, str]]:
    """What is or was not as it should be, each with a code for programs and a sentence for people."""
    found: dict[str, str] = {}
    updates = done.look.place.updates
    if updates is Updates.NONSECURE:
        found["nonsecure_updates"] = _NONSECURE
    if updates is Updates.NONE:
        found["no_updates"] = _NO_UPDATES
    found.update(_of_descriptor(done.look, setting, names))
    if done.look.found is None:
        found["node_missing"] = f"there was no object of {done.look.place.node.owner_name}"
    elif done.records.tombstoned:
        found["tombstoned"] = _TOMBSTONED
    elif not done.records.live:
        found["no_records"] = _EMPTY
    for ace in done.rest.denied:
        who = names.get(ace.trustee or "", ace.trustee)
        found["group_denied"] = f"an entry denies {who} to change the record, and so the group too: remove it"
    return [{"code": code, "message": message} for code, message in found.items()]


def _of_descriptor(seen: Look, setting: Setting, names: Names) -> dict[str, str]:
    if seen.found is None:
        return {}
    descriptor, policy = seen.found.descriptor, setting.policy
    found = {}
    if descriptor.owner not in policy.trusted:
        who = names.get(descriptor.owner or "", descriptor.owner)
        found["unapproved_owner"] = f"{who} owned the record and could give itself any right to it"
    others = [one for one in writers(descriptor, policy.trusted | {policy.group}) if one != descriptor.owner]
    if others:
        found["other_writers"] = f"could change the record as well: {', '.join(names.get(one, one) for one in others)}"
    return found


# --- Forest -----------------------------------------------------------------------------------------------------------


def forest(found: Forest) -> Result:
    """The domains that a domain controller knows of, by where it has them from."""
    return {
        "domain_controller": found.controller,
        "domains": list(found.domains),
        "zones": list(found.zones),
        "published": list(found.published),
        "unread_partitions": [printable(name) for name in found.unread],
    }


# --- Diff -------------------------------------------------------------------------------------------------------------


def diff(results: Iterable[Result], membership: Membership) -> list[dict[str, str]]:
    """Permissions as lines, and the members that come and go."""
    found = [
        {
            "before_header": one["dn"],
            "after_header": one["dn"],
            "before": _lines(one["before"]),
            "after": _lines(one["after"]),
        }
        for one in results
        if one["changed"]
    ]
    if membership.changes:
        name = membership.group.account.name
        found.append(
            {
                "before_header": name,
                "after_header": name,
                "before": "".join(f"member: {printable(dn)}\n" for dn in membership.leave),
                "after": "".join(f"member: {printable(one.dn)}\n" for one in membership.join),
            }
        )
    return found


def _lines(found: Result | None) -> str:
    if found is None:
        return ""
    head = f"owner: {found['owner']}\ninherits from the zone: {'yes' if found['inherits'] else 'no'}\n"
    return head + "".join(
        f"{one['type']} {one['trustee']}: {one['rights']}{' (inherited)' if one['inherited'] else ''}\n"
        for one in found["entries"]
    )
