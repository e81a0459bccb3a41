# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers made from words: the same seed and the same words always give the same GUID, number or key."""

from __future__ import annotations

import hashlib
import random
import uuid


def digest(*words: object) -> bytes:
    """32 bytes that depend on every word."""
    return hashlib.sha256("\x1f".join(str(word) for word in words).encode()).digest()


def number(limit: int, *words: object) -> int:
    """A number below `limit`."""
    return int.from_bytes(digest(*words), "big") % limit


def digits(count: int, *words: object) -> str:
    """A string of `count` decimal digits."""
    return str(number(10**count, *words)).zfill(count)


def guid(*words: object) -> str:
    """A GUID in lower case, of the form of a random one."""
    return str(uuid.UUID(bytes=digest(*words)[:16], version=4))


def generator(*words: object) -> random.Random:
    """A source of choices that are arbitrary and repeatable."""
    return random.Random(digest(*words))
