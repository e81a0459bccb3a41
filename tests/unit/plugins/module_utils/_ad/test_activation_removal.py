# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What forbids the removal of an activation object, and what is known after one that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._ad import activation_removal
from ansible_collections.winfleet.activation.plugins.module_utils._ad.accounts import Domain
from ansible_collections.winfleet.activation.plugins.module_utils._ad.activation_objects import (
    Activation,
    ActivationObject,
)
from ansible_collections.winfleet.activation.plugins.module_utils._ad.activation_removal import Audit, Removal
from ansible_collections.winfleet.activation.plugins.module_utils._ad.directory import Directory
from ansible_collections.winfleet.activation.plugins.module_utils._ad.entry import Entry
from ansible_collections.winfleet.activation.plugins.module_utils._ad.errors import (
    AdError,
    NoAnswer,
    NotFound,
    Refused,
    ServerSaysNo,
    SettingWrong,
)

CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
DN = f"CN=ao1,{CONTAINER}"
OBJECT = ActivationObject(DN, "Corp AO")
SEEN = Activation("dc1", "corp.example", Domain("", "", "", ""), CONTAINER, 88, objects=(OBJECT,))


def machine(method: str | None, dn: str | None, *more: dict[str, Any]) -> dict[str, Any]:
    found = {"activation_method": method, "activation_object": {"object_dn": dn} if dn else None}
    return {"products": [{"activation_method": "kms", "activation_object": None}, found, *more]}


@pytest.mark.parametrize(
    ("result", "uses"),
    [
        (machine("ad", DN), True),
        (machine("ad", DN.lower().replace(",", ", ")), True),
        (machine("ad", f"CN=ao2,{CONTAINER}"), False),
        # It was the last time that Active Directory did it, and a KMS host does now.
        (machine("kms", DN), False),
        (machine("kms", None), False),
        # By which object is not known.
        (machine("ad", None), True),
        (machine(None, None), False),
        (machine("kms", None, {"activation_method": "ad", "activation_object": {"object_dn": DN}}), True),
    ],
)
def test_machines_that_use_it(result: dict[str, Any], uses: bool) -> None:
    audit = activation_removal.asked({"pc1": result}, DN)
    assert audit == Audit(("pc1",) if uses else (), ())


def test_machines_that_were_not_read() -> None:
    audit = activation_removal.asked({"pc1": {"unreachable": True}, "pc2": machine("kms", None), "pc3": {}}, DN)
    assert audit == Audit((), ("pc1", "pc3"))


@pytest.mark.parametrize("hosts", [{}, {"pc1": "text"}, {"pc1": None}])
def test_no_audit_at_all(hosts: dict[str, Any]) -> None:
    with pytest.raises(SettingWrong, match="hosts"):
        activation_removal.asked(hosts, DN)


@pytest.mark.parametrize("text", ["ao1", "", "Corp AO 2022"])
def test_a_name_that_is_not_exact(text: str) -> None:
    with pytest.raises(SettingWrong, match="not a distinguished name"):
        activation_removal.checked_name(text)


def test_the_guard() -> None:
    users = tuple(f"pc{number}" for number in range(12))
    with pytest.raises(Refused, match=r"12 machines are activated by Corp AO: pc0, .* and 2 more"):
        activation_removal.guard(Removal(SEEN, OBJECT, ()), Audit(users))
    activation_removal.guard(Removal(SEEN, None, ()), Audit(users))
    activation_removal.guard(Removal(SEEN, OBJECT, ()), Audit((), ("pc1",)))


def test_warnings() -> None:
    other = ActivationObject(f"CN=ao2,{CONTAINER}", "Other")
    assert list(activation_removal.warnings(Removal(SEEN, OBJECT, (other,)), Audit())) == []
    assert list(activation_removal.warnings(Removal(SEEN, None, ()), Audit((), ("pc1",)))) == []
    alone, unread = activation_removal.warnings(Removal(SEEN, OBJECT, ()), Audit((), ("pc1",)))
    assert "the only activation object of corp.example" in alone
    assert "1 machines of the audit were not read" in unread


class Server:
    """A directory in which deleting ends in one of several ways."""

    label = "dc1"

    def __init__(self, on_delete: AdError | None = None, on_read: AdError | None = None, stays: bool = False) -> None:
        self._on_delete, self._on_read, self._stays = on_delete, on_read, stays

    def delete(self, _dn: str) -> None:
        if self._on_delete is not None:
            raise self._on_delete

    def read(self, dn: str, _attributes: list[str]) -> Entry | None:
        if self._on_read is not None:
            raise self._on_read
        return Entry(dn, {}) if self._stays else None


@pytest.mark.parametrize(
    ("server", "kind", "changed"),
    [
        (Server(on_delete=NoAnswer("dc1", "the connection broke")), NoAnswer, None),
        (Server(on_read=NoAnswer("dc1", "no answer in time")), NoAnswer, None),
        (Server(on_delete=ServerSaysNo("dc1", "no")), ServerSaysNo, False),
        (Server(stays=True), ServerSaysNo, False),
    ],
)
def test_what_is_known_after_a_failure(server: Server, kind: type[AdError], changed: bool | None) -> None:
    with pytest.raises(kind) as caught:
        activation_removal.remove(cast(Directory, server), OBJECT)
    assert caught.value.changed is changed


def test_somebody_else_was_faster() -> None:
    activation_removal.remove(cast(Directory, Server(on_delete=NotFound("dc1", "gone"))), OBJECT)


def named(dn: str, *objects: str) -> str | None:
    seen = replace(SEEN, objects=tuple(ActivationObject(f"CN={name},{CONTAINER}", name) for name in objects))
    found = activation_removal._named(cast(Directory, Server()), seen, f"CN={dn},{CONTAINER}")
    return found.name if found is not None else None


def test_the_object_that_is_named() -> None:
    assert named("AO1", "ao1", "ao2") == "ao1"
    assert named("ao3", "ao1", "ao2") is None
    assert named("Strasse", "Straße", "Strasse") == "Strasse"
    assert named("Straße", "Strasse", "Straße") == "Straße"
    with pytest.raises(Refused, match=r"may be any of CN=Straße,.*letter for letter"):
        named("STRASSE", "Straße", "Strasse")
