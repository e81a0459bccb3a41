# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL: `SELECT list FROM class WHERE condition`, parsed into a small tree.

The grammar is that of Microsoft Learn, "WQL (SQL for WMI)": one class, comparisons of a property with a constant,
LIKE, IS [NOT] NULL, ISA, joined by AND, OR, NOT and parentheses.  Keywords and names ignore case; strings stand in
single or double quotes with a backslash before backslashes and quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .cim import WBEM_E_INVALID_QUERY, CimError

Constant = str | int | float | bool | None


@dataclass(frozen=True)
class Comparison:
    """`name operator constant`; the operator is one of = <> < > <= >= LIKE ISA."""

    name: str
    operator: str
    constant: Constant


@dataclass(frozen=True)
class Negation:
    """NOT."""

    operand: Condition


@dataclass(frozen=True)
class Junction:
    """AND (`every`) or OR."""

    every: bool
    operands: tuple[Condition, ...]


Condition = Comparison | Negation | Junction


@dataclass(frozen=True)
class Query:
    """A parsed SELECT; `names` is None for the asterisk."""

    text: str
    class_name: str
    names: tuple[str, ...] | None
    where: Condition | None


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>[+-]?(?:0[xX][0-9A-Fa-f]+|[0-9]+(?:\.[0-9]+)?))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol><=|>=|<>|!=|[=<>(),*])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_FLIPPED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def parse(text: str) -> Query:
    """Parse a query; anything else is WBEM_E_INVALID_QUERY."""
    return _Parser(text).query()


def invalid_query(text: str, why: str) -> CimError:
    """The error WMI gives for a query it cannot run."""
    return CimError(WBEM_E_INVALID_QUERY, why, operation="ExecQuery", parameter=text)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._scan()
        self._position = 0

    def _scan(self) -> list[_Token]:
        tokens: list[_Token] = []
        text, position = self._text.rstrip(), 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if not match:
                raise self._error(f"cannot read the query at position {position}")
            kind = match.lastgroup or ""
            tokens.append(_Token(kind, match[kind]))
            position = match.end()
        return tokens

    def _error(self, why: str) -> CimError:
        return invalid_query(self._text, why)

    def _peek(self) -> _Token:
        if self._position < len(self._tokens):
            return self._tokens[self._position]
        return _Token("end", "")

    def _next(self) -> _Token:
        token = self._peek()
        self._position += 1
        return token

    def _accept(self, *words: str) -> str | None:
        token = self._peek()
        if token.kind in ("name", "symbol") and token.text.upper() in words:
            self._position += 1
            return token.text.upper()
        return None

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._error(f"{word} expected, found {self._peek().text!r}")

    def _name(self) -> str:
        token = self._next()
        if token.kind != "name":
            raise self._error(f"a name expected, found {token.text!r}")
        return token.text

    def query(self) -> Query:
        self._expect("SELECT")
        names = None if self._accept("*") else self._names()
        self._expect("FROM")
        class_name = self._name()
        where = self._alternatives() if self._accept("WHERE") else None
        if self._peek().kind != "end":
            raise self._error(f"the query should end before {self._peek().text!r}")
        return Query(self._text, class_name, names, where)

    def _names(self) -> tuple[str, ...]:
        names = [self._name()]
        while self._accept(","):
            names.append(self._name())
        return tuple(names)

    def _alternatives(self) -> Condition:
        operands = [self._conjunction()]
        while self._accept("OR"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else Junction(False, tuple(operands))

    def _conjunction(self) -> Condition:
        operands = [self._factor()]
        while self._accept("AND"):
            operands.append(self._factor())
        return operands[0] if len(operands) == 1 else Junction(True, tuple(operands))

    def _factor(self) -> Condition:
        if self._accept("NOT"):
            return Negation(self._factor())
        if self._accept("("):
            inner = self._alternatives()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        if self._at_constant():
            return self._flipped()
        name = self._name()
        if self._accept("IS"):
            negated = self._accept("NOT") is not None
            self._expect("NULL")
            return Comparison(name, "<>" if negated else "=", None)
        if self._accept("LIKE"):
            return Comparison(name, "LIKE", self._string("LIKE"))
        if self._accept("ISA"):
            return Comparison(name, "ISA", self._string("ISA"))
        return Comparison(name, self._operator(), self._constant())

    def _flipped(self) -> Comparison:
        constant = self._constant()
        operator = self._operator()
        return Comparison(self._name(), _FLIPPED[operator], constant)

    def _operator(self) -> str:
        token = self._next()
        if token.kind != "symbol" or token.text not in _OPERATORS:
            raise self._error(f"an operator expected, found {token.text!r}")
        return _OPERATORS[token.text]

    def _string(self, after: str) -> str:
        constant = self._constant()
        if not isinstance(constant, str):
            raise self._error(f"a string expected after {after}")
        return constant

    def _at_constant(self) -> bool:
        token = self._peek()
        return token.kind in ("string", "number") or token.text.upper() in ("TRUE", "FALSE", "NULL")

    def _constant(self) -> Constant:
        if not self._at_constant():
            raise self._error(f"a constant expected, found {self._peek().text!r}")
        token = self._next()
        if token.kind == "string":
            return self._unescaped(token.text[1:-1])
        if token.kind == "number":
            return float(token.text) if "." in token.text else _integer(token.text)
        return {"TRUE": True, "FALSE": False, "NULL": None}[token.text.upper()]

    def _unescaped(self, text: str) -> str:
        if any(match[1] not in "\\'\"" for match in _ESCAPE.finditer(text)):
            raise self._error("a backslash in a string must be doubled")
        return _ESCAPE.sub(r"\1", text)


def _integer(text: str) -> int:
    return int(text, 16 if "x" in text.lower() else 10)
