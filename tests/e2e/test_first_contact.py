# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact as a user makes it: the module, its file, and what the lab learns from it."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.guide import example
from tests.module_document import assert_documented, document

from .conftest import REPOSITORY, Lab, Run, StartLab


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.mark.parametrize("host", ["kms01", "vista-01"])
def test_a_report_of_one_machine(demo: Lab, tmp_path: Path, host: str) -> None:
    path = tmp_path / "first-contact.json"
    result = demo.ansible(host, "connection_info", f"report=true path={path}").result(host)
    assert_documented(result, dict(document("connection_info")["return"]), "connection_info")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert json.loads(text)["summary"]["differs"] == len(result["report"]["what_differs"]) == 0
    machine = demo.state(host)["client_machine_id"]
    address = result["connection"]["host"]
    for telling in (host, "corp.example", "fleetadmin", "labadmin", address, "Lab-Passw0rd!", machine):
        assert telling.lower() not in text.lower()
    assert ": 0 differ" in demo.winlab("learn", str(path))


def test_several_machines_are_refused(demo: Lab, tmp_path: Path) -> None:
    run = demo.ansible("kms01:vista-01", "connection_info", f"report=true path={tmp_path / 'both.json'}")
    assert "A report is about one machine" in run.output
    assert not (tmp_path / "both.json").exists()


# --- With changes -------------------------------------------------------------------------------------------------

SCENARIO = Path(__file__).parent / "scenarios" / "trial.yml"


@pytest.fixture(scope="module")
def trial(start_lab: StartLab) -> Lab:
    return start_lab(str(SCENARIO))


def standing(lab: Lab, host: str) -> tuple[Any, ...]:
    state = lab.state(host)
    shown = state["license"]
    return shown["partial_product_key"], shown["license_status"], state["kms_host"]["settings"]["publishing"]


CHANGES = {"InstallProductKey", "DisableKeyManagementServiceDnsPublishing", "StopService"}


def methods(lab: Lab, host: str) -> list[str]:
    """The methods of change that were called on a machine, in their order."""
    return [one["method"] for one in lab.events(host, "invoke") if one.get("method") in CHANGES]


def tried(lab: Lab, host: str, path: Path, *options: str) -> Run:
    arguments = f"report=true path={path} changes=true test_machine={host}"
    return lab.ansible(host, "connection_info", arguments, *options)


def test_what_is_changed_is_said_before_and_ends_as_it_began(trial: Lab, tmp_path: Path) -> None:
    path = tmp_path / "changed.json"
    before = standing(trial, "plain")
    planned = tried(trial, "plain", path, "--check", "--diff")
    steps = planned.result("plain")["changes"]["steps"]
    assert not path.exists()
    assert all(step in planned.output for step in steps)
    assert not methods(trial, "plain")
    run = tried(trial, "plain", path)
    result = run.result("plain")
    assert_documented(result, dict(document("connection_info")["return"]), "connection_info")
    assert (result["changed"], result["changes"]["as_before"], result["changes"]["steps"]) == (True, True, steps)
    # The announcement stands before the result, of which the message tells the end.
    assert run.output.index("this changes the machine. 1. Install") < run.output.index("The machine is as before.")
    assert standing(trial, "plain") == before
    text = path.read_text(encoding="utf-8")
    for telling in ("plain", "corp.example", before[0], trial.state("plain")["client_machine_id"]):
        assert telling.lower() not in text.lower()
    # What the lab answers to the calls of the changes has the form of the report's.
    learned = trial.winlab("learn", str(path))
    assert [one for one in ("gvlk", "publishing-off", "publishing-on", "restart") if f"\n{one}" in learned] == []


@pytest.mark.parametrize(
    ("host", "named", "said"),
    [
        ("no-key", "gvlk", "0xC004F050"),
        ("no-publishing", "publishing-off", "0xC004F038"),
        ("no-stop", "restart", "lacks the required rights"),
    ],
)
def test_each_change_that_is_refused_is_named_and_nothing_else(
    trial: Lab, tmp_path: Path, host: str, named: str, said: str
) -> None:
    path = tmp_path / "changed.json"
    before = standing(trial, host)
    run = tried(trial, host, path)
    result = run.result(host)
    assert run.code == 0
    assert [one["id"] for one in result["report"]["what_differs"]] == [named], result["msg"]
    assert (result["changes"]["failed_at"], result["changes"]["as_before"]) == (named, True)
    assert said in result["changes"]["failure"]
    assert standing(trial, host) == before
    report = json.loads(path.read_text(encoding="utf-8"))
    (found,) = (one for one in report["findings"] if one["id"] == named)
    assert found["seen"]["fault"]["code"]
    assert found["exchanges"]


def test_what_does_not_stand_as_before_is_said_with_its_remedy(trial: Lab, tmp_path: Path) -> None:
    run = tried(trial, "stays-off", tmp_path / "changed.json")
    result = run.result("stays-off")
    assert run.code != 0
    remains = {
        "point": "publishing",
        "before": True,
        "now": False,
        "remedy": "kms_host dns_publishing=true restart=never",
    }
    assert result["changes"]["not_as_before"] == [remains]
    assert "publishing-on did not go as expected" in result["msg"]
    assert "0xC004F038" in result["msg"]
    assert standing(trial, "stays-off")[2] is False
    # The report is written all the same.
    assert json.loads((tmp_path / "changed.json").read_text())["changes"]["as_before"] is False


def test_a_lost_answer_settles_nothing_and_is_put_back(trial: Lab, tmp_path: Path) -> None:
    before = standing(trial, "cut")
    result = tried(trial, "cut", tmp_path / "changed.json").result("cut")
    assert result["report"]["what_differs"] == []
    assert (result["changes"]["failed_at"], result["changes"]["as_before"]) == ("publishing-off", True)
    assert standing(trial, "cut") == before


@pytest.mark.parametrize(
    ("host", "arguments", "said"),
    [
        ("plain", "changes=true test_machine=plain", "needs report=true"),
        ("plain", "report=true changes=true", "no test_machine is named"),
        ("plain", "report=true changes=true test_machine=cut", "test_machine is 'cut'"),
        ("plain", "report=true test_machine=plain", "goes with changes=true"),
        ("host", "report=true changes=true test_machine=host", "Nothing is tried out on this machine"),
        ("host", "report=true changes=true test_machine=host --check", "Nothing is tried out on this machine"),
    ],
)
def test_what_is_refused(trial: Lab, host: str, arguments: str, said: str) -> None:
    arguments, check, _unused = arguments.partition(" --check")
    asked = methods(trial, host)
    run = trial.ansible(host, "connection_info", arguments, *(["--check"] if check else []))
    assert run.code != 0
    assert said in run.output
    assert not (trial.work / "first-contact.json").exists()
    assert methods(trial, host) == asked


def test_example_of_the_guide(trial: Lab) -> None:
    playbook = trial.work / "contact.yml"
    text = example("guide_first_contact", "yaml", "Try out on a machine for tests")
    playbook.write_text(text.replace("web1", "plain"))
    run = trial.playbook(str(playbook))
    assert run.code == 0, run.output
    assert "The machine is as before." in run.output


def test_make_names_the_machine_twice(trial: Lab) -> None:
    script = [str(REPOSITORY / "scripts" / "first-contact.sh"), "plain", str(trial.inventory), "first-contact.json"]
    done = subprocess.run([*script, "other"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "other is not plain" in done.stderr
