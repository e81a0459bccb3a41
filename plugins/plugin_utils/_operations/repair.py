# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repair one machine: read once, judge, carry the plan out, prove it, and judge again.

The order is the plan's. A restart comes after the keys, since only then does the service give up its role (Microsoft,
"KMS activation and 0xC004C008"), and an activation last, since as a KMS host it would use up one of the host key's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._licensing.restart import restart_due
from .._licensing.terms import LICENSED, KeyType
from .._policy.judgement import judge
from .._policy.machine import Judgement
from .._policy.plan import Action, ActionKind, Plan, leave_alone
from .._policy.policy import Policy
from .._policy.repair import Wishes, plan_repair
from .._policy.verdict import Verdict
from .._spp import schema, writer
from .._spp.reader import operating_system
from .._spp.service_control import read_service_state
from .._spp.steps import Session, Work, take
from .activation import activate_product
from .audit import Audit, audit_again, audit_steps
from .changing import look
from .course import Course
from .errors import ChangeFailed, Refused, Result
from .key_removal import remove_key
from .kms_client import apply_settings
from .product_key import install_key
from .restart import PATIENCE, State, bring_to


@dataclass(frozen=True)
class RepairRequest:
    """What is right, what the inventory calls the machine, and what may be done about it.

    ``begun`` says that an earlier run was cut off in the middle of this machine. Its licensing service may be stopped.
    """

    policy: Policy
    name: str
    address: str | None
    wishes: Wishes
    require_activation: bool = False
    office: bool = False
    begun: bool = False

    @property
    def wishes_here(self) -> Wishes:
        """With the settings that the policy has for this machine, which count more than those for all."""
        settings = self.policy.client_settings
        return replace(self.wishes, settings=settings) if settings is not None else self.wishes


@dataclass(frozen=True)
class RepairReport:
    """What a repair came to. ``judged`` and ``judged_after`` are the same where nothing was to be done.

    ``undone`` says why an activation that was tried and is not required did not succeed.
    """

    result: Result
    changed: bool
    plan: Plan
    done: tuple[str, ...]
    before: Audit
    after: Audit
    judged: Judgement
    judged_after: Judgement
    undone: ChangeFailed | None = None
    warnings: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether the machine is as the policy requires, but for an activation that Windows itself still tries."""
        verdict = self.judged_after.verdict
        return verdict.compliant is not False or verdict is Verdict.NOT_ACTIVATED

    def followed_by(self, later: RepairReport) -> RepairReport:
        """Both as one: what was before this one, and what is after the other."""
        return replace(
            later,
            changed=self.changed or later.changed,
            plan=self.plan,
            done=self.done + later.done,
            before=self.before,
            judged=self.judged,
            warnings=self.warnings + later.warnings,
        )


def repair(session: Session, request: RepairRequest, check: bool = False) -> RepairReport:
    """Carry out the plan for one machine. A note before each action says which one comes next.

    Raises Refused for an approved KMS host, and ChangeFailed where an action fails; nothing after it is done then.
    """
    return take(session, repair_steps(request, check))


def repair_steps(request: RepairRequest, check: bool = False) -> Work[RepairReport]:
    """The steps of ``repair``: some twenty requests where a KMS host becomes a client, three where nothing is due."""
    found = yield from planning_steps(request)
    if found.judged.approved:
        raise Refused(
            f"{request.name} is an approved KMS host and must not become a KMS client. Nothing was changed.",
            "Remove it from approved_kms_hosts first if it is no longer one.",
            found.before,
        )
    if check or not found.plan.changes:
        return found.report(check)
    before, judged, plan = found.before, found.judged, found.plan
    run = _Run(request, before)
    after = yield from run.carry_out(plan)
    judged_after = judge(after.machine(request.name, request.address), request.policy)
    changed = bool(run.done) or (run.undone is not None and run.undone.changed is not False)
    return RepairReport(
        Result.VERIFIED,
        changed,
        plan,
        run.done,
        before,
        after,
        judged,
        judged_after,
        run.undone,
        tuple(run.warnings),
    )


@dataclass(frozen=True)
class Planned:
    """A machine that was read, what it was judged to be, and what is to be done about it."""

    before: Audit
    judged: Judgement
    plan: Plan

    def report(self, check: bool) -> RepairReport:
        """That nothing was done: because it is only to be shown, or because nothing is to be done."""
        result = Result.PLANNED if check and self.plan.changes else Result.VERIFIED
        changed = self.plan.changes and check
        return RepairReport(result, changed, self.plan, (), self.before, self.before, self.judged, self.judged)


def planning_steps(request: RepairRequest) -> Work[Planned]:
    """Read, judge and plan, three requests and those of the settings. An approved KMS host is left alone."""
    if request.begun:
        yield from _start_service()
    before = yield from _read(request)
    machine = before.machine(request.name, request.address)
    judged = judge(machine, request.policy)
    if judged.approved:
        return Planned(before, judged, Plan((leave_alone("It is an approved KMS host."),)))
    plan = yield from _without_idle_settings(plan_repair(machine, judged, request.wishes_here), before)
    return Planned(before, judged, plan)


def _start_service() -> Work[None]:
    """Start the licensing service where it is stopped: until then Windows Vista and Server 2008 answer nothing."""
    os = yield from operating_system()
    seen = yield from look(read_service_state(schema.service_name(os.provider)))
    if seen.state is not None and seen.state.stopped:
        yield from bring_to(State.STARTED, seen.state, PATIENCE)


def _read(request: RepairRequest) -> Work[Audit]:
    needs_name = request.policy.asks_for_name(request.name, request.address)
    return (yield from _unambiguous(audit_steps(office=request.office, needs_name=needs_name)))


def _unambiguous(read: Work[Audit]) -> Work[Audit]:
    state = yield from read
    if state.ambiguity is not None:
        raise state.ambiguity
    return state


def _without_idle_settings(plan: Plan, state: Audit) -> Work[Plan]:
    """The plan without settings that are as wanted already."""
    actions = []
    for action in plan.actions:
        if action.settings is not None and not (yield from apply_settings(state, action.settings, check=True)):
            continue
        actions.append(action)
    return Plan(tuple(actions))


class _Run:
    """One plan being carried out. ``state`` is the machine as it was read last."""

    def __init__(self, request: RepairRequest, before: Audit) -> None:
        self._request = request
        self._before = before
        self._state = before
        self._read_since = True
        self._course = Course(before)
        self.warnings: list[str] = []
        self.undone: ChangeFailed | None = None

    @property
    def done(self) -> tuple[str, ...]:
        return tuple(self._course.done)

    def carry_out(self, plan: Plan) -> Work[Audit]:
        """All actions in order; the machine as it is then. Raises ChangeFailed, or what kept the first one back."""
        for action in plan.actions:
            if not action.changes:
                continue
            yield from self._course.take(action.kind.value, self._carry_out(action))
            if action.kind is ActionKind.ACTIVATE and self.undone is not None:
                continue
            self._course.done.append(action.kind.value)
        yield from self._look_again()
        return self._state

    def _carry_out(self, action: Action) -> Work[None]:
        if action.kind is ActionKind.REMOVE_KEY and action.product is not None:
            self.warnings += yield from remove_key(action.product, self._state)
            self._read_since = False
        elif action.kind is ActionKind.INSTALL_KEY and action.key is not None:
            self.warnings += yield from install_key(action.key, action.product, self._state)
            self._read_since = False
        elif action.kind is ActionKind.RESTART_SERVICE:
            yield from self._restart_service()
        elif action.settings is not None:
            yield from self._look_again()
            yield from apply_settings(self._state, action.settings)
            self._read_since = False
        elif action.kind is ActionKind.ACTIVATE:
            yield from self._activate()

    def _restart_service(self) -> Work[None]:
        name = self._before.snapshot.service.service_name
        now = yield from read_service_state(name)
        reached = yield from bring_to(State.RESTARTED, now, PATIENCE)
        if reached.failure is not None:
            raise ChangeFailed(
                f"{name} could not be restarted: {reached.trouble}",
                f"Check the service {name} on the host, and start it; a restart of the machine does the same.",
                changed=reached.changed,
            )
        self._read_since = False
        yield from self._look_again()
        if restart_due(self._state.snapshot):
            raise ChangeFailed(
                f"{name} was restarted, but it still does not work with the installed key: {self._state.role.reason}",
                "Restart the machine, and run this task again.",
                changed=True,
            )

    def _activate(self) -> Work[None]:
        yield from self._look_again()
        product = self._state.primary
        if product is None or product.key_type is KeyType.CSVLK:
            raise ChangeFailed(
                f"The machine was not activated, because it does not carry the key that was installed: "
                f"{self._state.role.reason}",
                "Run license_info on the host, and follow its advice.",
                changed=False,
            )
        if product.license_status_code == LICENSED:
            return
        try:
            self._state, warnings = yield from activate_product(writer.activate(product), product, self._state)
        except ChangeFailed as failure:
            if self._request.require_activation:
                raise
            # The KMS host activates no machine until enough of them have asked; Windows tries again by itself.
            self.undone = failure
            self._state = failure.after or self._state
            return
        self.warnings += warnings
        if self._state.primary is None or self._state.primary.license_status_code != LICENSED:
            self.undone = ChangeFailed("The machine is not activated yet.", changed=False)

    def _look_again(self) -> Work[None]:
        if self._read_since:
            return
        self._state = yield from self._course.read(_unambiguous(audit_again(self._before)), changed=True)
        self._read_since = True
