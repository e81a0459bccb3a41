# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the policy of a playbook, in its file and in variables, before anything is read or changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_float, check_type_int

from .._policy import policies, schema
from .._policy.policies import BY_GROUP, BY_HOST, EXCEPTIONS, Groups
from .._policy.policy import Policy
from .._policy.schema import Problem
from .policy_file import PolicyFile
from .results.license import listed
from .variable_names import is_variable, near_variable

Words = Mapping[str, Any]


def in_file(file: PolicyFile, groups: Groups, own: Collection[str]) -> Iterator[str]:
    """What is wrong with a policy file: every word of it has to be one. ``own`` are names of the organization's."""
    words = {name: value for name, value in file.words.items() if name not in own}
    found = [*schema.problems(words), *_unknown(words, every=True)]
    broken = {problem.keys[:1] for problem in found}
    rest = {name: words[name] for name in (BY_GROUP, BY_HOST, EXCEPTIONS) if name in words and (name,) not in broken}
    # A word that begins as those of a role do passes the schema, and one that is none is told once.
    found += policies.problems(rest, groups)
    return map(file.told, dict.fromkeys(found or _together(words)))


def in_variables(variables: Words, files: Iterable[PolicyFile], groups: Groups, own: Collection[str]) -> Iterator[str]:
    """What is wrong with words of the policy that came as variables, and with names in ``files`` of the command line.

    A value that is text may have come from a command line, where everything is. It is read as modules read it.
    """
    given = [file for file in files if any(name in _words() for name in file.words)]
    for file in given:
        yield from map(file.told, _unknown({name: None for name in file.words if name not in own}, every=False))
    for name in sorted(_words() & variables.keys()):
        source = next((file for file in reversed(given) if name in file.words), None)
        for problem in _of_variable(name, variables[name], groups):
            yield source.told(problem) if source is not None else f"The variable {problem.sentence}"


def _together(words: Words) -> Iterator[Problem]:
    """Words that do not go together, or a host that is none."""
    given = {name: words[name] for name in _TOGETHER if name in words}
    if schema.has_template(given):
        return
    try:
        Policy.parse(
            given.get("approved_kms_hosts", ()),
            activation=given.get("activation"),
            cloud_hosts=given.get("cloud_kms_hosts", ()),
            key_groups=given.get("host_key_groups"),
        )
    except ValueError as error:
        named = next((name for name in _TOGETHER if str(error).startswith(name)), None)
        yield Problem((named or next(iter(given), "approved_kms_hosts"),), str(error))


_TOGETHER = ("activation", "host_key_groups", "approved_kms_hosts", "cloud_kms_hosts")


def _of_variable(name: str, value: Any, groups: Groups) -> Iterable[Problem]:
    if isinstance(value, str) and schema.has_template(value):
        return []
    if name in (BY_GROUP, BY_HOST, EXCEPTIONS):
        try:
            return list(policies.problems({name: listed(value)}, groups))
        except ValueError as error:
            return [Problem((name,), str(error))]
    if isinstance(value, str):
        return _of_text(name, value)
    return [] if value is None else schema.word_problems(name, value)


def _of_text(name: str, text: str) -> Iterable[Problem]:
    """Of what a command line or a survey gives. Empty is as if it were not given, but where true or false is wanted."""
    kinds = schema.kinds_of(name)
    if not (text.strip() or "boolean" in kinds):
        return []
    for kind in kinds or ["string"]:
        try:
            value = _READERS[kind](text)
        except (TypeError, ValueError, RecursionError, MemoryError):
            continue
        return schema.word_problems(name, value)
    # What should be a mapping may be a user and a password.
    shown = "text" if "object" in kinds else repr(text)
    return [Problem((name,), f"it must be {schema.wanted(kinds)}, not {shown}")]


def _mapping_in(text: str) -> object:
    pairs = "=" in text and not text.lstrip().startswith("{")
    return {} if pairs else check_type_dict(text)  # pairs are for whoever reads them


# How modules read text; the items of a list with blanks around them, as the roles pass them on.
_READERS: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "integer": check_type_int,
    "number": check_type_float,
    "boolean": check_type_bool,
    "array": lambda text: [item.strip() for item in text.split(",")],
    "object": _mapping_in,
}


def _unknown(words: Words, every: bool) -> Iterator[Problem]:
    """Names that are not variables: all of them, or those only that nearly are."""
    for name in words:
        if name in _words() or is_variable(name):
            continue
        near = near_variable(name)
        if near is not None:
            yield Problem((name,), f"there is no such key; did you mean {near}?")
        elif every and next(iter(schema.problems({name: words[name]})), None) is None:
            yield Problem((name,), "there is no such key")


def _words() -> frozenset[str]:
    return frozenset(schema.schema()["properties"])
