# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up the organization's own KMS host: preflight, host key, restart, settings, activation, intervals, proof.

Port and publishing are set before the activation, which is what makes the machine publish itself: otherwise it would do
so with the wrong port, or where it must not at all. Windows takes intervals from an activated KMS host only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from .._licensing.host_preflight import Problem, problems
from .._licensing.host_settings import HostRequest, HostSettings, plan_host
from .._licensing.model import Product
from .._licensing.product_key import ProductKey
from .._licensing.restart import restart_due
from .._licensing.terms import LICENSED, KeyType, Role
from .._policy import plan
from .._policy.judgement import judge
from .._policy.key_choice import KeyPlan, KeyRefusal, KeyRequest, plan_key
from .._policy.plan import Action, ActionKind, Plan
from .._policy.policy import Policy
from .._spp.reader import installation_id
from .._spp.steps import Session, Work, take
from .activation import ActivationRequest, activation_steps
from .audit import Audit, audit_again, audit_steps
from .course import Course
from .errors import ChangeFailed, Refused, Result
from .kms_host import Restart, host_steps
from .licensing_service import ServiceRequest, service_steps
from .product_key import install_key

_INTERVALS = ("activation_interval", "renewal_interval")


@dataclass(frozen=True)
class SetupRequest:
    """What the KMS host is to be.

    ``policy`` has to approve the machine, which the inventory calls ``name`` and reaches at ``address``. ``key`` None
    means that it carries its host key already. ``now`` is the controller's clock, to compare with the machine's.
    """

    policy: Policy
    name: str
    address: str | None
    now: datetime
    key: ProductKey | None = None
    settings: HostRequest = field(default_factory=HostRequest)
    restart: Restart | None = None
    activate: bool = True
    confirmation_id: str | None = None

    @property
    def first_settings(self) -> HostRequest:
        """Those that have to be right before the machine publishes itself."""
        return replace(self.settings, **dict.fromkeys(_INTERVALS))

    @property
    def intervals(self) -> HostRequest:
        """What it tells its clients."""
        return HostRequest(**{name: getattr(self.settings, name) for name in _INTERVALS})


@dataclass(frozen=True)
class SetupReport:
    """What became of it. ``settings`` are those of the KMS host afterwards, or as planned.

    ``installation_id`` is there where a telephone activation still needs it.
    """

    result: Result
    changed: bool
    plan: Plan
    done: tuple[str, ...]
    before: Audit
    after: Audit
    obstacles: tuple[Problem, ...]
    settings_before: HostSettings
    settings: HostSettings
    installation_id: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def activated(self) -> bool:
        """Whether one of the activations of the key was used."""
        return ActionKind.ACTIVATE.value in self.done


def set_up_kms_host(session: Session, request: SetupRequest, check: bool = False) -> SetupReport:
    """Make the machine a KMS host that serves.

    Raises Refused for a machine that is not approved or cannot be one, before anything is changed, and ChangeFailed.
    """
    return take(session, setup_steps(request, check))


def setup_steps(request: SetupRequest, check: bool = False) -> Work[SetupReport]:
    """The steps of ``set_up_kms_host``."""
    before = yield from audit_steps(needs_name=request.policy.asks_for_name(request.name, request.address))
    obstacles = _see_that_it_can_be_one(before, request)
    key = _key_plan(before, request)
    return (yield from _Setup(request, before, obstacles, key).carry_out(check))


def _see_that_it_can_be_one(state: Audit, request: SetupRequest) -> tuple[Problem, ...]:
    if state.ambiguity is not None:
        raise state.ambiguity
    if not judge(state.machine(request.name, request.address), request.policy).approved:
        raise Refused(
            f"{request.name} is not in approved_kms_hosts, so it gets no KMS host key. Nothing was changed.",
            "Add it to approved_kms_hosts if it is to be the organization's KMS host.",
            state,
        )
    names = (request.name, request.address or "", state.snapshot.os.full_name or "")
    obstacles = problems(state.snapshot, state.primary, (*names, state.snapshot.os.computer_name or ""), request.now)
    fatal = [problem for problem in obstacles if problem.fatal]
    if fatal:
        reasons = " ".join(problem.reason for problem in fatal)
        raise Refused(f"{reasons} Nothing was changed.", " ".join(problem.advice for problem in fatal), state)
    return obstacles


def _key_plan(state: Audit, request: SetupRequest) -> KeyPlan | None:
    """The key to install, None where it is there. Raises Refused."""
    if request.key is None:
        if state.primary is None or state.primary.key_type is not KeyType.CSVLK:
            raise Refused(
                f"{request.name} carries no KMS host key, and no key was given. Nothing was changed.",
                "Give the KMS host key, from a vault.",
                state,
            )
        return None
    planned = plan_key(state.snapshot, KeyRequest(key=request.key, allow_kms_host_key=True))
    if isinstance(planned, KeyRefusal):
        raise Refused(f"{planned.reason} Nothing was changed.", planned.advice, state)
    return None if planned.installed else planned


class _Setup:
    """One machine being set up. ``state`` is the machine as it was read last."""

    def __init__(
        self, request: SetupRequest, before: Audit, obstacles: tuple[Problem, ...], key: KeyPlan | None
    ) -> None:
        self._request = request
        self._before = self._state = before
        self._obstacles = obstacles
        self._key = key
        self._course = Course(before)
        self._settings_before = self._settings = HostSettings()
        self._warnings: list[str] = []

    def carry_out(self, check: bool) -> Work[SetupReport]:
        planned = yield from self._plan()
        if check:
            result = Result.PLANNED if planned.changes else Result.VERIFIED
            return (yield from self._report(result, planned.changes, planned))
        self._settings = self._settings_before
        yield from self._install()
        yield from self._restart(force=self._key is not None)
        yield from self._set(self._request.first_settings, self._request.restart)
        yield from self._activate()
        yield from self._set(self._request.intervals, Restart.NEVER)
        yield from self._restart(force=False)
        self._prove()
        return (yield from self._report(Result.VERIFIED, bool(self._course.done), planned))

    # --- what is to be done

    def _plan(self) -> Work[Plan]:
        """The actions, as far as they can be known before the first of them."""
        actions: list[Action] = []
        primary = self._before.primary
        service = self._before.snapshot.service.service_name
        if self._key is not None:
            actions.append(plan.install_host_key(self._key.key, self._key.target))
        if self._key is not None or restart_due(self._before.snapshot):
            actions.append(plan.restart_service(service))
        first = yield from host_steps(self._request.first_settings, self._request.restart, check=True)
        intervals = plan_host(first.before, self._request.intervals, None, self._before.snapshot.os.provider)
        self._settings_before = first.before
        changes = {change.name: change.after for change in (*first.changes, *intervals)}
        self._settings = HostSettings(**{**vars(first.before), **changes})
        if first.changes:
            actions.append(plan.host_settings(first.changes))
            if first.restarted and not any(one.kind is ActionKind.RESTART_SERVICE for one in actions):
                actions.append(plan.restart_service(service))
        if self._request.activate and (self._key is not None or not _is_licensed(primary)):
            partial = self._key.key.partial if self._key else primary.partial_product_key if primary else None
            actions.append(plan.activate_host(partial))
        if intervals:
            actions.append(plan.host_settings(intervals))
        return Plan(tuple(actions))

    # --- the actions

    def _install(self) -> Work[None]:
        if self._key is None:
            return
        work = self._install_and_look(self._key)
        self._warnings += yield from self._course.take(ActionKind.INSTALL_KEY.value, work)
        self._course.done.append(ActionKind.INSTALL_KEY.value)
        carrier = next(
            (one for one in self._state.snapshot.products if one.partial_product_key == self._key.key.partial), None
        )
        if carrier is not None and carrier.key_type not in (KeyType.CSVLK, KeyType.UNKNOWN):
            raise ChangeFailed(
                f"The key ending in {self._key.key.partial} is not a KMS host key: Windows calls it {carrier.channel}. "
                "It is installed and was not activated.",
                "Give the KMS host key (CSVLK); or turn the machine back with product_key key=gvlk.",
                changed=True,
                before=self._before,
                after=self._state,
            )

    def _install_and_look(self, key: KeyPlan) -> Work[tuple[str, ...]]:
        warnings = yield from install_key(key.key, key.target, self._state)
        yield from self._read()
        return warnings

    def _restart(self, force: bool) -> Work[None]:
        if not force and not restart_due(self._state.snapshot):
            return
        name = ActionKind.RESTART_SERVICE.value
        report = yield from self._course.take(name, service_steps(ServiceRequest(force=force)))
        if report.changed:
            self._course.done.append(name)
        yield from self._read()

    def _set(self, settings: HostRequest, restart: Restart | None) -> Work[None]:
        if _is_empty(settings):
            return
        name = ActionKind.HOST_SETTINGS.value
        report = yield from self._course.take(name, host_steps(settings, restart))
        self._settings = report.after
        self._warnings += report.warnings
        if report.changed:
            self._course.done.append(name)
            yield from self._read()

    def _activate(self) -> Work[None]:
        if not self._request.activate or _is_licensed(self._state.primary):
            return
        name = ActionKind.ACTIVATE.value
        wanted = ActivationRequest(confirmation_id=self._request.confirmation_id, allow_kms_host_key=True)
        report = yield from self._course.take(name, activation_steps(wanted))
        self._warnings += report.warnings
        self._course.done.append(name)
        yield from self._read()

    # --- what came of it

    def _read(self) -> Work[None]:
        self._state = yield from self._course.read(audit_again(self._before), changed=bool(self._course.done) or None)

    def _prove(self) -> None:
        if self._request.activate and self._state.role.role is not Role.KMS_HOST:
            raise ChangeFailed(
                f"{self._request.name} does not serve as a KMS host: {self._state.role.reason}",
                "Check kms_host_info of the machine; restart its licensing service, or the machine.",
                changed=bool(self._course.done),
                before=self._before,
                after=self._state,
            )

    def _report(self, result: Result, changed: bool, planned: Plan) -> Work[SetupReport]:
        wanted = not self._request.activate and not _is_licensed(self._state.primary)
        identifier = (yield from installation_id(self._state.primary)) if wanted and self._state.primary else None
        return SetupReport(
            result,
            changed,
            planned,
            tuple(self._course.done),
            self._before,
            self._state,
            self._obstacles,
            self._settings_before,
            self._settings,
            identifier,
            tuple(self._warnings),
        )


def _is_licensed(product: Product | None) -> bool:
    return product is not None and product.key_type is KeyType.CSVLK and product.license_status_code == LICENSED


def _is_empty(settings: HostRequest) -> bool:
    return all(getattr(settings, one.name) is None for one in fields(settings))
