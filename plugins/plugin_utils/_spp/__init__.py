# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which WMI words mean what: the only room that spells licensing classes, properties and methods.

``schema`` names them by provider generation, ``reader`` asks for them, ``row`` turns an instance into the model,
``writer`` calls methods, ``service_control`` starts and stops the Windows service behind them.
"""
