# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault becomes: the catalogue's words where it knows the code, else the host's own."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.failure import result_of, wsman_failed
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed, Refused
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    ConnectionLost,
    NotAuthenticated,
    NotWsman,
    OutcomeUnknown,
    TimedOut,
    TlsError,
    Unreachable,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault


@pytest.mark.parametrize(
    ("code", "said", "told", "not_told"),
    [
        (0x80004005, "The WQL query is invalid.", "The WQL query is invalid.", "slui.exe"),
        (0x80240001, "Something of Windows Update.", "Something of Windows Update.", "slui.exe"),
        (0xC004F0FF, "", "slui.exe 0x2a 0xC004F0FF", "<code>"),
        (0xC004F074, "unknown error", "KMS", "unknown error"),
        (5, "Zugriff verweigert", "Zugriff verweigert Signed in", "slui.exe"),
    ],
)
def test_words_of_a_fault(code: int, said: str, told: str, not_told: str) -> None:
    result = wsman_failed(WsmanFault(code=code, hresult=code, message=said), "srv01 (srv01:5986, ntlm)")
    assert told in result["msg"]
    assert not_told not in result["msg"]


@pytest.mark.parametrize(
    ("changed", "says_changed", "known"), [(True, True, True), (False, False, True), (None, True, False)]
)
def test_a_change_that_nobody_knows_of_counts_as_one(changed: bool | None, says_changed: bool, known: bool) -> None:
    """So that nothing goes on as if the old state were still there."""
    result = result_of(ChangeFailed("The connection broke.", changed=changed), "srv")
    assert (result["failed"], result["changed"], result["state_known"]) == (True, says_changed, known)


@pytest.mark.parametrize("error", [Unreachable, NotAuthenticated, TlsError, NotWsman, TimedOut, ConnectionLost])
def test_a_machine_that_gives_no_answer_is_unreachable(error: type[WinrmError]) -> None:
    result = result_of(error("srv", "the connection was refused"), "srv")
    assert result == {"unreachable": True, "changed": False, "msg": "srv: the connection was refused."}


def test_a_machine_whose_change_was_lost_is_not_unreachable_but_failed() -> None:
    """Ansible would drop it from the play, and with it the news."""
    result = result_of(OutcomeUnknown("srv", "the answer was lost"), "srv")
    assert result["failed"]
    assert "unreachable" not in result


def test_a_refusal_changes_nothing() -> None:
    result = result_of(Refused("It is an approved KMS host.", "Take it off the list."), "srv")
    assert (result["failed"], result["changed"]) == (True, False)
