# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an NTLM AUTHENTICATE message says about itself (MS-NLMP sections 2.2.1.3 and 2.2.2.1).

The security library verifies the message; this reads the two things it does not tell: the name of a user who failed,
and whether the client bound its TLS channel into the response.
"""

from __future__ import annotations

import struct

_SIGNATURE = b"NTLMSSP\x00\x03\x00\x00\x00"
_NT_RESPONSE, _DOMAIN, _USER, _FLAGS = 20, 28, 36, 60
_UNICODE = 0x00000001
_CHALLENGE_HEADER = 16 + 28
_AV_END, _AV_CHANNEL_BINDINGS = 0, 10


def claimed_user(token: bytes) -> str | None:
    """`DOMAIN\\user` as the client named itself, or None when the token carries no AUTHENTICATE message."""
    message = _message(token)
    if message is None:
        return None
    unicode = struct.unpack_from("<I", message, _FLAGS)[0] & _UNICODE if len(message) >= _FLAGS + 4 else 0
    encoding = "utf-16-le" if unicode else "latin-1"
    domain, user = (_field(message, offset).decode(encoding, "replace") for offset in (_DOMAIN, _USER))
    return f"{domain}\\{user}" if domain else user


def binds_channel(token: bytes) -> bool:
    """Whether the response carries a channel binding that is not all zeros."""
    message = _message(token)
    pairs = b"" if message is None else _field(message, _NT_RESPONSE)[_CHALLENGE_HEADER:]
    while len(pairs) >= 4:
        kind, length = struct.unpack_from("<HH", pairs)
        if kind == _AV_END:
            break
        if kind == _AV_CHANNEL_BINDINGS:
            return any(pairs[4 : 4 + length])
        pairs = pairs[4 + length :]
    return False


def _message(token: bytes) -> bytes | None:
    """The message itself, bare or inside SPNEGO; its own offsets say how long it is."""
    start = token.find(_SIGNATURE)
    return None if start < 0 or len(token) < start + _FLAGS else token[start:]


def _field(message: bytes, offset: int) -> bytes:
    length, _unused, position = struct.unpack_from("<HHI", message, offset)
    return message[position : position + length]
