# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe for one host. Nothing else in the collection knows pywinrm.

``pipe`` signs in and chooses a transport, ``line`` is one connection, ``adapter`` gives its HTTP the bounds it lacks.
"""
