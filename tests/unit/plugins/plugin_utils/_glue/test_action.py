# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the action plugins: no result, refusal or source of a task shows a key or a password."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import action
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import ChangeFailed

# Made up, in the shape of a key.
KEY = "BCDFG-HJKMP-QRTVW-XY234-6789B"
# Typed with a mistake: no whole key, and yet most of one.
MISTYPED = "BCDFG HJKMP_QRTVW/XY234"
PASSWORD = "Secret of nobody"


class Action(WsmanAction):
    """Returns, raises or refuses what a test says."""

    ARGUMENTS: ClassVar[dict[str, Any]] = {"key": {"type": "str", "no_log": True}, "word": {"type": "str"}}
    outcome: Any = None

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        if arguments["word"]:
            raise ValueError(arguments["word"])

    def perform(self, session: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return dict(self.outcome)

    def _endpoint(self) -> Any:
        return SimpleNamespace(label="srv", password=SimpleNamespace(reveal=lambda: PASSWORD)), ()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    made = MagicMock()
    monkeypatch.setattr(action, "open_session", lambda endpoint: made)
    return made


def made_of(outcome: Any, source: Any = None, **arguments: Any) -> Action:
    task = MagicMock(args=arguments, async_val=0, check_mode=False, delegate_to=None, action="product_key", _ds=source)
    task.get_ds.return_value = source
    one = Action(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    one.outcome = outcome
    return one


def test_a_key_that_windows_tells_is_masked_wherever_it_is(session: MagicMock) -> None:
    told = {"instances": [{"OA3xOriginalProductKey": KEY}], "msg": f"It says {KEY}."}
    result = made_of(told).run(task_vars={"inventory_hostname": "srv"})
    assert "QRTVW" not in str(result)
    assert result["instances"] == [{"OA3xOriginalProductKey": "*****-*****-*****-*****-6789B"}]


def test_the_password_and_the_mistyped_key_of_the_task_are_masked(session: MagicMock) -> None:
    told = {"msg": f"Windows repeats {MISTYPED} and {PASSWORD}"}
    result = made_of(told, key=MISTYPED).run(task_vars={})
    assert MISTYPED not in str(result)
    assert PASSWORD not in str(result)


def test_a_refusal_is_masked(session: MagicMock) -> None:
    with pytest.raises(AnsibleActionFail) as refused:
        made_of({}, word=f"no such product: {KEY}").run(task_vars={})
    assert "QRTVW" not in str(refused.value)
    assert "no such product" in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_the_source_of_a_task_is_redacted(session: MagicMock) -> None:
    """ansible-core prints the line of a task that failed."""
    one = made_of({}, source={"winfleet.activation.product_key": {"key": KEY}}, key=KEY)
    one.run(task_vars={})
    assert one._task._ds == {"winfleet.activation.product_key": {"key": "*****-*****-*****-*****-6789B"}}


def test_a_source_without_a_key_stays_as_it_is(session: MagicMock) -> None:
    source = {"winfleet.activation.product_key": {"key": "{{ vaulted }}"}}
    one = made_of({}, source=source, key=KEY)
    one.run(task_vars={})
    assert one._task._ds is source


@pytest.mark.parametrize("outcome", [{"changed": False}, ChangeFailed("no", changed=None), RuntimeError("a bug")])
def test_the_session_is_closed_whatever_happens(session: MagicMock, outcome: Any) -> None:
    one = made_of(outcome)
    if isinstance(outcome, RuntimeError):
        with pytest.raises(RuntimeError):
            one.run(task_vars={})
    else:
        one.run(task_vars={})
    session.close.assert_called_once_with()


def test_a_failure_that_is_expected_is_a_result(session: MagicMock) -> None:
    result = made_of(ChangeFailed("lost", changed=None)).run(task_vars={})
    assert (result["failed"], result["changed"], result["state_known"]) == (True, True, False)
