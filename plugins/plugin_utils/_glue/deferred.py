# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that are imported when they are called.

For one filter Ansible loads all files of filters, in each process that it forks for a task, and compiles what they
import anew. That took several times as long as the filter that was wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def deferred(module: str, *names: str) -> dict[str, Callable[..., Any]]:
    """By name, functions of a module of this room."""
    return {name: _deferred(module, name) for name in names}


def _deferred(module: str, name: str) -> Callable[..., Any]:
    def call(*values: Any, **keywords: Any) -> Any:
        return getattr(import_module(f".{module}", __package__), name)(*values, **keywords)

    return call
