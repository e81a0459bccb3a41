# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WWW-Authenticate in the forms that RFC 9110 allows, and that hosts and proxies send."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.challenge import (
    respelled,
    schemes_offered,
    token_of,
)

NEGOTIATE = frozenset({"negotiate"})


@pytest.mark.parametrize(
    ("header", "schemes"),
    [
        ("", ()),
        ("Negotiate", ("Negotiate",)),
        ("negotiate, CREDSSP", ("Negotiate", "CredSSP")),
        ("Negotiate, NTLM", ("Negotiate", "NTLM")),
        ("Negotiate ,\tKerberos , Negotiate", ("Negotiate", "Kerberos")),
        ('Basic realm="WSMAN"', ("Basic",)),
        ('Basic realm="a, Negotiate b", Kerberos', ("Basic", "Kerberos")),
        ('Digest realm="x", nonce=abc, qop=auth, NTLM', ("Digest", "NTLM")),
        ("Digest nonce = Negotiate, NTLM", ("Digest", "NTLM")),
        (r'Basic realm="a\", Negotiate", CredSSP', ("Basic", "CredSSP")),
        ('Basic realm="never closed, Negotiate', ("Basic",)),
        ("Negotiate YII=, Basic realm=x", ("Negotiate", "Basic")),
        ("Bearer", ("Bearer",)),
        (", ,", ()),
        ("=,1x", ()),
    ],
)
def test_schemes(header: str, schemes: tuple[str, ...]) -> None:
    assert schemes_offered(header) == schemes


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Negotiate", None),
        ("Negotiate YII=", "YII="),
        ("NEGOTIATE\tYII==", "YII=="),
        ("Kerberos, Negotiate YII=, Basic realm=x", "YII="),
        ('Basic realm="Negotiate YII="', None),
        ('Digest nonce="x, Negotiate YII="', None),
        ("Negotiate !!!!", None),
        ("Negotiate YII= trailing", None),
        ("NTLM YII=", None),
        ("Negotiate, Negotiate YII=", "YII="),
    ],
)
def test_token(header: str, token: str | None) -> None:
    assert token_of(header, NEGOTIATE) == token


def test_nobody_is_told_more_than_a_few() -> None:
    assert len(schemes_offered(", ".join(f"S{number}" for number in range(1000)))) == 10


def test_libraries_find_the_names_that_they_look_for() -> None:
    assert respelled("negotiate YII=, ntlm, kerberosx") == "Negotiate YII=, NTLM, kerberosx"
