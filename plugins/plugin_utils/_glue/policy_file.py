# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy as a file: its words, and the line of each, so that what is wrong is named with file, line and word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .._policy.schema import Keys, Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What Ansible reads besides: such a value is somebody else's to judge.
_ELSEWHERE = "{{ elsewhere }}"


class PolicyFileError(ValueError):
    """A file is not a policy. The text names it, and the line."""


@dataclass(frozen=True)
class PolicyFile:
    """``lines`` are those of each word and of each place of a list, by the keys that lead there."""

    path: Path
    words: Mapping[str, Any]
    lines: Mapping[Keys, int]
    sha256: str

    def told(self, problem: Problem) -> str:
        """A problem with its file and line."""
        return f"{self.path}, line {self.line_of(problem.keys)}: {problem.sentence}"

    def line_of(self, keys: Keys) -> int:
        """The line of a word; where that is not written, of what it would be a part of."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read_policy(path: Path, text: str) -> PolicyFile:
    """The policy in the text of a file. Raises PolicyFileError."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        words = yaml.load(text, Loader=_Loader)
        lines = dict(_lines(path, node, ())) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise PolicyFileError(f"{path}{line}: it is not YAML: {error.problem or error.context}.") from None
    except PolicyFileError:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PolicyFileError(f"{path}: it is not YAML: {type(error).__name__}.") from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(words, dict):
        found = "the file is empty" if node is None else "this is not a policy"
        raise PolicyFileError(f"{path}, line 1: {found}. A policy maps keys to values, such as activation: kms.")
    named = {str(name): value for name, value in words.items()}
    return PolicyFile(path, named, lines, hashlib.sha256(text.encode()).hexdigest())


class _Loader(_LOADER):  # type: ignore[misc, valid-type]
    """Plain values only, and no value behind a tag of Ansible's."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, _node: _ELSEWHERE)


def _lines(path: Path, node: yaml.Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name, line = str(getattr(key, "value", "")), key.start_mark.line + 1
            if name in seen:
                raise PolicyFileError(f"{path}, line {line}: {name} is there twice.")
            seen.add(name)
            yield (*keys, name), line
            yield from _lines(path, value, (*keys, name))
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield (*keys, place), item.start_mark.line + 1
            yield from _lines(path, item, (*keys, place))
