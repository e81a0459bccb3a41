# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that are no answer of WinRM, declared in tricks.yml or in a scenario, and how they are sent."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_TABLE = Path(__file__).parent / "tricks.yml"


@dataclass(frozen=True)
class Answer:
    """What is sent instead of an answer; the fields are those of tricks.yml."""

    about: str = ""
    head: str = ""
    open: str = ""
    body: str = ""
    repeat: int = 1
    length: bool = False
    gzip: int = 0
    again: str = ""
    fill: int = 1
    pause: float = 0.0
    close: bool = True

    @property
    def ends(self) -> bool:
        """Whether the connection is over after it."""
        return self.close or bool(self.again)

    def beginning(self) -> bytes:
        """All that is sent once."""
        body = gzip.compress(bytes(self.gzip), mtime=0) if self.gzip else (self.body * self.repeat).encode()
        lines = self.head.splitlines()
        if self.length:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines)
        end = "" if not head else {"line": "", "head": "\r\n"}.get(self.open, "\r\n\r\n")
        return (head + end).encode() + body


def parse_answer(data: Mapping[str, Any]) -> Answer:
    """An answer from YAML. Raises ValueError for a field or a type that it does not have."""
    types = {one.name: type(one.default) for one in fields(Answer)}
    for name, value in data.items():
        if name not in types:
            raise ValueError(f"an answer has no field {name!r}; allowed are {', '.join(types)}")
        wanted: tuple[type, ...] = (int, float) if types[name] is float else (types[name],)
        if not isinstance(value, wanted) or (isinstance(value, bool) and types[name] is not bool):
            raise ValueError(f"{name} of an answer must be {types[name].__name__}, not {value!r}")
    return Answer(**data)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def answers() -> dict[str, Answer]:
    """The declared answers by name."""
    return {name: parse_answer(data) for name, data in _table()["answers"].items()}


def descriptions() -> dict[str, str]:
    """Every trick with what it does, those that code carries out first."""
    return {**_table()["tricks"], **{name: answer.about for name, answer in answers().items()}}


async def send(
    answer: Answer,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    pause: float | None,
    told: Callable[[int], object],
) -> None:
    """Send an answer; one without end goes on until the client has gone. In the end ``told`` gets its bytes."""
    again = answer.again.encode() * answer.fill
    sent, data = 0, answer.beginning() or again
    try:
        while data:
            writer.write(data)
            sent += len(data)
            await writer.drain()
            if again:
                await asyncio.sleep(answer.pause if pause is None else pause)
            data = b"" if reader.at_eof() else again
    finally:
        told(sent)
