# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading for a diagnosis: what is refused is left out with its reason, what is lost ends the reading."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.diagnosis import (
    Inquiry,
    machine_facts,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import Refused
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.facts import Facts
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.finder import diagnose
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.reading import (
    is_of_services,
    is_of_the_machine,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import ConnectionLost
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault

from ..kms_machine import KmsMachine

PLAIN = Inquiry()
IDENTITY = MachineIdentity("srv", "10.0.0.7")


class Client(KmsMachine):
    """A client that is not activated. ``refusals_of`` are raised by queries of the classes they name."""

    def __init__(self) -> None:
        super().__init__()
        self.primary["LicenseStatus"] = 5
        self.refusals_of: dict[str, Exception] = {}

    def query(self, wql: str, namespace: str = "root/cimv2", types: Any = None) -> Any:
        for name, refusal in self.refusals_of.items():
            if f"FROM {name}" in wql:
                raise refusal
        return () if "NTLogEvent" in wql or "NetworkAdapter" in wql else super().query(wql, namespace, types)


def read(machine: Client, inquiry: Inquiry = PLAIN) -> Facts:
    now = datetime(2026, 11, 24, tzinfo=timezone.utc)
    return take(machine, machine_facts(IDENTITY, inquiry, lambda: now))


def fault(hresult: int) -> WsmanFault:
    return WsmanFault(code=hresult, hresult=hresult)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Win32_Service", "service"),
        ("Win32_ComputerSystem", "computer"),
        ("Win32_NetworkAdapterConfiguration", "resolution"),
        ("Win32_NTLogEvent", "events"),
    ],
)
def test_what_is_refused_is_left_out_with_its_reason(name: str, kind: str) -> None:
    machine = Client()
    machine.refusals_of[name] = fault(0x80041003)
    facts = read(machine)
    assert facts.machine is not None
    assert facts.unread[kind]
    assert {"service": facts.service, "computer": facts.computer, "resolution": facts.resolution, "events": facts.log}[
        kind
    ] is None


def test_a_service_that_does_not_start_is_a_fact() -> None:
    machine = Client()
    machine.refusals_of["SoftwareLicensingService"] = fault(0x80070422)
    facts = read(machine)
    assert (facts.machine, facts.failure) == (None, 0x80070422)
    assert facts.system is not None
    cause = diagnose(facts).cause
    assert cause is not None
    assert cause.question.id == "service"


@pytest.mark.parametrize("code", [0x80041013, 0xC004D302])
def test_licensing_that_does_not_answer_is_the_cause(code: int) -> None:
    machine = Client()
    machine.refusals_of["SoftwareLicensingService"] = fault(code)
    diagnosis = diagnose(read(machine))
    assert diagnosis.cause is not None
    assert diagnosis.cause.question.id == "read"
    assert f"0x{code:08X}" in diagnosis.cause.answer.evidence
    assert diagnosis.cause.remedy
    assert diagnosis.also == ()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0x80070422, True),
        (0x80041013, True),
        (0xC004D302, True),
        (0x80041003, False),
        (0x80070005, False),
        (0x80338012, False),
        (0x80004005, False),
        (None, False),
    ],
)
def test_codes_of_the_machine_itself(code: int | None, said: bool) -> None:
    assert is_of_the_machine(code) is said


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("SoftwareLicensingService", fault(0x80041003)),
        ("SoftwareLicensingService", fault(2150859174)),
        ("Win32_Service", ConnectionLost("srv", "gone")),
    ],
)
def test_no_rights_and_a_lost_connection_end_it(name: str, error: Exception) -> None:
    machine = Client()
    machine.refusals_of[name] = error
    with pytest.raises(type(error)):
        read(machine)


def test_a_machine_that_is_activated_is_asked_for_nothing_more() -> None:
    machine = Client()
    machine.primary["LicenseStatus"] = 1
    machine.primary["GracePeriodRemaining"] = 255_000
    read(machine)
    assert len(machine.queries) == 3


def test_a_product_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="nonesuch"):
        read(Client(), Inquiry(product="nonesuch"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0x80070422, True),
        (0x80070426, True),
        (0x8007041D, True),
        (0x80070005, False),
        (0xC004F074, False),
        (None, False),
    ],
)
def test_codes_of_the_service_control_manager(code: int | None, said: bool) -> None:
    assert is_of_services(code) is said
