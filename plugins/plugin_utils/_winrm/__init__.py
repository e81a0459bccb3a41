# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe: where a host is, how to sign in, and one session that pumps the codec's conversations.

``endpoint``, ``address`` and ``variables`` are values; ``errors`` are ours; ``connection_failure``, ``tls_failure``,
``sign_in_failure``, ``answer_failure`` and ``local_failure`` word them, each from a ``situation``, the last with
``pem_files``; ``translation`` renames foreign exceptions; ``kerberos`` obtains tickets; ``challenge`` reads what a host
offers; ``transports`` says which of a list is next; ``trace`` tells who watches. ``session`` is what callers use, with
``pywinrm_pipe`` below it, and ``pywinrm_line`` and ``pywinrm_adapter``, which alone know pywinrm. ``stream_pipe`` talks
to thousands of hosts at once, with ``async_session`` above it, ``stream_line`` and ``http1`` below.
"""
