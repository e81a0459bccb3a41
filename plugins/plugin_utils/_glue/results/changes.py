# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of changes as result dictionaries, with the diff that belongs to them.

The diff comes from the same plan as the change, so check mode and the real run show the same lines.
"""

from __future__ import annotations

from typing import Any

from ..._licensing.client_settings import ClientSettings
from ..._licensing.host_settings import HostSettings
from ..._operations.activation import ActivationReport
from ..._operations.audit import Audit
from ..._operations.errors import Result as Outcome
from ..._operations.key_removal import RemovalReport
from ..._operations.kms_client import ClientReport
from ..._operations.kms_host import HostReport
from ..._operations.kms_host_setup import SetupReport
from ..._operations.licensing_service import ServiceReport
from ..._operations.product_key import KeyReport
from ..._policy.plan import ActionKind
from ..._spp.service_control import WindowsService
from . import shapes
from .judgement import action_result

Result = dict[str, Any]


def key_report(report: KeyReport) -> Result:
    """What ``product_key`` returns."""
    before = shapes.product_summary(report.plan.target, report.before)
    after = _after_key(report)
    return {
        "changed": report.changed,
        "result": report.result.value,
        "product": report.plan.product_name,
        "partial_product_key": report.plan.key.partial,
        "restart_required": report.restart_required,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": list(report.warnings),
    }


def _after_key(report: KeyReport) -> Result:
    plan = report.plan
    if report.result is not Outcome.PLANNED:
        products = report.after.snapshot.products
        carrier = next((one for one in products if one.partial_product_key == plan.key.partial), report.after.primary)
        return shapes.product_summary(carrier, report.after)
    # What the key will come to is for Windows to decide, and never what the old one was.
    return {
        "name": None,
        "channel": None,
        "key_type": plan.expected.value if plan.expected is not None else None,
        "partial_product_key": plan.key.partial,
        "license_status": None,
        "role": None,
    }


def removal_report(report: RemovalReport) -> Result:
    """What ``product_key`` returns with ``state=absent``."""
    before = shapes.product_summary(report.product, report.before)
    after = before
    if report.changed:
        planned = report.result is Outcome.PLANNED
        left = None if planned or report.product is None else report.after.snapshot.keyed(report.product.activation_id)
        after = shapes.product_summary(left, report.after)
    return {
        "changed": report.changed,
        "result": report.result.value,
        "product": report.product.name if report.product else None,
        "partial_product_key": None,
        "restart_required": False,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": list(report.warnings),
    }


def activation_report(report: ActivationReport) -> Result:
    """What ``license`` returns."""
    before = shapes.product_summary(report.before.snapshot.keyed(report.product.activation_id), report.before)
    after = shapes.product_summary(report.product, report.after)
    if report.result is Outcome.PLANNED:
        after = {**before, "license_status": "licensed"}
    return {
        "changed": report.changed,
        "result": report.result.value,
        "method": report.method,
        "license": shapes.product_result(report.product, report.after.snapshot.os.local_time),
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": list(report.warnings),
    }


def service_report(report: ServiceReport, wanted: str) -> Result:
    """What ``licensing_service`` returns."""
    before = _service_result(report.service_before)
    after = _service_result(report.service_after)
    shown_before: Result = {"state": before["state"]}
    shown_after: Result = {"state": after["state"]}
    if report.before is not None and report.after is not None:
        shown_before["role"] = report.before.role.role.value
        shown_after["role"] = report.after.role.role.value
    if report.result is Outcome.PLANNED:
        # The role is for the service to decide when it starts.
        shown_after = {"state": wanted, **dict.fromkeys(shown_before.keys() - {"state"})}
    elif report.changed and wanted == "restarted":
        # Running before and running after would look like nothing happened.
        shown_after["state"] = f"{after['state']} (restarted)"
    return {
        "changed": report.changed,
        "result": report.result.value,
        "reason": report.reason,
        "service": after,
        "before": shown_before,
        "after": shown_after,
        "diff": {"before": shown_before, "after": shown_after},
    }


def client_report(report: ClientReport) -> Result:
    """What ``kms_client`` returns."""
    before, after = _client_settings(report.before), _client_settings(report.after)
    return {
        "changed": report.changed,
        "result": report.result.value,
        "scope": report.scope,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": list(report.warnings),
    }


def _client_settings(settings: ClientSettings) -> Result:
    return dict(vars(settings))


def host_report(report: HostReport) -> Result:
    """What ``kms_host`` returns."""
    before, after = host_settings_result(report.before), host_settings_result(report.after)
    return {
        "changed": report.changed,
        "result": report.result.value,
        "restarted": report.restarted,
        "restart_required": report.restart_required,
        "clients_counted": report.clients_counted,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": list(report.warnings),
    }


def setup_report(report: SetupReport) -> Result:
    """What ``kms_host_setup`` returns."""
    before, after = _host_state(report.before, report.settings_before), _host_state(report.after, report.settings)
    if report.result is Outcome.PLANNED and report.plan.has(ActionKind.INSTALL_KEY):
        # What the key will come to is for Windows to decide, and never what the old one was.
        after |= dict.fromkeys(("name", "channel", "key_type", "license_status", "role"))
        after["partial_product_key"] = next(
            action.key.partial for action in report.plan.actions if action.key is not None
        )
    elif report.result is Outcome.PLANNED and report.plan.has(ActionKind.ACTIVATE):
        after |= {"license_status": "licensed", "role": None}
    return {
        "changed": report.changed,
        "result": report.result.value,
        "msg": _setup_sentence(report),
        "plan": [action_result(action) for action in report.plan.actions],
        "done": list(report.done),
        "activation_used": report.activated,
        "installation_id": report.installation_id,
        "problems": [dict(vars(problem)) for problem in report.obstacles],
        "role": report.after.role.role.value,
        "role_reason": report.after.role.reason,
        "listening_port": report.settings.listening_port,
        "before": before,
        "after": after,
        "diff": {"before": before, "after": after},
        "warnings": [*report.warnings, *(f"{one.reason} {one.advice}" for one in report.obstacles)],
    }


def _host_state(state: Audit, settings: HostSettings) -> Result:
    return {**shapes.license_summary(state), **host_settings_result(settings)}


def _setup_sentence(report: SetupReport) -> str:
    if report.result is Outcome.PLANNED:
        return f"Would be done: {' '.join(action.words for action in report.plan.actions)}"
    said = f"Done: {', '.join(report.done)}." if report.done else "Nothing to do."
    if report.activated:
        said += (
            f" One activation of the key ending in {shapes.license_summary(report.after)['partial_product_key']} was "
            "used; a KMS host key is good for 6 computers with up to 10 activations each."
        )
    if report.installation_id:
        said += (
            " The key is not activated. Give the Microsoft Activation Center the installation ID "
            f"{report.installation_id}, and its answer to confirmation_id."
        )
    return f"{said} {report.after.role.reason}"


def host_settings_result(settings: HostSettings) -> Result:
    """The settings of a KMS host; ``kms_host_info`` returns them too."""
    published = [dict(vars(entry)) for entry in settings.publish_list]
    return {**vars(settings), "publish_list": published}


def _service_result(service: WindowsService) -> Result:
    return {
        "name": service.name,
        "display_name": service.display_name,
        "state": service.state.lower().replace(" ", "_"),
        "start_mode": service.start_mode.lower() if service.start_mode else None,
    }
