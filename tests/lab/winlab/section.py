# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a scenario with errors that say where and what: file, machine, field, allowed values."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any


class ScenarioError(Exception):
    """Something in a scenario file cannot be used."""

    def __init__(self, file: str, where: str, problem: str) -> None:
        super().__init__(f"{file}: {where}: {problem}" if where else f"{file}: {problem}")
        self.file = file
        self.where = where
        self.problem = problem


class Section:
    """One mapping of a scenario. Fields are taken out by type; `finish` complains about what nobody took."""

    def __init__(self, file: str, where: str, data: object) -> None:
        self.file = file
        self.where = where
        if data is None:
            data = {}
        if not isinstance(data, Mapping):
            raise ScenarioError(file, where, f"a mapping of fields is expected here, not {_kind(data)}")
        # YAML 1.1 reads the bare word `on` as true.
        self._data: dict[str, Any] = {"on" if name is True else str(name): value for name, value in data.items()}
        self._taken: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a field is present, even as null."""
        return name in self._data

    def raw(self, name: str, default: object = None) -> Any:
        """A field of any type."""
        self._taken.add(name)
        return self._data.get(name, default)

    def text(self, name: str, default: str | None = None) -> str | None:
        """A string; numbers are read as they are written."""
        value = self.raw(name, default)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(name, f"text is expected, not {_kind(value)}")
        return str(value)

    def required(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if not value:
            raise self.error(name, "this field is required")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value is None or value not in allowed:
            raise self.error(name, f"{value!r} is not allowed; choose one of {', '.join(sorted(allowed))}")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise self.error(name, f"true or false is expected, not {_kind(value)}")
        return value

    def optional_boolean(self, name: str) -> bool | None:
        """true, false or nothing."""
        return self.boolean(name, False) if self.raw(name) is not None else None

    def integer(self, name: str, default: int, minimum: int = 0, maximum: int = 2**32 - 1) -> int:
        """A whole number within bounds."""
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, f"a whole number is expected, not {_kind(value)}")
        if not minimum <= value <= maximum:
            raise self.error(name, f"{value} is out of bounds; allowed are {minimum} to {maximum}")
        return value

    def optional_integer(self, name: str, minimum: int = 0, maximum: int = 2**32 - 1) -> int | None:
        """A whole number or nothing."""
        return None if self.raw(name) is None else self.integer(name, minimum, minimum, maximum)

    def seconds(self, name: str, default: float) -> float:
        """A number of seconds."""
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.error(name, f"a number of seconds is expected, not {value!r}")
        return float(value)

    def words(self, name: str) -> list[str]:
        """A list of strings; a single string is a list of one."""
        value = self.raw(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
            raise self.error(name, f"a list of words is expected, not {_kind(value)}")
        return [str(one) for one in value]

    def section(self, name: str) -> Section:
        """A nested mapping, empty when absent."""
        return Section(self.file, f"{self.where}.{name}" if self.where else name, self.raw(name))

    def sections(self, name: str) -> list[Section]:
        """A list of mappings."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(name, f"a list is expected, not {_kind(value)}")
        where = f"{self.where}.{name}" if self.where else name
        return [Section(self.file, f"{where}[{index}]", one) for index, one in enumerate(value, start=1)]

    def names(self) -> list[str]:
        """The fields that are present."""
        return list(self._data)

    def error(self, name: str, problem: str) -> ScenarioError:
        """A complaint about one field."""
        return ScenarioError(self.file, f"{self.where}.{name}" if self.where else name, problem)

    def finish(self) -> None:
        """Every field has been taken; what is left is a mistake."""
        for name in self._data:
            if name not in self._taken:
                near = difflib.get_close_matches(name, self._taken, n=1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise self.error(name, f"no such field{hint}; allowed are {', '.join(sorted(self._taken))}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return repr(value)
