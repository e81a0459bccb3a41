# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection is imported by its full name here as well."""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .field import Field, field

importlib.import_module("tests.unit.conftest")

_NUMBERS = itertools.count(1)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Callable[[int], Field]]:
    """``fleet(20)`` is a running fleet of so many machines."""
    with ExitStack() as stack:

        def start(hosts: int) -> Field:
            network = f"127.{75 + os.getpid() % 10}.{next(_NUMBERS)}.0/24"
            return stack.enter_context(field(tmp_path, hosts, network))

        yield start
