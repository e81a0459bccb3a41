# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files for AWX, Automation Platform and Event-Driven Ansible name what there is, and have the shape that is read.

Nothing here asks a controller: there is none. Options of awx.awx are in tests/controller_options.yml, from their
documentation; what a survey or a pattern may say is written down below, from the documentation of AWX and the Ansible
pattern specification 3.0.0. Rulebooks are held against the schema that ansible-lint brings along.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.variable_names import unread
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.fleet import repairable

REPOSITORY = Path(__file__).resolve().parents[2]
EXTENSIONS = REPOSITORY / "extensions"
AWX = EXTENSIONS / "awx"
PATTERN = EXTENSIONS / "patterns" / "audit_activation"
#: Option tables are no part of the collection.
OPTIONS = REPOSITORY / "tests" / "controller_options.yml"

QUESTION = {"question_name", "question_description", "variable", "type", "required"}
QUESTION_TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}
#: What a playbook of the project stands for, and variables that only the project reads.
PLAYBOOKS = {"audit": "audit", "audit_slice": "audit", "enforce": "enforce", "dns": "kms_dns"}
#: The variables of ``settings.yml``.
SETTINGS = {
    "winfleet_image": "registry.example/winfleet/activation",
    "winfleet_repository": "https://git.example/activation.git",
    "winfleet_inventory": "Windows",
    "winfleet_machine_credential": "Windows administrator",
    "winfleet_dns_credential": "DNS",
}


class Loader(yaml.SafeLoader):
    """As Ansible reads variables: what is unsafe is a text that stays as it is."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


def filled_in(value: Any) -> Any:
    """With the settings of an organization, as Ansible would put them in."""
    if isinstance(value, dict):
        return {key: filled_in(one) for key, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one) for one in value]
    if isinstance(value, str):
        return re.sub(r"\{\{ (winfleet_\w+)(?: \| default\('(\w+)'\))? \}\}", _setting, value)
    return value


def _setting(match: re.Match[str]) -> str:
    return match[2] or SETTINGS[match[1]]


def config(name: str, variable: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load(AWX / "config" / f"{name}.yml")[variable]
    return found


CREDENTIAL_TYPES = config("credential_types", "controller_credential_types")
TEMPLATES = config("job_templates", "controller_templates")
(WORKFLOW,) = config("workflow", "controller_workflows")
PATTERN_META = json.loads((PATTERN / "meta" / "pattern.json").read_text(encoding="utf-8"))
OBJECTS = [
    *(("credential_type", one) for one in CREDENTIAL_TYPES),
    *(("execution_environment", one) for one in config("project", "controller_execution_environments")),
    *(("project", one) for one in config("project", "controller_projects")),
    *(("job_template", one) for one in TEMPLATES),
    ("workflow_job_template", WORKFLOW),
]


def surveys() -> Iterator[tuple[str, set[str], dict[str, Any]]]:
    """Each survey with the playbooks that its answers reach."""
    for template in TEMPLATES:
        if "survey_spec" in template:
            yield template["name"], {PLAYBOOKS[Path(template["playbook"]).stem]}, template["survey_spec"]
    yield WORKFLOW["name"], {"audit", "enforce", "kms_dns"}, WORKFLOW["survey_spec"]
    for template in PATTERN_META["aap_resources"]["controller_job_templates"]:
        yield template["name"], {Path(template["playbook"]).stem}, template["survey"]


QUESTIONS = [(name, books, question) for name, books, survey in surveys() for question in survey["spec"]]
QUESTION_IDS = [f"{name}: {question['variable']}" for name, _books, question in QUESTIONS]


# --- Objects of the controller ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not OPTIONS.exists(), reason="tests/ is not part of the collection")
@pytest.mark.parametrize(("module", "item"), OBJECTS, ids=[f"{module}: {item['name']}" for module, item in OBJECTS])
def test_every_object_is_one_that_the_modules_take(module: str, item: dict[str, Any]) -> None:
    options = yaml.safe_load(OPTIONS.read_text(encoding="utf-8"))[module]
    result = ArgumentSpecValidator(options).validate(filled_in(item))
    assert result.error_messages == []


@pytest.mark.skipif(not OPTIONS.exists(), reason="tests/ is not part of the collection")
def test_the_playbook_hands_on_every_value_of_the_files() -> None:
    """A value in a file that the playbook does not pass on would be without effect."""
    options = yaml.safe_load(OPTIONS.read_text(encoding="utf-8"))
    (play,) = load(AWX / "configure.yml")
    passed = {}
    for task in play["tasks"]:
        (action,) = (key for key in task if key.startswith("awx.awx."))
        passed[action.removeprefix("awx.awx.")] = task[action]
    for module, item in OBJECTS:
        assert item.keys() <= passed[module].keys(), module
    assert all(arguments.keys() <= options[module].keys() for module, arguments in passed.items())


def test_an_object_with_an_unknown_option_is_noticed() -> None:
    result = ArgumentSpecValidator({"name": {"type": "str"}}).validate({"name": "x", "nmae": "y"})
    assert result.error_messages


def test_templates_name_playbooks_of_the_project() -> None:
    assert {one["playbook"] for one in TEMPLATES} == {path.name for path in (AWX / "project").glob("*.yml")}


def test_the_workflow_goes_through_templates_that_there_are() -> None:
    nodes = {node["identifier"]: node for node in WORKFLOW["workflow_nodes"]}
    jobs = [one["unified_job_template"] for one in nodes.values()]
    assert {one["name"] for one in jobs if one["type"] == "job_template"} <= {one["name"] for one in TEMPLATES}
    followers = {
        next_one["identifier"]
        for node in nodes.values()
        for kind in ("success_nodes", "failure_nodes", "always_nodes")
        for next_one in node["related"][kind]
    }
    assert followers == nodes.keys() - {"audit"}


def test_nothing_is_repaired_before_the_approval() -> None:
    """The only way to the repair leads through the approval."""
    before = {
        node["identifier"]
        for node in WORKFLOW["workflow_nodes"]
        for kind in ("success_nodes", "failure_nodes", "always_nodes")
        if {"identifier": "enforce"} in node["related"][kind]
    }
    assert before == {"approval"}
    (approval,) = (node for node in WORKFLOW["workflow_nodes"] if node["identifier"] == "approval")
    assert approval["unified_job_template"]["type"] == "workflow_approval"
    assert approval["unified_job_template"]["timeout"] > 0


# --- Credentials ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CREDENTIAL_TYPES, ids=lambda kind: kind["name"])
def test_injectors_use_the_fields_and_set_variables_that_are_read(kind: dict[str, Any]) -> None:
    fields = {field["id"] for field in kind["inputs"]["fields"]}
    injected = json.dumps(kind["injectors"])
    assert set(re.findall(r"\{\{ (\w+)", injected)) - {"tower"} == fields
    assert set(kind["inputs"]["required"]) <= fields
    reader = "kms_host" if "host key" in kind["name"] else "kms_dns"
    arguments = role_arguments(reader)
    assert kind["injectors"]["extra_vars"].keys() <= arguments.keys()


@pytest.mark.parametrize("kind", CREDENTIAL_TYPES, ids=lambda kind: kind["name"])
def test_what_is_secret_is_kept_so(kind: dict[str, Any]) -> None:
    """The controller encrypts a field that is secret, and shows the others to whoever may see the credential."""
    for field in kind["inputs"]["fields"]:
        names_a_secret = re.search(r"^(key|secret|password|keytab)$", field["id"]) is not None
        assert field.get("secret", False) is names_a_secret, field["id"]


@pytest.mark.parametrize("kind", CREDENTIAL_TYPES, ids=lambda kind: kind["name"])
def test_a_field_is_of_a_type_that_the_controller_knows(kind: dict[str, Any]) -> None:
    for field in kind["inputs"]["fields"]:
        assert field["type"] in ("string", "boolean")
        # The controller refuses a choice among secrets, and lines of them unless the text has lines.
        assert not (field.get("choices") and field.get("secret"))
    # Names that the controller keeps for itself.
    assert not {field["id"] for field in kind["inputs"]["fields"]} & {"tower", "awx"}


# --- Surveys ----------------------------------------------------------------------------------------------------------


def role_arguments(role: str) -> dict[str, Any]:
    spec = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, Any] = spec["argument_specs"]["main"]["options"]
    return options


def argument(variable: str) -> dict[str, Any]:
    """The specification of a variable: of the role whose name it begins with, else of what the playbooks hand it to."""
    for role in ("license_audit", "kms_dns", "kms_host", "kms_client"):
        if variable in (arguments := role_arguments(role)):
            return dict(arguments[variable])
    of_role = {
        "kms_domains": ("kms_dns", "kms_dns_domains"),
        "report_paths": ("license_audit", "license_audit_report_paths"),
        "audit_fail": ("license_audit", "license_audit_fail"),
    }
    if variable in of_role:
        role, name = of_role[variable]
        return dict(role_arguments(role)[name])
    module = importlib.import_module("ansible_collections.winfleet.activation.plugins.action.fleet_repair")
    return dict(module.ActionModule.ARGUMENTS[variable])


@pytest.mark.parametrize(("name", "books", "question"), QUESTIONS, ids=QUESTION_IDS)
def test_a_question_is_for_a_variable_that_is_read(name: str, books: set[str], question: dict[str, Any]) -> None:
    table = (REPOSITORY / "plugins/plugin_utils/_glue/data/variables.tsv").read_text(encoding="utf-8")
    rows = dict(line.split("\t")[::2] for line in table.splitlines() if line.count("\t") == 2)
    assert set(rows[question["variable"]].split(",")) & books, name
    # And nobody takes it for a misspelt one: a workflow gives its answers to all of its jobs.
    for book in books:
        assert unread([question["variable"]], book) == []


@pytest.mark.parametrize(("name", "books", "question"), QUESTIONS, ids=QUESTION_IDS)
def test_a_question_has_the_type_of_its_variable(name: str, books: set[str], question: dict[str, Any]) -> None:
    wanted = argument(question["variable"])
    kind = {"list": {"textarea", "multiselect", "text"}, "bool": {"multiplechoice"}, "str": {"text"}}
    assert question["type"] in kind[wanted["type"]]
    if wanted["type"] == "bool":
        assert sorted(question["choices"]) == ["false", "true"]
    if question["variable"] == "repair":
        assert [verdict.value for verdict in repairable(question["choices"])] == question["choices"]
    elif "choices" in wanted and wanted["type"] != "bool":
        assert set(question["choices"]) <= set(wanted["choices"])
    elif question["variable"] == "accepted_key_types":
        assert ArgumentSpecValidator({"x": wanted}).validate({"x": question["choices"]}).error_messages == []


@pytest.mark.parametrize(("name", "books", "question"), QUESTIONS, ids=QUESTION_IDS)
def test_a_question_is_one_that_a_survey_can_ask(name: str, books: set[str], question: dict[str, Any]) -> None:
    assert question.keys() >= QUESTION
    assert question.keys() <= QUESTION | {"choices", "default", "min", "max"}
    assert question["type"] in QUESTION_TYPES
    assert re.fullmatch("[a-z0-9_]{1,64}", question["variable"])
    assert ("choices" in question) == question["type"].startswith("multi")
    if question["type"].startswith("multi"):
        assert question["default"] in question["choices"]


@pytest.mark.parametrize(("name", "books", "survey"), list(surveys()), ids=[survey[0] for survey in surveys()])
def test_a_survey_has_a_name_and_asks_once(name: str, books: set[str], survey: dict[str, Any]) -> None:
    assert survey.keys() == {"name", "description", "spec"}
    variables = [question["variable"] for question in survey["spec"]]
    assert len(variables) == len(set(variables)) > 0


# --- Pattern ----------------------------------------------------------------------------------------------------------


def test_the_pattern_is_as_the_specification_wants_it() -> None:
    assert PATTERN_META.keys() >= {
        "schema_version",
        "name",
        "title",
        "description",
        "short_description",
        "aap_resources",
    }
    assert PATTERN_META["name"] == PATTERN.name
    assert re.fullmatch("[a-z0-9_]{1,64}", PATTERN.name)
    assert len(PATTERN_META["title"]) <= 64
    assert not PATTERN_META["short_description"].endswith(".")
    assert (PATTERN / "README.md").is_file()
    resources = PATTERN_META["aap_resources"]
    assert resources["controller_project"].keys() == {"name", "description"}
    environment = resources["controller_execution_environment"]
    assert re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+", environment["image_name"])
    for template in resources["controller_job_templates"]:
        assert (PATTERN / "playbooks" / template["playbook"]).is_file()
        assert template["execution_environment"] == environment["name"]
        assert set(template["labels"]) <= set(resources["controller_labels"])
        # Everything that a person has to give is asked for at launch.
        assert template["ask_inventory_on_launch"]
        assert template["ask_credential_on_launch"]


def test_the_pattern_specifies_the_variables_that_its_survey_asks_for() -> None:
    (template,) = PATTERN_META["aap_resources"]["controller_job_templates"]
    specified = load(PATTERN / "playbooks" / "meta" / template["playbook"])["argument_specs"]["main"]["options"]
    assert specified.keys() == {question["variable"] for question in template["survey"]["spec"]}
    for name, spec in specified.items():
        wanted = argument(name)
        assert (spec["type"], spec.get("elements")) == (wanted["type"], wanted.get("elements"))


# --- Events -----------------------------------------------------------------------------------------------------------

RULEBOOK = EXTENSIONS / "eda" / "rulebooks" / "kms.yml"


def test_the_rulebook_is_one() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    lint = pytest.importorskip("ansiblelint")
    schema = json.loads((Path(lint.__file__).parent / "schemas" / "rulebook.json").read_text(encoding="utf-8"))
    jsonschema.validate(load(RULEBOOK), schema)


def test_the_rulebook_starts_an_audit_and_nothing_else() -> None:
    started = {rule["action"]["run_job_template"]["name"] for book in load(RULEBOOK) for rule in book["rules"]}
    (audit,) = (one["name"] for one in TEMPLATES if one["playbook"] == "audit.yml")
    assert started == {audit}


def test_the_rulebook_knows_the_alerts() -> None:
    rules = yaml.safe_load((REPOSITORY / "docs" / "report" / "alerts.yml").read_text(encoding="utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    text = " ".join(rule["condition"] for book in load(RULEBOOK) for rule in book["rules"])
    assert set(re.findall(r'"([A-Z]\w+)"', text)) == alerts


def test_the_event_query_asks_modules_that_there_are() -> None:
    queries = load(EXTENSIONS / "audit" / "event_query.yml")
    for name, entry in queries.items():
        assert (REPOSITORY / "plugins" / "modules" / f"{name.removeprefix('winfleet.activation.')}.py").is_file()
        assert entry.keys() == {"query"}
        assert {"name:", "canonical_facts:", "facts:"} <= set(entry["query"].split())
