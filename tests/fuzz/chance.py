# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes by chance, made of seeds. The same number gives the same bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

# What readers stumble over: limits of numbers, ends of lines and texts, marks of the formats that are read here.
_WORDS = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\t",
    b"-1",
    b"0x10",
    b"99999999999999999999",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"--Encrypted Boundary",
    b"<!DOCTYPE a>",
    b"&amp;",
    b"<a>",
    b"</a>",
    b'xsi:nil="true"',
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xc0\x0c",
    b"null",
    b"{}",
    b"[]",
    b"NaN",
    "\u2028\u00e9".encode(),
)
_LONGEST = 1 << 14


def bytes_of(number: int, seeds: Sequence[bytes]) -> bytes:
    """A seed with a few changes."""
    chance = random.Random(f"fuzz {number}")
    data = bytearray(chance.choice(seeds))
    for _time in range(chance.choice((1, 1, 2, 4, 8))):
        chance.choice(_CHANGES)(chance, data, seeds)
    return bytes(data[:_LONGEST])


def _flip(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _insert(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    place = chance.randint(0, len(data))
    data[place:place] = chance.choice(_WORDS)


def _replace(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    place, word = chance.randint(0, len(data)), chance.choice(_WORDS)
    data[place : place + len(word)] = word


def _cut(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    del data[start : start + chance.choice((1, 2, 4, 16, 256, len(data)))]


def _repeat(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    piece = bytes(data[start : start + chance.randint(1, 64)])
    data[start:start] = piece * chance.choice((1, 2, 16))


def _splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = chance.choice(seeds)
    place = chance.randint(0, len(other))
    data[chance.randint(0, len(data)) :] = other[place:]


_CHANGES: tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...] = (
    _flip,
    _insert,
    _replace,
    _cut,
    _repeat,
    _splice,
)
