# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of every story. Each rule yields a sentence for each breach; what the lab knows decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from .story import Step, Story

Rule = Callable[[Story], Iterator[str]]

# What changes a machine, and the action of a plan that stands for it.
_ACTIONS = {
    "InstallProductKey": "install_key",
    "UninstallProductKey": "remove_key",
    "StopService": "restart_service",
    "StartService": "restart_service",
    "Activate": "activate",
}
_BESIDES = "RefreshLicenseStatus"
_KEY = re.compile(r"\b99999(?:-[A-Z0-9]{5}){4}\b")
_PASSWORDS = ("Lab-Passw0rd!", "not-the-password")
_BROKEN = re.compile(r"Traceback|MODULE FAILURE|Unexpected failure|unhandled exception|object has no attribute", re.I)
# Server 2003 is not activated by volume; the license of a host key is none of its own.
_NEEDS_NO_LICENSE = ("server2003r2",)
_CODES = {0, 2, 4, 6}
_REPAIRING = ("enforce", "enforce again")


def breaches(story: Story) -> list[str]:
    """All sentences of all rules."""
    return [f"{rule.__name__.strip('_')}: {breach}" for rule in _RULES for breach in rule(story)]


def _ends_in_order(story: Story) -> Iterator[str]:
    for step in story.steps.values():
        if step.code not in _CODES:
            yield f"{step.name} ended with {step.code}: {step.output[-600:]}"
    for text in story.log:
        found = _BROKEN.search(text)
        if found:
            yield f"output says: {text[max(0, found.start() - 300) : found.start() + 500]}"


def _keeps_secrets(story: Story) -> Iterator[str]:
    for text in story.log:
        if _KEY.search(text) or any(password in text for password in _PASSWORDS):
            yield f"a secret in the output of {text[:120]}"
    for step in story.steps.values():
        if _KEY.search(str(step.results)):
            yield f"a key in a result of {step.name}"


def _reading_changes_nothing(story: Story) -> Iterator[str]:
    for name in ("audit", "check", "audit after", "audit at last"):
        for host in story.before:
            for method in _changes(story.steps[name], host):
                yield f"{name} called {method} on {host}"


def _what_check_showed(story: Story) -> Iterator[str]:
    """A machine that could not be read then was shown as such, and may be repaired now."""
    shown, step = story.steps["check"], story.steps["enforce"]
    for host in story.before:
        done = _changes(step, host)
        if not done or _unread(shown, host):
            continue
        planned = {action["action"] for action in shown.repairs.get(host, {}).get("repair_plan", [])}
        for method in done:
            if _ACTIONS.get(method, "client_settings") not in planned and (method != _BESIDES or not planned):
                yield f"{host}: {method} was called, check mode showed {sorted(planned)}"


def _shown_is_done_or_explained(story: Story) -> Iterator[str]:
    shown, step = story.steps["check"], story.steps["enforce"]
    for host, repair in shown.repairs.items():
        planned = [action["action"] for action in repair.get("repair_plan", []) if action["action"] not in _IDLE]
        after = step.repairs.get(host)
        if not planned or after is None or _failed(after) or after.get("not_activated"):
            continue
        if host in story.fleet.troubled:
            continue
        if after.get("done") != planned:
            yield f"{host}: planned {planned}, done {after.get('done')}"


_IDLE = ("ask", "leave_alone")


def _approved_hosts_are_left_alone(story: Story) -> Iterator[str]:
    for step in story.steps.values():
        for host in story.fleet.approved:
            for method in _changes(step, host):
                yield f"{step.name} called {method} on {host}, which is approved"


def _no_activation_is_wasted(story: Story) -> Iterator[str]:
    before = story.before
    for step in story.steps.values():
        for host in before:
            keyed_now = False
            for event in step.events_of(host):
                keyed_now |= event["kind"] == "key_installed"
                if event.get("method") != "Activate" or event["kind"] != "invoke":
                    continue
                product = _product(before[host], event.get("keys", {}).get("ID"))
                if product and product["license_status"] == "licensed" and not keyed_now:
                    yield f"{step.name} activated {host}, which was activated"
                if product and product["key_type"] == "csvlk":
                    yield f"{step.name} activated {host} with a KMS host key"
        before = step.states


def _nobody_is_less_licensed_in_silence(story: Story) -> Iterator[str]:
    before = story.steps["check"].states
    for name, audit in (("enforce", "audit after"), ("enforce again", "audit at last")):
        step, found = story.steps[name], story.steps[audit].audited
        for host, state in step.states.items():
            if not _licensed(before[host]) or _licensed(state) or not _changes(step, host):
                continue
            if state["os"]["release"] in _NEEDS_NO_LICENSE:
                continue
            if story.fleet.variables.get("activate") is False and name == "enforce":
                told = host in step.output
            else:
                told = step.code != 0 and host in step.output
            if not told:
                yield f"{host} lost its license in {name}, exit status {step.code}, and the output does not say so"
            if not _unread(story.steps[audit], host) and not found.get(host, {}).get("findings"):
                yield f"{host} lost its license in {name}, and {audit} finds nothing"
        before = step.states


def _refusals_are_explained(story: Story) -> Iterator[str]:
    for step in story.steps.values():
        if step.code and "fatal: " not in step.output and "ERROR" not in step.output:
            yield f"{step.name} ended with {step.code} and no word"
        for host, result in [*step.audited.items(), *step.repairs.items()]:
            if _failed(result):
                if len(str(result.get("msg", ""))) < 30:
                    yield f"{step.name}: {host} failed with {result.get('msg')!r}"
            elif result.get("compliant") is False and not (result.get("verdict_reason") and result.get("advice")):
                yield f"{step.name}: {host} is {result.get('verdict')}, without reason or advice"
        for host, result in step.repairs.items():
            changed = [method for method in _changes(step, host, carried_out=True) if method != _BESIDES]
            if changed and not result.get("changed"):
                yield f"{step.name}: {host} says it was not changed, but {changed} were called"


def _second_time_finishes_or_changes_nothing(story: Story) -> Iterator[str]:
    first, second = story.steps["enforce"], story.steps["enforce again"]
    for host in story.before:
        methods = _changes(second, host)
        if not methods:
            continue
        result = first.repairs.get(host)
        if result is not None and not _failed(result) and result.get("compliant"):
            yield f"{host} was repaired and compliant, but the second run called {methods}"
        if result is None and not _unread(first, host) and first.code == 0:
            yield f"{host} was not to be repaired at first, but the second run called {methods}"
        idle = second.states[host]["license"] == first.states[host]["license"]
        if idle and set(methods) - {"Activate", _BESIDES} and host not in story.fleet.troubled:
            yield f"{host}: the second run called {methods} and the license is as it was"


def _success_is_true(story: Story) -> Iterator[str]:
    """After a run that says all is well, no machine in order is an unapproved KMS host."""
    wanted = story.fleet.variables.get("repair", ["kms_unapproved"])
    for name in _REPAIRING:
        step = story.steps[name]
        if step.code != 0 or "kms_unapproved" not in wanted:
            continue
        for host, state in step.states.items():
            if host in story.fleet.approved or _unread(step, host):
                continue
            keyed = [product for product in state["products"] if product["key_type"] == "csvlk"]
            if state["kms_host"]["enabled"] or keyed:
                yield f"{name} ended with 0, but {host} is a KMS host: {[one['description'] for one in keyed]}"


def _advice_can_be_followed(story: Story) -> Iterator[str]:
    """Windows may refuse an activation; the collection must not refuse what it advised."""
    for one in story.followed:
        if one.failed and not (one.result.get("error") or {}).get("code"):
            yield f"{one.host}: {one.words!r} is refused: {one.result.get('msg')}"


def _followed_advice_leads_somewhere(story: Story) -> Iterator[str]:
    at_last = story.steps["audit at last"].audited
    last = story.steps["enforce again"].audited
    for host in {one.host for one in story.followed}:
        failed = [one for one in story.followed if one.host == host and one.failed]
        before, after = last[host], at_last.get(host, {})
        if not failed and after.get("plan") == before["plan"] and not after.get("compliant"):
            yield f"{host}: all of {before['advice']!r} was followed, and the advice is the same"


_RULES: tuple[Rule, ...] = (
    _ends_in_order,
    _keeps_secrets,
    _reading_changes_nothing,
    _what_check_showed,
    _shown_is_done_or_explained,
    _approved_hosts_are_left_alone,
    _no_activation_is_wasted,
    _nobody_is_less_licensed_in_silence,
    _refusals_are_explained,
    _second_time_finishes_or_changes_nothing,
    _success_is_true,
    _advice_can_be_followed,
    _followed_advice_leads_somewhere,
)


# --- what the lab saw


def _changes(step: Step, host: str, carried_out: bool = False) -> list[str]:
    """The methods called that change a machine, in order; those that Windows refused count too, unless told so."""
    return [
        event.get("method") or event["kind"]
        for event in step.events_of(host)
        if event["kind"] == "put" or (event["kind"] == "invoke" and not _reads(str(event.get("method"))))
        if not (carried_out and ("fault" in event or event.get("return_value", 0) != 0))
    ]


def _reads(method: str) -> bool:
    """The registry is read by methods, too."""
    return method.startswith(("Get", "Enum", "CheckAccess"))


def _licensed(state: dict[str, Any]) -> bool:
    return bool(state["license"]) and state["license"]["license_status"] == "licensed"


def _product(state: dict[str, Any], activation_id: str | None) -> dict[str, Any] | None:
    for product in state["products"]:
        if str(product["activation_id"]).lower() == str(activation_id).lower():
            found: dict[str, Any] = product
            return found
    return None


def _failed(result: dict[str, Any]) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


def _unread(step: Step, host: str) -> bool:
    """Whether the audit of this run could not read a machine."""
    audited = step.audited.get(host)
    return audited is None or _failed(audited) or _failed(step.repairs.get(host, {}))
