# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a fleet in many formats. Pure: results and the time in, text out; the same input gives the same bytes.

Every text of a machine is taken for hostile: ``harmless.py`` is the door, and each format escapes for itself besides.
"""
