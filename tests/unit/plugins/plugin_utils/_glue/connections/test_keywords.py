# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that belongs to one host is used for another, whatever ansible-core has made of it for the first.

The first host has every variable that ansible-core or either plugin knows; the second has an account alone.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible import constants as C
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.template import Templar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.ansible_inside import (
    option_definitions,
    trust_as_template,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections import options
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.keywords import (
    PerHost,
    connection_keywords,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.option_reader import OptionError
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.rendering import Renderer
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret

MARK = "of-the-first-host"
# What the second host must have to be signed in to at all. It has no password of its own.
SECOND = {"inventory_hostname": "second", "ansible_host": "second.corp.example", "ansible_user": "someone"}


def everything() -> dict[str, Any]:
    """Every variable that means a connection, with a mark in it, of the kind that its option takes."""
    named = {name: MARK for names in C.MAGIC_VARIABLE_MAPPING.values() for name in names}
    for plugin in ("winrm", "psrp", "ssh"):
        for definition in option_definitions(plugin).values():
            for entry in definition.get("vars") or ():
                named[entry["name"]] = _marked(definition)
    named |= {f"ansible_winrm_{name}": MARK for name in ("proxy", "service", "ca_trust_path", "cert_pem")}
    return {**named, "ansible_connection": "winrm", "inventory_hostname": "first"}


def _marked(definition: dict[str, Any]) -> Any:
    if definition.get("choices"):
        return list(definition["choices"])[-1]
    return {"int": 4711, "integer": 4711, "float": 4711.0, "bool": True, "boolean": True, "list": [MARK]}.get(
        definition.get("type", "str"), MARK
    )


class Inventory:
    """Hostvars of both."""

    def __init__(self, second: dict[str, Any]) -> None:
        self._hosts = {"first": everything(), "second": {**SECOND, **second}}

    def __contains__(self, host: str) -> bool:
        return host in self._hosts

    def raw_get(self, host: str) -> dict[str, Any]:
        return self._hosts[host]


def as_executed(task: Task, first: dict[str, Any]) -> tuple[Task, PlayContext]:
    """Task and play context as the executor leaves them to an action: what they are of is the first host."""
    templar = Templar(loader=DataLoader(), variables=first)
    delegated = {"ansible_delegated_vars": {"first": dict(first)}}
    context = PlayContext().set_task_and_variable_override(task, {**first, **delegated}, templar)
    # ansible-core puts the plugin that it loaded for the task's host there.
    task.connection = "winrm"
    return task, context


def of_second(task: Task, kind: str, **second: Any) -> Any:
    """What stands for the second host's connection."""
    first = everything()
    task, context = as_executed(task, first)
    variables = {**first, "ansible_delegated_vars": {"first": first}}
    keywords = connection_keywords(task, context, variables)
    inventory = Inventory({"ansible_connection": kind, **second})
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), inventory)
    return HostConnections(renderer, keywords).of("second")


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
@pytest.mark.parametrize("delegated", [None, "first"])
def test_no_option_is_of_the_first_host(kind: str, delegated: str | None) -> None:
    task = Task.load({"action": "winfleet.activation.fleet_info"})
    task.delegate_to = delegated
    connection = of_second(task, kind)
    for option in option_definitions(kind):
        value = connection.get_option(option)
        assert MARK not in str(value), option
        assert value not in (4711, 4711.0), option


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
def test_no_field_of_the_endpoint_is_of_the_first_host(kind: str) -> None:
    own = {"ansible_password": "its-own", f"ansible_{kind}_{'transport' if kind == 'winrm' else 'auth'}": "ntlm"}
    endpoint, _warnings = options.endpoint_from_connection(of_second(Task(), kind, **own), "second")
    alone = Endpoint("second", "second.corp.example", username="someone", password=Secret("its-own"))
    for field in dataclasses.fields(endpoint):
        value = getattr(endpoint, field.name)
        value = value.reveal() if field.name == "password" else value
        assert MARK not in str(value), field.name
        assert value != 4711, field.name
    assert (endpoint.port, endpoint.path, endpoint.proxy) == (alone.port, alone.path, alone.proxy)


def test_the_second_host_is_refused_rather_than_signed_in_to() -> None:
    with pytest.raises(OptionError, match="ansible_password is not set"):
        options.endpoint_from_connection(of_second(Task(), "winrm", ansible_winrm_transport="basic"), "second")


def test_the_kind_of_connection_is_not_the_first_hosts() -> None:
    connection = of_second(task_with_account({}, None), "", ansible_connection=None)
    assert connection.transport == "ssh"
    assert not connection.chosen


# --- keywords that are templates: the task has them rendered for its own host


@pytest.mark.parametrize(
    ("task", "block"), [({"remote_user": "{{ account }}"}, None), ({}, {"remote_user": "{{ account }}"})]
)
def test_a_keyword_is_rendered_for_each_host(task: dict[str, Any], block: dict[str, Any] | None) -> None:
    made = task_with_account(task, block)
    keywords = connection_keywords(made, PlayContext(), {})
    assert keywords["remote_user"] == PerHost("{{ account }}")
    second = {"ansible_connection": "winrm", "ansible_user": None, "account": "of-the-second"}
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), Inventory(second))
    assert HostConnections(renderer, keywords).of("second").get_option("remote_user") == "of-the-second"


def task_with_account(task: dict[str, Any], block: dict[str, Any] | None) -> Task:
    """A task as the executor leaves it: its keyword is what the template comes to on the first host."""
    trusted = {name: trust_as_template(text) for name, text in task.items()}
    around = {name: trust_as_template(text) for name, text in (block or {}).items()}
    play = Play.load({"hosts": "all", "tasks": []}, loader=DataLoader())
    (made,) = Block.load({"block": [{"action": "ping", **trusted}], **around}, play=play, loader=DataLoader()).block
    made.remote_user = MARK
    return made


def test_a_keyword_that_a_host_cannot_fill_is_named() -> None:
    made = task_with_account({"remote_user": "{{ account }}"}, None)
    keywords = connection_keywords(made, PlayContext(), {})
    inventory = Inventory({"ansible_connection": "winrm", "ansible_user": None})
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), inventory)
    with pytest.raises(OptionError, match=r"second: the keyword remote_user: .*account"):
        HostConnections(renderer, keywords).of("second")


def test_a_keyword_that_is_plain_is_for_all() -> None:
    plain = Task.load({"action": "ping", "remote_user": "typed"})
    keywords = connection_keywords(plain, PlayContext(), {})
    renderer = Renderer(
        Templar(loader=DataLoader(), variables={}), Inventory({"ansible_connection": "winrm", "ansible_user": None})
    )
    assert HostConnections(renderer, keywords).of("second").get_option("remote_user") == "typed"
