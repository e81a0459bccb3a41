# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests show, as tables for people: threats, sign-ins, faults.

The tables name tests; ``python -m tests.shown`` runs all of these, keeps what came of them in ``results.tsv``, and
writes the pages. tests/unit/test_shown.py fails on a name that no test has, and on a page that says something else.
"""
