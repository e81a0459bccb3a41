# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe for thousands of hosts at once, on asyncio.

``pipe`` is one host's, ``line`` one connection's sign-in and messages, ``connection`` its bytes. ``negotiate`` and
``sealing`` protect them, ``tls`` does below. What the pipes of one run have in common is in ``shared``.
"""
