# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken from inside ansible-core: all of it in one file, there in this release, and else told by its name."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import ansible_inside
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.ansible_inside import INSIDE
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.keywords import connection_keywords
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.rendering import Renderer

from .connections.sending import OneHost

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
FENCE = PLUGINS / "plugin_utils" / "_glue" / "ansible_inside.py"

# Also names of other things, or what plugins of their kind are documented to have.
ELSEWHERE = {"config", "password", "timeout", "template", "__name__", "available_variables"}
NAMES = {name for names in INSIDE.values() for name in names} - ELSEWHERE
# What action, inventory and filter plugins are documented to import; the rest of ansible-core is inside.
PUBLIC = {
    "ansible.errors",
    "ansible.inventory.group",
    "ansible.module_utils",
    "ansible.plugins.action",
    "ansible.plugins.inventory",
    "ansible.plugins.loader",
    "ansible.release",
    "ansible.utils.display",
    "ansible.utils.unsafe_proxy",
}
# Not about connections: types of options, as the connection plugins apply them.
AGREED = {("plugin_utils/_glue/connections/hosts.py", "ansible.config.manager")}
# The fact cache has its own door.
CACHE = {("plugin_utils/_glue/fact_cache.py", "ansible")}


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(PLUGINS.rglob("*.py")):
        if path != FENCE:
            yield path, ast.parse(path.read_text())


def test_no_other_file_takes_from_inside() -> None:
    found = [
        f"{path.relative_to(PLUGINS)}:{node.lineno} {node.attr}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in NAMES
    ]
    assert found == []


def test_no_other_file_imports_from_inside() -> None:
    found = set()
    for path, tree in trees():
        for node in ast.walk(tree):
            module = node.module if isinstance(node, ast.ImportFrom) and not node.level else None
            if module and module.split(".")[0] == "ansible":
                public = any(module == name or module.startswith(f"{name}.") for name in PUBLIC)
                if not public:
                    found.add((str(path.relative_to(PLUGINS)), module))
    assert found == AGREED | CACHE


def test_all_of_it_is_there() -> None:
    winrm = connection_loader.get("winrm", PlayContext(), "/dev/null")
    owners: dict[str, Any] = {
        "constants": C,
        "context": context,
        "ConfigManager": C.config,
        "Task": Task.load({"action": "ping"}),
        "PlayContext": PlayContext(),
        "HostVars": HostVars,
        "Templar": Templar(loader=DataLoader(), variables={}),
        "ConnectionBase": winrm,
    }
    missing = {(owner, name) for owner in owners for name in INSIDE[owner] if not hasattr(owners[owner], name)}
    assert missing == set()
    assert set(INSIDE) - set(owners) == {"AnsibleValueOmittedError"}


class Nothing:
    """Whatever it was, it is no more."""


@pytest.mark.parametrize("name", ["raw_get"])
def test_missing_hostvars_are_told(name: str) -> None:
    with pytest.raises(AnsibleActionFail, match=rf"no longer has HostVars\.{name}.*2\.17 to 2\.21"):
        Renderer(Templar(loader=DataLoader(), variables={}), Nothing())


def test_a_missing_templar_is_told() -> None:
    with pytest.raises(
        AnsibleActionFail, match=r"no longer has Templar\.copy_with_new_env and Templar\.available_variables"
    ):
        Renderer(Nothing(), OneHost({}))


def test_a_missing_task_is_told() -> None:
    with pytest.raises(AnsibleActionFail, match=r"no longer has Task\.dump_attrs"):
        connection_keywords(Nothing(), PlayContext(), {})


def test_a_missing_play_context_is_told() -> None:
    with pytest.raises(AnsibleActionFail, match=r"no longer has PlayContext\.password"):
        connection_keywords(Task(), Nothing(), {})


def test_a_missing_config_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ansible_inside, "C", types.SimpleNamespace(config=Nothing()))
    with pytest.raises(
        AnsibleActionFail, match=r"no longer has ConfigManager\.get_configuration_definitions and Config"
    ):
        ansible_inside.option_definitions("winrm")


def test_missing_old_names_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(C, "MAGIC_VARIABLE_MAPPING")
    with pytest.raises(AnsibleActionFail, match=r"no longer has constants\.MAGIC_VARIABLE_MAPPING"):
        ansible_inside.old_variables("password")


def test_a_parent_that_is_missing_is_done_without() -> None:
    assert ansible_inside.inherited(Nothing(), "connection", "ssh") == "ssh"
    assert ansible_inside.written(Nothing(), "connection") is None
    assert ansible_inside.source_of(Nothing()) is None


# --- rendering checks itself


class Another:
    """A templar of a release that makes something else of templates."""

    def __init__(self) -> None:
        self.available_variables: dict[str, Any] = {}
        self.asked = 0

    def copy_with_new_env(self, **_unused: Any) -> Another:
        return self

    def template(self, value: Any) -> Any:
        self.asked += 1
        return f"<{value}>" if "{{" in str(value) else value


def test_what_is_put_together_here_is_what_ansible_makes_of_it() -> None:
    assert Renderer(Templar(loader=DataLoader(), variables={}), OneHost({})).puts_together


def test_another_ansible_is_asked_each_time() -> None:
    templar = Another()
    renderer = Renderer(templar, OneHost({}))
    assert not renderer.puts_together
    before = templar.asked
    raw = {name: ansible_inside.trust_as_template(text) for name, text in (("a", "x"), ("b", "{{ a }}"))}
    assert [renderer.value(raw, "b") for _unused in range(3)] == ["<{{ a }}>"] * 3
    assert templar.asked == before + 3
