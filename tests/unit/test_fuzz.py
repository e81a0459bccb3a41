# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bounded run of the fuzz targets: all seeds, and some hundred inputs that are the same at every run."""

from __future__ import annotations

import pytest

from tests.fuzz.chance import bytes_of
from tests.fuzz.targets import TARGETS, Target

INPUTS = 300


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_what_strangers_send_is_taken_or_refused(target: Target) -> None:
    seeds = list(target.seeds())
    assert len(seeds) > 1
    for data in [*seeds, *(bytes_of(number, seeds) for number in range(INPUTS))]:
        try:
            target.read(data)
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}; input: {data!r}")


def test_the_same_number_gives_the_same_bytes() -> None:
    assert bytes_of(7, [b"abc", b"def"]) == bytes_of(7, [b"abc", b"def"])
    assert len({bytes_of(number, [b"abcdefgh"]) for number in range(50)}) > 25
