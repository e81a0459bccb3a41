# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what strangers send, fed with bytes by chance: each answers, or refuses in the words that it promises.

targets.py has the readers, seeds/ what is known to be worth trying. A bounded run is part of the unit tests;
``python -m tests.fuzz`` goes on for as long as it is told, guided by coverage where atheris is installed.
"""
