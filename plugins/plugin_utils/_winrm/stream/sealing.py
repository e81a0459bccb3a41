# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages: the multipart/encrypted framing of MS-WSMV 2.2.9.1 around what a security context seals."""

from __future__ import annotations

import functools
import re
import struct
from typing import NamedTuple, Protocol

from ..http1 import SOAP_TYPE

#: The scheme that signed in says how the seal is called.
_PROTOCOLS = {"Kerberos": "application/HTTP-Kerberos-session-encrypted"}
_SPNEGO = "application/HTTP-SPNEGO-session-encrypted"

_BOUNDARY = b"--Encrypted Boundary\r\n"
_END = b"--Encrypted Boundary--"
_DATA = b"\r\n" + _BOUNDARY + b"\tContent-Type: application/octet-stream\r\n"
_ANNOUNCED = re.compile(rb"\s+OriginalContent:[^\r\n]*;\s*Length=(\d{1,9})\s*\r\n", re.IGNORECASE)
_OCTETS = re.compile(rb"--\s*Encrypted Boundary\r\n\s+Content-Type:\s*application/octet-stream\r\n", re.IGNORECASE)


class Wrapped(NamedTuple):
    """As pyspnego returns it."""

    header: bytes
    data: bytes
    padding_length: int


class Sealer(Protocol):
    """What is needed of a security context."""

    def wrap_winrm(self, data: bytes) -> Wrapped:
        """Seal."""

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """Open, or raise."""


class NotOpened(Exception):
    """A sealed body whose framing is wrong. What a context raises about a wrong seal is another matter."""


def sealed_type(scheme: str = "Negotiate") -> str:
    """The Content-Type of a sealed body after a sign-in by this scheme."""
    return f'multipart/encrypted;protocol="{_protocol(scheme)}";boundary="Encrypted Boundary"'


def _protocol(scheme: str) -> str:
    return _PROTOCOLS.get(scheme, _SPNEGO)


@functools.cache
def _head(scheme: str) -> bytes:
    # A tab begins the inner header lines, and no empty line stands before the data.
    lines = f"\tContent-Type: {_protocol(scheme)}\r\n\tOriginalContent: type={SOAP_TYPE};Length="
    return _BOUNDARY + lines.encode("ascii")


def is_sealed(content_type: str) -> bool:
    """Whether a body says of itself that it has to be opened."""
    return content_type.lower().startswith("multipart/encrypted")


def seal(sealer: Sealer, content: bytes, scheme: str = "Negotiate") -> bytes:
    """The body that carries ``content``, after a sign-in by this scheme."""
    sealed = sealer.wrap_winrm(content)
    length = len(content) + sealed.padding_length
    size = struct.pack("<I", len(sealed.header))
    return b"".join((_head(scheme), b"%d" % length, _DATA, size, sealed.header, sealed.data, _END, b"\r\n"))


def opened(sealer: Sealer, body: bytes) -> bytes:
    """The content of a sealed body, its length checked against the one announced."""
    announced, octets = _ANNOUNCED.search(body[:1024]), _OCTETS.search(body[:2048])
    data = body.rstrip(b"\r\n") if body.endswith(_END + b"\r\n") else body
    if not announced or not octets or not data.endswith(_END):
        raise NotOpened("its parts are malformed")
    data = data[octets.end() : -len(_END)]
    if len(data) < 4:
        raise NotOpened("its parts are malformed")
    (size,) = struct.unpack_from("<I", data)
    if size > len(data) - 4:
        raise NotOpened("its signature is longer than its data")
    content = sealer.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
    if len(content) != int(announced[1]):
        raise NotOpened("its length is not the one announced")
    return content
