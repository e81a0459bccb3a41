# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filters: activation codes in words, and the public client setup key of a product or machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..._licensing import error_codes
from ..._licensing import gvlk as catalogue
from ..._licensing.model import OperatingSystem
from ..._licensing.product_key import mask


def explain_error(code: Any) -> dict[str, Any]:
    """The meaning of an activation code, its likely cause and the remedy."""
    try:
        explained = error_codes.explain(code)
    except error_codes.ErrorCodeError as error:
        raise AnsibleFilterError(f"explain_error: {error}") from error
    return {
        "code": explained.code_text,
        "symbol": explained.symbol,
        "area": explained.area,
        "meaning": explained.meaning,
        "likely_cause": explained.likely_cause,
        "admin_action": explained.admin_action,
        "basis": explained.basis,
        "known": explained.known,
        "activating_again": explained.activating_again,
    }


def gvlk(value: Any, version: str | None = None, named: bool = False) -> str:
    """The client setup key of a product by name, or of a machine by its ``os`` facts."""
    if isinstance(value, str):
        return _by_name(value, version)
    if isinstance(value, Mapping):
        selection = catalogue.select(_operating_system(value), named=bool(named))
        if selection.row is None:
            raise AnsibleFilterError(f"gvlk: {selection.explanation}")
        return selection.row.key.reveal()
    raise AnsibleFilterError(
        "gvlk: give a product name such as 'Windows Server 2019 Standard', or the os part of a license_info "
        f"result, not {type(value).__name__}"
    )


def _by_name(name: str, version: str | None) -> str:
    rows = [row for row in catalogue.by_name(name) if row.choice.usable]
    if version is not None:
        rows = [row for row in rows if row.version.casefold() == version.strip().casefold()]
    keys = {row.key for row in rows}
    if len(keys) == 1:
        return rows[0].key.reveal()
    shown = mask(name)
    if keys:
        releases = "; ".join(row.version for row in rows)
        raise AnsibleFilterError(
            f"gvlk: {shown!r} has {len(keys)} different keys; say which with version=, one of: {releases}"
        )
    close = ", ".join(catalogue.close_names(name))
    release = f" of version {version!r}" if version is not None else ""
    hint = f"Did you mean {close}?" if close else "Names are those of Microsoft's key tables."
    raise AnsibleFilterError(f"gvlk: no client setup key is published for {shown!r}{release}. {hint}")


def _operating_system(facts: Mapping[str, Any]) -> OperatingSystem:
    build = _number(facts, "build")
    if build is None:
        raise AnsibleFilterError("gvlk: the build is missing; pass the os part of a license_info result")
    edition_id = facts.get("edition_id")
    return OperatingSystem(
        caption=None,
        version=str(facts.get("version") or ""),
        build=build,
        sku=_number(facts, "sku"),
        product_type=_number(facts, "product_type"),
        edition_id=str(edition_id) if edition_id else None,
    )


def _number(facts: Mapping[str, Any], name: str) -> int | None:
    value = facts.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"gvlk: {name} is {value!r}, which is not a number") from error
