# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of license_report: times, the policy, columns of the inventory, earlier reports."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.action.license_report import ActionModule
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.report_files import Output, outputs_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.report_input import (
    ReportError,
    collection_version,
    inventory_columns,
    moment,
    places_of,
    report_from,
    require_columns,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import Report

REPOSITORY = Path(__file__).resolve().parents[5]
HOSTS = {"pc01": {"failed": True, "msg": "no"}}


def made(**arguments: Any) -> Report:
    given = {name: spec.get("default") for name, spec in ActionModule.ARGUMENTS.items()}
    return report_from({**given, **arguments}, {})


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (None, ""),
        ("", ""),
        ("2026-11-27T17:09:00Z", "2026-11-27T17:09:00Z"),
        ("2026-11-27T18:09:00.250000+01:00", "2026-11-27T17:09:00Z"),
        ("2026-11-27 17:09:00+00:00", "2026-11-27T17:09:00Z"),
    ],
)
def test_a_time_is_in_utc(text: str | None, time: str) -> None:
    assert moment(text) == time


@pytest.mark.parametrize("text", ["now", "2026-11-27", "2026-11-27T17:09:00", "17:09Z", "2026-13-01T00:00:00Z"])
def test_a_time_that_may_mean_several_is_refused(text: str) -> None:
    with pytest.raises(ReportError, match="with its offset"):
        made(hosts=HOSTS, audited_at=text)


def test_of_the_policy_there_is_name_and_checksum_and_no_content(tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text("kms_dns_key_secret: hidden")
    about = made(hosts=HOSTS, policy_file=str(path)).about
    assert (about.policy_name, about.policy_sha256) == ("policy.yml", hashlib.sha256(path.read_bytes()).hexdigest())
    assert "hidden" not in repr(about)


def test_what_the_summary_says_is_taken_over() -> None:
    summary = {"seconds": 6.8, "approved_unmatched": {"kms02": ["kms01"]}, "approved_serving": ["kms01"]}
    report = made(hosts=HOSTS, summary=summary)
    assert (report.about.seconds, report.approved.serving, report.approved.unmatched) == (6.8, ("kms01",), ("kms02",))
    assert made(hosts=HOSTS, summary={"approved_unmatched": None}).approved.unmatched is None


def test_findings_of_the_fleet_are_told_apart() -> None:
    found = {"id": "KEY-001", "severity": "error", "title": "Used up", "reason": "Six.", "remedy": "Ask."}
    given = [
        {**found, "evidence": {"partial_product_key": "MCHXF"}},
        {**found, "evidence": {"partial_product_key": "HKVKX"}},
        {**found, "subject": "_vlmcs._tcp.corp.example", "evidence": {}},
        found,
    ]
    subjects = [one.subject for one in made(hosts=HOSTS, findings=given).findings]
    assert subjects == ["host key …MCHXF", "host key …HKVKX", "_vlmcs._tcp.corp.example", "fleet"]
    assert len({one.subject for one in made(hosts=HOSTS, findings=given, redact=True).findings}) == len(given)


def test_the_version_is_that_of_the_collection() -> None:
    galaxy = (REPOSITORY / "galaxy.yml").read_text()
    assert re.search(rf"^version: {re.escape(collection_version())}$", galaxy, re.MULTILINE)


def test_no_last_report_is_no_comparison(tmp_path: Path) -> None:
    assert made(hosts=HOSTS, compare_with=str(tmp_path / "none.json")).changes is None


def test_a_report_without_names_is_nothing_to_compare_with(tmp_path: Path) -> None:
    path = tmp_path / "last.json"
    path.write_text('{"hosts": [{"host": "machine-1"}], "redacted": true}')
    with pytest.raises(ReportError, match="has no names"):
        made(hosts=HOSTS, compare_with=str(path))


# --- Columns


class Inventory:
    """In place of Renderer: variables by host, rendered as they are."""

    def __init__(self, hosts: dict[str, dict[str, Any]]) -> None:
        self._hosts = hosts

    def hosts(self) -> Iterator[str]:
        return iter(self._hosts)

    def variables(self, host: str) -> Mapping[str, Any] | None:
        return self._hosts.get(host)

    def value(self, raw: Mapping[str, Any], name: str) -> Any:
        return raw[name]


class EncryptedString(str):
    """As ansible-core calls a text out of a vault."""


def columns(hosts: dict[str, dict[str, Any]], *names: str) -> dict[str, dict[str, str]]:
    return inventory_columns(Inventory(hosts), ["a", "b"], names)  # type: ignore[arg-type]


def test_columns_are_variables_of_each_host() -> None:
    hosts = {"a": {"site": "Bonn", "owners": ["x", "y"], "floor": 3, "none": None}}
    assert columns(hosts, "site", "owners", "floor", "none", "missing") == {
        "a": {"site": "Bonn", "owners": "x, y", "floor": "3", "none": "", "missing": ""}
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("siet", "no host of the inventory has a variable siet. Did you mean site?"),
        ("colour", "no host of the inventory has a variable colour. Define it in the inventory"),
        ("Site", "Did you mean site?"),
    ],
)
def test_a_variable_that_nobody_has_is_refused(name: str, words: str) -> None:
    """It would be an empty column, which looks like hosts without a site."""
    with pytest.raises(ReportError, match=re.escape(words)):
        require_columns(Inventory({"a": {"site": "Bonn"}, "b": {"owner": "x"}}), ["owner", name])  # type: ignore[arg-type]


def test_a_value_out_of_a_vault_stays_there() -> None:
    assert columns({"a": {"site": EncryptedString("hidden")}}, "site") == {"a": {"site": ""}}


@pytest.mark.parametrize(
    "name", ["ansible_password", "ansible_become_passwd", "api_token", "vault_site", "kms_host_key", "Secret", "keys"]
)
def test_a_name_that_sounds_like_a_secret_is_refused(name: str) -> None:
    with pytest.raises(ReportError, match="looks like a secret"):
        columns({"a": {name: "hidden"}}, name)


@pytest.mark.parametrize("name", ["site", "owner", "keyboard", "turkey", "passage"])
def test_other_names_are_none(name: str) -> None:
    assert columns({"a": {name: "x"}}, name) == {"a": {name: "x"}}


# --- Files


def test_places_are_relative_to_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inventory.yml").write_text("all:\n  pc01:\n")
    for path in ("inventory.yml", str(tmp_path / "inventory.yml"), "./inventory.yml"):
        places = places_of(path)
        assert (places.uri, places.line_of("pc01"), places.line_of("pc02")) == ("inventory.yml", 2, 1)
    assert places_of("/elsewhere/hosts").uri == "hosts"
    assert places_of("missing.yml").uri == "missing.yml"


def test_a_file_is_written_once_in_the_form_that_was_asked_for(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.html"
    arguments = {"path": str(first), "format": "json", "paths": [str(second), str(first), str(second)]}
    assert outputs_of(arguments) == [Output(first, "json"), Output(second, "html")]


def test_an_answer_that_was_left_empty_is_no_file(tmp_path: Path) -> None:
    """A survey hands over an empty text, which Ansible makes a list with an empty name of."""
    assert outputs_of({"path": None, "format": None, "paths": [""]}) == []
    assert outputs_of({"path": None, "format": None, "paths": ["", str(tmp_path / "a.csv")]}) == [
        Output(tmp_path / "a.csv", "csv")
    ]
