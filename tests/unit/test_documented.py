# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What YAML stands in README and the guides can be used as it stands: its options, variables and modules exist.

tests/e2e/test_documented.py types the commands of the same pages.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table
from tests.guide import REPOSITORY, Block, blocks

from .test_docs_match_code import _options

COLLECTION = "winfleet.activation"
VARIABLES = {
    row["name"] for row in read_table(REPOSITORY / "plugins" / "plugin_utils" / "_glue" / "data" / "variables.tsv")
}
MODULES = {path.stem for path in (REPOSITORY / "plugins" / "modules").glob("*.py")}
YAML = [block for block in blocks() if block.language == "yaml"]
#: Of other programs: what their files begin with, by which they are known.
FOREIGN = {
    "collections": "requirements.yml of ansible-galaxy",
    "windows": "an inventory",
    "plugin": "an inventory plugin's file",
    "dependencies": "a part of execution-environment.yml of ansible-builder",
    "winfleet_image": "what extensions/awx/configure.yml reads, which tests/unit/test_extensions.py compares",
    "images": "execution-environment.yml of ansible-builder, which tests/engines/test_builder.py reads",
    "ansible_connection": "group_vars with connection variables",
    "jobs": "a workflow of GitHub",
    "activation": "a job of GitLab, or the policy's way of activation",
}


def _names(block: Block) -> str:
    return f"{block.page}: {block.text.strip().splitlines()[0]}"


def _plays(block: Block) -> list[dict[str, Any]]:
    document = yaml.safe_load(block.text)
    return document if isinstance(document, list) else []


PLAYS = [block for block in YAML if _plays(block)]
POLICIES = [
    block for block in YAML if not _plays(block) and not set(FOREIGN) & set(yaml.safe_load(block.text)) - {"activation"}
]


def _tasks(plays: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for play in plays:
        yield from play.get("tasks", [])


def test_there_is_something_to_try() -> None:
    assert len(PLAYS) > 8
    assert len(POLICIES) > 8


@pytest.mark.parametrize("block", YAML, ids=_names)
def test_it_is_yaml(block: Block) -> None:
    assert isinstance(yaml.safe_load(block.text), (dict, list))


@pytest.mark.parametrize("block", PLAYS, ids=_names)
def test_options_exist(block: Block) -> None:
    for task in _tasks(_plays(block)):
        for key, given in task.items():
            name = key.removeprefix(f"{COLLECTION}.")
            if key.startswith(f"{COLLECTION}.") and name in MODULES:
                assert set(given or {}) <= set(_options(name)), key
            assert not key.startswith(f"{COLLECTION}.") or name in MODULES, key


@pytest.mark.parametrize("block", PLAYS, ids=_names)
def test_variables_of_roles_exist(block: Block) -> None:
    for task in _tasks(_plays(block)):
        included = task.get("ansible.builtin.include_role") or task.get("ansible.builtin.import_role")
        if included:
            assert included["name"].startswith(f"{COLLECTION}.")
            assert set(task.get("vars", {})) <= VARIABLES


@pytest.mark.parametrize("block", PLAYS, ids=_names)
def test_ansible_reads_it(block: Block, tmp_path: Path) -> None:
    playbook, inventory = tmp_path / "play.yml", tmp_path / "inventory.ini"
    inventory.write_text("[windows]\nlocalhost\n")
    playbook.write_text(block.text)
    program = "from ansible.cli.playbook import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "-i", str(inventory), "--syntax-check", str(playbook)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", POLICIES, ids=_names)
def test_variables_of_a_policy_exist(block: Block) -> None:
    assert set(yaml.safe_load(block.text)) <= VARIABLES
