# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of ``fleet_info``: what a single host, a full disk or a dead playbook may do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleParserError

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet import hosts as fleet_hosts
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.progress import Progress
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.resume import ResumeError, ResumeFile
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import shapes
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import OutOfTime
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds, Row
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import Unreachable
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Traffic

HOSTS = ("a", "b", "c")
PASSWORD = "Lab-Passw0rd!"


def endpoint(name: str) -> Endpoint:
    return Endpoint(name, "127.0.0.1", 5985, "http", username="CORP\\admin", password=Secret(PASSWORD))


def rows(*outcomes: Exception) -> Callable[..., Traffic]:
    """Stands in for the survey: these outcomes, one for each host."""

    def survey(
        _endpoints: object, _bounds: Bounds, on_row: Callable[[Row], None], _office: bool, _needs_name: object
    ) -> Traffic:
        for name, outcome in zip(HOSTS, outcomes, strict=False):
            on_row(Row(endpoint(name), outcome, 0.1))
        return Traffic(requests=12)

    return survey


def run(
    warnings: list[str], resume: ResumeFile | None = None, abandoned: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    request = audit.AuditRequest(HOSTS, None, Bounds(deadline=5))
    progress = Progress(len(HOSTS), 0, print, lambda: 0.0)
    connections: Any = None
    return audit.FleetRun(request, connections, progress, warnings.append, resume, abandoned).run()


def test_host_that_breaks_its_own_result_is_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it made up to get there."""

    class Cunning(Exception):
        def __str__(self) -> str:
            return f"said {PASSWORD}"

    def result_of(error: Exception, label: str) -> dict[str, Any]:
        if isinstance(error, ValueError):
            raise Cunning
        return {"failed": True, "msg": str(error)}

    monkeypatch.setattr(fleet_hosts.failure, "result_of", result_of)
    monkeypatch.setattr(
        audit, "survey", rows(ValueError(), Unreachable("b", "off", "Switch it on"), OutOfTime("c", ""))
    )
    hosts = run([])["hosts"]
    assert "Cunning" in hosts["a"]["msg"]
    assert PASSWORD not in str(hosts)
    assert "off" in hosts["b"]["msg"]
    assert hosts["c"]["not_reached"]


def test_host_whose_variables_cannot_be_read_is_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connections:
        def of(self, host: str) -> None:
            raise AnsibleParserError(f"{host}.yml: found a tab") if host == "b" else KeyError(PASSWORD)

    def survey(endpoints: Iterator[Endpoint], *_unused: object) -> Traffic:
        assert list(endpoints) == []
        return Traffic()

    monkeypatch.setattr(audit, "survey", survey)
    request = audit.AuditRequest(HOSTS, None, Bounds())
    connections: Any = Connections()
    hosts = audit.FleetRun(request, connections, Progress(3, 0, print, lambda: 0.0), print).run()["hosts"]
    assert "b: its variables cannot be read (b.yml: found a tab)" in hosts["b"]["msg"]
    assert all(result["failed"] for result in hosts.values())
    assert PASSWORD not in str(hosts)


def test_moment_at_the_end_of_the_calendar() -> None:
    """A machine says what it likes of its clock."""
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-5)))
    assert shapes.time_text(last) == "9999-12-31T23:59:59-05:00"


def test_file_that_cannot_be_written_costs_the_file_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Full(ResumeFile):
        def add(self, host: str, result: dict[str, Any]) -> None:
            raise ResumeError("resume_file x cannot be written: No space left on device.")

    off = Unreachable("a", "off", "Switch it on")
    monkeypatch.setattr(audit, "survey", rows(off, off, off))
    warnings: list[str] = []
    with Full(str(tmp_path / "fleet.jsonl"), {}, 60, lambda: 0.0) as resume:
        fleet_result = run(warnings, resume)
    assert fleet_result["summary"]["unreachable"] == 3
    assert len(warnings) == 1
    assert "No space left" in warnings[0]
    assert "continues without it" in warnings[0]


def test_nothing_more_is_read_for_a_playbook_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    off = Unreachable("a", "off", "Switch it on")
    monkeypatch.setattr(audit, "survey", rows(off, off, off))
    asked: list[int] = []

    def abandoned() -> bool:
        asked.append(1)
        return len(asked) == 2

    with pytest.raises(audit.Abandoned):
        run([], abandoned=abandoned)
    assert len(asked) == 2
