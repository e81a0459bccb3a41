# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe: where a host is, how to sign in, and one session that pumps the codec's conversations.

Here are the values (``endpoint``, ``address``, ``variables``), our ``errors``, what both pipes need, and what callers
use: ``session`` for one host, ``async_session`` for thousands at once, both with the conversations of ``pumping``.

``pywinrm/``   the pipe for one host, over pywinrm.
``stream/``    the pipe for thousands of hosts at once: asyncio, the sign-in, and sealing.
``failures/``  what went wrong, in words; ``translation`` renames the exceptions of foreign libraries.
"""
