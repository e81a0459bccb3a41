# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One question over either pipe: how many bricks a machine of the workshop has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.async_session import AsyncSession
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared

BRICKS = "SELECT * FROM Lab_Brick"
Ask = Callable[[Endpoint], int]


def over_pywinrm(target: Endpoint) -> int:
    """How many rows are answered."""
    with Session(PywinrmPipe(target), context_for(target), target.label) as session:
        return len(session.query(BRICKS))


def over_a_stream(target: Endpoint) -> int:
    """How many rows are answered."""

    async def run() -> int:
        shared = Shared()
        assert shared.speaks_to(target)
        pipe = StreamPipe(target, shared)
        try:
            return len(await AsyncSession(pipe, context_for(target), target.label).query(BRICKS))
        finally:
            pipe.close()
            shared.close()

    return asyncio.run(run())


both_pipes = pytest.mark.parametrize("ask", [over_pywinrm, over_a_stream])
