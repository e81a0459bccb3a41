# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said where a library is missing, and where nothing is to be said."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import connection, requirements
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import LibraryMissing
from ansible_collections.winfleet.activation.plugins.module_utils._ad.settings import Password, Settings
from ansible_collections.winfleet.activation.plugins.module_utils._dns import gss

BY_PASSWORD = Settings("dc1.corp.example", None, 5.0, Password("x", "not-to-be-seen"))
BY_TICKET = Settings("dc1.corp.example", None, 5.0, gss.Credentials(hostname="dc1.corp.example"))
BY_KEYTAB = Settings("dc1.corp.example", None, 5.0, gss.Credentials(keytab="/k", hostname="dc1.corp.example"))
MISSING = "ImportError: there is none"


def installed(monkeypatch: pytest.MonkeyPatch, ldap: bool, gssapi: bool) -> None:
    monkeypatch.setattr(connection, "LDAP_ERROR", None if ldap else MISSING)
    monkeypatch.setattr(gss, "GSSAPI_ERROR", None if gssapi else MISSING)


@pytest.mark.parametrize(
    ("place", "ldap", "gssapi", "library"),
    [
        (BY_PASSWORD, False, True, "python-ldap"),
        (BY_TICKET, False, False, "python-ldap"),
        (BY_KEYTAB, True, False, "gssapi"),
    ],
    ids=["no LDAP", "neither", "no Kerberos"],
)
def test_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, place: Settings, ldap: bool, gssapi: bool, library: str
) -> None:
    installed(monkeypatch, ldap, gssapi)
    with pytest.raises(LibraryMissing, match=rf"\({library}\)") as caught:
        requirements.require(place)
    assert caught.value.details == MISSING


@pytest.mark.parametrize("place", [BY_PASSWORD, BY_TICKET], ids=["password", "a ticket that is there"])
def test_what_is_not_needed(monkeypatch: pytest.MonkeyPatch, place: Settings) -> None:
    installed(monkeypatch, ldap=True, gssapi=False)
    requirements.require(place)
