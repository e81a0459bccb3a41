# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request for client settings changes, on which generation, and what keeps it from having an effect."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import (
    ClientRequest,
    ClientSettings,
    inherited,
    overrides,
    plan_client,
    warnings_about,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.settings import Change, SettingRefused
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import Provider

CURRENT = ClientSettings(
    host="kms01.corp.example", port=1689, lookup_domain="corp.example", activation_type="all", host_caching=True
)
NEWEST, SEVEN, VISTA = Provider.SPPWMI, Provider.SPPWMI_7, Provider.SLWMI


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        ({}, []),
        ({"host": "kms01.corp.example", "port": 1689}, []),
        ({"host": "KMS01.Corp.Example."}, []),
        # The trap of slmgr.vbs /skms: a host without a port clears the port.
        ({"host": "kms02"}, [("host", "kms01.corp.example", "kms02")]),
        ({"port": 1688}, [("port", 1689, 1688)]),
        ({"lookup_domain": "branch.example"}, [("lookup_domain", "corp.example", "branch.example")]),
        ({"activation_type": "kms"}, [("activation_type", "all", "kms")]),
        ({"host_caching": False}, [("host_caching", True, False)]),
        (
            {"absent": True},
            [("host", "kms01.corp.example", None), ("port", 1689, None), ("lookup_domain", "corp.example", None)],
        ),
        (
            {"absent": True, "activation_type": "ad"},
            [
                ("host", "kms01.corp.example", None),
                ("port", 1689, None),
                ("lookup_domain", "corp.example", None),
                ("activation_type", "all", "ad"),
            ],
        ),
    ],
)
def test_only_differences_are_planned(wanted: dict[str, Any], changes: list[tuple[Any, ...]]) -> None:
    assert plan_client(CURRENT, ClientRequest(**wanted), NEWEST) == tuple(Change(*change) for change in changes)


@pytest.mark.parametrize("provider", [NEWEST, SEVEN, VISTA])
def test_absent_changes_nothing_where_nothing_is_set(provider: Provider) -> None:
    assert plan_client(ClientSettings(), ClientRequest(absent=True), provider) == ()


@pytest.mark.parametrize(
    ("wanted", "provider", "words"),
    [
        ({"lookup_domain": "a.example"}, SEVEN, "from Windows 8"),
        ({"activation_type": "kms"}, VISTA, "from Windows 8"),
        ({"product": "windows", "host": "a"}, VISTA, "whole machine only"),
        ({"host_caching": True}, VISTA, "from Windows 7 on"),
        ({"product": "windows", "host_caching": True}, NEWEST, "product=general"),
    ],
)
def test_what_a_generation_lacks_is_refused(wanted: dict[str, Any], provider: Provider, words: str) -> None:
    with pytest.raises(SettingRefused, match=words):
        plan_client(CURRENT, ClientRequest(**wanted), provider)


@pytest.mark.parametrize(
    "host", ["kms01", "kms01.corp.example", "kms01.corp.example.", "192.0.2.7", "[2001:db8::7]", "_x", "a"]
)
def test_hosts_that_can_be(host: str) -> None:
    assert ClientRequest(host=host).host == host


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"host": "kms01:1688"}, "option port"),
        ({"host": "2001:db8::7"}, "brackets"),
        ({"host": ""}, "not a host name"),
        ({"host": "-kms"}, "not a host name"),
        ({"host": "kms01\n"}, "not a host name"),
        ({"lookup_domain": "a b"}, "not a DNS domain"),
        ({"port": 0}, "between 1 and 65535"),
        ({"port": 65536}, "between 1 and 65535"),
        ({"absent": True, "port": 1688}, "clears all three"),
    ],
)
def test_requests_that_cannot_be(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingRefused, match=words):
        ClientRequest(**wanted)


def test_what_a_product_shows_may_come_from_the_machine() -> None:
    general = ClientSettings(host="kms01", port=1689)
    assert inherited(ClientSettings(host="kms01", port=1689), general) == ("host", "port")
    assert inherited(ClientSettings(host="kms02", port=1689), general) == ("port",)
    assert inherited(ClientSettings(), ClientSettings()) == ()


def test_overrides_of_the_windows_license_are_told() -> None:
    own = overrides(ClientSettings(host="kms02", port=1689), ClientSettings(host="kms01", port=1689))
    assert own == {"host": "kms02"}
    (warning,) = warnings_about(ClientSettings(host="kms03", port=1689), own)
    assert "host of its own, kms02" in warning
    assert "product=windows" in warning
    assert warnings_about(ClientSettings(host="kms02"), own) == ()


def test_a_host_makes_a_lookup_domain_useless() -> None:
    (warning,) = warnings_about(ClientSettings(host="kms01", lookup_domain="corp.example"), {})
    assert "no effect while the host kms01" in warning
