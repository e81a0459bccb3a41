# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Message encryption over HTTP: the multipart/encrypted framing of MS-WSMV section 2.2.9.1.

Each sealed message has two parts.  The inner header lines begin with a tab, no empty line stands before the binary
data, and no line break between the data and the closing boundary.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import spnego
from spnego.exceptions import SpnegoError

SPNEGO_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
CREDSSP_PROTOCOL = "application/HTTP-CredSSP-session-encrypted"

# A record of TLS, which CredSSP seals with, carries no more.
_RECORD = 16384

_BOUNDARY = b"--Encrypted Boundary\r\n"
_END = b"--Encrypted Boundary--\r\n"
_DATA_TYPE = b"\tContent-Type: application/octet-stream\r\n"
_LENGTH = re.compile(rb"OriginalContent:\s*type=([^\r\n]*?);\s*Length=(\d+)", re.IGNORECASE)


class SealError(Exception):
    """A sealed body that cannot be opened; WinRM answers 400."""


@dataclass(frozen=True)
class Opened:
    """An unsealed body and its content type."""

    content: bytes
    content_type: str


def is_sealed(content_type: str) -> bool:
    """Whether a body with this content type has to be opened first."""
    return content_type.lower().startswith("multipart/encrypted")


def open_sealed(context: spnego.ContextProxy, body: bytes) -> Opened:
    """Check the framing, the signature and the announced length."""
    head, marker, rest = body.partition(_BOUNDARY + _DATA_TYPE)
    announced = _LENGTH.search(head)
    if not marker or not announced or not head.startswith(_BOUNDARY) or not rest.endswith(_END):
        raise SealError("the parts of the encrypted message are not framed as MS-WSMV wants them")
    data = rest[: -len(_END)]
    try:
        (size,) = struct.unpack_from("<I", data)
        content = context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
    except (SpnegoError, struct.error, ValueError) as error:
        raise SealError(f"the message cannot be unsealed: {type(error).__name__}") from error
    if len(content) != int(announced[2]):
        raise SealError("the unsealed length is not the announced one")
    return Opened(content, announced[1].decode("latin-1"))


def seal(context: spnego.ContextProxy, content: bytes, content_type: str) -> bytes:
    """The body that carries `content` sealed."""
    if not _is_credssp(context):
        return _part(context, content, content_type) + _END
    pieces = (content[start : start + _RECORD] for start in range(0, len(content), _RECORD))
    return b"".join(_part(context, piece, content_type) for piece in pieces) + _END


def _is_credssp(context: spnego.ContextProxy) -> bool:
    return type(context).__name__ == "CredSSPProxy"


def _part(context: spnego.ContextProxy, content: bytes, content_type: str) -> bytes:
    sealed = context.wrap_winrm(content)
    protocol = CREDSSP_PROTOCOL if _is_credssp(context) else SPNEGO_PROTOCOL
    return b"".join(
        (
            _BOUNDARY,
            f"\tContent-Type: {protocol}\r\n".encode(),
            f"\tOriginalContent: type={content_type};Length={len(content) + sealed.padding_length}\r\n".encode(),
            _BOUNDARY,
            _DATA_TYPE,
            struct.pack("<I", len(sealed.header)),
            sealed.header,
            sealed.data,
        )
    )


def sealed_type(context: spnego.ContextProxy) -> str:
    """The outer content type of a sealed body."""
    protocol = CREDSSP_PROTOCOL if _is_credssp(context) else SPNEGO_PROTOCOL
    return f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"'
