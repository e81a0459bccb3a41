# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault becomes: the catalogue's words where it knows the code, else the host's own."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.failure import wsman_failed
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault


@pytest.mark.parametrize(
    ("code", "said", "told", "not_told"),
    [
        (0x80004005, "The WQL query is invalid.", "The WQL query is invalid.", "slui.exe"),
        (0x80240001, "Something of Windows Update.", "Something of Windows Update.", "slui.exe"),
        (0xC004F0FF, "", "slui.exe 0x2a 0xC004F0FF", "<code>"),
        (0xC004F074, "unknown error", "KMS", "unknown error"),
        (5, "Zugriff verweigert", "Zugriff verweigert The sign-in worked", "slui.exe"),
    ],
)
def test_words_of_a_fault(code: int, said: str, told: str, not_told: str) -> None:
    result = wsman_failed(WsmanFault(code=code, hresult=code, message=said), "srv01 (srv01:5986, ntlm)")
    assert told in result["msg"]
    assert not_told not in result["msg"]
