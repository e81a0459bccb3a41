# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of variable names agrees with the roles' argument specifications and the playbooks.

``python -m tests.unit.test_variable_table`` writes it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY / "plugins" / "plugin_utils" / "_glue" / "data" / "variables.tsv"
PLAYBOOKS = sorted(path.stem for path in (REPOSITORY / "playbooks").glob("*.yml"))
ROLES = sorted(path.name for path in (REPOSITORY / "roles").iterdir())
# What roles read besides their own, so that one policy serves all of them.
SHARED = {
    "approved_kms_hosts": {"license_audit", "kms_client", "kms_dns", "kms_host"},
    "accepted_key_types": {"kms_dns"},
    "activation": {"license_audit", "kms_client", "kms_dns"},
    "activation_objects": {"license_audit", "kms_dns"},
    "host_key_groups": {"license_audit", "kms_client"},
    "report_format": {"license_audit"},
    "winfleet_audit": {"license_audit"},
    "exceptions": {"license_audit", "kms_client", "kms_dns"},
    **{
        word: {"license_audit", "kms_client", "kms_dns"}
        for word in ("activation_by_host", "minimum_days", "prevent_publishing", "cloud_kms_hosts", "by_group")
    },
}
_TASKS = r"import_tasks: (tasks/\w+\.yml)"
OWN = "winfleet_own_variables"


def table() -> set[tuple[str, str, str]]:
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    rows = [line.split("\t") for line in lines[1:]]
    return {(row[0], row[1], row[2]) for row in rows}


def expected() -> set[tuple[str, str, str]]:
    readers: dict[str, set[str]] = {OWN: {*PLAYBOOKS, *ROLES}}
    for role in ROLES:
        for name in [*_arguments(role), *(name for name, roles in SHARED.items() if role in roles)]:
            readers.setdefault(name, set()).update({role, *_playbooks_with(role)})
    for playbook in PLAYBOOKS:
        for name in _read_by(playbook):
            readers.setdefault(name, set()).add(playbook)
    for name in _results() - readers.keys():
        readers[name] = set()
    return {(name, _role_of(name), ",".join(sorted(of)) or "-") for name, of in readers.items()}


def _arguments(role: str) -> set[str]:
    spec = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text())
    return {name for entry in spec["argument_specs"].values() for name in entry["options"]}


def _playbook(name: str) -> str:
    text = (REPOSITORY / "playbooks" / f"{name}.yml").read_text()
    return "\n".join([text, *((REPOSITORY / "playbooks" / path).read_text() for path in re.findall(_TASKS, text))])


def _playbooks_with(role: str) -> set[str]:
    return {name for name in PLAYBOOKS if f"name: winfleet.activation.{role}\n" in _playbook(name)}


def _read_by(playbook: str) -> set[str]:
    """The variables of a playbook: each is required, or has a default."""
    text = _playbook(playbook)
    named = set(re.findall(r"(?<![\w.])([a-z]\w+)(?: \| default\(| is defined)", text))
    named |= set(re.findall(r"default\(([a-z]+_\w+)\) \|", text))
    # Of the hosts.
    named |= set(re.findall(r"map\(attribute='(\w+)', default=", text))
    return named - _results()


def _results() -> set[str]:
    """What the collection registers or sets as a fact, and what its roles offer by their vars."""
    found: set[str] = set()
    for path in sorted([*REPOSITORY.glob("playbooks/**/*.yml"), *REPOSITORY.glob("roles/*/tasks/*.yml")]):
        for key, value in _pairs(yaml.safe_load(path.read_text())):
            found |= {value} if key == "register" else set(value) if key == "ansible.builtin.set_fact" else set()
    for path in REPOSITORY.glob("roles/*/vars/main.yml"):
        found |= set(yaml.safe_load(path.read_text()))
    return {name for name in found if not name.startswith("__")}


def _role_of(name: str) -> str:
    return next((role for role in ROLES if name.startswith(f"{role}_")), "-")


def _pairs(tree: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, list):
        for one in tree:
            yield from _pairs(one)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield key, value
            yield from _pairs(value)


def test_the_table_is_what_is_read() -> None:
    assert table() == expected()


def test_the_table_is_sorted_and_names_nothing_twice() -> None:
    names = [line.split("\t")[0] for line in TABLE.read_text().splitlines() if not line.startswith("#")][1:]
    assert names == sorted(set(names))


def test_every_variable_has_something_that_types_it() -> None:
    """Kind: a value that cannot be meant is met when it is used, after the fleet was read and other things were done.

    A word of the policy is typed by its schema, before anything else; that of a role by its argument specification,
    when the role begins. What a playbook hands to a module past its roles has to be a word of the policy.
    """
    # Here, since tests without the collection at hand read the table too.
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.schema import schema

    words = schema()["properties"].keys()
    for name, role, readers in table():
        past_its_role = [one for one in readers.split(",") if one in PLAYBOOKS and one not in _playbooks_with(role)]
        if readers != "-" and (role == "-" or past_its_role):
            assert name in words | _NAMES_OF_MACHINES | _SEEN_TO | _RESULTS_OF_OTHERS, name
        assert role == "-" or readers == "-" or name in _arguments(role) | words | _ALIASES, name


# Patterns and names are resolved, and nobody found is an error.
_NAMES_OF_MACHINES = {"audit_hosts", "enforce_hosts", "kms_clients", "kms_hosts"}
# By an assertion of the playbook, by policy_info, and by the audit that made it.
_SEEN_TO = {"enforce_mark_hosts", "policy_file", "kms_dns_domain_controller"}
_RESULTS_OF_OTHERS = {"winfleet_audit"}
# Set by the playbooks from words of the policy.
_ALIASES = {"kms_dns_activation", "kms_dns_activation_objects", "kms_dns_no_kms_host"}


if __name__ == "__main__":
    head = [line for line in TABLE.read_text().splitlines() if line.startswith(("#", "name\t"))]
    TABLE.write_text("\n".join([*head, *("\t".join(row) for row in sorted(expected()))]) + "\n")
