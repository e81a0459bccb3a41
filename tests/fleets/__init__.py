# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets put together by chance, through the real playbooks: what must hold whatever the machines are.

``python -m tests.fleets`` runs many and takes an hour; tests/e2e/test_random_fleets.py runs a few. A fleet is made
of its seed alone, so a seed that found something finds it again.
"""
