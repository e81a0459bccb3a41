# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controller, and as whom."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import SettingWrong
from ansible_collections.winfleet.activation.plugins.module_utils._ad.options import (
    CONNECTION_SPEC,
    FOREST_SPEC,
    controller_of,
    needs_gssapi,
    settings_of,
)

SECRET = "not-to-be-seen"


def params(**given: Any) -> dict[str, Any]:
    blank = {name: spec.get("default") for name, spec in CONNECTION_SPEC.items()}
    return {**blank, "server": "dc1.corp.example", **given}


PLACES = {
    "kerberos": ({}, 389, "dc1.corp.example", False),
    "kerberos by address": (
        {"server": "192.0.2.1", "kerberos_hostname": "dc1.corp.example"},
        389,
        "dc1.corp.example",
        False,
    ),
    "password": ({"bind_user": "x", "bind_password": SECRET}, 636, "dc1.corp.example", True),
    "password by address": ({"bind_user": "x", "bind_password": SECRET, "server": "192.0.2.1"}, 636, "192.0.2.1", True),
    "starttls": ({"bind_user": "x", "bind_password": SECRET, "start_tls": True}, 389, "dc1.corp.example", False),
    "a port": ({"port": 3389}, 3389, "dc1.corp.example", False),
}

WRONG = {
    "an address without a name": ({"server": "192.0.2.1"}, "kerberos_hostname"),
    "an IPv6 address": ({"server": "2001:db8::1"}, "kerberos_hostname"),
    "a short name": ({"server": "dc1"}, "kerberos_hostname"),
    "no server": ({"server": " "}, "server is empty"),
    "two ways": ({"bind_user": "x", "bind_password": SECRET, "kerberos_keytab": "/k"}, "one way or the other"),
    "an empty password": ({"bind_user": "x", "bind_password": ""}, "bind_password is empty"),
    "TLS under Kerberos": ({"start_tls": True}, "start_tls requires bind_user"),
    "a port that is none": ({"port": 0}, "between 1 and 65535"),
    "no time": ({"timeout": 0.0}, "timeout"),
    "a password of nobody": ({"kerberos_password": SECRET}, "kerberos_principal"),
    "a password without its user": ({"bind_password": SECRET}, "without bind_user"),
}


@pytest.mark.parametrize(("given", "port", "host", "by_tls"), PLACES.values(), ids=PLACES)
def test_places(given: dict[str, Any], port: int, host: str, by_tls: bool) -> None:
    found = settings_of(params(**given))
    assert (found.tcp_port, found.host, found.by_tls) == (port, host, by_tls)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_wrong_settings(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingWrong, match=words) as caught:
        settings_of(params(**given))
    assert SECRET not in str(caught.value)


def test_gssapi_is_needed_for_making_tickets_only() -> None:
    assert not needs_gssapi(settings_of(params()))
    assert not needs_gssapi(settings_of(params(kerberos_ccache="FILE:/c")))
    assert not needs_gssapi(settings_of(params(bind_user="x", bind_password=SECRET)))
    assert needs_gssapi(settings_of(params(kerberos_keytab="/k")))
    assert needs_gssapi(settings_of(params(kerberos_principal="x@Y", kerberos_password=SECRET)))


# --- Beside options of DNS --------------------------------------------------------------------------------------------


def beside(**given: Any) -> dict[str, Any]:
    """The port and the timeout are those of the plugin."""
    return {**{name: spec.get("default") for name, spec in FOREST_SPEC.items()}, "port": 1688, "timeout": 5.0, **given}


def test_the_port_of_the_kms_hosts_is_not_that_of_the_domain_controller() -> None:
    by_ticket = controller_of(beside(domain_controller=" dc1.corp.example "))
    by_password = controller_of(beside(domain_controller="192.0.2.1", bind_user="x", bind_password=SECRET))
    assert by_ticket is not None
    assert by_password is not None
    assert (by_ticket.label, by_ticket.tcp_port, by_ticket.timeout) == ("dc1.corp.example", 389, 5.0)
    assert by_password.tcp_port == 636


@pytest.mark.parametrize("given", [{}, {"kerberos_principal": "x@Y", "kerberos_password": SECRET}, {"start_tls": True}])
def test_no_domain_controller(given: dict[str, Any]) -> None:
    assert controller_of(beside(**given)) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bind_user": "x", "bind_password": SECRET}, "bind_user is given without domain_controller"),
        ({"bind_password": SECRET}, "bind_password is given without domain_controller"),
        ({"domain_controller": ""}, "domain_controller is empty"),
        ({"domain_controller": "192.0.2.1"}, "in domain_controller, or in kerberos_hostname"),
        ({"domain_controller": "dc1.corp.example", "timeout": 9999.0}, "timeout"),
    ],
)
def test_wrong_settings_beside_dns(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingWrong, match=words) as caught:
        controller_of(beside(**given))
    assert SECRET not in str(caught.value)
