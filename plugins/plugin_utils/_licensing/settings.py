# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings as they are and as they should be. Pure: the difference is the plan."""

from __future__ import annotations

from collections.abc import Mapping
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
    return tuple(Change(name, current.get(name), value) for name, value in wanted.items() if current.get(name) != value)
