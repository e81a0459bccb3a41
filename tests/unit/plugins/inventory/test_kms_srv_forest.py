# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory kms_srv with the domains that a domain controller knows of; the real one is in tests/servers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import connection, forest
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import NotSignedIn
from ansible_collections.winfleet.activation.plugins.module_utils._ad.settings import Password, Settings

from .conftest import Build, Refuse
from .site import Site, srv

ROGUE = "pc0815.corp.example"
SECRET = "not-to-be-seen"
SIGN_IN = {"domain_controller": "dc1.corp.example", "bind_user": "auditor@corp.example", "bind_password": SECRET}


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Where somebody signed in. The forest is corp.example, with a zone."""
    found: list[Settings] = []

    @contextlib.contextmanager
    def connected(place: Settings) -> Iterator[None]:
        found.append(place)
        yield

    def read(_directory: None) -> forest.Forest:
        return forest.Forest("dc1.corp.example", ("corp.example",), ("labs.example",))

    monkeypatch.setattr(connection, "LDAP_ERROR", None)
    monkeypatch.setattr(forest, "connected", connected)
    monkeypatch.setattr(forest, "read_forest", read)
    return found


def test_domains_of_the_forest(site: Site, places: list[Settings], build: Build, monkeypatch: Any) -> None:
    monkeypatch.setenv("AUDITOR_PASSWORD", SECRET)
    site.publish("labs.example", srv(ROGUE))
    options = {**SIGN_IN, "bind_password": "{{ lookup('ansible.builtin.env', 'AUDITOR_PASSWORD') }}"}
    inventory = build(domains=None, **options)
    assert site.asked == 2
    assert [host.name for host in inventory.get_hosts("kms_unjudged")] == [ROGUE]
    assert [place.sign_in for place in places] == [Password("auditor@corp.example", SECRET)]


def test_besides_those_that_are_named(site: Site, places: list[Settings], build: Build) -> None:
    site.publish("labs.example", srv(ROGUE))
    inventory = build(domains=["labs.example", "factory.example"], **SIGN_IN)
    assert site.asked == 3
    assert len(inventory.get_host(ROGUE).vars["kms_srv"]["records"]) == 1


def test_nobody_is_asked_who_was_not_named(site: Site, places: list[Settings], build: Build) -> None:
    build(kerberos_principal="auditor@CORP.EXAMPLE")
    assert (site.asked, places) == (1, [])


def test_the_password_is_no_part_of_the_question(
    site: Site, places: list[Settings], build: Build, tmp_path: Path
) -> None:
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    build(**SIGN_IN, **kept)
    (file,) = (tmp_path / "cache").iterdir()
    assert SECRET not in file.read_text()
    build(**{**SIGN_IN, "bind_password": "another"}, **kept)
    assert len(places) == 1
    build(**{**SIGN_IN, "domain_controller": "dc2.corp.example"}, **kept)
    assert len(places) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({**SIGN_IN, "domain_controller": None}, "without domain_controller"),
        ({**SIGN_IN, "bind_user": None}, "without bind_user"),
        ({**SIGN_IN, "bind_password": None}, "bind_password is empty"),
        ({**SIGN_IN, "kerberos_keytab": "/k"}, "one way or the other"),
        ({"domain_controller": "192.0.2.1"}, "kerberos_hostname"),
        ({**SIGN_IN, "port": 0}, "port must be between"),
    ],
)
def test_bad_options(places: list[Settings], refuse: Refuse, options: dict[str, Any], words: str) -> None:
    message = refuse(**options)
    assert words in message
    assert SECRET not in message
    assert places == []


def test_without_python_ldap(places: list[Settings], refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LDAP_ERROR", "ImportError: No module named 'ldap'")
    assert "(python-ldap)" in refuse(**SIGN_IN)


def test_a_domain_controller_that_says_no(
    places: list[Settings], refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(place: Settings) -> None:
        raise NotSignedIn(place.label, "the password is wrong", "Check bind_password")

    monkeypatch.setattr(forest, "connected", refused)
    assert "dc1.corp.example: the password is wrong. Check bind_password." in refuse(**SIGN_IN)
