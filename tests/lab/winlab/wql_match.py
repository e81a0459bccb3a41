# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a parsed WQL query over the instances of a provider.

Semantics of Microsoft Learn, "WQL Operators" and "LIKE Operator": strings compare without case, null compares false
with everything but is found by IS NULL and `= NULL` (slmgr.vbs writes `PartialProductKey <> null`), booleans know
equality only, arrays cannot be tested, and a name the class does not have makes the query invalid.
"""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from . import wql
from .cim import (
    WBEM_E_INVALID_CLASS,
    WBEM_E_INVALID_QUERY,
    CimError,
    CimObject,
    CimProvider,
    ClassDef,
    MissingColumn,
    effective_class,
)
from .values import ValueFormatError, parse_dmtf

Test = Callable[[CimObject], bool]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq,
    "<>": operators.ne,
    "<": operators.lt,
    ">": operators.gt,
    "<=": operators.le,
    ">=": operators.ge,
}
_ORDERED = {"<", ">", "<=", ">="}


class Selection:
    """The outcome of a query: its class, the projected properties (None for all) and the objects found."""

    def __init__(self, definition: ClassDef, names: tuple[str, ...] | None, objects: list[CimObject]) -> None:
        self.definition = definition
        self.names = names
        self.objects = objects


def run(provider: CimProvider, namespace: str, text: str) -> Selection:
    """Parse and run a query; raises `CimError`."""
    query = wql.parse(text)
    definition = effective_class(provider, namespace, query.class_name)
    if definition is None:
        raise CimError(WBEM_E_INVALID_CLASS, "", operation="ExecQuery", parameter=text)
    matcher = _Matcher(provider, namespace, definition, text)
    names = None if query.names is None else tuple(matcher.canonical(name) for name in query.names)
    test = matcher.test(query.where) if query.where else None
    objects = provider.instances(namespace, definition.name)
    return Selection(definition, names, [one for one in objects if test is None or test(one)])


class _Matcher:
    """Compiles a condition against one class, so that an impossible comparison fails before any row."""

    def __init__(self, provider: CimProvider, namespace: str, definition: ClassDef, text: str) -> None:
        self._provider = provider
        self._namespace = namespace
        self._definition = definition
        self._text = text
        self._names = {name.lower(): name for name in definition.properties}

    def canonical(self, name: str) -> str:
        """The property's own spelling."""
        try:
            return self._names[name.lower()]
        except KeyError:
            why = f"{self._definition.name} has no property {name}"
            raise MissingColumn(WBEM_E_INVALID_QUERY, why, operation="ExecQuery", parameter=self._text) from None

    def _invalid(self, why: str) -> CimError:
        return wql.invalid_query(self._text, why)

    def test(self, condition: wql.Condition) -> Test:
        if isinstance(condition, wql.Negation):
            inner = self.test(condition.operand)
            return lambda one: not inner(one)
        if isinstance(condition, wql.Junction):
            tests = [self.test(operand) for operand in condition.operands]
            return (
                (lambda one: all(test(one) for test in tests))
                if condition.every
                else (lambda one: any(test(one) for test in tests))
            )
        if condition.operator == "ISA":
            return self._isa(condition)
        if condition.name.lower() == "__class":
            return self._against("string", condition, lambda one: one.class_name)
        name = self.canonical(condition.name)
        return self._against(self._definition.properties[name], condition, lambda one: one.values.get(name))

    def _against(self, cim_type: str, condition: wql.Comparison, read: Callable[[CimObject], Any]) -> Test:
        sign, constant = condition.operator, condition.constant
        if cim_type.endswith("[]"):
            raise self._invalid(f"the array {condition.name} cannot be compared")
        if constant is None:
            return self._null_test(condition, read)
        if sign == "LIKE":
            return self._like(cim_type, condition, read)
        if cim_type == "boolean" and sign in _ORDERED:
            raise self._invalid(f"the boolean {condition.name} has no order")
        wanted = self._comparable(cim_type, constant)
        compare = _OPERATORS[sign]

        def test(one: CimObject) -> bool:
            value = read(one)
            return value is not None and compare(self._comparable(cim_type, value), wanted)

        return test

    def _null_test(self, condition: wql.Comparison, read: Callable[[CimObject], Any]) -> Test:
        if condition.operator not in ("=", "<>"):
            raise self._invalid("NULL can only be tested for equality")
        wanted = condition.operator == "="
        return lambda one: (read(one) is None) is wanted

    def _like(self, cim_type: str, condition: wql.Comparison, read: Callable[[CimObject], Any]) -> Test:
        if cim_type != "string":
            raise self._invalid(f"LIKE needs a string, {condition.name} is {cim_type}")
        pattern = like_pattern(str(condition.constant))

        def test(one: CimObject) -> bool:
            value = read(one)
            return value is not None and pattern.fullmatch(str(value)) is not None

        return test

    def _isa(self, condition: wql.Comparison) -> Test:
        wanted = str(condition.constant).lower()
        if condition.name.lower() == "__this":
            return lambda one: self._derives(one.class_name, wanted)
        name = self.canonical(condition.name)

        def test(one: CimObject) -> bool:
            value = one.values.get(name)
            return isinstance(value, CimObject) and self._derives(value.class_name, wanted)

        return test

    def _derives(self, class_name: str, wanted: str) -> bool:
        name: str | None = class_name
        while name is not None:
            if name.lower() == wanted:
                return True
            definition = self._provider.class_def(self._namespace, name)
            name = definition.superclass if definition else None
        return False

    def _comparable(self, cim_type: str, value: Any) -> Any:
        if cim_type == "boolean":
            return self._of_type(value, bool, cim_type)
        if cim_type in ("string", "char16", "reference"):
            return self._of_type(value, str, cim_type).lower()
        if cim_type == "datetime":
            return self._moment(value)
        if isinstance(value, str):
            return self._number(value, cim_type)
        if isinstance(value, bool):
            raise self._invalid(f"{value} is no {cim_type}")
        return value

    def _of_type(self, value: Any, wanted: type, cim_type: str) -> Any:
        if not isinstance(value, wanted):
            raise self._invalid(f"{value!r} is no {cim_type}")
        return value

    def _moment(self, value: Any) -> datetime:
        try:
            moment: datetime = (
                parse_dmtf(value) if isinstance(value, str) else self._of_type(value, datetime, "datetime")
            )
        except ValueFormatError as error:
            raise self._invalid(str(error)) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)

    def _number(self, value: str, cim_type: str) -> float:
        try:
            return int(value)
        except ValueError:
            raise self._invalid(f"{value!r} is no {cim_type}") from None


@lru_cache(maxsize=256)
def like_pattern(text: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern: `%` any run, `_` one character, `[a-f]` and `[^a-f]` sets."""
    pieces: list[str] = []
    position = 0
    while position < len(text):
        piece, position = _like_piece(text, position)
        pieces.append(piece)
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)


def _like_piece(text: str, position: int) -> tuple[str, int]:
    letter = text[position]
    if letter == "%":
        return ".*", position + 1
    if letter == "_":
        return ".", position + 1
    end = text.find("]", position + 2) if letter == "[" else -1
    if end < 0:
        return re.escape(letter), position + 1
    inside = text[position + 1 : end]
    negated = inside.startswith("^") and len(inside) > 1
    members = re.sub(r"([\\\]\[^&~|])", r"\\\1", inside[1:] if negated else inside)
    return f"[{'^' if negated else ''}{members}]", end + 1
