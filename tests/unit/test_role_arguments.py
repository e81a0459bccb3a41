# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of roles: text is not a type, and what is written twice agrees.

``-e name=false`` and a survey hand over text, and the argument specification of a role refuses what cannot be read but
converts nothing (ansible/ansible#15636). So a boolean, a number or a list is either handed to an option of a module,
which converts it, or converted once in the role's vars/main.yml, and used in no other way.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (REPOSITORY / "roles").iterdir())
TYPED = {"bool", "int", "float", "list"}

# Words of a task that take an expression or a template of their own, and so no option of a module.
_KEYWORDS = ("when", "failed_when", "changed_when", "check_mode", "until", "loop", "that")


def _spec(role: str) -> dict[str, Any]:
    spec = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text())
    options: dict[str, Any] = spec["argument_specs"]["main"]["options"]
    return options


def _defaults(role: str) -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "roles" / role / "defaults" / "main.yml").read_text()) or {}


def _expressions(tasks: Any) -> list[str]:
    """Every expression of a role's tasks in which a value is used as it is."""
    found: list[str] = []
    if isinstance(tasks, list):
        for task in tasks:
            found += _expressions(task)
    elif isinstance(tasks, dict):
        for key, value in tasks.items():
            if key in _KEYWORDS:
                found += [str(one) for one in (value if isinstance(value, list) else [value])]
            else:
                found += _expressions(value)
    return found


def _bare(role: str, name: str) -> list[str]:
    tasks = [
        text
        for path in sorted((REPOSITORY / "roles" / role / "tasks").glob("*.yml"))
        for text in _expressions(yaml.safe_load(path.read_text()))
    ]
    return [text for text in tasks if re.search(rf"(?<![\w.]){name}(?![\w]|\s*\|\s*(bool|length|default))", text)]


@pytest.mark.parametrize("role", ROLES)
def test_no_typed_argument_is_used_bare(role: str) -> None:
    for name, option in _spec(role).items():
        if option.get("type") in TYPED:
            assert _bare(role, name) == [], name


@pytest.mark.parametrize("role", ROLES)
def test_a_boolean_is_handed_on_or_converted_once(role: str) -> None:
    """In a template with anything else a text is true, whatever it says."""
    for path in (REPOSITORY / "roles" / role).glob("*/*.yml"):
        if path.parent.name not in ("tasks", "vars"):
            continue
        for name, option in _spec(role).items():
            if option.get("type") != "bool":
                continue
            for template in re.findall(rf"{{{{[^}}]*(?<![\w.]){name}(?!\w)[^}}]*}}}}", path.read_text()):
                assert re.fullmatch(rf"{{{{ {name}( \| bool)? }}}}", template), (path.name, template)


@pytest.mark.parametrize("role", ROLES)
def test_defaults_agree_with_the_specification(role: str) -> None:
    spec, defaults = _spec(role), _defaults(role)
    assert set(defaults) <= set(spec)
    for name, option in spec.items():
        # A default that depends on the inventory is described in words.
        if "{{" not in str(defaults.get(name)):
            assert option.get("default") == defaults.get(name), name
        assert not (option.get("required") and name in defaults), name


# What a role hands to an option of a module is described by both.
_HANDED_ON = [
    ("license_audit", "license_audit_accepted_key_types", "fleet_info", "accepted_key_types"),
    ("license_audit", "license_audit_in_flight", "fleet_info", "in_flight"),
    ("license_audit", "license_audit_host_timeout", "fleet_info", "host_timeout"),
    ("license_audit", "license_audit_max_refusals", "fleet_info", "max_refusals"),
    ("license_audit", "license_audit_report_format", "license_report", "format"),
    ("license_audit", "license_audit_show", "license_report", "show"),
    ("license_audit", "license_audit_columns", "license_report", "columns"),
    ("license_audit", "license_audit_redact", "license_report", "redact"),
    ("kms_client", "kms_client_activate", "license_repair", "activate"),
    ("kms_client", "kms_client_require_activation", "license_repair", "require_activation"),
    ("kms_client", "kms_client_served", "license_repair", "served"),
    ("kms_dns", "kms_dns_key_algorithm", "kms_srv", "key_algorithm"),
    ("kms_dns", "kms_dns_server_port", "kms_srv", "server_port"),
]


def _module_options(name: str) -> dict[str, Any]:
    from ansible.plugins.loader import fragment_loader
    from ansible.utils.plugin_docs import get_docstring

    path = REPOSITORY / "plugins" / "modules" / f"{name}.py"
    doc = get_docstring(str(path), fragment_loader, collection_name="winfleet.activation")[0]
    options: dict[str, Any] = doc["options"]
    return options


@pytest.mark.parametrize(("role", "argument", "module", "option"), _HANDED_ON)
def test_what_is_handed_on_agrees_with_the_module(role: str, argument: str, module: str, option: str) -> None:
    ours, theirs = _spec(role)[argument], _module_options(module)[option]
    assert ours["type"] == theirs["type"] or {ours["type"], theirs["type"]} == {"int", "float"}
    assert ours.get("choices", theirs.get("choices")) == theirs.get("choices")
    assert ours.get("default") == theirs.get("default")


# Whole dictionaries of options.
_SETTINGS = [
    ("kms_client", "kms_client_settings", "license_repair", "client_settings"),
    ("kms_host", "kms_host_settings", "kms_host_setup", "settings"),
]


@pytest.mark.parametrize(("role", "argument", "module", "option"), _SETTINGS)
def test_settings_are_those_of_the_module(role: str, argument: str, module: str, option: str) -> None:
    """An entry that the specification of the role does not name is refused, however deep it stands."""
    assert _kinds(_spec(role)[argument], "options") == _kinds(_module_options(module)[option], "suboptions")


def _kinds(option: dict[str, Any], below: str) -> dict[str, Any]:
    found = {name: option.get(name) for name in ("type", "elements", "choices", "required") if option.get(name)}
    inner = option.get(below)
    return {**found, "options": {name: _kinds(one, below) for name, one in inner.items()}} if inner else found


@pytest.mark.parametrize("role", sorted(path.name for path in (REPOSITORY / "roles").iterdir()))
def test_no_description_of_a_variable_is_a_template(role: str) -> None:
    """Ansible fills in what stands in double braces there, before the first task, whether or not it is defined."""
    assert "{{" not in str(_spec(role))


def test_all_options_of_the_report_are_tried_before_the_fleet_is_read() -> None:
    """What is known only afterwards is left out."""
    folder, module = REPOSITORY / "roles" / "license_audit" / "tasks", "winfleet.activation.license_report"
    tasks = [task for name in ("main", "report") for task in yaml.safe_load((folder / f"{name}.yml").read_text())]
    tried, written = (task[module] for task in tasks if module in task)
    assert tried.pop("check_only") is True
    assert tried == {name: value for name, value in written.items() if name in tried}
    assert set(written) - set(tried) == {"hosts", "summary", "findings", "audited_at"}


def test_no_change_is_declared_to_be_none() -> None:
    """Kind: a restart, or another change of a machine, that no recap shows."""
    files = [*REPOSITORY.glob("playbooks/**/*.yml"), *REPOSITORY.glob("roles/*/tasks/*.yml")]
    assert files
    assert [path.name for path in files if re.search(r"changed_when:\s*(false|no)\b", path.read_text())] == []
