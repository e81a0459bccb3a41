# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bounds that requests does not have: a deadline for a whole exchange, and a limit for its answer.

The timeout of requests is for each read, so a host that sends a byte a second is read for ever; a body is read to its
end however long it is, and unpacked. Here each exchange, also each step of a sign-in, has one deadline, at which the
socket is shut down under whoever waits for it: for TLS, for a proxy, for the head or the body.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

from .. import http1
from ..authorization import as_text, shows_account
from ..challenge import respelled, token_of
from ..trace import Stopwatch
from .strict import StrictResponse

try:
    import urllib3.connection
    import urllib3.connectionpool
    from requests.adapters import HTTPAdapter
    from requests.exceptions import ReadTimeout
except ImportError:
    # They come with pywinrm, whose absence is what users are told of. ansible-test imports this file without either.
    HTTPAdapter = object  # type: ignore[assignment,misc]
    ReadTimeout = OSError  # type: ignore[assignment,misc]

_PIECE = 64 * 1024
_NEGOTIATED = frozenset({"negotiate", "ntlm", "kerberos", "credssp"})


class Watch:
    """Shuts the sockets of one adapter down when an exchange has taken too long."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        #: The pools of connections: urllib3 leaves those of a broken exchange to the garbage collector.
        self.pools: weakref.WeakSet[Any] = weakref.WeakSet()
        #: The deadline of this exchange has passed.
        self.expired = False
        #: TLS was established on the newest connection.
        self.secured = False
        #: The proxy has been asked for a way to the host, and has not made one.
        self.tunnelling = False

    def add(self, connected: socket.socket) -> None:
        """Watch over a socket; what TLS makes of it later is the same socket below."""
        with self._lock:
            self._sockets.append(connected.dup())
            if self.expired:
                self._shut_down()

    def forget(self) -> None:
        """Let go of all sockets: a connection ends only when everybody has."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            one.close()

    @contextlib.contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """A part of an exchange. Raises ReadTimeout at its deadline, whatever the cut made of the reading."""
        self.expired = False
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as exc:
            if self.expired:
                raise _too_late() from exc
            raise
        finally:
            timer.cancel()
        if self.expired:
            raise _too_late()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._shut_down()

    def _shut_down(self) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _leads_astray(request: Any, response: Any) -> bool:
    """Whether an answer to a token has no token: what signs in would look for one, and stumble."""
    shown, status = as_text(request.headers.get("Authorization")), response.status_code
    scheme = shown.partition(" ")[0].lower()
    if (
        scheme not in _NEGOTIATED
        or status == 401
        or token_of(response.headers.get("WWW-Authenticate", ""), _NEGOTIATED)
    ):
        return False
    # What CredSSP says inside of TLS may be its last word, to which 200 is the answer.
    return not shows_account(shown) or (scheme == "credssp" and status != 200)


class BoundedAdapter(HTTPAdapter):
    """What ``requests`` sends through: answers come whole, in time and within the limit, or not at all.

    Raises http1.Oversized, http1.Encoded and ReadTimeout, besides what requests raises.
    """

    def __init__(self, limit: int, peer: str = "") -> None:
        self._limit = limit
        self._peer = peer
        #: WWW-Authenticate of the last answer, if that was a 401, and the Authorization that it answers.
        self.challenge: tuple[str, str | None] | None = None
        #: Status and body of the last answer, if it neither goes on with a sign-in that was begun nor refuses it.
        self.astray: tuple[int, bytes] | None = None
        #: The account's proof went out, and was answered by a 401.
        self.proof_shown = self.proof_refused = False
        #: The connection is signed in, and its messages are sealed.
        self.signed_in = False
        # Of the last answer: what signs in may stumble over it, and leave it open.
        self._answer: Any = None
        self._watch = Watch()
        # As urllib3 does with its own: whoever forgets to close a session leaves no connection open.
        weakref.finalize(self, self._watch.forget)
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        """As requests calls it."""
        super().init_poolmanager(*args, **settings)
        self.poolmanager.pool_classes_by_scheme = _pools(self._watch, self._limit)

    def proxy_manager_for(self, proxy: str, **settings: Any) -> Any:
        """As requests calls it."""
        manager = super().proxy_manager_for(proxy, **settings)
        manager.pool_classes_by_scheme = _pools(self._watch, self._limit)
        return manager

    def send(self, request: Any, **settings: Any) -> Any:  # type: ignore[override]
        """One exchange up to its answer's head. The body is read where requests wants it, within the same bounds."""
        deadline = time.monotonic() + _seconds(settings.get("timeout"))
        watch = Stopwatch(self._peer, request.headers.get("Authorization"), len(request.body or b""))
        response = None
        try:
            with self._watch.until(deadline):
                response = super().send(request, **settings)
            _judge_head(response)
            self._judge_sign_in(request, response)
        except BaseException as failure:
            watch.failed(failure)
            # Also where the cut at the deadline looked like the end of the head.
            if response is not None:
                response.close()
            raise
        # What signs in looks at the socket first, which is gone once the body has been read.
        answer: Any = response.raw
        self._answer = answer
        answer.stream = lambda *_unused, **_unused_too: self._pieces(answer, deadline, watch)
        self.astray = (response.status_code, response.content) if _leads_astray(request, response) else None
        return response

    def _judge_sign_in(self, request: Any, response: Any) -> None:
        shown = request.headers.get("Authorization")
        header = response.headers.get("WWW-Authenticate", "")
        self.challenge = (header, shown) if response.status_code == 401 else None
        if shown and shows_account(as_text(shown)):
            self.proof_shown = True
            self.proof_refused = response.status_code == 401
        if response.status_code == 401:
            # To a sealed message requests-ntlm would sign in anew: show the account once more, and send the message
            # again in the seal that is broken.
            response.headers["WWW-Authenticate"] = "" if self.signed_in and not shown else respelled(header)
        # The account is the host's. requests-ntlm would show it to a proxy too, or to whoever says that it is one.
        response.headers.pop("Proxy-Authenticate", None)
        goes_on = self.challenge and shown and not shows_account(as_text(shown)) and token_of(header, _NEGOTIATED)
        if goes_on and "close" in _connection_of(response):
            # The proof would go to a connection that knows nothing of the challenge, and be shown in vain.
            raise http1.Closing

    @property
    def tunnelling(self) -> bool:
        """Whether a proxy was asked for a way to the host in vain."""
        return self._watch.tunnelling

    @property
    def secured(self) -> bool:
        """Whether TLS was established on the newest connection."""
        return self._watch.secured

    def close(self) -> None:
        """Close all connections."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.close()
        super().close()
        for pool in list(self._watch.pools):
            pool.close()
        self._watch.forget()

    def _pieces(self, answer: Any, deadline: float, watch: Stopwatch) -> Iterator[bytes]:
        size = 0
        try:
            # Not urllib3's stream(), which in older versions reads the line before a chunk without a limit.
            while piece := self._piece(answer, deadline):
                size += len(piece)
                if size > self._limit:
                    raise http1.Oversized(f"an answer of more than {self._limit} bytes")
                yield piece
        except Exception as failure:
            watch.failed(failure)
            answer.close()
            raise
        watch.answered(int(answer.status), size)

    def _piece(self, answer: Any, deadline: float) -> bytes:
        with self._watch.until(deadline):
            piece: bytes = answer.read(_PIECE, decode_content=False)
        return piece


def _judge_head(response: Any) -> None:
    if sum(len(name) + len(value) for name, value in response.raw.headers.items()) > http1.HEAD_LIMIT:
        raise http1.Oversized(f"a header of more than {http1.HEAD_LIMIT} bytes")
    http1.refuse_encoding({"content-encoding": response.headers.get("Content-Encoding", "")})


def _connection_of(response: Any) -> set[str]:
    """The options of the header (RFC 9110 7.6.1)."""
    return {option.strip() for option in str(response.headers.get("Connection", "")).lower().split(",")}


def _too_late() -> ReadTimeout:
    return ReadTimeout("the answer was incomplete at its deadline")


def _seconds(timeout: Any) -> float:
    """The time for connecting and the time for the answer."""
    return float(sum(timeout)) if isinstance(timeout, tuple) else float(timeout)


class _Counted(socket.SocketIO):
    """What http.client reads from. It skips trailers and interim answers for ever, so they are counted."""

    left: int

    def readinto(self, b: Any) -> int | None:
        """As ``io.RawIOBase`` has it."""
        size = super().readinto(b)
        self.left -= size or 0
        if self.left < 0:
            raise http1.Oversized("its headers and trailers do not end")
        return size


def _pools(watch: Watch, limit: int) -> dict[str, Any]:
    """urllib3's classes, each of whose sockets is watched and each of whose answers is counted."""

    class Answer(StrictResponse):
        body_limit = limit

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **settings)
            raw: Any = self.fp.raw
            # Not another reader around this one: the sign-in looks for the socket in here.
            raw.__class__ = _Counted
            raw.left = 2 * (limit + http1.HEAD_LIMIT)

    class Plain(urllib3.connection.HTTPConnection):
        response_class = Answer

        def _new_conn(self) -> socket.socket:
            return _watched(watch, super()._new_conn())

    class Secure(urllib3.connection.HTTPSConnection):
        response_class = Answer

        def connect(self) -> None:
            watch.secured = watch.tunnelling = False
            super().connect()
            watch.secured = True

        def _tunnel(self) -> None:
            watch.tunnelling = True
            super()._tunnel()
            watch.tunnelling = False

        def _new_conn(self) -> socket.socket:
            return _watched(watch, super()._new_conn())

    class PlainPool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = Plain

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **settings)
            watch.pools.add(self)

    class SecurePool(urllib3.connectionpool.HTTPSConnectionPool):
        ConnectionCls = Secure

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **settings)
            watch.pools.add(self)

    return {"http": PlainPool, "https": SecurePool}


def _watched(watch: Watch, connected: socket.socket) -> socket.socket:
    watch.forget()
    watch.add(connected)
    return connected
