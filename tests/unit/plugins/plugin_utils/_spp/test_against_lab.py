# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client and lab face to face, envelope by envelope, without a socket between them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import firewall, reader, schema
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.facts import FACTS
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Conversation,
    Enumeration,
    Instance,
    Invocation,
    MethodResult,
    RequestContext,
    WsmanFault,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.facts import Fact
from winlab.builder import build_fleet
from winlab.cim import ClassDef
from winlab.machine import Machine
from winlab.scenario import parse_scenario
from winlab.soap import read_request
from winlab.wsman import Service


class FaceToFace:
    """A session whose other end is the WS-Management service of a machine of the lab."""

    def __init__(self, machine: Machine) -> None:
        self._service = Service(machine)
        self._account = machine.winrm.accounts[0]
        numbers = count(1)
        self._context = RequestContext(to="http://lab/wsman", new_id=lambda: f"uuid:{next(numbers)}")
        self.queries: list[str] = []

    def query(
        self, wql: str, namespace: str = "root/cimv2", types: Mapping[str, str] | None = None
    ) -> tuple[Instance, ...]:
        self.queries.append(wql)
        enumeration = Enumeration(self._context, wql, namespace, types)
        self._pump(enumeration)
        return enumeration.instances

    def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Any = None,
        selectors: Mapping[str, str] | None = None,
        namespace: str = "root/cimv2",
        types: Mapping[str, str] | None = None,
        **_unused: Any,
    ) -> MethodResult:
        call = Invocation(self._context, class_name, method, arguments, selectors, namespace, types)
        self._pump(call)
        return call.result

    def _pump(self, conversation: Conversation) -> None:
        while (request := conversation.next_request()) is not None:
            reply = asyncio.run(self._service.answer(read_request(request), self._account))
            conversation.receive(reply.text.encode())


def session(release: str, **machine: Any) -> FaceToFace:
    data = {"machines": [{"release": release, "name": "m", **machine}]}
    return FaceToFace(build_fleet(parse_scenario(data), source=lambda: 0.0).machines["m"])


FORMS = ["filter", "e_fail", "invalid_query"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("release", "believed"), [("server2012", 9600), ("win8", 9600), ("server2008r2", 9200), ("server2008", 7601)]
)
def test_columns_that_came_later_than_believed_are_done_without(
    monkeypatch: pytest.MonkeyPatch, release: str, believed: int, form: str
) -> None:
    """Whichever of the forms on public record a refusal has, a machine of the release below is read."""
    service, product = schema.service_columns, schema.product_columns
    monkeypatch.setattr(schema, "service_columns", lambda build: service(believed))
    monkeypatch.setattr(schema, "product_columns", lambda build: product(believed))
    there = session(release, winrm={"refused_column": form})
    found = reader.read_snapshot(there)
    assert found.service.version
    assert [one.partial_product_key is not None for one in found.products] == [True]
    assert len(there.queries) == 5
    assert not any("*" in one for one in there.queries)


@pytest.mark.parametrize(
    "release", ["server2003r2", "vista", "server2008", "win7", "server2012", "server2012r2", "win10", "server2025"]
)
def test_each_release_is_asked_for_what_it_has(release: str) -> None:
    there = session(release)
    reader.read_snapshot(there)
    assert len(there.queries) == 3 + (release == "server2003r2")


@pytest.mark.parametrize("form", FORMS)
def test_a_query_for_a_column_that_is_missing_counts_as_invalid(form: str) -> None:
    there = session("server2012", winrm={"refused_column": form})
    with pytest.raises(WsmanFault) as caught:
        there.query("SELECT WinfleetNoSuchColumn FROM Win32_OperatingSystem")
    assert caught.value.invalid_query
    assert not caught.value.not_found


@pytest.mark.parametrize("release", ["server2012", "server2025"])
def test_the_office_platform_of_newer_windows_is_asked_once(release: str) -> None:
    there = session(release, office={"2010": ["proplus"]})
    found = reader.read_snapshot(there, office=True)  # type: ignore[arg-type]
    assert [one.wmi_class for one in found.products if not one.is_windows] == ["OfficeSoftwareProtectionProduct"]
    assert len(there.queries) == 5


def test_a_method_that_answers_an_empty_output_has_been_accepted() -> None:
    there = session("server2022")
    for wanted in (True, False):
        rule = take(there, firewall.read_rule())  # type: ignore[arg-type]
        assert rule is not None
        take(there, firewall.switch_rule(rule, wanted))  # type: ignore[arg-type]
        after = take(there, firewall.read_rule())  # type: ignore[arg-type]
        assert after is not None
        assert after.enabled is wanted


NAMESPACES = {fact.name: fact.subject for fact in FACTS.all if fact.kind == "class"}
METHODS = [fact for fact in FACTS.all if fact.kind == "method"]
FIRST_OF = {9200: ("server2012", "server2008r2"), 7600: ("server2008r2", "server2008"), 6000: ("server2008", None)}


@pytest.mark.parametrize("fact", METHODS, ids=lambda fact: f"{fact.subject}.{fact.name}")
def test_methods_have_the_parameters_that_the_lab_gives_them(fact: Fact) -> None:
    """From the first release on that has the method, and not on the one before."""
    first, before = FIRST_OF.get(fact.since, ("server2008", None))
    definition = class_of(first, fact.subject)
    assert definition is not None
    method = definition.methods[fact.name]
    told = [*method.inputs.items(), *((f">{name}", kind) for name, kind in method.outputs.items())]
    assert sorted(f"{name}:{kind}" for name, kind in told) == sorted(fact.value.split())
    earlier = class_of(before, fact.subject) if before else None
    assert earlier is None or fact.name not in earlier.methods


def class_of(release: str, name: str) -> ClassDef | None:
    data = {"machines": [{"release": release, "name": "m"}]}
    machine = build_fleet(parse_scenario(data), source=lambda: 0.0).machines["m"]
    return machine.cim.class_def(NAMESPACES[name], name)
