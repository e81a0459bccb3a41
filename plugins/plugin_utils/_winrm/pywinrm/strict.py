# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer of ``http.client`` by the grammar that the streams have, in ``http1``.

``http.client`` takes what no host may send: a header of two lines, one that begins behind a lone line feed, two
lengths, a chunk of ``0x5`` bytes. Who stands before it may read another answer in the same bytes (RFC 9112 11.1).
"""

from __future__ import annotations

import http.client
from typing import Any

from .. import http1


class StrictResponse(http.client.HTTPResponse):
    """Raises http1.Broken, http1.Oversized and http1.Encoded, besides what ``http.client`` raises."""

    #: Bytes of a body.
    body_limit = 0

    # What ``http.client`` keeps for itself.
    fp: Any
    length: Any
    chunk_left: Any
    headers: Any
    msg: Any
    version: int
    will_close: bool

    def begin(self) -> None:
        """Read the head, once."""
        if self.headers is not None:
            return
        head = self._head()
        framing = http1.framing_of(head, self.body_limit)
        self.code = self.status = head.status
        self.reason = head.reason
        self.version = 10 if head.version == "HTTP/1.0" else 11
        self.headers = self.msg = http.client.HTTPMessage()
        for name, value in head.fields:
            self.headers[name] = value
        self.chunked, self.chunk_left, self.length = framing.chunked, None, framing.length
        self.will_close = head.closes or (framing.length is None and not (framing.chunked and self.version == 11))

    def _head(self) -> http1.Head:
        inbox = http1.Inbox()
        reading = http1.read_head(inbox)
        try:
            while True:
                next(reading)
                data = self._line_or_less()
                inbox.add(data) if data else inbox.end()
        except StopIteration as done:
            head: http1.Head = done.value
            return head

    def _line_or_less(self) -> bytes:
        """What is there, but no further than the end of the head: what follows it is read from the same place."""
        there = self.fp.peek(1)
        data: bytes = self.fp.read(there.find(b"\n") + 1 or len(there))
        return data

    # --- what http.client calls while it reads chunks

    def _get_chunk_left(self) -> Any:
        if self.chunk_left == 0:
            http1.end_of_chunk(self.fp.read(2))
            self.chunk_left = None
        return super()._get_chunk_left()  # type: ignore[misc]

    def _read_next_chunk_size(self) -> int:
        return http1.chunk_size(self.fp.readline(http1.HEAD_LIMIT + 1))

    def _read_and_discard_trailer(self) -> None:
        while not http1.ends_trailer(self.fp.readline(http1.HEAD_LIMIT + 1)):
            pass
