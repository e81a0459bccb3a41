# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of a policy, and what is wrong with a document by it: where, and in which word.

The schema is the file that editors complete by, so that what is checked and what is completed cannot differ. Of JSON
Schema (draft 2020-12) this knows what that file uses, and a test keeps it so.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "policy.schema.json"

Keys = tuple["str | int", ...]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str, date),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (Mapping,),
}
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of keys to values",
}
_FEW = 20
_TEMPLATE = re.compile(r"\{[{%#]")


@dataclass(frozen=True)
class Problem:
    """What is wrong. ``keys`` lead there from the top: names of a mapping, and places in a list."""

    keys: Keys
    words: str

    @property
    def sentence(self) -> str:
        """The same with an end."""
        text = str(self)
        return text if text.endswith((".", "?")) else f"{text}."

    def __str__(self) -> str:
        return f"{path_of(self.keys)}: {self.words}" if self.keys else self.words


@lru_cache(maxsize=1)
def schema() -> Mapping[str, Any]:
    """The schema as it is shipped."""
    loaded: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def path_of(keys: Keys) -> str:
    """Keys as people write them: ``exceptions[0].until``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def problems(document: object) -> Iterator[Problem]:
    """What is wrong with a policy by the schema. Text with a template in it is somebody else's to judge."""
    return _check(document, schema(), ())


def word_problems(name: str, value: object) -> Iterator[Problem]:
    """What is wrong with the value of one word of the policy."""
    return _check(value, schema()["properties"][name], (name,))


def kinds_of(name: str) -> list[str]:
    """The types that the value of one word may have, as the schema calls them; none where any will do."""
    return _kinds(_resolved(schema()["properties"][name]))


def wanted(kinds: list[str]) -> str:
    """The same in words."""
    return " or ".join(_WORDS[kind] for kind in kinds)


def near(word: str, known: Iterator[str] | tuple[str, ...]) -> str:
    """A hint at what was probably meant, or at what there is."""
    words = tuple(known)
    close = difflib.get_close_matches(word, words, 1)
    if close or len(words) > _FEW:
        return f"did you mean {close[0]}?" if close else ""
    return f"choose from {', '.join(words)}"


def has_template(value: object) -> bool:
    """Whether a value holds text that Ansible renders."""
    if isinstance(value, Mapping):
        return any(map(has_template, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(has_template, value))
    return isinstance(value, str) and bool(_TEMPLATE.search(value))


def _check(value: object, rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    rules = _resolved(rules)
    if isinstance(value, str) and _TEMPLATE.search(value):
        return
    kinds = _kinds(rules)
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield Problem(keys, f"it must be {wanted(kinds)}, not {_shown(value)}")
        return
    yield from _scalar(value, rules, keys)
    if isinstance(value, (list, tuple)):
        yield from _list(value, rules, keys)
    elif isinstance(value, Mapping):
        yield from _mapping(value, rules, keys)


def _resolved(rules: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema()["$defs"][rules["$ref"].rsplit("/", 1)[1]] if "$ref" in rules else rules
    return found


def _kinds(rules: Mapping[str, Any]) -> list[str]:
    kinds = rules.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _scalar(value: object, rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    choices = rules.get("enum")
    if choices is not None and value not in choices:
        yield Problem(keys, f"{_shown(value)} is not one of the choices; {near(str(value), tuple(choices))}")
    if isinstance(value, (int, float)) and not rules.get("minimum", value) <= value <= rules.get("maximum", value):
        top = f" to {rules['maximum']}" if "maximum" in rules else " or more"
        yield Problem(keys, f"it must be {rules['minimum']}{top}, not {value}")
    if isinstance(value, (str, date)):
        yield from _text(str(value), rules, keys)


def _text(text: str, rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    if len(text.strip()) < rules.get("minLength", 0):
        yield Problem(keys, "it is empty")
    elif "pattern" in rules and not re.search(rules["pattern"], text):
        yield Problem(keys, f"{text!r} is not valid here: {rules.get('description', '')}".removesuffix(": "))
    elif rules.get("format") == "date" and not _is_date(text):
        yield Problem(keys, f"{text!r} is not a date; write it as 2027-03-31")


def _list(value: list[Any] | tuple[Any, ...], rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    if len(value) < rules.get("minItems", 0):
        yield Problem(keys, "the list is empty")
    for place, item in enumerate(value):
        yield from _check(item, rules.get("items", {}), (*keys, place))


def _mapping(value: Mapping[Any, Any], rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    known = rules.get("properties", {})
    for name, item in value.items():
        yield from _entry(str(name), item, rules, keys)
    for name in rules.get("required", ()):
        if name not in value:
            yield Problem(keys, f"{name} is missing: {known[name].get('description', '')}")
    ways = [way["required"][0] for way in rules.get("oneOf", ())]
    if ways and sum(name in value for name in ways) != 1:
        yield Problem(keys, f"give one of {' and '.join(ways)}")


def _entry(name: str, value: object, rules: Mapping[str, Any], keys: Keys) -> Iterator[Problem]:
    known, here = rules.get("properties", {}), (*keys, name)
    if name in known:
        yield from _check(value, known[name], here)
        return
    if any(re.search(pattern, name) for pattern in rules.get("patternProperties", ())):
        return
    others = rules.get("additionalProperties", True)
    if others is False:
        yield Problem(here, f"there is no such key; {near(name, tuple(known))}".removesuffix("; "))
    elif others is not True:
        yield from _check(value, others, here)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text) is not None
    except ValueError:
        return False


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple, Mapping)):
        return _WORDS["object" if isinstance(value, Mapping) else "array"]
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
