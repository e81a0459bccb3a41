# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the declared misbehavior is carried out: before, instead of and after an answer."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from .cim import CimError
from .fault_kinds import Kind
from .faults import Fault, from_cim_error
from .http1 import HttpResponse
from .mischief import Mischief, Trick

_PROXY_PAGE = (
    b"<html><head><title>Proxy authentication</title></head>"
    b"<body><h1>Sign in to the network</h1><p>Your request was intercepted.</p></body></html>"
)
_GZIPPED = ("Content-Encoding", "gzip")
_DOCTYPE = '<!DOCTYPE s [<!ENTITY e "expanded">]>'
# A control sequence of one character, which XML allows, and an override of the direction of writing.
_STEERS = "\x9b2J\x9d0;owned\x9c\u202e"
# Words in a property, which has no prefix in a row of chosen columns, in a fault, or in an answer to Identify.
_TEXT = re.compile(r"(?<=>)(?!true<|false<)(?=[^<>]*[A-Za-z]{2}[^<>]*</(?:(?:p:|wsmid:)?\w+|f:Message|s:Text)>)")
_DEPTH = 20_000
_SEALED_DATA = re.compile(rb"(application/octet-stream\r\n.{4}.{16})(.)", re.DOTALL)

# These are played without looking at what the request wants.
_INSTEAD = {
    Trick.UNAVAILABLE: HttpResponse(503, close=True),
    Trick.PROXY_HTML: HttpResponse(200, _PROXY_PAGE, "text/html; charset=utf-8"),
    Trick.GARBAGE: HttpResponse(200, raw=b"\x00\xff\x13garbage\x80" * 8, hang_up=True),
    Trick.EMPTY_500: HttpResponse(500),
}
_FAULTS = {
    Trick.FAULT_200: Kind.INTERNAL_ERROR,
    Trick.BUSY: Kind.QUOTA_OPERATIONS,
    Trick.TIMED_OUT: Kind.TIMED_OUT,
}


class Cut(Exception):
    """The connection ends now, by a reset or by a plain close."""

    def __init__(self, *, reset: bool) -> None:
        self.reset = reset
        super().__init__("reset" if reset else "close")


async def instead(mischief: Mischief, client_gone: Callable[[], Awaitable[object]]) -> HttpResponse | None:
    """The response of a trick that answers without executing anything; None when it is not of that sort."""
    if mischief.trick in (Trick.CLOSE, Trick.CUT_BEFORE):
        raise Cut(reset=mischief.trick is Trick.CUT_BEFORE)
    if mischief.trick is Trick.SILENT:
        await client_gone()
        raise Cut(reset=False)
    if mischief.answer is not None:
        return HttpResponse(200, script=mischief.answer, pause=mischief.seconds or None, hang_up=mischief.answer.ends)
    return _INSTEAD.get(mischief.trick)


async def delay(mischief: Mischief) -> None:
    """The lateness of a slow answer."""
    if mischief.trick is Trick.SLOW:
        await asyncio.sleep(mischief.seconds)


def scripted_fault(mischief: Mischief) -> Fault | None:
    """The fault that takes the place of the real answer."""
    if mischief.trick in (Trick.FAULT, Trick.FAULT_AFTER):
        return declared_fault(mischief.fault)
    kind = _FAULTS.get(mischief.trick)
    return Fault(kind) if kind else None


def declared_fault(text: str) -> Fault:
    """A fault by its name in fault_kinds.tsv, or that of a provider's HRESULT. Raises ValueError for neither."""
    if text.upper() in Kind.__members__:
        return Fault(Kind[text.upper()])
    try:
        code = int(text, 0)
    except ValueError:
        names = ", ".join(name.lower() for name in Kind.__members__)
        raise ValueError(f"{text!r} is neither an HRESULT nor a fault; faults are {names}") from None
    return from_cim_error(CimError(code & 0xFFFFFFFF), "ExecMethod")


def runs_first(mischief: Mischief) -> bool:
    """Whether the operation is carried out although its answer is replaced."""
    return mischief.trick in (Trick.TIMED_OUT, Trick.FAULT_AFTER)


def reworded(mischief: Mischief | None, text: str) -> str:
    """The envelope, perhaps spoiled."""
    if mischief and mischief.trick is Trick.DOCTYPE:
        return _DOCTYPE + text
    if mischief and mischief.trick is Trick.TERMINAL_TEXT:
        return _TEXT.sub(_STEERS, text)
    if mischief and mischief.trick is Trick.DEEP:
        return text.replace("</s:Body>", "<n>" * _DEPTH + "</n>" * _DEPTH + "</s:Body>")
    return text


async def afterwards(mischief: Mischief, response: HttpResponse) -> HttpResponse:
    """What becomes of a finished answer."""
    if mischief.trick is Trick.CUT_AFTER:
        raise Cut(reset=True)
    await delay(mischief)
    if mischief.trick is Trick.HANG_UP:
        return replace(response, hang_up=True)
    if mischief.trick is Trick.TRUNCATE:
        encoded = response.encoded()
        return replace(response, raw=encoded[: len(encoded) - len(response.body) // 2 - 1], hang_up=True)
    if mischief.trick is Trick.SECOND_ANSWER:
        return replace(response, raw=response.encoded() * 2)
    if mischief.trick is Trick.PACKED:
        packed = replace(response, body=gzip.compress(response.body))
        return packed.with_headers((_GZIPPED,))
    if mischief.trick is Trick.NOT_PACKED:
        return response.with_headers((_GZIPPED,))
    if mischief.trick is Trick.WRONG_KEY:
        return replace(response, body=_SEALED_DATA.sub(_flip, response.body, count=1))
    return response


def _flip(match: re.Match[bytes]) -> bytes:
    return match[1] + bytes([match[2][0] ^ 0xFF])
