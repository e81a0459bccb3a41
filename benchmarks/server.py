# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that costs little: real NTLM and real sealing, answers from a recording, nothing parsed.

It runs in a process of its own and says at which port. Machines that are only read share a few loopback addresses;
where they are repaired, each has an address of its own, by which the server knows its state (``states``). At the end it
says how busy it was and how late it came to its answers, so that nobody takes its limits for the client's, what it was
sent, and what became of the machines. `python -m benchmarks.server SPEC` is started by ``bench``; SPEC is a JSON file.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import resource
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import spnego
from spnego.exceptions import SpnegoError

from . import shell
from .states import Machines

_MESSAGE_ID = re.compile(rb"MessageID>([^<]*)<")
_CLASS = re.compile(rb"FROM (\w+)")
_ACTION = re.compile(rb"Action[^>]*>([^<]*)<")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb"\r\nauthorization: *negotiate +([^\r]*)", re.IGNORECASE)
_DATA = b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
_END = b"--Encrypted Boundary--\r\n"
_SEALED = b'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_SOAP = b"application/soap+xml;charset=UTF-8"

# How often the server looks whether it is late.
_TICK = 0.02


class Answers(Protocol):
    """What the machines say."""

    def reply(self, body: bytes, address: str) -> bytes | None:
        """What the machine at an address answers, None to what it does not know."""

    def report(self) -> dict[str, Any]:
        """What became of the machines."""


class Recorded:
    """Machines that hold no state: all say what one said, by the class that they are asked for, and have a shell."""

    def __init__(self, replies: dict[str, str]) -> None:
        self._replies = {name.encode(): text.encode() for name, text in replies.items()}
        self._shell = shell.replies()

    def reply(self, body: bytes, _address: str) -> bytes | None:
        asked = _CLASS.search(body)
        if asked is not None:
            return self._replies.get(asked[1])
        action = _ACTION.search(body)
        return self._shell.get(action[1]) if action is not None else None

    def report(self) -> dict[str, Any]:
        return {}


class Server:
    """All machines. ``latency`` is waited before each answer."""

    def __init__(self, answers: Answers, latency: float, plain: bool) -> None:
        self._answers = answers
        self._latency = latency
        self._plain = plain
        #: When the first request came and the last answer went, and the processor's time between them.
        self.began: tuple[float, float] | None = None
        self.ended = (0.0, 0.0)
        self.traffic = {"connections": 0, "requests": 0, "bytes_in": 0, "bytes_out": 0}
        self._late: list[float] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        context: Any = None
        address = writer.get_extra_info("sockname")[0]
        self.traffic["connections"] += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.began = self.began or _now()
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                self.traffic["requests"] += 1
                self.traffic["bytes_in"] += len(head) + len(body)
                if self._latency:
                    await asyncio.sleep(self._latency)
                if self._plain:
                    self._send(writer, self._answer(body, address, None))
                    continue
                token = _TOKEN.search(head)
                if token is None and context is None:
                    self._send(writer, _http(401, b"", b"WWW-Authenticate: Negotiate\r\n"))
                    continue
                if token is not None:
                    if context is None:
                        context = spnego.server(protocol="ntlm", service="HTTP")
                    answer = context.step(base64.b64decode(token[1]))
                    if not context.complete:
                        header = b"WWW-Authenticate: Negotiate " + base64.b64encode(answer) + b"\r\n"
                        self._send(writer, _http(401, b"", header))
                        continue
                self._send(writer, self._answer(body, address, context) if body else _http(200, b""))
        except (asyncio.IncompleteReadError, ConnectionError, SpnegoError):
            pass
        finally:
            self.ended = _now()
            writer.close()

    def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        self.traffic["bytes_out"] += len(answer)
        writer.write(answer)

    async def watch(self) -> None:
        """See how late this process comes to what is due."""
        while True:
            due = time.monotonic() + _TICK
            await asyncio.sleep(_TICK)
            if self.began:
                self._late.append(time.monotonic() - due)

    def report(self) -> dict[str, Any]:
        """How busy, how late (95 of 100 times less than that), and what was sent."""
        began, ended = self.began or (0.0, 0.0), self.ended
        late = sorted(self._late)
        return {
            "seconds": max(ended[0] - began[0], 0.001),
            "cpu": ended[1] - began[1],
            "late_ms": 1000 * late[len(late) * 95 // 100] if late else 0.0,
            **self.traffic,
            **self._answers.report(),
        }

    def _answer(self, body: bytes, address: str, context: Any) -> bytes:
        if context is not None:
            data = body[body.index(_DATA) + len(_DATA) : -len(_END)]
            (size,) = struct.unpack_from("<I", data)
            body = context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
        message, found = _MESSAGE_ID.search(body), self._answers.reply(body, address)
        if message is None or found is None:
            return _http(400, b"")
        reply = found.replace(b"%RELATES_TO%", message[1])
        if context is None:
            return _http(200, reply, content_type=_SOAP)
        sealed = context.wrap_winrm(reply)
        parts = (
            b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
            b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % len(reply),
            _DATA,
            struct.pack("<I", len(sealed.header)),
            sealed.header,
            sealed.data,
            _END,
        )
        return _http(200, b"".join(parts), content_type=_SEALED)


def _http(status: int, body: bytes, headers: bytes = b"", content_type: bytes = _SOAP) -> bytes:
    return b"HTTP/1.1 %d \r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status,
        content_type,
        headers,
        len(body),
        body,
    )


async def main(spec: dict[str, Any]) -> None:
    """Serve until SIGTERM, then say how busy it was."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    scripts = spec["scripts"]
    answers = Machines(scripts, spec["kinds"]) if scripts else Recorded(spec["replies"])
    server = Server(answers, spec["latency"], spec["plain"])
    listener = _on_loopback()
    listening = await asyncio.start_server(server.serve, sock=listener, backlog=4096)
    print("ready", listener.getsockname()[1], flush=True)
    watching = asyncio.ensure_future(server.watch())
    await stop.wait()
    watching.cancel()
    print(json.dumps(server.report()), flush=True)
    listening.close()
    # Connections may still be open; there is nobody left to answer.
    os._exit(0)


def _on_loopback() -> socket.socket:
    """A socket for all loopback addresses and no others, at a free port: one for each machine would be too many."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    except PermissionError:
        raise SystemExit("benchmarks: binding to the loopback device takes Linux 5.7 or later, or root") from None
    made.bind(("0.0.0.0", 0))
    return made


def _now() -> tuple[float, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
