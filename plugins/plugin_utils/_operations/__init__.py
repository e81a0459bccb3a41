# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs: audit a machine, set its key, activate it, restart its service, query it.

Each verb takes a session and returns a frozen report; none knows Ansible. Verbs that change something
read first, plan, stop there in check mode, apply, and read again.
"""
