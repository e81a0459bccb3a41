# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as results: what happened, why, and what to do next."""

from __future__ import annotations

from typing import Any

from ....module_utils._outcome import Outcome
from ..._licensing import classify, error_codes
from ..._licensing.settings import SettingRefused
from ..._operations.audit import Audit
from ..._operations.errors import NEEDS_ADMINISTRATOR, ChangeFailed, OperationError, Refused
from ..._spp.errors import SppError
from ..._winrm.errors import ConnectionLost, NotAuthenticated, NotWsman, TimedOut, TlsError, Unreachable, WinrmError
from ..._wsman import WsmanError, WsmanFault
from . import shapes

Result = dict[str, Any]

# Errors of the subject that no operation turns into a report.
SUBJECT_ERRORS = (SppError, SettingRefused, classify.AmbiguousProduct)

# All that reading or changing one machine may end with, short of a mistake in this collection.
EXPECTED = (OperationError, WinrmError, WsmanError, *SUBJECT_ERRORS)

# Ansible calls a host unreachable when nothing could be asked; the rest of the play then skips it.
_UNREACHABLE = (Unreachable, NotAuthenticated, TlsError, NotWsman, TimedOut, ConnectionLost)


def result_of(error: Exception, label: str) -> Result:
    """The result of a host on which this happened."""
    if isinstance(error, ChangeFailed):
        return change_failed(error)
    if isinstance(error, OperationError):
        return refused(error)
    if isinstance(error, WinrmError):
        return winrm_failed(error)
    if isinstance(error, WsmanError):
        return wsman_failed(error, label)
    return failed(error)


def winrm_failed(error: WinrmError) -> Result:
    """No answer from the machine, or none that makes sense.

    The result says so itself instead of an AnsibleConnectionFailure, because ansible-core prints the whole chain of
    library errors behind an exception.
    """
    if isinstance(error, _UNREACHABLE):
        return {"unreachable": True, "msg": str(error), "changed": False}
    return failed(error)


def failed(error: Exception) -> Result:
    """A failure whose text says all there is to say."""
    return {"failed": True, "msg": str(error)}


def refused(error: OperationError) -> Result:
    """Nothing was changed."""
    result = failed(error)
    before = error.before if isinstance(error, Refused) else None
    return {**result, "changed": False, **_states(before, None)}


def change_failed(error: ChangeFailed) -> Result:
    """Something was tried."""
    return {
        **failed(error),
        **Outcome(error.changed).result(),
        "result": "failed",
        "error": shapes.error_result(error.hresult),
        **_states(error.before, error.after),
    }


def wsman_failed(error: WsmanError, label: str) -> Result:
    """A fault of WinRM, WMI or the provider behind it, or an answer that is none."""
    if not isinstance(error, WsmanFault):
        return {"failed": True, "msg": f"{label}: {error}"}
    text = error.message or error.reason
    advice = _fault_advice(error)
    explained = None
    if error.hresult is not None and not advice:
        explained = shapes.error_result(error.hresult)
        if explained is not None:
            advice = explained["admin_action"]
            if not text or error_codes.explain(error.hresult).basis not in ("name", "none"):
                # WinRM itself only says "unknown error" of what a provider reports; the catalogue knows better.
                text = explained["meaning"]
    return {
        "failed": True,
        "msg": f"{label}: WinRM answered with a fault ({error.hresult_text or 'no code'}): {text} {advice}".strip(),
        "error": explained or {"code": error.hresult_text, "meaning": text, "admin_action": advice},
        **({"disabled_service": error.disabled_service} if error.disabled_service else {}),
    }


def _fault_advice(fault: WsmanFault) -> str:
    if fault.access_denied:
        return f"Signed in, but the account lacks the required rights. {NEEDS_ADMINISTRATOR}"
    if fault.invalid_query:
        return "Check the names of the class, its properties and the namespace."
    if fault.quota_exceeded:
        return "This account has too many open operations on the machine; try again in a minute."
    if fault.timed_out:
        return (
            "The machine took longer than the operation timeout. Raise ansible_winrm_operation_timeout_sec and "
            "ansible_winrm_read_timeout_sec, or ask for less."
        )
    return ""


def _states(before: Audit | None, after: Audit | None) -> Result:
    states: Result = {}
    if before is not None:
        states["before"] = shapes.license_summary(before)
    if after is not None:
        states["after"] = shapes.license_summary(after)
    return states
