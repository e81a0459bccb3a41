# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument specification of every action plugin say the same, and messages name what there is.

ansible-test compares the first two for ordinary modules only.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = "ansible_collections.winfleet.activation"
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ACTIONS = sorted(path.stem for path in (PLUGINS / "action").glob("*.py"))

# They run on the controller and talk to no Windows machine.
CONTROLLERS_OWN = {"license_report", "policy_info"}


def _options(name: str) -> dict[str, Any]:
    """The options of a module, those of its fragments included."""
    module = importlib.import_module(f"{COLLECTION}.plugins.modules.{name}")
    documented = yaml.safe_load(module.DOCUMENTATION)
    options = dict(documented.get("options") or {})
    for fragment in documented.get("extends_documentation_fragment", ()):
        file, part = f"{fragment.removeprefix('winfleet.activation.')}.documentation".split(".")[:2]
        found = importlib.import_module(f"{COLLECTION}.plugins.doc_fragments.{file}").ModuleDocFragment
        options.update(yaml.safe_load(getattr(found, part.upper())).get("options") or {})
    return options


def _arguments(name: str) -> dict[str, Any]:
    module = importlib.import_module(f"{COLLECTION}.plugins.action.{name}")
    arguments: dict[str, Any] = module.ActionModule.ARGUMENTS
    return arguments


def test_there_is_something_to_compare() -> None:
    assert len(ACTIONS) >= 5


@pytest.mark.parametrize("name", ACTIONS)
def test_options_agree(name: str) -> None:
    documented = _options(name)
    arguments = _arguments(name)
    assert set(documented) == set(arguments)
    for option, argument in arguments.items():
        entry = documented[option]
        assert entry.get("type", "str") == argument.get("type", "str"), option
        assert entry.get("default") == argument.get("default"), option
        assert entry.get("choices") == argument.get("choices"), option
        assert entry.get("elements") == argument.get("elements"), option
        assert bool(entry.get("required")) == bool(argument.get("required")), option
        inner = argument.get("options", {})
        assert set(entry.get("suboptions", {})) == set(inner), option
        for name_, spec in inner.items():
            assert entry["suboptions"][name_].get("default") == spec.get("default"), name_


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - CONTROLLERS_OWN))
def test_action_group_knows_every_action(name: str) -> None:
    runtime = yaml.safe_load((PLUGINS.parent / "meta" / "runtime.yml").read_text())
    assert name in runtime["action_groups"]["spp"]


@pytest.mark.parametrize("path", sorted((PLUGINS / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_examples_and_return_are_complete(path: Path) -> None:
    module = importlib.import_module(f"{COLLECTION}.plugins.modules.{path.stem}")
    examples = yaml.safe_load(module.EXAMPLES)
    assert f"winfleet.activation.{path.stem}:" in module.EXAMPLES
    assert all("name" in task for task in examples)
    returns = yaml.safe_load(module.RETURN)
    for name, entry in returns.items():
        assert {"description", "returned", "type"} <= set(entry), name
        assert "sample" in entry or "contains" in entry or entry["type"] == "list" or name == "license", name


# --- What messages advise ---------------------------------------------------------------------------------------------

MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
_SETTING = r"[a-z_]+=[^\s,;)]+"
#: A module and what to give it, such as "product_key with state=absent and product=windows".
ADVICE = re.compile(rf"\b({'|'.join(MODULES)})(?: with)?((?:(?: and)? {_SETTING})+)")


def _texts(source: str) -> Iterator[str]:
    """Every text of a file; what an f-string puts in is ``{}``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _unknown(text: str) -> list[str]:
    """What a text tells to set that the module does not have."""
    found = []
    for advice in ADVICE.finditer(text):
        options = _options(advice[1])
        for setting in re.findall(_SETTING, advice[2]):
            name, value = setting.rstrip(".").split("=", 1)
            choices = options.get(name, {}).get("choices")
            if name not in options or (choices and "{" not in value and value not in choices):
                found.append(f"{advice[1]} has no {name}={value}")
    return found


def test_advice_that_names_no_option_is_found() -> None:
    assert _unknown("Do it again (module license with force=true).") == ["license has no force=true"]
    assert _unknown("Remove it with product_key state=away and product=windows.") == ["product_key has no state=away"]
    assert _unknown("Restart it (licensing_service with state=restarted).") == []


def test_messages_advise_options_that_there_are() -> None:
    texts = [(path, text) for path in PLUGINS.rglob("*.py") for text in _texts(path.read_text(encoding="utf-8"))]
    advised = [(path, text) for path, text in texts if ADVICE.search(text)]
    assert len(advised) > 10
    assert [(path.name, unknown) for path, text in advised for unknown in _unknown(text)] == []
