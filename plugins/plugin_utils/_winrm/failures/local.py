# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for what fails on this side: a file, an option, and whatever is not known yet."""

from __future__ import annotations

from .. import pem_files
from ..errors import Misconfigured, Unexpected, WinrmError
from .situation import Situation


def local_file(s: Situation, reason: object) -> WinrmError:
    """A file of this machine. ``reason`` is what the library says, where looking at the files tells nothing."""
    found = pem_files.unusable(s.endpoint, s.transport)
    if found is not None:
        return Misconfigured(s.label, f"{found.variable}: {s.quote(found.path)} {s.quote(found.why)}", found.advice)
    fields = ("ca_trust_path", "cert_pem", "cert_key_pem")
    advice = f"Check {', '.join(s.variable(name) for name in fields)}, and REQUESTS_CA_BUNDLE in the environment"
    return Misconfigured(s.label, f"a file cannot be used ({s.quote(reason)})", advice)


def bad_option(s: Situation, reason: object) -> WinrmError:
    advice = "Compare the connection variables of this host with the documentation of its connection plugin"
    return Misconfigured(s.label, f"the connection options contradict each other ({s.quote(reason)})", advice)


def unexpected(s: Situation, exc: BaseException) -> WinrmError:
    what = f"{type(exc).__module__}.{type(exc).__qualname__}: {s.quote(exc)}"
    advice = "This failure is not known yet; please report it with this text"
    return Unexpected(s.label, what, advice, maybe_delivered=s.sent)
