# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy as a file: each mistake is told with file, line and word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.policy_check import in_file, in_variables
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.policy_file import (
    PolicyFile,
    PolicyFileError,
    read_policy,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import listed
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.schema import schema

PATH = Path("/srv/policy.yml")
GROUPS = {"all": ["kms01", "pc01"], "lab": ["pc01"]}
POLICY = """\
---
approved_kms_hosts:
  - kms01.corp.example
by_group:
  lab:
    accepted_key_types: [GVLK, MAK]
exceptions:
  - finding: CLI-001
    host: pc01
    owner: Jane
    reason: Because.
    until: 2026-12-31
kms_dns_key_secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
"""


def policy(text: str) -> PolicyFile:
    return read_policy(PATH, text)


def told(text: str, own: tuple[str, ...] = ()) -> list[str]:
    return list(in_file(policy(text), GROUPS, own))


def test_a_policy_has_its_words_and_their_lines() -> None:
    found = policy(POLICY)
    assert found.words["approved_kms_hosts"] == ["kms01.corp.example"]
    assert found.line_of(("exceptions", 0, "until")) == 12
    assert found.line_of(("exceptions", 0, "nothing")) == 8
    assert len(found.sha256) == 64
    assert told(POLICY) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("by_group:", "by_groups:", "line 4: by_groups: there is no such key; did you mean by_group?"),
        ("MAK", "MACK", "line 6: by_group.lab.accepted_key_types[1]: 'MACK' is not one of the choices"),
        ("  lab:", "  labs:", "line 5: by_group.labs: the inventory has no group labs. Did you mean lab?"),
        ("CLI-001", "CLI-100", "line 8: exceptions[0].finding: there is no finding CLI-100"),
        ("host: pc01", "host: pc1", "line 9: exceptions[0].host: the inventory has no host pc1. Did you mean pc01?"),
        ("2026-12-31", "soon", "line 12: exceptions[0].until: 'soon' is not a date"),
        ("kms01.corp.example", "kms01:99999", "line 2: approved_kms_hosts: 'kms01:99999': a port must be between"),
        ("by_group:", "activation: adba\nby_group:", "line 4: activation: activation=adba rules out KMS hosts"),
        (
            "by_group:",
            "activation_by_host: {pc01: ad}\nby_group:",
            "line 4: activation_by_host.pc01: 'ad' is not one of the choices; did you mean adba?",
        ),
        (
            "by_group:",
            "activation_by_host:\n  pc1: adba\nby_group:",
            "line 5: activation_by_host.pc1: the inventory has no host pc1. Did you mean pc01?",
        ),
        (
            "by_group:",
            "host_key_groups: {kms02: Windows 10}\nby_group:",
            "line 4: host_key_groups: host_key_groups names",
        ),
        (
            "by_group:",
            "host_key_groups: {kms01.corp.example: Windows Server 2023}\nby_group:",
            "line 4: host_key_groups: host_key_groups has 'Windows Server 2023' for kms01.corp.example, and there is "
            "no such group; did you mean Windows Server 20",
        ),
        ("owner: Jane", "onwer: Jane", "line 10: exceptions[0].onwer: there is no such key; did you mean owner?"),
        ("kms_dns_key_secret", "kms_dns_key_secrte", "line 13: kms_dns_key_secrte: there is no such key"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_word(old: str, new: str, words: str) -> None:
    found = told(POLICY.replace(old, new, 1))
    assert found[0].startswith(f"/srv/policy.yml, {words}"), found


def test_all_mistakes_are_told_at_once() -> None:
    found = told("activation: ad\nminimum_days: -1\ncanary: one\n")
    assert [one.split(":")[0] for one in found] == [f"/srv/policy.yml, line {line}" for line in (1, 2, 3)]


def test_a_name_of_ones_own_may_stand_there_if_it_is_said() -> None:
    assert "there is no such key" in told("our_site: Bonn\n")[0]
    assert told("our_site: Bonn\n", ("our_site",)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: the file is empty. A policy maps keys to values"),
        ("- a\n", "line 1: this is not a policy. A policy maps keys to values"),
        ("a: [\n", "line 2: it is not YAML"),
        ("activation: kms\nactivation: adba\n", "line 2: activation is there twice."),
        ("by_group:\n  lab: {minimum_days: 1, minimum_days: 2}\n", "line 2: minimum_days is there twice."),
        ("a: 1\n---\nb: 2\n", "it is not YAML"),
        ("a: &a [*a]\n", "it is not YAML"),
        ("a: 2026-13-99\n", "it is not YAML"),
        ("a: !!python/object/apply:os.system [x]\n", "it is not YAML"),
    ],
)
def test_what_is_no_policy_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(PolicyFileError, match=words.replace("(", r"\(")):
        told(text)


# --- Variables --------------------------------------------------------------------------------------------------------


def checked(variables: dict[str, Any], text: str = "", own: tuple[str, ...] = ()) -> list[str]:
    return list(in_variables(variables, [policy(text)] if text else [], GROUPS, own))


def test_variables_of_the_command_line_have_the_line_of_their_file() -> None:
    assert checked({"minimum_days": -1}, "approved_kms_hosts: []\nminimum_days: -1\n") == [
        "/srv/policy.yml, line 2: minimum_days: it must be 0 or more, not -1."
    ]
    assert checked({"minimum_days": -1}) == ["The variable minimum_days: it must be 0 or more, not -1."]


def test_a_file_of_the_command_line_may_hold_anything_but_what_nearly_is_a_word() -> None:
    text = "approved_kms_hosts: []\nansible_user: admin\nexeptions: []\n"
    assert checked({}, text) == ["/srv/policy.yml, line 3: exeptions: there is no such key; did you mean exceptions?"]
    assert checked({}, text, ("exeptions",)) == []
    assert checked({}, "exeptions: []\n") == [], "no file of a policy"


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("approved_kms_hosts", ("kms01,kms02", "")),
        ("minimum_days", ("14", " 14 ", "")),
        ("canary", ("0", "3", "")),
        ("max_changes", ("10", "10%", "")),
        ("activations_per_second", ("0.5", "2")),
        ("activate", ("false", "no", "OFF", "0", "True")),
        ("accepted_key_types", ("GVLK", "GVLK, MAK")),
        ("activation", ("adba", "")),
        ("report_format", ("json", "")),
        ("report_path", ("a.json", "")),
        ("adba_sign_in", ("user=reader password=x", '{"user": "reader"}', "{'user': 'reader'}", "")),
        ("kms_client_settings", ('{"port": 1688}',)),
        ("host_key_groups", ("7MHXF=Windows Server 2025",)),
    ],
)
def test_text_of_a_command_line_is_read_as_modules_read_it(name: str, texts: tuple[str, ...]) -> None:
    for text in (*texts, "{{ later }}", None):
        assert checked({name: text}) == [], text


# What any text can be: a name, a path, a list of such.
_ANY_TEXT = {
    "adba_domain_controller",
    "approved_kms_hosts",
    "cloud_kms_hosts",
    "journal",
    "kms_domains",
    "repair",
    "report_path",
    "report_paths",
    "winfleet_own_variables",
}


@pytest.mark.parametrize("name", sorted(schema()["properties"].keys() - _ANY_TEXT))
def test_every_word_of_another_type_is_refused_as_text(name: str) -> None:
    """Kind: a text that cannot be meant is met when it is used, after the fleet was read, or never."""
    (told_of,) = checked({name: "zzqq"})
    assert told_of.startswith(f"The variable {name}")
    if "boolean" in schema()["properties"][name].get("type", ""):
        assert checked({name: ""}) == [f"The variable {name}: it must be true or false, not ''."]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("activate", "fasle", "it must be true or false, not 'fasle'"),
        ("canary", "-1", "it must be 0 or more, not -1"),
        ("canary", "1.5", "it must be a whole number, not '1.5'"),
        ("max_changes", "half", "'half' is not valid here"),
        ("activation", "KMS", "choose from kms, adba, both, none"),
        (
            "accepted_key_types",
            "GVLK,MAKK",
            "accepted_key_types[1]: 'MAKK' is not one of the choices; did you mean MAK?",
        ),
        ("kms_client_settings", '{"prot": 1688}', "did you mean port?"),
        ("kms_client_settings", "[1]", "it must be a mapping of keys to values, not text"),
        ("adba_sign_in", "s3cret", "it must be a mapping of keys to values, not text"),
        ("adba_sign_in", "{'password': 's3cret'", "it must be a mapping of keys to values, not text"),
    ],
)
def test_text_that_cannot_be_meant_is_told_and_no_secret_with_it(name: str, text: str, words: str) -> None:
    (told_of,) = checked({name: text})
    assert words in told_of
    assert "s3cret" not in told_of


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("minimum_days", "soon", "it must be a whole number, not 'soon'"),
        ("minimum_days", "-1", "it must be 0 or more, not -1"),
        ("minimum_days", "1.5", "it must be a whole number, not '1.5'"),
        ("activations_per_second", "many", "it must be a number, not 'many'"),
        ("activation", "kmss", "'kmss' is not one of the choices; did you mean kms?"),
        ("activate", "perhaps", "it must be true or false, not 'perhaps'"),
        ("max_changes", "a few", "'a few' is not valid here"),
    ],
)
def test_text_of_which_it_makes_none(name: str, value: str, words: str) -> None:
    """Kind: what a module says of an option, with neither the file nor the line that the user has to look at."""
    (said,) = checked({name: value}, f"approved_kms_hosts: []\n{name}: {value}\n")
    assert said.startswith(f"/srv/policy.yml, line 2: {name}: {words}")
    (said,) = checked({name: value})
    assert said.startswith(f"The variable {name}: {words}")


@pytest.mark.parametrize("text", ["", " ", "[]", '"[]"', None])
def test_no_exceptions_in_all_its_spellings(text: str | None) -> None:
    assert not listed(text)
    assert checked({"exceptions": text}) == []


def test_exceptions_may_be_json_of_the_command_line() -> None:
    assert "owner is missing" in checked({"exceptions": '[{"host": "pc01"}]'})[0]
    assert checked({"exceptions": "nonsense"}) == [
        "The variable exceptions: exceptions is text and no JSON; give a list."
    ]
