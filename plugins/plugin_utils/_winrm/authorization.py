# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Authorization header shows of an account (RFC 9110 11.6.2)."""

from __future__ import annotations

import base64

# RFC 8446 5.1: the type of a record.
_HANDSHAKE = b"\x16"
# MS-NLMP 2.2.1.3: the signature, and the type of the message that answers a challenge.
_NTLM, _AUTHENTICATE = b"NTLMSSP\0", b"\x03\0\0\0"


def as_text(header: str | bytes | None) -> str:
    """The value of a header as requests may keep it."""
    return header.decode("latin-1") if isinstance(header, bytes) else header or ""


def shows_account(authorization: str) -> bool:
    """Whether an Authorization header proves an account.

    The first messages of NTLM (MS-NLMP 2.2.1) do not, nor does the handshake of TLS with which CredSSP begins (MS-CSSP
    3.1.5). What CredSSP says inside of TLS may.
    """
    scheme, _unused, value = authorization.partition(" ")
    if not value or scheme.lower() not in ("negotiate", "ntlm", "credssp"):
        return bool(value)
    try:
        token = base64.b64decode(value, validate=True)
    except ValueError:
        return True
    if scheme.lower() == "credssp":
        return not token.startswith(_HANDSHAKE)
    return _NTLM not in token or _NTLM + _AUTHENTICATE in token
