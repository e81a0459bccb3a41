# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb, broken at each of its requests by each kind of failure, through both pumps.

Kind: a change was made, the task fails and says that nothing was changed. The rule is one for all verbs: what is
reported is compared with what the machine went through.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.client_settings import ClientRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_settings import HostRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.activation import (
    ActivationRequest,
    activation_steps,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed, OperationError
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.key_removal import removal_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_client import client_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host import Restart, host_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.kms_host_setup import (
    SetupRequest,
    setup_steps,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.licensing_service import (
    ServiceRequest,
    service_steps,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.product_key import product_key_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import RepairRequest, repair_steps
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.restart import State
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import KeyRequest
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.errors import SppError
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Work, take, take_async
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    OutcomeUnknown,
    TimedOut,
    Unreachable,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import ProtocolError, WsmanError, WsmanFault

from ..fake_machine import FakeMachine
from ..kms_machine import KmsMachine
from ..sample_machines import CSVLK, GVLK, activate, server_2008_r2

ADDON_ID = "aaaaaaaa-0000-0000-0000-000000000009"
EXPECTED = (OperationError, WinrmError, WsmanError, SppError)

Verb = Callable[[], Work[Any]]


@dataclass(frozen=True)
class Failure:
    """``lasts``: how many requests in a row. ``acts``: a method is carried out all the same."""

    error: Callable[[], Exception]
    lasts: int = 1
    acts: bool = False


FAILURES = {
    "fault of the provider": Failure(lambda: WsmanFault(code=0xC004F050, hresult=0xC004F050, subcode="InternalError")),
    "quota": Failure(lambda: WsmanFault(code=2150859174, hresult=2150859174, subcode="QuotaLimit")),
    "access denied": Failure(lambda: WsmanFault(code=5, hresult=5, subcode="AccessDenied")),
    "timed out on the host": Failure(lambda: WsmanFault(subcode="TimedOut"), acts=True),
    "the service is stopping": Failure(lambda: WsmanFault(code=0xC004F075, hresult=0xC004F075), lasts=9),
    "no connection": Failure(lambda: Unreachable("srv", "no route")),
    "gone for good": Failure(lambda: Unreachable("srv", "no route"), lasts=99),
    "cut before": Failure(lambda: OutcomeUnknown("srv", "the connection broke", method="x")),
    "cut after": Failure(lambda: OutcomeUnknown("srv", "the connection broke", method="x"), acts=True),
    "cut after, then gone": Failure(
        lambda: OutcomeUnknown("srv", "the connection broke", method="x"), lasts=99, acts=True
    ),
    "slow": Failure(lambda: TimedOut("srv", "no answer", maybe_delivered=True), acts=True),
    "not understood": Failure(lambda: OutcomeUnknown("srv", "the answer cannot be understood", method="x"), acts=True),
    "unreadable": Failure(lambda: ProtocolError("no envelope"), lasts=3),
}


class Faulty:
    """A machine that fails from its n-th request on, for as long as the failure lasts."""

    def __init__(self, machine: FakeMachine, begin: int, failure: Failure) -> None:
        self.machine = machine
        self._range = range(begin, begin + failure.lasts)
        self._failure = failure
        self.requests = 0

    def query(self, *arguments: Any, **options: Any) -> Any:
        if self._next():
            error = self._failure.error()
            # What is lost of a read is a read.
            raise Unreachable("srv", "the connection broke") if isinstance(error, OutcomeUnknown) else error
        return self.machine.query(*arguments, **options)

    def invoke(self, *arguments: Any, **options: Any) -> Any:
        if not self._next():
            return self.machine.invoke(*arguments, **options)
        if self._failure.acts:
            self.machine.invoke(*arguments, **options)
        error = self._failure.error()
        # Of a change the session makes this (see pumping.changing).
        raise OutcomeUnknown("srv", str(error), method="x") if isinstance(error, ProtocolError) else error

    def _next(self) -> bool:
        self.requests += 1
        return self.requests - 1 in self._range


class Asynchronous:
    def __init__(self, session: Faulty) -> None:
        self._session = session

    async def query(self, *arguments: Any, **options: Any) -> Any:
        return self._session.query(*arguments, **options)

    async def invoke(self, *arguments: Any, **options: Any) -> Any:
        return self._session.invoke(*arguments, **options)


def rogue() -> FakeMachine:
    return server_2008_r2(CSVLK, serving=True)


def unlicensed() -> FakeMachine:
    return server_2008_r2(GVLK, serving=False, licensed=False)


def repair() -> Work[Any]:
    request = RepairRequest(Policy.parse(["kms01.corp.example"]), "srv2008r2-01", None, Wishes())
    return repair_steps(request)


def waiting() -> FakeMachine:
    return server_2008_r2(GVLK, serving=True)


def set_up() -> Work[Any]:
    request = SetupRequest(
        Policy.parse(["srv2008r2-01"]),
        "srv2008r2-01",
        None,
        datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc),
        ProductKey.parse(CSVLK),
        HostRequest(listening_port=1689),
    )
    return setup_steps(request)


def with_addon() -> FakeMachine:
    machine = server_2008_r2(GVLK, serving=False)
    products = machine.rows["SoftwareLicensingProduct"]
    products.append({**products[0], "ID": ADDON_ID, "LicenseIsAddon": True, "PartialProductKey": "QGG99"})
    machine.methods["UninstallProductKey"] = uninstall
    return machine


def uninstall(machine: FakeMachine, arguments: Mapping[str, Any]) -> int:
    machine.rows["SoftwareLicensingProduct"][-1]["PartialProductKey"] = None
    return 0


def by_telephone() -> FakeMachine:
    machine = unlicensed()
    for row in machine.rows["SoftwareLicensingProduct"]:
        row["OfflineInstallationId"] = "123456" * 9
    machine.methods["DepositOfflineConfirmationId"] = activate
    return machine


VERBS: dict[str, tuple[Callable[[], FakeMachine], Verb]] = {
    "product_key": (rogue, lambda: product_key_steps(KeyRequest())),
    "product_key, state absent": (with_addon, lambda: removal_steps(ADDON_ID)),
    "license": (unlicensed, lambda: activation_steps(ActivationRequest())),
    "license by telephone": (
        by_telephone,
        lambda: activation_steps(ActivationRequest(confirmation_id="123456" * 8)),
    ),
    "licensing_service": (waiting, lambda: service_steps(ServiceRequest(State.RESTARTED, timeout=3.0))),
    "licensing_service stopped": (waiting, lambda: service_steps(ServiceRequest(State.STOPPED, timeout=3.0))),
    "kms_client": (KmsMachine, lambda: client_steps(ClientRequest(host="kms01.corp.example", port=1689))),
    "kms_host": (
        KmsMachine,
        lambda: host_steps(HostRequest(listening_port=1689, low_priority=True), Restart.ALWAYS),
    ),
    "license_repair": (rogue, repair),
    "kms_host_setup": (KmsMachine, set_up),
}


def requests_of(name: str) -> int:
    make, verb = VERBS[name]
    counted = Faulty(make(), 10_000, FAILURES["quota"])
    take(counted, verb(), lambda _seconds: None)
    return counted.requests


def outcome(name: str, number: int, failure: Failure, asynchronous: bool) -> tuple[str, Any, bool]:
    """What is reported, in words, as ``changed``, and whether the machine is different in truth."""
    make, verb = VERBS[name]
    machine = make()
    before = _state(machine)
    faulty = Faulty(machine, number, failure)
    said, changed = "done", None
    try:
        if asynchronous:
            report = asyncio.run(take_async(Asynchronous(faulty), verb(), lambda _seconds: asyncio.sleep(0)))
        else:
            report = take(faulty, verb(), lambda _seconds: None)
        changed = report.changed
    except ChangeFailed as error:
        said, changed = str(error), error.changed
    except EXPECTED as error:
        # Modules report these as "nothing was changed".
        said, changed = str(error), False
    return said, changed, _state(machine) != before


def _state(machine: FakeMachine) -> Any:
    return copy.deepcopy((machine.rows, getattr(machine, "registry", None)))


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("name", VERBS)
def test_what_is_reported_is_what_happened(name: str, kind: str) -> None:
    for number in range(requests_of(name)):
        said, changed, is_different = outcome(name, number, FAILURES[kind], False)
        assert not (is_different and changed is False), f"request {number}: changed, and reported as not: {said}"
        if said != "done" and not is_different:
            assert changed is not True or "could not be" in said, f"request {number}: not changed, and reported so"


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("name", VERBS)
def test_both_pumps_say_the_same(name: str, kind: str) -> None:
    for number in range(requests_of(name)):
        assert outcome(name, number, FAILURES[kind], False) == outcome(name, number, FAILURES[kind], True), number


@pytest.mark.parametrize("kind", [kind for kind, failure in FAILURES.items() if failure.lasts < 9])
@pytest.mark.parametrize("name", ["licensing_service", "license_repair", "kms_host", "kms_host_setup"])
def test_a_service_that_was_stopped_is_started_again(name: str, kind: str) -> None:
    make, verb = VERBS[name]
    for number in range(requests_of(name)):
        machine = make()
        with contextlib.suppress(*EXPECTED):
            take(Faulty(machine, number, FAILURES[kind]), verb(), lambda _seconds: None)
        assert machine.rows["Win32_Service"][0]["State"] == "Running", number


def test_a_repair_costs_at_most_22_requests() -> None:
    assert requests_of("license_repair") <= 22


class Refusing(Faulty):
    """Windows refuses the first change, and all that is asked after that fails in another way."""

    def __init__(self, machine: FakeMachine, failure: Failure) -> None:
        super().__init__(machine, 10_000, failure)

    def invoke(self, *arguments: Any, **options: Any) -> Any:
        if self._range.start < 10_000 or options.get("reads"):
            return super().invoke(*arguments, **options)
        self._range = range(self.requests, 10_000)
        raise WsmanFault(code=0xC004F050, hresult=0xC004F050, subcode="InternalError")


@pytest.mark.parametrize("kind", ["gone for good", "unreadable", "quota", "access denied", "timed out on the host"])
@pytest.mark.parametrize("name", [name for name in VERBS if not name.startswith("licensing_service")])
def test_the_first_refusal_is_what_is_read(name: str, kind: str) -> None:
    """Kind: what fails afterwards, such as a courtesy read, hides why Windows refused the change."""
    make, verb = VERBS[name]
    session = Refusing(make(), FAILURES[kind])
    with pytest.raises(ChangeFailed, match="0xC004F050"):
        take(session, verb(), lambda _seconds: None)


def test_an_installation_id_that_is_not_read_in_time_is_no_lost_activation() -> None:
    """Kind: whatever fails on the way to a change is told as the change."""
    name = "license by telephone"
    reading = requests_of(name) - 6
    for number in range(reading):
        said, changed, is_different = outcome(name, number, FAILURES["slow"], False)
        assert (changed, is_different) == (False, False), said
        assert "activation was lost" not in said
