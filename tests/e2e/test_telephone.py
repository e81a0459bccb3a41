# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation by telephone, from the installation ID to the licensed machine."""

from __future__ import annotations

import pytest

from .conftest import Lab, StartLab

HOST = "no-internet"


@pytest.fixture(scope="module")
def trouble(start_lab: StartLab) -> Lab:
    return start_lab("trouble")


def test_confirmation_id_of_another_machine_is_refused(trouble: Lab) -> None:
    run = trouble.ansible(HOST, "license", f"confirmation_id={'123456' * 8}")
    assert run.code != 0
    assert run.result(HOST)["error"]["code"].startswith("0xC004")
    assert trouble.state(HOST)["license"]["license_status"] != "licensed"


def test_confirmation_id_for_the_installation_id_activates(trouble: Lab) -> None:
    report = trouble.ansible(HOST, "license_info", "installation_id=true").result(HOST)
    identifier = report["license"]["installation_id"]
    assert identifier.isdigit()
    answer = trouble.winlab("confirmation-id", identifier).strip()
    done = trouble.ansible(HOST, "license", f"confirmation_id={answer}").result(HOST)
    assert (done["changed"], done["result"], done["method"]) == (True, "verified", "confirmation_id")
    assert trouble.state(HOST)["license"]["license_status"] == "licensed"
    assert not trouble.ansible(HOST, "license", f"confirmation_id={answer}").result(HOST)["changed"]
