# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a first contact that changes a machine for tests, since only a change shows it. It ends where it began.

The GVLK takes the place of itself, publishing goes off and on again, and the licensing service restarts at the end,
so that it reads what was there at the beginning. The first thing that goes otherwise ends it. Whatever happened, the
machine is then compared with how it was, and what differs is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...module_utils._outcome import Outcome as Changed
from .._licensing.host_settings import HostRequest
from .._licensing.terms import LICENSED, license_status_name
from .._policy.key_choice import KeyPlan, KeyRefusal, KeyRequest
from .._policy.trial import plan_trial
from .._spp import contact
from .._spp.contact import Trial
from .._spp.errors import MethodFailed
from .._spp.host_settings import read_host_settings
from .._spp.service_control import ServiceAbsent, ServiceRefused, WindowsService, read_service_state
from .._spp.steps import Invoke, Note, Work
from .._wsman import WsmanFault
from .activation import ActivationRequest, activation_steps
from .audit import Audit, audit_steps
from .changing import FAILURES, look, settle
from .errors import ChangeFailed, Refused, Result
from .expectations import Outcome
from .first_contact import Finding
from .kms_host import Restart, host_steps
from .licensing_service import ServiceRequest, service_steps
from .product_key import install_key, product_key_steps
from .restart import State

_DISABLED = "Disabled"
_LICENSED = license_status_name(LICENSED)
_SKIPPED = "not tried: an earlier step did not go as expected"
_OFF = "not tried: publishing was off before"
_ADVICE = "Name a machine for tests on which the licensing service runs, or leave out changes."


class NotAsExpected(ChangeFailed):
    """Windows accepted a change, and the machine does not show it."""


@dataclass(frozen=True)
class Standing:
    """What has to be at the end as it was at the beginning. None for what could not be read."""

    key: str | None = None
    status: str | None = None
    publishing: bool | None = None
    service: str | None = None


@dataclass(frozen=True)
class Remains:
    """A point that is not as it was; ``now`` is None where nobody knows. ``remedy`` is what a person can do."""

    point: str
    before: object
    now: object
    remedy: str


@dataclass(frozen=True)
class TrialPlan:
    """What will be tried, and how the machine was before."""

    trials: tuple[Trial, ...]
    skipped: tuple[Trial, ...]
    key: KeyPlan
    before: Standing
    audit: Audit
    service: WindowsService

    @property
    def steps(self) -> tuple[str, ...]:
        """What will be done, in sentences, one after the other."""
        return tuple(_SAID[trial.change.step](self) for trial in self.trials)


@dataclass(frozen=True)
class TrialReport:
    """What came of it. ``failure`` is the first thing that went wrong, with the trial it belongs to."""

    plan: TrialPlan
    findings: tuple[Finding, ...]
    changed: bool | None
    failed_at: Trial | None
    failure: Exception | None
    remains: tuple[Remains, ...]


def prepare() -> Work[TrialPlan]:
    """Read the machine and decide what is tried. Raises Refused for one that is more than a KMS client."""
    audit = yield from audit_steps()
    settings = yield from read_host_settings(audit.snapshot)
    key = plan_trial(audit.snapshot, audit.role, settings)
    if isinstance(key, KeyRefusal):
        raise Refused(f"Nothing is tried out on this machine. {key.reason}", key.advice, audit)
    service = yield from _service(audit)
    concerned = [trial for trial in contact.trials() if trial.concerns(audit.snapshot.os.build)]
    off = not settings.dns_publishing
    skipped = tuple(trial for trial in concerned if off and trial.change.step.startswith("publishing"))
    trials = tuple(trial for trial in concerned if trial not in skipped)
    before = replace(_licensing(audit, key), publishing=settings.dns_publishing, service=service.state)
    return TrialPlan(trials, skipped, key, before, audit, service)


def _service(audit: Audit) -> Work[WindowsService]:
    name = audit.snapshot.service.service_name
    try:
        service = yield from read_service_state(name)
    except ServiceAbsent as absent:
        raise Refused(f"Nothing is tried out on this machine. {absent}", _ADVICE, audit) from absent
    if service.start_mode == _DISABLED or not service.running:
        state = "disabled" if service.start_mode == _DISABLED else service.state.lower()
        raise Refused(f"Nothing is tried out on this machine. {name} is {state}.", _ADVICE, audit)
    return service


def trial_steps(plan: TrialPlan) -> Work[TrialReport]:
    """Try everything, then put back what is not as it was. Raises nothing that a machine can cause."""
    findings = [Finding(trial, Outcome.UNSETTLED, failure=_OFF) for trial in plan.skipped]
    failed_at, failure = None, None
    changed: bool | None = False
    for trial in plan.trials:
        if failure is not None:
            findings.append(Finding(trial, Outcome.UNSETTLED, failure=_SKIPPED))
            continue
        yield Note(done=(), next=trial.id)
        refused: list[Exception] = []
        try:
            yield from _watched(_STEPS[trial.change.step](plan), refused)
        except FAILURES as error:
            failed_at, failure = trial, error
        findings.append(_finding(trial, failure, refused))
        changed = Changed.of(changed, True if failure is None else _changed_by(failure)).changed
    yield Note(done=(), next="restore")
    restored, remains = yield from restored_steps(plan)
    changed = Changed.of(changed, restored).changed
    return TrialReport(plan, tuple(findings), changed, failed_at, failure, remains)


# --- The steps ------------------------------------------------------------------------------------------------


def _key_again(plan: TrialPlan) -> Work[None]:
    yield from install_key(plan.key.key, plan.key.target, plan.audit)
    seen = yield from look(audit_steps())
    if seen.state is not None and _licensing(seen.state, plan.key).key != plan.before.key:
        raise NotAsExpected("Windows accepted the GVLK, and the license does not carry it.", changed=True)


def _publishing(wanted: bool) -> Callable[[TrialPlan], Work[None]]:
    def step(_plan: TrialPlan) -> Work[None]:
        report = yield from host_steps(HostRequest(dns_publishing=wanted), Restart.NEVER)
        if report.result is not Result.VERIFIED:
            word = "on" if wanted else "off"
            raise NotAsExpected(f"Windows accepted that publishing is switched {word}, and it is not.", changed=True)

    return step


def _restart(_plan: TrialPlan) -> Work[None]:
    yield from service_steps(ServiceRequest(State.RESTARTED, force=True))


_STEPS: Mapping[str, Callable[[TrialPlan], Work[None]]] = {
    "product_key": _key_again,
    "publishing_off": _publishing(False),
    "publishing_on": _publishing(True),
    "restart": _restart,
}

_SAID: Mapping[str, Callable[[TrialPlan], str]] = {
    "product_key": lambda plan: (
        f"install the published GVLK of {plan.key.product_name}, ending in {plan.key.key.partial}, in place of itself"
    ),
    "publishing_off": lambda _plan: "switch publishing in DNS off, without a restart",
    "publishing_on": lambda _plan: "switch it on again",
    "restart": lambda plan: f"restart {plan.service.name}",
}

#: All words of steps.
STEPS = frozenset(_STEPS)


# --- What a failure says ----------------------------------------------------------------------------------------


def _watched(work: Work[None], refused: list[Exception]) -> Work[None]:
    """The same work; what a change, and no reading, was answered with is kept in ``refused``."""
    try:
        step = next(work)
        while True:
            try:
                answer = yield step
            except FAILURES as failure:
                if isinstance(step, Invoke) and not step.reads:
                    refused.append(failure)
                step = work.throw(failure)
            else:
                step = work.send(answer)
    except StopIteration:
        return


def _finding(trial: Trial, failure: Exception | None, refused: list[Exception]) -> Finding:
    if failure is None:
        return Finding(trial, Outcome.AGREES)
    fault = next((one for one in _chain(failure) if isinstance(one, WsmanFault)), None)
    outcome = Outcome.DIFFERS if _settles(trial, failure, fault, refused) else Outcome.UNSETTLED
    return Finding(trial, outcome, fault, type(failure).__name__)


def _settles(trial: Trial, failure: Exception, fault: WsmanFault | None, refused: list[Exception]) -> bool:
    """Whether a failure says no to what was tried, and does not tell of something else."""
    if fault is not None:
        if fault.tells_nothing_of_the_question:
            # The account may change the settings, which was asked before; so this is about the service alone.
            return fault.access_denied and trial.change.step == "restart"
        return fault in refused
    if any(isinstance(one, (MethodFailed, ServiceRefused)) for one in _chain(failure)):
        return True
    return isinstance(failure, ChangeFailed) and failure.__cause__ is None


def _chain(failure: BaseException | None) -> list[BaseException]:
    """A failure and what it came from, the last first. One that was raised from itself comes from nothing."""
    chain: list[BaseException] = []
    while failure is not None and failure not in chain:
        chain.append(failure)
        failure = failure.__cause__
    return chain


def _changed_by(failure: Exception) -> bool | None:
    """Whether a step that failed has changed something; None where nobody knows. Other errors say that it has not."""
    return failure.changed if isinstance(failure, ChangeFailed) else False


# --- The end as the beginning -------------------------------------------------------------------------------------


def _licensing(audit: Audit, key: KeyPlan) -> Standing:
    """The key of the license that was tried, and its status."""
    product = audit.snapshot.keyed(key.target.activation_id) if key.target else None
    if product is None:
        return Standing(key="none")
    return Standing(f"{product.key_type.value} ending in {product.partial_product_key}", product.license_status)


def restored_steps(plan: TrialPlan) -> Work[tuple[bool | None, tuple[Remains, ...]]]:
    """Put back what is not as it was: whether that changed anything, and what remains. Raises nothing likewise.

    It is a part of ``trial_steps``, and of use alone where these were broken off from outside.
    """
    now = yield from _standing(plan)
    done: list[bool | None] = []
    for point in _different(plan.before, now):
        tried = yield from look(_RESTORES[point](plan))
        failed = tried.failure
        done.append(_changed_by(failed) if failed is not None else tried.state is not None and tried.state.changed)
    if done:
        now = yield from _standing(plan)
    return Changed.of(False, *done).changed, tuple(
        Remains(point, getattr(plan.before, point), getattr(now, point), _REMEDIES[point])
        for point in _different(plan.before, now)
    )


def _standing(plan: TrialPlan) -> Work[Standing]:
    """The machine as it is now, with a minute of patience for one that cannot be read. Raises nothing."""
    name = plan.service.name
    seen = yield from settle(lambda: _read(plan), lambda _now: True)
    # The licensing classes start the service that they need, so it is asked for after them.
    service = yield from look(read_service_state(name))
    return replace(seen.state or Standing(), service=service.state.state if service.state else None)


def _read(plan: TrialPlan) -> Work[Standing]:
    audit = yield from audit_steps()
    settings = yield from read_host_settings(audit.snapshot)
    return replace(_licensing(audit, plan.key), publishing=settings.dns_publishing)


def _different(before: Standing, now: Standing) -> list[str]:
    """What is not as it was, in the order in which it is put back.

    A license that has become licensed meanwhile is none the worse for it.
    """
    points = [point for point in _RESTORES if getattr(before, point) != getattr(now, point)]
    return [point for point in points if point != "status" or now.status != _LICENSED]


def _activation(plan: TrialPlan) -> Work[Any]:
    """Only where the license was licensed: nobody asked for more than that."""
    if plan.before.status != _LICENSED:
        raise Refused("The license was not licensed before.")
    return (yield from activation_steps(ActivationRequest()))


# The order matters: nothing can be read of licensing without its service.
_RESTORES: Mapping[str, Callable[[TrialPlan], Work[Any]]] = {
    "service": lambda _plan: service_steps(ServiceRequest(State.STARTED)),
    "publishing": lambda plan: host_steps(HostRequest(dns_publishing=plan.before.publishing), Restart.NEVER),
    "key": lambda _plan: product_key_steps(KeyRequest()),
    "status": _activation,
}

_REMEDIES: Mapping[str, str] = {
    "service": "licensing_service state=started",
    "publishing": "kms_host dns_publishing=true restart=never",
    "key": "product_key key=gvlk",
    "status": "license state=activated",
}
