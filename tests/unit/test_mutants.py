# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of mutants fits the code, so that ``python -m tests.mutants`` can be run at any time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.__main__ import Mutant, mutants

UNIT = Path(__file__).parent


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: f"{Path(mutant.file).stem}: {mutant.name}")
def test_a_mutant_is_another_program(mutant: Mutant) -> None:
    """It stands at one place, can be run, and does something else."""
    ast.parse(mutant.text())
    assert mutant.right != mutant.wrong
    for tests in mutant.tests:
        assert (UNIT / tests).exists()
