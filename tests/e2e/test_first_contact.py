# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact as a user makes it: the module, its file, and what the lab learns from it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.module_document import assert_documented, document

from .conftest import Lab, StartLab


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
