# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection variables through ansible-core's own winrm and psrp plugins, as a task has them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections import options, winrm_options
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint

USER, PASSWORD = "CORP\\admin", "Opt-Secret-1"
BASE = {"ansible_user": USER, "ansible_password": PASSWORD, "ansible_host": "srv01.corp.example"}


def connect(kind: str, variables: dict[str, Any]) -> Any:
    connection = connection_loader.get(kind, PlayContext(), "/dev/null")
    connection.set_options(var_options={"inventory_hostname": "srv01", **BASE, **variables})
    return connection


def read(kind: str, **variables: Any) -> Endpoint:
    endpoint, _warnings = options.endpoint_from_connection(_with_extras(kind, variables), "srv01")
    return endpoint


def _with_extras(kind: str, variables: dict[str, Any]) -> Any:
    """The task executor puts what the plugin does not declare under _extras, with the full name."""
    connection = connect(kind, variables)
    if kind == "winrm":
        declared = {"ansible_winrm_transport", "ansible_winrm_scheme", "ansible_winrm_path", "ansible_winrm_kinit_mode"}
        declared |= {"ansible_winrm_kinit_cmd", "ansible_winrm_kinit_args", "ansible_winrm_kinit_env_vars"}
        declared |= {"ansible_winrm_connection_timeout"}
        extras = {k: v for k, v in variables.items() if k.startswith("ansible_winrm_") and k not in declared}
        connection.set_options(
            var_options={"inventory_hostname": "srv01", **BASE, **variables, "_extras": extras},
        )
    return connection


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({}, "host", "srv01.corp.example"),
        ({}, "username", USER),
        ({}, "port", 5986),
        ({}, "scheme", "https"),
        ({}, "path", "/wsman"),
        ({}, "transports", ("ssl",)),
        ({"ansible_port": 5985}, "scheme", "http"),
        ({"ansible_port": 5985}, "transports", ("plaintext",)),
        ({"ansible_port": "5985"}, "port", 5985),
        ({"ansible_port": 8080, "ansible_winrm_scheme": "http"}, "scheme", "http"),
        ({"ansible_winrm_path": "/other"}, "path", "/other"),
        ({"ansible_winrm_path": "other"}, "path", "/other"),
        ({"ansible_winrm_connection_timeout": 0}, "operation_timeout", 20),
        ({"ansible_winrm_transport": "kerberos, ntlm"}, "transports", ("kerberos", "ntlm")),
        ({"ansible_winrm_transport": [None]}, "transports", ("ssl",)),
        ({"ansible_winrm_ca_trust_path": ""}, "ca_trust_path", "legacy_requests"),
        ({"ansible_winrm_proxy": ""}, "proxy", None),
        ({"ansible_winrm_service": ""}, "service", "HTTP"),
        ({"ansible_host": "fe80::1"}, "url", "https://[fe80::1]:5986/wsman"),
        ({"ansible_host": "[fe80::1]"}, "url", "https://[fe80::1]:5986/wsman"),
        ({"ansible_port": None, "ansible_winrm_port": 8443}, "port", 8443),
        ({"ansible_winrm_transport": "ntlm"}, "transports", ("ntlm",)),
        ({"ansible_winrm_transport": ["kerberos", "ntlm"]}, "transports", ("kerberos", "ntlm")),
        ({"ansible_winrm_server_cert_validation": "ignore"}, "server_cert_validation", "ignore"),
        ({"ansible_winrm_ca_trust_path": "/ca.pem"}, "ca_trust_path", "/ca.pem"),
        ({"ansible_winrm_message_encryption": "never"}, "message_encryption", "never"),
        ({"ansible_winrm_read_timeout_sec": 90, "ansible_winrm_operation_timeout_sec": 60}, "read_timeout", 90),
        (
            {"ansible_winrm_read_timeout_sec": "90", "ansible_winrm_operation_timeout_sec": "60"},
            "operation_timeout",
            60,
        ),
        ({"ansible_winrm_connection_timeout": 45}, "operation_timeout", 45),
        ({"ansible_winrm_connection_timeout": 45}, "read_timeout", 55),
        ({"ansible_winrm_kerberos_delegation": "yes"}, "kerberos_delegation", True),
        ({"ansible_winrm_kerberos_delegation": "no"}, "kerberos_delegation", False),
        ({"ansible_winrm_kerberos_hostname_override": "alias"}, "kerberos_hostname_override", "alias"),
        ({"ansible_winrm_service": "host"}, "service", "host"),
        ({"ansible_winrm_send_cbt": "no"}, "send_cbt", False),
        ({"ansible_winrm_credssp_disable_tlsv1_2": "yes"}, "credssp_disable_tlsv1_2", True),
        ({"ansible_winrm_proxy": "http://proxy:3128"}, "proxy", "http://proxy:3128"),
    ],
)
def test_winrm(variables: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read("winrm", **variables), field) == value


def test_winrm_certificate() -> None:
    endpoint = read(
        "winrm",
        ansible_winrm_transport="certificate",
        ansible_winrm_cert_pem="/c.pem",
        ansible_winrm_cert_key_pem="/k.pem",
    )
    assert (endpoint.cert_pem, endpoint.cert_key_pem) == ("/c.pem", "/k.pem")


@pytest.mark.parametrize(
    ("variables", "mode", "command", "arguments"),
    [
        ({}, "managed", "kinit", None),
        ({"ansible_winrm_kinit_mode": "manual"}, "manual", "kinit", None),
        ({"ansible_winrm_kinit_cmd": "/opt/kinit"}, "managed", "/opt/kinit", None),
        ({"ansible_winrm_kinit_args": "-A -l '1 h'"}, "managed", "kinit", ("-A", "-l", "1 h")),
    ],
)
def test_winrm_kinit(variables: dict[str, Any], mode: str, command: str, arguments: tuple[str, ...] | None) -> None:
    kinit = read("winrm", ansible_winrm_transport="kerberos", **variables).kinit
    assert kinit is not None
    assert (kinit.mode, kinit.command, kinit.args) == (mode, command, arguments)


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({}, "port", 5986),
        ({}, "scheme", "https"),
        ({}, "path", "/wsman"),
        ({}, "transports", ("ntlm",)),
        ({"ansible_user": "admin@CORP.EXAMPLE"}, "transports", ("kerberos", "ntlm")),
        ({"ansible_psrp_protocol": "http"}, "port", 5985),
        ({"ansible_port": 5985}, "scheme", "http"),
        ({"ansible_psrp_path": "other"}, "path", "/other"),
        ({"ansible_psrp_auth": "basic"}, "transports", ("basic",)),
        ({"ansible_psrp_auth": "credssp"}, "transports", ("credssp",)),
        ({"ansible_psrp_cert_validation": "ignore"}, "server_cert_validation", "ignore"),
        ({"ansible_psrp_ca_cert": "/ca.pem"}, "ca_trust_path", "/ca.pem"),
        ({"ansible_psrp_connection_timeout": 7}, "connect_timeout", 7),
        ({"ansible_psrp_read_timeout": 90}, "read_timeout", 90),
        ({"ansible_psrp_operation_timeout": 25}, "operation_timeout", 25),
        ({"ansible_psrp_operation_timeout": 30}, "read_timeout", 40),
        ({"ansible_psrp_message_encryption": "always"}, "message_encryption", "always"),
        ({"ansible_psrp_proxy": "http://proxy:3128"}, "proxy", "http://proxy:3128"),
        ({"ansible_psrp_proxy": "http://proxy:1", "ansible_psrp_ignore_proxy": True}, "proxy", "http://proxy:1"),
        ({"ansible_psrp_cert_trust_path": "/ca.pem"}, "ca_trust_path", "/ca.pem"),
        ({"ansible_psrp_negotiate_send_cbt": "no"}, "send_cbt", False),
        ({"ansible_psrp_path": "/wsman", "ansible_host": "::1"}, "url", "https://[::1]:5986/wsman"),
        ({"ansible_psrp_auth": "ntlm"}, "transports", ("ntlm",)),
        ({"ansible_psrp_auth": "kerberos"}, "transports", ("kerberos",)),
        ({"ansible_port": None, "ansible_psrp_port": 5985}, "scheme", "http"),
        ({}, "proxy", "legacy_requests"),
        ({"ansible_psrp_ignore_proxy": True}, "proxy", None),
        ({"ansible_psrp_credssp_auth_mechanism": "ntlm"}, "credssp_auth_mechanism", "ntlm"),
        ({"ansible_psrp_credssp_disable_tlsv1_2": True}, "credssp_disable_tlsv1_2", True),
        ({"ansible_psrp_credssp_minimum_version": 5}, "credssp_minimum_version", 5),
        ({"ansible_psrp_negotiate_delegate": True}, "kerberos_delegation", True),
        ({"ansible_psrp_negotiate_hostname_override": "alias"}, "kerberos_hostname_override", "alias"),
        ({"ansible_psrp_negotiate_send_cbt": False}, "send_cbt", False),
        ({"ansible_psrp_negotiate_service": "cifs"}, "service", "cifs"),
        ({"ansible_psrp_max_envelope_size": 512000}, "max_envelope_size", 512000),
    ],
)
def test_psrp(variables: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read("psrp", **variables), field) == value


def test_psrp_certificate() -> None:
    endpoint = read(
        "psrp",
        ansible_psrp_auth="certificate",
        ansible_psrp_certificate_pem="/c.pem",
        ansible_psrp_certificate_key_pem="/k.pem",
    )
    assert endpoint.transports == ("certificate",)
    assert (endpoint.cert_pem, endpoint.cert_key_pem) == ("/c.pem", "/k.pem")


@pytest.mark.parametrize("kind", ["ssh", "local"])
def test_other_connections_are_told_what_works(kind: str) -> None:
    with pytest.raises(options.OptionError, match="winrm or psrp"):
        options.endpoint_from_connection(connection_loader.get(kind, PlayContext(), "/dev/null"), "srv01")


@pytest.mark.parametrize("name", ["winrm", "ansible.builtin.winrm"])
def test_long_and_short_name_of_the_connection(name: str) -> None:
    connection = connect(name, {"ansible_port": 5985, "ansible_winrm_transport": "ntlm"})
    assert options.endpoint_from_connection(connection, "srv01")[0].transports == ("ntlm",)


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
@pytest.mark.parametrize("password", ["a{{b}}c", "x{#1#}y", "{% raw %}", "a{{b{%c", "%}{{"])
def test_braces_are_text_once_ansible_has_rendered(kind: str, password: str) -> None:
    """Kind: a value that is marked as text, or typed, is taken for a template (ansible/ansible#46948)."""
    found = read(kind, ansible_password=password, ansible_user="{{me}}")
    assert found.password is not None
    assert (found.password.reveal(), found.username) == (password, "{{me}}")


@pytest.mark.parametrize(
    ("kind", "variables", "words"),
    [
        ("winrm", {"ansible_winrm_send_cbt": "perhaps"}, "ansible_winrm_send_cbt"),
        ("winrm", {"ansible_winrm_read_timeout_sec": "soon"}, "ansible_winrm_read_timeout_sec"),
        ("winrm", {"ansible_winrm_transport": "carrier-pigeon"}, "ansible_winrm_transport"),
        ("winrm", {"ansible_winrm_read_timeout_sec": 5}, "ansible_winrm_read_timeout_sec"),
    ],
)
def test_nonsense_is_named(kind: str, variables: dict[str, Any], words: str) -> None:
    with pytest.raises(options.OptionError, match=words) as error:
        read(kind, **variables)
    assert PASSWORD not in str(error.value)


def test_unknown_extra_is_a_warning() -> None:
    connection = _with_extras("winrm", {"ansible_winrm_raed_timeout_sec": 5})
    _endpoint, warnings = options.endpoint_from_connection(connection, "srv01")
    assert len(warnings) == 1
    assert "ansible_winrm_raed_timeout_sec" in warnings[0]


def test_extras_without_a_meaning_here_are_silent() -> None:
    connection = _with_extras("winrm", {"ansible_winrm_realm": "CORP", "ansible_winrm_keytab": "/k"})
    assert options.endpoint_from_connection(connection, "srv01")[1] == ()


def test_values_are_plain() -> None:
    """ansible-core 2.19 and later tag their strings with subclasses, which C libraries need not understand."""
    endpoint = read("winrm", ansible_winrm_transport="ntlm")
    for value in (endpoint.username, endpoint.host, *endpoint.transports):
        assert value.__class__ is str


@pytest.mark.parametrize(
    ("user", "scheme", "core", "installed", "expected"),
    [
        ("CORP\\admin", "https", (2, 18), True, ("ssl",)),
        ("admin@CORP.EXAMPLE", "https", (2, 18), True, ("kerberos", "ssl")),
        ("admin@CORP.EXAMPLE", "http", (2, 17), False, ("plaintext",)),
        ("admin@CORP.EXAMPLE", "http", (2, 19), False, ("kerberos",)),
        (None, "http", (2, 21), True, ("plaintext",)),
    ],
)
def test_default_transports_of_each_ansible_core(
    user: str | None, scheme: str, core: tuple[int, int], installed: bool, expected: tuple[str, ...]
) -> None:
    assert winrm_options.default_transports(user, scheme, core, installed) == expected


def test_default_transports_are_those_of_this_ansible_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrm_options, "ansible_version", "2.18.0")
    monkeypatch.setattr(winrm_options, "_kerberos_installed", lambda: False)
    assert read("winrm", ansible_user="admin@CORP.EXAMPLE").transports == ("ssl",)
    monkeypatch.setattr(winrm_options, "ansible_version", "2.21.0")
    assert read("winrm", ansible_user="admin@CORP.EXAMPLE").transports == ("kerberos",)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ansible_winrm_kinit_args": "-A '", "ansible_winrm_transport": "kerberos"}, "kinit_args.*quotes"),
    ],
)
def test_what_is_ignored_is_looked_at_all_the_same(variables: dict[str, Any], words: str) -> None:
    with pytest.raises(options.OptionError, match=words):
        read("winrm", **variables)


class Vaulted:
    """A value from a vault, as ansible-core hands it through up to 2.18: not a str, but it has a text."""

    def __str__(self) -> str:
        return "/ca.pem"


def test_what_has_a_text_is_one() -> None:
    assert read("winrm", ansible_winrm_ca_trust_path=Vaulted()).ca_trust_path == "/ca.pem"


@pytest.mark.parametrize("name", ["proxy", "ca_trust_path"])
def test_null_is_more_than_nothing_for_two_extras(name: str) -> None:
    assert getattr(read("winrm", **{f"ansible_winrm_{name}": None}), name) is None
    assert getattr(read("winrm"), name) == "legacy_requests"


def test_psrp_basic_in_the_clear_needs_a_word() -> None:
    clear = {"ansible_psrp_auth": "basic", "ansible_psrp_protocol": "http"}
    with pytest.raises(options.OptionError, match="in the clear"):
        read("psrp", **clear)
    assert read("psrp", **clear, ansible_psrp_message_encryption="never").cleartext


def test_psrp_kerberos_with_a_password_runs_kinit() -> None:
    kinit = read("psrp", ansible_psrp_auth="kerberos", ansible_user="admin@CORP.EXAMPLE").kinit
    assert kinit is not None
    assert (kinit.mode, kinit.env) == ("managed", ("KRB5_CONFIG",))


def test_psrp_key_with_a_passphrase_is_refused() -> None:
    if "certificate_key_password" not in connect("psrp", {}).option_definitions:
        pytest.skip("this ansible-core has no such variable")
    with pytest.raises(options.OptionError, match="certificate_key_password") as error:
        read("psrp", ansible_psrp_auth="certificate", ansible_psrp_certificate_key_password="Key-Secret-1")
    assert "Key-Secret-1" not in str(error.value)


@pytest.mark.parametrize(
    ("kind", "names", "field", "value"),
    [
        ("winrm", ("ansible_host", "ansible_winrm_host"), "host", "alias"),
        ("winrm", ("ansible_user", "ansible_winrm_user"), "username", "alias"),
        ("winrm", ("ansible_password", "ansible_winrm_pass"), "password", "alias"),
        ("winrm", ("ansible_password", "ansible_winrm_password"), "password", "alias"),
        ("psrp", ("ansible_host", "ansible_psrp_host"), "host", "alias"),
        ("psrp", ("ansible_user", "ansible_psrp_user"), "username", "alias"),
        ("psrp", ("ansible_password", "ansible_winrm_password"), "password", "alias"),
    ],
)
def test_other_names_of_the_same_variable(kind: str, names: tuple[str, str], field: str, value: str) -> None:
    usual, other = names
    variables = {key: text for key, text in BASE.items() if key != usual}
    connection = connection_loader.get(kind, PlayContext(), "/dev/null")
    connection.set_options(var_options={"inventory_hostname": "srv01", **variables, other: value})
    found = getattr(options.endpoint_from_connection(connection, "srv01")[0], field)
    assert (found.reveal() if field == "password" else found) == value


@pytest.mark.parametrize("password", ["", "{{", "a{#b", "x%}{%y", " spaces "])
def test_password_may_look_like_the_beginning_of_a_template(password: str) -> None:
    secret = read("winrm", ansible_password=password).password
    assert secret is not None
    assert secret.reveal() == password


@pytest.mark.parametrize(
    ("kind", "variables", "warned"),
    [
        ("winrm", {}, False),
        ("winrm", {"ansible_port": 5985}, True),
        ("winrm", {"ansible_port": 5985, "ansible_winrm_transport": "ntlm"}, False),
        (
            "winrm",
            {"ansible_port": 5985, "ansible_winrm_transport": "ntlm", "ansible_winrm_message_encryption": "never"},
            True,
        ),
        ("psrp", {"ansible_port": 5985}, False),
        ("psrp", {"ansible_port": 5985, "ansible_psrp_message_encryption": "never"}, True),
    ],
)
def test_what_anybody_can_read_is_a_warning(kind: str, variables: dict[str, Any], warned: bool) -> None:
    _endpoint, warnings = options.endpoint_from_connection(_with_extras(kind, variables), "srv01")
    assert [("can be read on the network" in warning) for warning in warnings] == [True] * warned


@pytest.mark.parametrize(
    ("kind", "variables", "advice"),
    [
        ("winrm", {"ansible_port": 5985}, "set ansible_winrm_transport to ntlm"),
        (
            "winrm",
            {"ansible_port": 5985, "ansible_winrm_transport": "ntlm", "ansible_winrm_message_encryption": "never"},
            "remove ansible_winrm_message_encryption: never",
        ),
        (
            "psrp",
            {"ansible_port": 5985, "ansible_psrp_message_encryption": "never"},
            "remove ansible_psrp_message_encryption: never",
        ),
    ],
)
def test_what_would_seal_it_is_said(kind: str, variables: dict[str, Any], advice: str) -> None:
    _endpoint, (warning,) = options.endpoint_from_connection(_with_extras(kind, variables), "srv01")
    assert advice in warning
