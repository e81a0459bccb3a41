# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings as they are and as they should be. Pure: the difference is the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """One setting that has to become different. None means "not set"."""

    name: str
    before: object
    after: object


class SettingRefused(ValueError):
    """A setting cannot be had on this machine, or its value cannot be right; the message says why and what to do."""


def difference(current: Mapping[str, object], wanted: Mapping[str, object]) -> tuple[Change, ...]:
    """The changes that turn ``current`` into ``wanted``, in the order of ``wanted``. What is not wanted stays."""
    changes = (Change(name, current.get(name), value) for name, value in wanted.items())
    return tuple(change for change in changes if not _same(change.before, change.after))


def unfinished(changes: Sequence[Change], now: Mapping[str, object]) -> tuple[str, ...]:
    """Names of the changes that a later reading does not show."""
    return tuple(change.name for change in difference(now, {change.name: change.after for change in changes}))


def _same(one: object, other: object) -> bool:
    """Text is a DNS name or a word of ours here, and those are the same in any letter case."""
    if isinstance(one, str) and isinstance(other, str):
        return one.rstrip(".").lower() == other.rstrip(".").lower()
    return one == other
