# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong, in words.

Each file is named for the part of an exchange that fails; ``translation`` chooses among them by the exception of a
foreign library, and ``situation`` holds the facts that all of them are worded from.
"""
