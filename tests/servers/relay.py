# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that dies at a chosen moment: what stands before a real one, and hands on what both say until then."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

_PIECE = 1 << 20


class Relay:
    """Hands on ``messages`` pieces of what a client says, and then nothing, to nobody, any more. None: all of them.

    With ``heard`` the last of them reaches the server, whose answer is lost; without, it is the one before.
    """

    def __init__(self, listener: socket.socket, server: tuple[str, int]) -> None:
        self._listener = listener
        self._server = server
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.messages: int | None = None
        self.heard = False
        #: How many there were since ``begin``.
        self.seen = 0

    def begin(self, messages: int | None, heard: bool = False) -> None:
        """Be alive again, for so many messages."""
        self._cut()
        self.messages, self.heard, self.seen = messages, heard, 0

    @property
    def _dead(self) -> bool:
        return self.messages is not None and self.seen >= self.messages

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                if self._dead:
                    client.close()
                    continue
                server = socket.create_connection(self._server)
                self._open += [client, server]
                threading.Thread(target=self._asks, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answers, args=(server, client), daemon=True).start()

    def _asks(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                with self._lock:
                    self.seen += 1
                    dead = self._dead
                if not dead or self.heard:
                    server.sendall(piece)
                if dead:
                    # What was heard is carried out, and answered to nobody.
                    client.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_WR)
                    return
        self._end(server)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                client.sendall(piece)
        self._end(client)

    @staticmethod
    def _end(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_WR)

    def _cut(self) -> None:
        for one in self._open:
            one.close()
        self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self._cut()


@contextlib.contextmanager
def relay(address: str, server: tuple[str, int]) -> Iterator[Relay]:
    """One on the port of the server it stands before."""
    listener = socket.create_server((address, server[1]))
    made = Relay(listener, server)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        made.close()
