# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a task is not done at all."""

from __future__ import annotations


class TaskRefused(ValueError):
    """The task cannot or must not be done. The text says why and what to do, and holds no secret."""
