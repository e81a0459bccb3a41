# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing the names of machines, for the records that DNS publishes."""

from __future__ import annotations

from collections.abc import Iterable

_NETBIOS_LENGTH = 15


def names_machine(approved: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a list of approved hosts names a machine that goes by any of ``names``.

    Letter case and a trailing dot do not matter. A short name and a full one match by their first label, of which a
    NetBIOS name keeps 15 characters; two full names have to be equal, since the same short name in another domain is
    another machine.
    """
    wanted = [normal_name(name) for name in approved if name.strip()]
    return any(_same(one, other) for one in wanted for other in map(normal_name, names) if other)


def normal_name(name: str) -> str:
    """A name for comparing: letter case and a trailing dot do not matter."""
    return name.strip().rstrip(".").lower()


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if one.replace(".", "").isdigit() or other.replace(".", "").isdigit():
        return False  # addresses have no first label
    short = "." not in one or "." not in other
    first, second = one.split(".")[0], other.split(".")[0]
    if not short:
        return False
    return first == second or (
        _NETBIOS_LENGTH in (len(first), len(second)) and first[:_NETBIOS_LENGTH] == second[:_NETBIOS_LENGTH]
    )
