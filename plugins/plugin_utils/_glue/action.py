# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin every target-side module is: validate, connect, run one operation, mask, word errors.

It never runs anything on the target through Ansible: no shell, no temporary folder, no PowerShell.
The connection plugin only lends its options.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .._winrm.endpoint import Endpoint
from .._winrm.pywinrm.pipe import PywinrmPipe
from .._winrm.session import Session, context_for
from . import ansible_inside, tracing
from .connections import options
from .masking import Masking
from .results import failure

Result = dict[str, Any]


class WsmanAction(ActionBase):
    """Base of the action plugins. A subclass names its arguments and its one operation."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {}

    #: Where ``perform`` works.
    endpoint: Endpoint
    #: The variables of the task.
    variables: Result

    def perform(self, session: Session, arguments: Result) -> Result:
        """Run the operation and shape its report. Override this."""
        raise NotImplementedError

    def check_arguments(self, arguments: Result) -> None:
        """Refuse bad arguments before anything is connected, by raising ValueError. Override where needed."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        self.variables = task_vars or {}
        self._inventory_name = str(self._task.delegate_to or self.variables.get("inventory_hostname") or "")
        self._chosen = ansible_inside.is_in_inventory(self.variables, self._inventory_name, "ansible_connection")
        masking = Masking()
        refusal = None
        try:
            result.update(self._run(masking))
        except AnsibleActionFail as error:
            refusal = masking.text(str(error.message))
        if refusal is not None:
            # Raised out here because ansible-core prints the whole chain of exceptions, whatever `from` says.
            raise AnsibleActionFail(refusal)
        masked: Result = masking.tree(result)
        return masked

    def _redact_source(self, masking: Masking) -> None:
        """Keep a key that was typed in clear out of the source that ansible-core 2.19 and later print with an error.

        A task that names its key through a variable, as it should, keeps its origin in the message.
        """
        source = ansible_inside.source_of(self._task)
        redacted = masking.tree(source)
        if redacted != source:
            ansible_inside.replace_source(self._task, redacted)

    def _run(self, masking: Masking) -> Result:
        masking.add(self._task.args.get("key"))
        self._redact_source(masking)
        arguments = self._arguments()
        endpoint, warnings = self._endpoint()
        self.endpoint = endpoint
        masking.add(endpoint.password.reveal() if endpoint.password else None)
        for warning in warnings:
            Display().warning(masking.text(warning))
        tracing.begin()
        session = open_session(endpoint)
        try:
            return self.perform(session, arguments)
        except failure.EXPECTED as error:
            return failure.result_of(error, endpoint.label)
        finally:
            session.close()

    @property
    def machine_names(self) -> tuple[str, ...]:
        """What the inventory calls the machine: its name and its address."""
        return self._inventory_name, str(self._connection.get_option("remote_addr") or "")

    @property
    def check(self) -> bool:
        return bool(self._task.check_mode)

    @property
    def diff(self) -> bool:
        return bool(self._task.diff)

    def _arguments(self) -> Result:
        """Validated arguments.

        ActionBase.validate_argument_spec is not used: it hands the task's arguments to the error as its
        origin, and ansible-core then prints the playbook lines they came from, keys included.
        """
        outcome = ArgumentSpecValidator(self.ARGUMENTS).validate(dict(self._task.args))
        if outcome.error_messages:
            message = outcome.errors.msg
            if isinstance(outcome.errors[0], UnsupportedError):
                message = f"Unsupported parameters for {self._task.action}: {message}"
            raise AnsibleActionFail(message)
        arguments = dict(outcome.validated_parameters)
        try:
            self.check_arguments(arguments)
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
        return arguments

    def _endpoint(self) -> tuple[Endpoint, tuple[str, ...]]:
        try:
            return options.endpoint_from_connection(self._connection, self._inventory_name, chosen=self._chosen)
        except options.OptionError as error:
            raise AnsibleActionFail(str(error)) from None


def open_session(endpoint: Endpoint) -> Session:
    """A session that connects with its first request."""
    return Session(PywinrmPipe(endpoint), context_for(endpoint), endpoint.label)
