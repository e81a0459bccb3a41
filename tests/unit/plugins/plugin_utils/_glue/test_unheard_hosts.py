# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines of a fleet should ask a KMS host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.unheard_hosts import clients_of_kms


def result(key_type: str = "GVLK", method: str | None = "kms", own: str | None = "A-B") -> dict[str, Any]:
    return {
        "license": {"key_type": key_type, "activation_method": method},
        "os": {"computer_name": "PC1", "full_name": None},
        "service": {"client_machine_id": own},
    }


@pytest.mark.parametrize(
    ("read", "named"),
    [
        (result(), ["pc"]),
        (result(method=None), ["pc"]),
        (result(method="ad"), []),
        (result("MAK"), []),
        (result("CSVLK"), []),
        (result(own=None), []),
        ({"failed": True, "msg": "no answer"}, []),
    ],
)
def test_who_should_ask(read: dict[str, Any], named: list[str]) -> None:
    found = list(clients_of_kms({"pc": read}))
    assert [one.inventory_name for one in found] == named
    assert all((one.client_machine_id, one.names) == ("A-B", ("PC1",)) for one in found)


def test_what_is_no_result() -> None:
    with pytest.raises(ValueError, match="no result of license_info for pc"):
        list(clients_of_kms({"pc": "text"}))
