# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of a policy: what is told of a document, and that editors and the code say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.repair_arguments import REPAIR_ARGUMENTS
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import POLICY_ARGUMENTS
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy import schema
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.way import Way
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.formats import FORMATS

jsonschema = pytest.importorskip("jsonschema")

EXCEPTION = {"finding": "CLI-001", "host": "pc01", "owner": "Jane", "reason": "Because.", "until": "2026-12-31"}
GOOD: list[dict[str, Any]] = [
    {},
    {"approved_kms_hosts": ["kms01.corp.example:1689"], "kms_domains": ["corp.example"], "activation": "both"},
    {"minimum_days": 0, "canary": 0, "max_changes": "5%", "max_failures": 3, "activations_per_second": 0.5},
    {"by_group": {"lab": {"activation": "none", "accepted_key_types": ["MAK"], "kms_client_settings": {"port": 1688}}}},
    {"exceptions": [EXCEPTION]},
    {"license_audit_title": "corp.example", "kms_dns_server_port": 53},
]
BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"approved_kms_host": []},
        "approved_kms_host: there is no such key; did you mean approved_kms_hosts?",
    ),
    ({"approved_kms_hosts": "kms01"}, "approved_kms_hosts: it must be a list, not 'kms01'"),
    ({"approved_kms_hosts": [""]}, "approved_kms_hosts[0]: it is empty"),
    ({"approved_kms_hosts": [1]}, "approved_kms_hosts[0]: it must be text, not 1"),
    ({"approved_kms_hosts": None}, "approved_kms_hosts: it must be a list, not nothing"),
    ({"activation": "ad"}, "activation: 'ad' is not one of the choices; did you mean adba?"),
    ({"activation": "no"}, "activation: 'no' is not one of the choices; did you mean none?"),
    ({"accepted_key_types": []}, "accepted_key_types: the list is empty"),
    ({"minimum_days": "soon"}, "minimum_days: it must be a whole number, not 'soon'"),
    ({"minimum_days": True}, "minimum_days: it must be a whole number, not true"),
    ({"canary": -1}, "canary: it must be 0 or more, not -1"),
    ({"max_changes": "many"}, "max_changes: 'many' is not valid here"),
    ({"max_changes": "5.5%"}, "max_changes: '5.5%' is not valid here"),
    ({"kms_client_settings": {"port": 70000}}, "kms_client_settings.port: it must be 1 to 65535, not 70000"),
    ({"by_group": []}, "by_group: it must be a mapping of keys to values, not a list"),
    ({"by_group": {"lab": {"approved_kms_hosts": []}}}, "by_group.lab.approved_kms_hosts: there is no such key"),
    ({"exceptions": [{**EXCEPTION, "until": "soon"}]}, "exceptions[0].until: 'soon' is not a date"),
    ({"exceptions": [{**EXCEPTION, "verdict": "no_key"}]}, "exceptions[0]: give one of finding and verdict"),
    ({"exceptions": [{"finding": "CLI-001"}]}, "exceptions[0]: owner is missing: Who answers for it."),
    ({"audit_hosts": "all"}, "audit_hosts: there is no such key"),
]


def _editor_accepts(document: dict[str, Any]) -> bool:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return bool(jsonschema.Draft202012Validator(schema.schema(), format_checker=checker).is_valid(document))


@pytest.mark.parametrize("document", GOOD)
def test_a_policy_is_accepted(document: dict[str, Any]) -> None:
    assert list(schema.problems(document)) == []
    assert _editor_accepts(document)


@pytest.mark.parametrize(("document", "words"), BAD)
def test_what_is_wrong_is_named_by_place_and_word(document: dict[str, Any], words: str) -> None:
    assert str(next(schema.problems(document))).startswith(words)
    assert not _editor_accepts(document)


def test_everything_that_is_wrong_is_told() -> None:
    found = schema.problems({"activation": "x", "minimum_days": -1, "by_group": {"a": {"b": 1}, "c": 2}})
    assert [problem.keys for problem in found] == [
        ("activation",),
        ("minimum_days",),
        ("by_group", "a", "b"),
        ("by_group", "c"),
    ]


def test_what_a_template_makes_is_judged_by_whoever_reads_it() -> None:
    assert list(schema.problems({"approved_kms_hosts": "{{ groups.kms_hosts }}", "minimum_days": "{{ days }}"})) == []


# --- The schema and the code ------------------------------------------------------------------------------------------


def test_it_is_a_schema_and_uses_no_rule_that_is_not_checked() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema())
    assert set(_rules(schema.schema())) <= {
        "$schema", "$id", "$ref", "$defs", "title", "description", "type", "properties", "patternProperties",
        "additionalProperties", "items", "enum", "pattern", "minimum", "maximum", "minLength", "minItems", "required",
        "oneOf", "format",
    }  # fmt: skip


def _rules(rules: Any) -> list[str]:
    found = list(rules)
    for name in ("properties", "patternProperties", "$defs"):
        found += [word for one in rules.get(name, {}).values() for word in _rules(one)]
    for name in ("items", "additionalProperties"):
        found += _rules(rules[name]) if isinstance(rules.get(name), dict) else []
    return found


def _definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema.schema()["$defs"][name]
    return found


def test_its_words_are_those_of_the_modules() -> None:
    words = schema.schema()["properties"]
    assert POLICY_ARGUMENTS.keys() <= words.keys()
    assert _definition("activation")["enum"] == [way.value for way in Way] == POLICY_ARGUMENTS["activation"]["choices"]
    assert _definition("accepted_key_types")["items"]["enum"] == POLICY_ARGUMENTS["accepted_key_types"]["choices"]
    settings, ours = _definition("kms_client_settings")["properties"], REPAIR_ARGUMENTS["client_settings"]["options"]
    assert settings.keys() == ours.keys()
    assert settings["activation_type"]["enum"] == ours["activation_type"]["choices"]
    assert words["report_format"]["enum"] == list(FORMATS)


def test_it_has_every_variable_of_the_playbooks_but_those_that_choose_machines() -> None:
    table = Path(schema.FILE).parents[2] / "_glue" / "data" / "variables.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")][1:]
    read = {name: None for name, _role, readers in rows if readers != "-"}
    missing = {problem.keys[0] for name in read for problem in schema.problems({name: "{{ x }}"})}
    choosing = {"audit_hosts", "enforce_hosts", "enforce_mark_hosts", "kms_clients", "kms_hosts", "policy_file"}
    # What an earlier job found is no decision.
    assert missing == choosing | {"winfleet_audit"}
    assert set(schema.schema()["properties"]) <= set(read)


def test_it_is_the_file_that_is_shipped() -> None:
    assert json.loads(schema.FILE.read_text()) == schema.schema()
    assert schema.FILE.name == "policy.schema.json"
