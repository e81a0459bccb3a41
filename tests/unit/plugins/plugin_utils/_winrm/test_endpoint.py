# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint validates itself, and no form of its password gets out."""

from __future__ import annotations

import copy
import traceback
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import (
    Endpoint,
    EndpointError,
    Kinit,
    Secret,
)

from .conftest import endpoint

PASSWORD = "p@ss w:rd/1"


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"port": 0}, "ansible_port"),
        ({"port": 70000}, "ansible_port"),
        ({"scheme": "ftp"}, "ansible_winrm_scheme"),
        ({"path": "wsman"}, "ansible_winrm_path"),
        ({"host": ""}, "ansible_host"),
        ({"ca_trust_path": ""}, "ansible_winrm_ca_trust_path"),
        ({"host": "srv 01"}, "ansible_host"),
        ({"host": "user@srv01"}, "ansible_host"),
        ({"host": "a..b"}, "ansible_host"),
        ({"host": ".example"}, "ansible_host"),
        ({"host": "x" * 70 + ".example"}, "ansible_host"),
        ({"host": "127.0.0.1\u200b"}, "ansible_host"),
        ({"host": "\ufeff127.0.0.1"}, "ansible_host"),
        ({"host": "a\x01b"}, "ansible_host"),
        ({"host": "srv01\r\nX: y"}, "ansible_host"),
        ({"host": "127.0.0.1:5985"}, "ansible_host"),
        ({"host": "[::1]:5985"}, "ansible_host"),
        ({"path": "/ws\r\nX: y"}, "ansible_winrm_path"),
        ({"path": "/ws\x7fman"}, "ansible_winrm_path"),
        ({"path": "/ws\ud800man"}, "ansible_winrm_path"),
        ({"host": "*.example"}, "ansible_host"),
        ({"host": 'a"b'}, "ansible_host"),
        ({"host": "[srv01]"}, "ansible_host"),
        ({"host": "[127.0.0.1]"}, "ansible_host"),
        ({"host": "[::1"}, "ansible_host"),
        ({"host": " ::1"}, "ansible_host"),
        ({"host": "ﬁle.example"}, "ansible_host"),
        ({"username": "adm\n"}, "ansible_user"),
        ({"username": "\ufeffadm"}, "ansible_user"),
        ({"username": "ad\x1b[31mm"}, "ansible_user"),
        ({"username": "adm\u202e"}, "ansible_user"),
        ({"username": "adm\udce4"}, "ansible_user"),
        ({"password": Secret("abc\n")}, "ansible_password"),
        ({"password": Secret("abc\r")}, "ansible_password"),
        ({"password": Secret("a\0bc")}, "ansible_password"),
        ({"password": Secret("abc\udce4")}, "ansible_password"),
        ({"password": Secret("abc\ud800"), "transports": ("kerberos",)}, "ansible_password"),
        ({"ca_trust_path": "/ca\n.pem"}, "ansible_winrm_ca_trust_path"),
        ({"cert_pem": "/c\x00.pem"}, "ansible_winrm_cert_pem"),
        ({"cert_key_pem": "/c\x00.pem"}, "ansible_winrm_cert_key_pem"),
        ({"service": "HT\nTP"}, "ansible_winrm_service"),
        ({"kerberos_hostname_override": "a\u200bb"}, "ansible_winrm_kerberos_hostname_override"),
        ({"kinit": Kinit(command="kinit\n")}, "ansible_winrm_kinit_cmd"),
        ({"kinit": Kinit(args=("-l", "1\n"))}, "ansible_winrm_kinit_args"),
        ({"max_envelope_size": 8191}, "max_envelope_size"),
        ({"transports": ()}, "ansible_winrm_transport"),
        ({"transports": ("digest",)}, "ansible_winrm_transport"),
        ({"operation_timeout": 0}, "ansible_winrm_operation_timeout_sec"),
        ({"operation_timeout": 5, "read_timeout": 5}, "ansible_winrm_read_timeout_sec"),
        ({"server_cert_validation": "maybe"}, "ansible_winrm_server_cert_validation"),
        ({"message_encryption": "sometimes"}, "ansible_winrm_message_encryption"),
        ({"message_encryption": "always", "transports": ("basic",)}, "ansible_winrm_message_encryption"),
        ({"username": None}, "ansible_user"),
        ({"password": None}, "ansible_password"),
        ({"transports": ("certificate",)}, "ansible_winrm_cert_pem"),
        (
            {"transports": ("certificate",), "cert_pem": "a", "cert_key_pem": "b", "scheme": "http"},
            "ansible_winrm_scheme",
        ),
        ({"transports": ("kerberos",), "username": None, "kinit": Kinit("managed")}, "ansible_user"),
        ({"transports": ("basic",), "password": Secret("пароль")}, "ansible_winrm_transport"),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], option: str) -> None:
    with pytest.raises(EndpointError) as error:
        endpoint(**{"host": "srv01", **changes})
    assert error.value.option == option
    assert option in str(error.value)
    assert error.value.advice


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("srv01", "http://srv01:5985/wsman"),
        ("::1", "http://[::1]:5985/wsman"),
        ("10.0.0.1", "http://10.0.0.1:5985/wsman"),
        ("srv_01.corp.example.", "http://srv_01.corp.example.:5985/wsman"),
        ("łódź.example", "http://xn--d-uga0v4h.example:5985/wsman"),
    ],
)
def test_url(host: str, url: str) -> None:
    assert endpoint(host, 5985, scheme="http").url == url


@pytest.mark.parametrize(
    ("host", "address", "host_header", "server_name", "label"),
    [
        ("SRV01.Corp", "srv01.corp", "srv01.corp:5986", "srv01.corp", "SRV01.Corp:5986"),
        ("srv01.", "srv01.", "srv01.:5986", "srv01", "srv01.:5986"),
        ("::1", "::1", "[::1]:5986", "::1", "[::1]:5986"),
        ("[::1]", "::1", "[::1]:5986", "::1", "[::1]:5986"),
        ("fe80::1%eth0", "fe80::1%eth0", "[fe80::1]:5986", "fe80::1", "[fe80::1%eth0]:5986"),
        ("straße.example", "xn--strae-oqa.example", "xn--strae-oqa.example:5986", "xn--strae-oqa.example", "straße.ex"),
    ],
)
def test_forms_of_a_host(host: str, address: str, host_header: str, server_name: str, label: str) -> None:
    one = endpoint(host, 5986, scheme="https")
    assert (one.address, one.host_header, one.server_name) == (address, host_header, server_name)
    assert label in one.label


@pytest.mark.parametrize("user", ["a\u200db", "ädm", "a b", "CORP\\adm", "{{me}}", "👤"])
def test_what_people_are_called(user: str) -> None:
    assert endpoint("srv01", username=user).username == user


@pytest.mark.parametrize("password", ["a\tb", "\u200b", " ", "😀", "\x7f", "a{{b}}c"])
def test_a_password_may_be_anything_that_can_be_typed(password: str) -> None:
    assert endpoint("srv01", password=Secret(password)).password == Secret(password)


@pytest.mark.parametrize("password", ["Sesame-1\n", "Sesame-1\udce4"])
def test_a_password_that_is_refused_is_not_shown(password: str) -> None:
    with pytest.raises(EndpointError) as error:
        endpoint("srv01", password=Secret(password))
    shown = "".join(traceback.format_exception(error.value))
    assert "Sesame" not in shown
    assert "udce4" not in shown


def test_an_inventory_name_steers_no_terminal() -> None:
    assert "\x1b" not in endpoint("srv01", inventory_name="srv\x1b[31m").label


def test_kinit_gets_the_bytes_that_were_typed() -> None:
    one = endpoint("srv01", transports=("kerberos",), password=Secret("pass\udce4"))
    assert one.password is not None


@pytest.mark.parametrize(
    ("scheme", "encryption", "transport", "seals", "reveals"),
    [
        ("http", "auto", "ntlm", True, False),
        ("http", "never", "ntlm", False, True),
        ("https", "auto", "ntlm", False, False),
        ("https", "always", "ntlm", True, False),
        ("http", "auto", "plaintext", False, True),
        ("https", "auto", "ssl", False, False),
    ],
)
def test_who_protects_the_content(scheme: str, encryption: str, transport: str, seals: bool, reveals: bool) -> None:
    one = endpoint("srv01", 5985, scheme=scheme, message_encryption=encryption, transports=(transport,))
    assert one.seals(transport) is seals
    assert one.reveals_content(transport) is reveals


def test_a_person_reads_a_name_as_it_was_written() -> None:
    assert "łódź.example:15985" in endpoint("łódź.example", 15985).label


def test_a_host_with_a_port_is_told_where_the_port_belongs() -> None:
    with pytest.raises(EndpointError) as error:
        endpoint("127.0.0.1:5985")
    assert error.value.advice == "Put 5985 into ansible_port, and only 127.0.0.1 here"


def test_what_is_invisible_is_shown() -> None:
    with pytest.raises(EndpointError) as error:
        endpoint("127.0.0.1\u200b")
    assert "\\u200b" in str(error.value)


def test_password_shows_nowhere() -> None:
    one = endpoint("srv01", password=Secret(PASSWORD), proxy="http://someone:proxy-secret@proxy:3128")
    for text in (repr(one), str(one), f"{one!r}", repr(copy.copy(one)), one.label):
        assert PASSWORD not in text
        assert "proxy-secret" not in text
    assert one.password is not None
    assert one.password.reveal() == PASSWORD


def test_redaction_finds_the_password_in_other_clothes() -> None:
    one = endpoint("srv01", username="me", password=Secret(PASSWORD))
    told = f"{PASSWORD} {PASSWORD!r} p%40ss%20w%3Ard%2F1 bWU6cEBzcyB3OnJkLzE="
    shown = one.redact(told)
    assert "rd/1" not in shown
    assert "bWU6" not in shown
    assert "p%40ss" not in shown


def test_redaction_knows_the_header_of_basic() -> None:
    """requests sends it in Latin-1."""
    one = endpoint("srv01", username="me", password=Secret("grün"))
    assert one.redact("Basic bWU6Z3L8bg==") == "Basic ***"


def test_redaction_survives_any_password() -> None:
    one = endpoint("srv01", transports=("kerberos",), password=Secret("pass\udce4"))
    assert one.redact("it was pass\udce4") == "it was ***"


def test_it_is_a_value() -> None:
    assert endpoint("srv01") == endpoint("srv01")
    assert isinstance(endpoint("srv01"), Endpoint)
