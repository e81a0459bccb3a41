# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several processes for one task: how they begin and end (``crew``), and how they speak with each other (``link``).

Knows nothing of what they do.
"""
