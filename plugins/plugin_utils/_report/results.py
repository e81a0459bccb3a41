# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of ``license_info`` and ``fleet_info`` as machines of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .._policy.finding import Exempt, Finding
from .._policy.plan import CHANGING, ActionKind
from .._policy.unread import unread
from .harmless import line, number, sentence
from .machine import Found, Key, Machine
from .verdicts import compliance, words

Result = Mapping[str, Any]

#: Why a host was not read; the first one that the result says.
_NOT_READ = ("not_reached", "unreachable")
_LICENSED = "licensed"
_FOR_PEOPLE = frozenset(kind.value for kind in frozenset(ActionKind) - CHANGING)
_SIGNS = str.maketrans("", "", "®™")


def machines_of(hosts: Mapping[str, Any], columns: Mapping[str, Mapping[str, str]] | None = None) -> list[Machine]:
    """A machine for each result. ``columns`` are the variables to show, by host."""
    given = columns or {}
    return [machine_of(host, hosts[host], given.get(host, {})) for host in sorted(hosts)]


def machine_of(host: str, result: Result, columns: Mapping[str, str] | None = None) -> Machine:
    """One machine. One that could not be read is a line with the reason, not a hole."""
    name = line(host)
    shown = {line(column): line(value) for column, value in (columns or {}).items()}
    if not isinstance(result, Mapping) or not isinstance(result.get("license"), Mapping):
        return _unread(name, result if isinstance(result, Mapping) else {}, shown)
    license_, system = result["license"], result.get("os") or {}
    verdict = line(result.get("verdict"))
    host_side = result.get("kms_host") or {}
    reason = sentence(result.get("verdict_reason") or result.get("role_reason"))
    return Machine(
        host=name,
        verdict=verdict,
        compliant=compliance(verdict, result.get("compliant")),
        reason=reason,
        advice=sentence(result.get("advice")),
        repairable=_repairable(result.get("plan")),
        role=line(result.get("role")),
        os=_system(line(system.get("caption"))),
        build=number(system.get("build")),
        key_type=line(license_.get("key_type")),
        channel=line(license_.get("channel")),
        last_five=line(license_.get("partial_product_key")),
        status=line(license_.get("license_status")),
        expires=line(license_.get("expires")),
        grace_minutes=number(license_.get("grace_minutes")),
        kms_host=_activated_by(result),
        current_count=number(host_side.get("current_count")) if host_side.get("enabled") else None,
        required_count=number(host_side.get("required_count")) if host_side.get("enabled") else None,
        columns=shown,
        keys=tuple(_keys(result)),
        findings=tuple(_findings(result, verdict, reason)),
    )


def finding_of(value: Mapping[str, Any]) -> Found:
    """A finding as results write it."""
    return Found(
        id=line(value.get("id")),
        severity=line(value.get("severity")) or "warning",
        title=line(value.get("title")),
        reason=sentence(value.get("reason")),
        remedy=sentence(value.get("remedy")),
        subject=line(value.get("subject")),
        exception=exempt_of(value.get("exception")),
    )


def exempt_of(value: object) -> Exempt | None:
    """An exception as results write it; None for none."""
    if not isinstance(value, Mapping):
        return None
    return Exempt(line(value.get("owner")), sentence(value.get("reason")), line(value.get("until")))


def _unread(host: str, result: Result, columns: Mapping[str, str]) -> Machine:
    # What failed on a host names it, and it stands in front of the line already.
    said = sentence(result.get("msg") or "no result")
    reason = said.removeprefix(f"{host}: ").removeprefix(f"{host} ")
    found = unread(reason, line(result.get("disabled_service")))
    return Machine(
        host=host,
        read=False,
        verdict=next((word for word in _NOT_READ if result.get(word)), "failed"),
        reason=reason,
        columns=columns,
        findings=(replace(_own(found), exception=exempt_of(result.get("exception"))),),
    )


def _own(found: Finding) -> Found:
    return Found(found.kind.id, found.kind.severity.value, found.kind.title, found.reason, found.remedy)


def _findings(result: Result, verdict: str, reason: str) -> Iterator[Found]:
    given = result.get("findings")
    found = [finding_of(one) for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    yield from found
    if not found and compliance(verdict, result.get("compliant")) is False:
        # Results of a release that had no findings yet.
        yield Found(verdict, "error", words(verdict), reason, sentence(result.get("advice")))


def _keys(result: Result) -> Iterator[Key]:
    products = result.get("products")
    primary = result["license"]
    for product in products if isinstance(products, list) and products else [primary]:
        if not isinstance(product, Mapping) or not product.get("partial_product_key"):
            continue
        is_primary = product.get("activation_id") == primary.get("activation_id")
        caption = (result.get("os") or {}).get("caption") if is_primary else None
        yield Key(
            product=_system(line(caption or product.get("name"))),
            channel=line(product.get("channel")),
            key_type=line(product.get("key_type")),
            last_five=line(product.get("partial_product_key")),
            activated=product.get("license_status") == _LICENSED,
        )


def _activated_by(result: Result) -> str:
    """By whom its volume license is kept activated, in words."""
    if (result.get("kms_host") or {}).get("enabled"):
        return "itself"
    if result["license"].get("activation_method") == "ad":
        return "Active Directory"
    if result["license"].get("key_type") != "GVLK":
        return ""
    client = result.get("kms_client") or {}
    return line(client.get("configured_host") or client.get("discovered_host"))


def _system(caption: str) -> str:
    """The name of the system without the maker and the trademark signs, which older releases put everywhere."""
    text = caption.translate(_SIGNS)
    if "(" in text:
        text = text.replace("(R)", "").replace("(TM)", "")
    parts = text.split()
    return " ".join(parts[1:] if parts[:1] == ["Microsoft"] else parts)


def _repairable(plan: Any) -> bool:
    """Whether a plan, as results have it, holds something for a repair to do. Of one that is not known, it may."""
    if not isinstance(plan, list) or not plan:
        return True
    return any(isinstance(action, dict) and action.get("action") not in _FOR_PEOPLE for action in plan)
