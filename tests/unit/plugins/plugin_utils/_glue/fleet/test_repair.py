# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of ``fleet_repair``: what it asks before anything is changed, what it keeps, and what it says at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import hosts as fleet_hosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import line_file, repair
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.journal import Journal
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.progress import Progress
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.refusal import TaskRefused
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet_repair import Order
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Note, Work, take_async
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import Unreachable

from ...fake_machine import FakeMachine
from ...sample_machines import CSVLK, GVLK, MAK, server_2008_r2

PASSWORD = "Lab-Passw0rd!"


class Asynchronous:
    def __init__(self, machine: FakeMachine) -> None:
        self._machine = machine

    async def query(self, *arguments: Any, **options: Any) -> Any:
        return self._machine.query(*arguments, **options)

    async def invoke(self, *arguments: Any, **options: Any) -> Any:
        return self._machine.invoke(*arguments, **options)


def host(counted: int = 50) -> FakeMachine:
    machine = server_2008_r2(CSVLK, serving=True)
    for row in machine.rows["SoftwareLicensingProduct"]:
        if row["PartialProductKey"]:
            row |= {
                "IsKeyManagementServiceMachine": 1,
                "KeyManagementServiceCurrentCount": counted,
                "RequiredClientCount": 5,
            }
    return machine


def rogue() -> FakeMachine:
    return server_2008_r2(CSVLK, serving=True)


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeMachine | Exception]:
    """The fleet behind the run, in place of the network."""
    found: dict[str, FakeMachine | Exception] = {}

    async def streamed(self: Any, endpoint: Endpoint) -> Any:
        machine = found[endpoint.inventory_name]
        if isinstance(machine, Exception):
            raise machine

        async def no_pause(_seconds: float) -> None:
            return None

        async def note(text: Note) -> None:
            if self._note is not None:
                await self._note(endpoint, text)

        work: Work[Any] = self._work(endpoint)
        return await take_async(Asynchronous(machine), work, no_pause, note)

    def endpoints(self: Any, hosts: Iterable[str]) -> Iterator[Endpoint]:
        for name in hosts:
            yield Endpoint(name, "127.0.0.1", 5985, "http", username="CORP\\admin", password=Secret(PASSWORD))

    monkeypatch.setattr(fleet._Pass, "_streamed", streamed)
    monkeypatch.setattr(fleet_hosts.FleetHosts, "endpoints", endpoints)
    monkeypatch.setattr(
        repair._kms_rpc, "probe_all", lambda targets, *_more: [{"answers_as_kms": False} for _one in targets]
    )
    return found


def request(hosts: Iterable[str], check: bool = False, **changes: Any) -> repair.FleetRepairRequest:
    made = repair.FleetRepairRequest(
        tuple(hosts), Policies(Policy.parse(["kms01"])), Wishes(), Order(Bounds(), canaries=1, check=check)
    )
    return replace(made, **changes)


def run(
    machines: dict[str, FakeMachine | Exception],
    journal: Journal | None = None,
    progress: Callable[[int, str], Progress] = lambda total, _what: Progress(total, 0, print, lambda: 0.0),
    **changes: Any,
) -> dict[str, Any]:
    connections: Any = None
    return repair.RepairRun(request(machines, **changes), connections, progress, print, journal).run()


def test_whole_run(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {
        "kms01": host(),
        "rogue": rogue(),
        "good": server_2008_r2(GVLK, serving=False),
        "off": Unreachable("off", "is off"),
    }
    result = run(machines)
    assert result["groups"] == {
        "changed": ["rogue"],
        "kms_client_ok": ["good", "rogue"],
        "kms_host_ok": ["kms01"],
        "still_wrong": [],
        "unreachable": ["off"],
    }
    assert "failed" not in result
    assert result["report"][0].startswith("rogue: Done: install_key, restart_service, activate.")
    assert PASSWORD not in str(result)
    assert not run(machines)["changed"]


def test_nothing_that_could_be_read_is_a_failure(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {"a": Unreachable("a", "is off"), "b": Unreachable("b", "is off")}
    result = run(machines)
    assert result["failed"]
    assert "None of the 2 machines could be read" in result["msg"]


@pytest.mark.parametrize(
    ("fleet_of", "changes", "words"),
    [
        ({"rogue": rogue}, {}, "names kms01, but no machine has that name"),
        ({"kms01": rogue, "rogue": rogue}, {"policies": Policies(Policy.parse(["kms01", "kms2"]))}, "names kms2"),
        ({"rogue": rogue}, {"policies": Policies(Policy.parse([]))}, "No approved KMS host was seen serving"),
        ({"kms01": host, "rogue": rogue}, {"max_changes": repair.Share(0)}, "max_changes allows 0"),
        ({"kms01": lambda: server_2008_r2(GVLK, serving=False), "rogue": rogue}, {}, "seen serving"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_what_forbids_a_repair(
    machines: dict[str, FakeMachine | Exception],
    fleet_of: dict[str, Callable[[], FakeMachine]],
    changes: dict[str, Any],
    words: str,
    check: bool,
) -> None:
    machines |= {name: make() for name, make in fleet_of.items()}
    with pytest.raises(TaskRefused, match=words) as refusal:
        run(machines, check=check, **changes)
    assert str(refusal.value).endswith("Nothing was changed.")
    assert [
        machine.called for machine in machines.values() if isinstance(machine, FakeMachine) and machine.called
    ] == []


def test_no_kms_host_has_a_word_of_its_own(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {"rogue": rogue()}
    assert run(machines, policies=Policies(Policy.parse([])), no_kms_host=True)["groups"]["changed"] == ["rogue"]


def test_audit_of_the_whole_fleet_counts(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {"rogue": rogue()}
    seen = repair.Seen.parse(
        {"hosts": 100, "approved_unmatched": {}, "approved_serving": ["kms01"], "can_activate": True}
    )
    limit = repair.Share(1, percent=True)
    assert run(machines, seen=seen, max_changes=limit)["groups"]["changed"] == ["rogue"]
    elsewhere = replace(seen, approved_unmatched={"kms01": ("kms1",)})
    machines |= {"rogue": rogue()}
    with pytest.raises(TaskRefused, match=r"Did you mean kms1\?"):
        run(machines, seen=elsewhere)


def test_license_that_does_not_end_waits_for_a_host_that_was_seen(machines: dict[str, FakeMachine | Exception]) -> None:
    """The machine comes first, the KMS host that can activate it is read after it."""
    wishes = Wishes(frozenset({Verdict.WRONG_KEY_TYPE}))
    machines |= {"paid": server_2008_r2(MAK, serving=False), "kms01": host()}
    assert run(machines, check=True, wishes=wishes)["groups"]["changed"] == ["paid"]
    assert run(machines, check=True, wishes=wishes, served=False)["groups"]["changed"] == []
    few = {"paid": server_2008_r2(MAK, serving=False), "kms01": host(counted=2)}
    machines |= few
    result = run(machines, wishes=wishes)
    assert result["groups"]["changed"] == []
    assert result["failed"], "it was to be repaired, and is not"
    assert "no KMS host or activation object was seen" in result["msg"]


def test_failure_names_all_and_shows_a_few(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {"kms01": host(), **{f"rogue-{number:02}": rogue() for number in range(30)}}
    for machine in machines.values():
        if isinstance(machine, FakeMachine):
            machine.methods["InstallProductKey"] = lambda *_unused: 0xC004F069
    result = run(machines)
    assert len(result["hosts"]) == 10
    assert len(result["groups"]["still_wrong"]) == len(result["still_wrong"]) == 30
    assert "And 20 more" in result["msg"]
    assert result["summary"]["held_back"] == 29
    assert len(run(machines, fail=False)["hosts"]) == 31


def test_machine_in_between_is_finished_by_the_next_run(
    machines: dict[str, FakeMachine | Exception], tmp_path: Path
) -> None:
    """Its key is in place and its activation was refused: without the journal it would be somebody else's business."""
    unfinished = server_2008_r2(GVLK, serving=False, licensed=False)
    machines |= {"kms01": host(), "rogue": unfinished}
    assert run(machines)["groups"]["changed"] == []
    path = tmp_path / "journal"
    with Journal(str(path)) as journal:
        journal._file.write({"host": "rogue", "done": ["install_key", "restart_service"], "next": "activate"})
    with Journal(str(path)) as journal:
        result = run(machines, journal)
    assert result["groups"]["changed"] == ["rogue"]
    with Journal(str(path)) as journal:
        assert journal.begun == set()


def test_machine_in_between_that_cannot_be_read_is_a_failure_and_stays_in_the_journal(
    machines: dict[str, FakeMachine | Exception], tmp_path: Path
) -> None:
    machines |= {"kms01": host(), "rogue": Unreachable("rogue", "is off")}
    path = tmp_path / "journal"
    with Journal(str(path)) as journal:
        journal._file.write({"host": "rogue", "done": [], "next": "install_key"})
    with Journal(str(path)) as journal:
        assert "rogue: " in run(machines, journal)["msg"]
    with Journal(str(path)) as journal:
        assert journal.begun == {"rogue"}


def test_full_disk_begins_no_further_action(
    machines: dict[str, FakeMachine | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    machines |= {"kms01": host(), "rogue": rogue()}
    with Journal(str(tmp_path / "journal")) as journal:
        monkeypatch.setattr(line_file.os, "fsync", full)
        result = run(machines, journal)
    assert result["failed"]
    assert "No space left" in result["msg"]
    assert result["summary"]["held_back"] == 1
    machine = machines["rogue"]
    assert isinstance(machine, FakeMachine)
    assert machine.called == []


def test_progress_counts_reading_and_repairing(machines: dict[str, FakeMachine | Exception]) -> None:
    machines |= {"kms01": host(), "rogue": rogue(), "rogue-2": rogue()}
    lines: list[str] = []
    seconds = iter(range(1000))

    def progress(total: int, what: str) -> Progress:
        return Progress(total, 0.1, lambda line: lines.append(f"{what}{line}"), lambda: float(next(seconds)))

    run(machines, progress=progress)
    assert "read 3 of 3 hosts (100 %)" in " ".join(lines)
    assert "repaired 2 of 2 hosts (100 %)" in " ".join(lines)
