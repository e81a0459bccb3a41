# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Windows machine behind a session, as a dozen lines of state: for tests of rules, not of the wire.

It answers the queries and methods the collection sends, keeps what they change, and writes down every method
call. The lab under tests/lab is the faithful simulation; this one is small enough to be set to any state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, MethodResult, WsmanFault

_QUERY = re.compile(r"SELECT (?P<columns>.+?) FROM (?P<name>\w+)(?: WHERE (?P<where>.+))?$")
_EQUALS = re.compile(r"(?P<column>\w+) = '(?P<value>[^']*)'")

Method = Callable[["FakeMachine", Mapping[str, Any]], "int | None"]


class FakeMachine:
    """Rows by class name, methods by name. ``calls`` lists the methods called, with their arguments."""

    def __init__(self, **rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.methods: dict[str, Method] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.queries: list[str] = []
        self.fail_queries_with: list[Exception] = []

    @property
    def called(self) -> list[str]:
        return [name for name, _unused in self.calls]

    def query(self, wql: str, namespace: str = "root/cimv2", types: Mapping[str, str] | None = None) -> Any:
        self.queries.append(wql)
        if self.fail_queries_with:
            raise self.fail_queries_with.pop(0)
        parsed = _QUERY.match(wql)
        assert parsed, wql
        name = parsed["name"]
        if name not in self.rows:
            raise WsmanFault(code=2150858778, hresult=2150858778, subcode="CannotProcessFilter")
        rows = [row for row in self.rows[name] if self._matches(row, parsed["where"])]
        if parsed["columns"] == "*":
            return tuple(Instance(name, dict(row)) for row in rows)
        columns = parsed["columns"].split(",")
        if any(column not in row for row in self.rows[name] for column in columns):
            raise WsmanFault(code=2150858778, hresult=2150858778, subcode="CannotProcessFilter")
        return tuple(Instance(None, {column: row[column] for column in columns}) for row in rows)

    def invoke(
        self,
        class_name: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        selectors: Mapping[str, str] | None = None,
        **_unused: Any,
    ) -> MethodResult:
        self.calls.append((method, dict(arguments or {})))
        key, value = next(iter((selectors or {}).items()))
        rows = [row for row in self.rows[class_name] if str(row[key]).lower() == value.lower()]
        if len(rows) != 1:
            raise WsmanFault(code=2150858752, hresult=2150858752, subcode="DestinationUnreachable")
        return MethodResult(self.methods[method](self, arguments or {}), {})

    def close(self) -> None:
        self.calls.append(("close", {}))

    @staticmethod
    def _matches(row: dict[str, Any], where: str | None) -> bool:
        if where is None:
            return True
        if where == "PartialProductKey IS NOT NULL":
            return row["PartialProductKey"] is not None
        equals = _EQUALS.fullmatch(where)
        assert equals, where
        return str(row[equals["column"]]).lower() == equals["value"].lower()


def refuse(code: int) -> Method:
    """A method that the provider fails with an HRESULT."""

    def method(machine: FakeMachine, arguments: Mapping[str, Any]) -> int | None:
        raise WsmanFault(code=code, hresult=code, subcode="InternalError", message=f"HRESULT 0x{code:08x}")

    return method
