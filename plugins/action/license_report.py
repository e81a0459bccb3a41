# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a fleet, written on the controller."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.winfleet.activation.plugins.module_utils._files import FileProblem
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.arguments import validated
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.rendering import Renderer
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.report_files import (
    outputs_of,
    require_writable,
    write_all,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.report_input import (
    ReportError,
    inventory_columns,
    places_of,
    report_from,
    require_columns,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.report import report_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.formats import FORMATS, Wishes
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.junit import HOST, RULE

Result = dict[str, Any]


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "hosts": {"type": "dict"},
        "merge": {"type": "list", "elements": "path"},
        "summary": {"type": "dict"},
        "findings": {"type": "list", "elements": "dict", "default": []},
        "columns": {"type": "list", "elements": "str", "default": []},
        "audited_at": {"type": "str"},
        "title": {"type": "str"},
        "details": {"type": "dict"},
        "policy_file": {"type": "path"},
        "compare_with": {"type": "path"},
        "redact": {"type": "bool", "default": False},
        "show": {"type": "str", "default": "all", "choices": ["all", "wrong"]},
        "path": {"type": "path"},
        "format": {"type": "str", "choices": list(FORMATS)},
        "paths": {"type": "list", "elements": "path", "default": []},
        "granularity": {"type": "str", "default": HOST, "choices": [HOST, RULE]},
        "per_host": {"type": "bool", "default": False},
        "inventory_file": {"type": "path"},
        "check_only": {"type": "bool", "default": False},
    }

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        arguments = self._arguments()
        outputs = outputs_of(arguments)
        try:
            columns = self._columns(arguments, task_vars or {})
            report = report_from(arguments, columns)
            places = places_of(arguments["inventory_file"])
        except ReportError as error:
            raise AnsibleActionFail(str(error)) from None
        if arguments["check_only"]:
            result.update(_checked(outputs))
            return result
        result.update(report_result(report, outputs, only_wrong=arguments["show"] == "wrong"))
        wishes = Wishes(arguments["granularity"], arguments["per_host"], places)
        try:
            result.update(write_all(outputs, report, wishes, bool(self._task.check_mode), bool(self._task.diff)))
        except FileProblem as problem:
            # What was read is not lost because it cannot be kept.
            result.update(failed=True, msg=f"{problem}. The report itself is in the result.")
        return result

    def _columns(self, arguments: Result, variables: Result) -> dict[str, dict[str, str]]:
        if not arguments["columns"]:
            return {}
        renderer = Renderer(self._templar, variables["hostvars"])
        if not arguments["merge"]:  # whose columns may be of another inventory
            require_columns(renderer, arguments["columns"])
        return inventory_columns(renderer, arguments["hosts"] or (), arguments["columns"])

    def _arguments(self) -> Result:
        required = [["hosts", "merge", "check_only"]]
        arguments = validated(self._task.args, self.ARGUMENTS, required_one_of=required)
        # A survey hands over an empty text for what was left empty.
        arguments["columns"] = [name for name in arguments["columns"] if name.strip()]
        if arguments["hosts"] is None and not arguments["merge"] and not arguments["check_only"]:
            raise AnsibleActionFail(
                "There is nothing to report: merge names no file. Check the pattern that finds the reports."
            )
        return arguments


def _checked(outputs: list[Any]) -> Result:
    try:
        require_writable(outputs)
    except FileProblem as problem:
        raise AnsibleActionFail(f"{problem}. Nothing was read yet.") from None
    return {"changed": False, "report": [], "summary": {}, "wrong": {}}
