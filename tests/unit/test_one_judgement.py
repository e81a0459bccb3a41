# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task of the playbooks and roles that judges machines is given the whole policy.

Kind: a machine that is right in the audit and wrong in a role, since that role does not know the policy of its group.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import POLICY_ARGUMENTS

REPOSITORY = Path(__file__).resolve().parents[2]
JUDGES = ("fleet_info", "fleet_repair", "license_info", "license_repair")
#: What a task need not know: it says nothing of what machines are, and may name hosts that this role was not given.
LEFT_OUT = {"roles/kms_dns/tasks/look.yml": {"host_key_groups"}}


def judging() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in sorted([*REPOSITORY.glob("playbooks/**/*.yml"), *REPOSITORY.glob("roles/*/tasks/*.yml")]):
        for task in _tasks(yaml.safe_load(path.read_text())):
            for module in JUDGES:
                arguments = task.get(f"winfleet.activation.{module}")
                if arguments is not None:
                    yield str(path.relative_to(REPOSITORY)), task["name"], arguments


def _tasks(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for one in tree:
            yield from _tasks(one)
    elif isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _tasks(value)


@pytest.mark.parametrize(("path", "name", "arguments"), list(judging()))
def test_a_task_that_judges_is_given_the_whole_policy(path: str, name: str, arguments: dict[str, Any]) -> None:
    assert POLICY_ARGUMENTS.keys() - arguments.keys() == LEFT_OUT.get(path, set()), name


def test_there_are_such_tasks() -> None:
    assert {path for path, _name, _arguments in judging()} >= {"playbooks/enforce.yml", "roles/kms_dns/tasks/look.yml"}
