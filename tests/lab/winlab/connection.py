# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection of a client: HTTP, authentication, sealing, the operation, and the answer."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from . import tricks
from .answers import send
from .authentication import Authenticator, Verdict
from .host import Account, Host
from .http1 import SOAP_TYPE, HttpProblem, HttpRequest, HttpResponse, read_request
from .mischief import ANY_REQUEST, CONNECTION, HANDSHAKE, Mischief, Trick, next_trick
from .sealing import SealError, is_sealed, open_sealed, seal, sealed_type
from .soap import MalformedRequest, Request
from .soap import read_request as read_envelope
from .wsman import Reply, Service

# Boundaries, signature and inner headers of a sealed message come on top of its envelope.
_FRAMING_ALLOWANCE = 4096
# For a client that goes on talking to an end.
_GOODBYE_SECONDS = 1.0
_CHARSET = re.compile(r'charset="?([A-Za-z0-9-]+)', re.IGNORECASE)


@dataclass(frozen=True)
class _Message:
    """A SOAP message as it came: whether sealed, in which encoding."""

    text: str
    sealed: bool
    charset: str


class Connection:
    """Serves one connection until either side ends it."""

    def __init__(
        self,
        service: Service,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        authenticator: Authenticator,
    ) -> None:
        self._service = service
        self._reader = reader
        self._writer = writer
        self._authenticator = authenticator

    @property
    def _host(self) -> Host:
        return self._service.host

    async def serve(self) -> None:
        """Answer requests until the connection ends."""
        async with _until_it_ends(self._reader, self._writer):
            await play_at(CONNECTION, self._host, self._reader, self._writer)
            while await self._exchange():
                pass

    async def _exchange(self) -> bool:
        limit = self._host.winrm.envelope_limit + _FRAMING_ALLOWANCE
        closing = False
        try:
            request = await read_request(self._reader, self._writer, limit)
            if request is None:
                return False
            if not self._host.winrm.running:
                raise tricks.Cut(reset=True)
            closing = request.wants_close
            response = await self._respond(request)
        except HttpProblem as problem:
            response = self._problem(problem.status, problem.reason, close=True)
        if closing:
            response = replace(response, close=True)
        await self._send(response)
        return not (response.close or response.hang_up)

    async def _send(self, response: HttpResponse) -> None:
        await _send(response, self._host, self._reader, self._writer)

    def _problem(self, status: int, reason: str, *, close: bool = False) -> HttpResponse:
        self._host.record("http_error", status=status, reason=reason)
        return HttpResponse(status, close=close)

    async def _respond(self, request: HttpRequest) -> HttpResponse:
        names = (ANY_REQUEST, self._authenticator.stage(request).value)
        mischief = next_trick(self._host.winrm.mischief, *names)
        if mischief:
            _note(self._host, mischief, names)
            response = await tricks.instead(mischief, self._reader.read)
            if response is not None:
                return response
            await tricks.delay(mischief)
        path = request.path.partition("?")[0].rstrip("/").lower()
        if path != "/wsman" and not path.startswith("/wsman/"):
            return replace(self._problem(404, request.path), content_type="text/html; charset=us-ascii")
        if request.method != "POST":
            return self._problem(405, request.method)
        return await self._authenticated(request)

    async def _authenticated(self, request: HttpRequest) -> HttpResponse:
        if request.header("wsmanidentify").lower() == "unauthenticated":
            return await self._identify(request)
        verdict = self._authenticator.judge(request)
        if verdict.account is None:
            return HttpResponse(401, headers=verdict.headers, close=verdict.close)
        if not request.body:
            return HttpResponse(200, headers=verdict.headers)
        response = await self._with_body(request, verdict)
        return response.with_headers(verdict.headers)

    async def _identify(self, request: HttpRequest) -> HttpResponse:
        """Identify with its header needs no account; anything else in that guise is not authenticated."""
        try:
            message = _Message(_decoded(request.body, request.header("content-type")), False, "utf-8")
            envelope = read_envelope(message.text)
        except MalformedRequest as error:
            return self._problem(400, str(error))
        if not envelope.is_identify:
            return HttpResponse(401, headers=self._authenticator.offers())
        return await self._operation(envelope, message, None)

    async def _with_body(self, request: HttpRequest, verdict: Verdict) -> HttpResponse:
        try:
            message = self._opened(request)
            if message is None:
                self._host.record("http_error", status=401, reason="unencrypted message refused")
                return HttpResponse(401, headers=self._authenticator.offers())
            if len(message.text) > self._host.winrm.envelope_limit:
                return self._problem(413, "the envelope exceeds MaxEnvelopeSizekb")
            envelope = read_envelope(message.text)
        except (SealError, MalformedRequest) as error:
            # After a failed unsealing the key streams of both sides are out of step for good.
            return self._problem(400, str(error), close=isinstance(error, SealError))
        return await self._operation(envelope, message, verdict.account)

    def _opened(self, request: HttpRequest) -> _Message | None:
        """The plain message; None for one that had to be sealed and is not."""
        content_type = request.header("content-type")
        if not is_sealed(content_type):
            if not self._authenticator.encrypted_transport and not self._host.winrm.allow_unencrypted:
                return None
            return _Message(_decoded(request.body, content_type), False, _charset(content_type))
        context = self._authenticator.context
        if context is None or not context.complete:
            raise SealError("a sealed message on a connection without a security context")
        opened = open_sealed(context, request.body)
        return _Message(_decoded(opened.content, opened.content_type), True, _charset(opened.content_type))

    async def _operation(self, envelope: Request, message: _Message, account: Account | None) -> HttpResponse:
        names = self._service.names_of(envelope)
        mischief = next_trick(self._host.winrm.mischief, *names)
        if mischief is None:
            return self._packed(await self._service.answer(envelope, account), message)
        _note(self._host, mischief, names)
        response = await tricks.instead(mischief, self._reader.read)
        if response is not None:
            return response
        reply = await self._tricked_reply(mischief, envelope, account)
        return await tricks.afterwards(mischief, self._packed(reply, message))

    async def _tricked_reply(self, mischief: Mischief, envelope: Request, account: Account | None) -> Reply:
        if mischief.trick is Trick.EXPIRE and account:
            self._service.enumerations.expire(account.label)
        fault = tricks.scripted_fault(mischief)
        if fault is None or tricks.runs_first(mischief):
            wmi_error_form = mischief.trick is Trick.WMI_ERROR
            reply = await self._service.answer(envelope, account, wmi_error_form=wmi_error_form)
        if mischief.trick is Trick.ENDLESS_PAGES:
            reply = self._service.empty_page(envelope)
        if fault is not None:
            reply = self._service.fault(envelope, fault)
        status = 200 if mischief.trick is Trick.FAULT_200 else reply.status
        return Reply(status, tricks.reworded(mischief, reply.text))

    def _packed(self, reply: Reply, message: _Message) -> HttpResponse:
        """In the encoding of the request, and sealed if the request was."""
        content = reply.text.encode(message.charset)
        content_type = SOAP_TYPE if message.charset == "utf-8" else SOAP_TYPE.replace("UTF-8", "UTF-16")
        context = self._authenticator.context
        if message.sealed and context is not None:
            return HttpResponse(reply.status, seal(context, content, content_type), sealed_type(context))
        return HttpResponse(reply.status, content, content_type)


@asynccontextmanager
async def _until_it_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """A connection that the client leaves, or that a trick cuts."""
    try:
        yield
    except tricks.Cut as cut:
        if cut.reset:
            reset(writer)
        else:
            await _close(reader, writer)
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass  # the client went away; there is nobody to answer


async def _close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End a connection by FIN. Closing it with something unread would be a reset."""
    if writer.can_write_eof():
        writer.write_eof()
        with suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(reader.read(), _GOODBYE_SECONDS)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST, which closing it alone does not always do."""
    connected = writer.get_extra_info("socket")
    if connected is not None:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def play_at(place: str, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """What is said before the first request; whether anything was. Raises Cut where the connection ends with it."""
    mischief = next_trick(host.winrm.mischief, place)
    if mischief is None:
        return False
    _note(host, mischief, (place,))
    response = await tricks.instead(mischief, reader.read)
    if response is None:
        await tricks.delay(mischief)
        return False
    await _send(response, host, reader, writer)
    if response.hang_up or response.close:
        raise tricks.Cut(reset=False)
    return True


async def before_tls(host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether the handshake may begin: a trick that answers in its place ends the connection."""
    async with _until_it_ends(reader, writer):
        return not await play_at(HANDSHAKE, host, reader, writer)
    return False


async def _send(response: HttpResponse, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if response.script is not None:
        await send(response.script, reader, writer, response.pause, lambda sent: host.record("sent", bytes=sent))
        return
    writer.write(response.encoded())
    await writer.drain()


def _note(host: Host, mischief: Mischief, names: tuple[str, ...]) -> None:
    host.record("mischief", trick=mischief.label, on=[name for name in names if name])


def _charset(content_type: str) -> str:
    match = _CHARSET.search(content_type)
    return "utf-16" if match and match[1].lower().startswith("utf-16") else "utf-8"


def _decoded(body: bytes, content_type: str) -> str:
    try:
        text = body.decode(_charset(content_type)).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise MalformedRequest("the body is not in the announced encoding") from error
    # The declaration names the encoding of the bytes, which are text by now.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
