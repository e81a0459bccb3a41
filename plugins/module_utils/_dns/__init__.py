# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS side: the SRV records ``_vlmcs._tcp``, who publishes them, and RFC 2136 updates of them.

Runs on the controller, as part of ordinary modules and plugins. ``srv``, ``plan`` and ``verdict`` are pure.
"""
