# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Important lines, each changed so that it is wrong: some unit test has to fail.

The list is mutants.yml; ``python -m tests.mutants`` tries all of them on a copy of the tree.
"""
