# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a connection to a machine gets."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.module_utils import _files
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.contact_run import Wanted, contact_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.connection import connection_result
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.connection import examine
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "report": {"type": "bool", "default": False},
        "path": {"type": "path", "default": "first-contact.json"},
        "changes": {"type": "bool", "default": False},
        "test_machine": {"type": "str"},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        """A report is about one machine, and its file is to be writable before anything is asked."""
        self._check_changes(arguments)
        if not arguments["report"]:
            return
        hosts = self.variables.get("ansible_play_hosts_all") or ()
        if len(hosts) > 1 and not self._task.run_once:
            raise ValueError(
                f"A report is about one machine, and this play has {len(hosts)}, which would write the same "
                "file. Name one of them, for example with --limit."
            )
        _files.require_writable(_files.located(arguments["path"]))

    def _check_changes(self, arguments: dict[str, Any]) -> None:
        """Only the machine that was named is changed, which no pattern and no default names."""
        named, here = arguments["test_machine"], self.machine_names[0]
        if not arguments["changes"]:
            if named is not None:
                raise ValueError("test_machine goes with changes=true.")
            return
        if not arguments["report"]:
            raise ValueError("changes needs report=true, since what it finds goes into the report.")
        if named != here:
            what = f"test_machine is {named!r}" if named else "no test_machine is named"
            raise ValueError(
                f"changes changes the machine that test_machine names and no other, and this is {here!r}, while {what}."
            )

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        def now() -> datetime:
            return datetime.now(timezone.utc)

        if not arguments["report"]:
            return connection_result(examine(session, self.endpoint, now), self.endpoint)
        path = _files.located(arguments["path"])
        try:
            # A pipe of its own, since what goes through it is kept; the session that was given never connects.
            wanted = Wanted(path, self.check, arguments["changes"], Display().display)
            return contact_result(PywinrmPipe(self.endpoint), self.endpoint, now, wanted)
        except _files.FileProblem as problem:
            raise AnsibleActionFail(str(problem)) from None
