# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of an organization, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.winfleet.activation.plugins.module_utils._files import located
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import ansible_inside
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.arguments import validated
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.filter_values import words
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.policy_check import in_file, in_variables
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.policy_file import (
    PolicyFile,
    PolicyFileError,
    read_policy,
)

Result = dict[str, Any]


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "file": {"type": "path"},
        "own_variables": {"type": "list", "elements": "str", "default": []},
    }

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = validated(self._task.args, self.ARGUMENTS)
        own, groups = frozenset(words(arguments["own_variables"])), variables.get("groups") or {}
        try:
            file = self._read(located(str(arguments["file"]))) if arguments["file"] else None
            given = [self._read(located(name)) for name in ansible_inside.files_of_command_line()]
        except PolicyFileError as error:
            raise AnsibleActionFail(f"{error} Nothing was changed.") from None
        found = [*in_file(file, groups, own)] if file is not None else []
        found += in_variables(variables, given, groups, own)
        if found:
            raise AnsibleActionFail(f"{' '.join(dict.fromkeys(found))} Nothing was changed.")
        shown = file or next((one for one in given if "approved_kms_hosts" in one.words), None)
        result.update(changed=False, path=str(shown.path) if shown else "", sha256=shown.sha256 if shown else "")
        result["policy_keys"] = sorted(file.words) if file else []
        return result

    def _read(self, path: Path) -> PolicyFile:
        """A file as Ansible reads it, out of a vault where it is in one."""
        try:
            plain = Path(self._loader.get_real_file(str(path)))
            text = plain.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise PolicyFileError(f"{path}: it is not text in UTF-8.") from None
        except Exception as error:
            said = str(getattr(error, "strerror", None) or getattr(error, "message", None) or type(error).__name__)
            raise PolicyFileError(f"The policy {path} cannot be read: {said.rstrip('.')}.") from None
        try:
            return read_policy(path, text)
        finally:
            self._loader.cleanup_tmp_file(str(plain))
