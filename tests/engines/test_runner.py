# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-runner: on this machine, and as controllers use it with execution nodes, over a pipe."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import BIN, Lab, StartLab

from .conftest import SECONDS, bare_environment, run

RUNNER = str(BIN / "ansible-runner")
ROGUES = {"srv2008-01", "srv2008r2-01", "srv2019-01"}
PASSWORD = "Lab-Passw0rd!"
POLICY = {"approved_kms_hosts": ["kms01.corp.example"]}


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def project(demo: Lab, collections: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private data directory, as runner calls it."""
    folder = tmp_path_factory.mktemp("runner")
    (folder / "inventory").mkdir()
    shutil.copy(demo.inventory, folder / "inventory" / "hosts.yml")
    (folder / "project").mkdir()
    for playbook in ("audit", "enforce"):
        (folder / "project" / f"{playbook}.yml").write_text(
            f"- ansible.builtin.import_playbook: winfleet.activation.{playbook}\n"
        )
    shutil.copytree(collections, folder / "project" / "collections")
    (folder / "env").mkdir()
    (folder / "env" / "extravars").write_text(json.dumps(POLICY))
    return folder


def events(folder: Path, identifier: str) -> list[dict[str, Any]]:
    """What runner has noted of a run, in its order."""
    paths = (folder / "artifacts" / identifier / "job_events").glob("*.json")
    return sorted((json.loads(path.read_text()) for path in paths), key=lambda event: event["counter"])


def hosts_of(noted: list[dict[str, Any]], kind: str, play: str) -> set[str]:
    return {one["event_data"]["host"] for one in noted if one["event"] == kind and one["event_data"]["play"] == play}


def task_of(noted: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The result of the task of this name."""
    (event,) = (
        one
        for one in noted
        if one["event"] == "runner_on_ok" and one["event_data"]["task"].rpartition(" : ")[2] == name
    )
    result: dict[str, Any] = event["event_data"]["res"]
    return result


def test_runner_audits_all_hosts_by_one_task(demo: Lab, project: Path) -> None:
    run([RUNNER, "run", str(project), "-p", "audit.yml", "--ident", "audit"], bare_environment(project), project)
    noted = events(project, "audit")
    fleet = task_of(noted, "Read all hosts in one pass")
    assert fleet["summary"]["hosts"] == 13
    assert fleet["groups"]["kms_unapproved"] == sorted(ROGUES)
    # Unreachable machines are data; runner's own counts stay clean.
    assert fleet["groups"]["unreachable"] == ["srv2012-off"]
    assert not [one for one in noted if one["event"] in ("runner_on_unreachable", "runner_on_failed")]
    assert demo.events(kind="invoke") == []


def test_runner_repairs_on_a_remote_node(demo: Lab, project: Path, tmp_path: Path) -> None:
    """transmit | worker | process: the node has an environment of its own and gets everything through the pipe."""
    node, back = tmp_path / "node", tmp_path / "back"
    node.mkdir()
    back.mkdir()
    environment = bare_environment(tmp_path)
    common = ["-p", "enforce.yml", "--ident", "enforce"]
    with (
        subprocess.Popen(
            [RUNNER, "transmit", str(project), *common], env=environment, cwd=tmp_path, stdout=subprocess.PIPE
        ) as transmit,
        subprocess.Popen(
            [RUNNER, "worker", "--private-data-dir", str(node)],
            env=environment,
            cwd=tmp_path,
            stdin=transmit.stdout,
            stdout=subprocess.PIPE,
        ) as worker,
    ):
        process = [RUNNER, "process", str(back), "--ident", "enforce"]
        done = subprocess.run(
            process,
            env=environment,
            cwd=tmp_path,
            stdin=worker.stdout,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    assert (transmit.returncode, worker.returncode, done.returncode) == (0, 0, 0), done.stdout
    noted = events(back, "enforce")
    assert hosts_of(noted, "runner_on_start", "Mark each repaired machine in the recap") == ROGUES
    assert {event["machine"] for event in demo.events(kind="invoke")} == ROGUES
    assert all(not demo.state(host)["kms_host"]["enabled"] for host in ROGUES)
    assert (back / "artifacts" / "enforce" / "status").read_text() == "successful"


def test_no_password_in_what_runner_keeps(project: Path) -> None:
    kept = [path for path in (project / "artifacts").rglob("*") if path.is_file()]
    assert len(kept) > 10
    assert [path for path in kept if PASSWORD in path.read_text()] == []
