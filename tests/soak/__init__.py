# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same machines audited and repaired over and over, while others spoil them again and things go wrong.

``python -m tests.soak`` runs many rounds; test_soak.py runs a few, and test_chaos.py what goes wrong but once. The
machines are in a process of their own, so that what is measured here is what the collection costs.
"""
