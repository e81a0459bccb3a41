# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a message is signed: not at all, or with a shared secret (TSIG, RFC 8945). For Kerberos see gss.py."""

from __future__ import annotations

import base64
import binascii
import contextlib
from typing import TYPE_CHECKING, Protocol

from .errors import SettingWrong
from .srv import to_name

with contextlib.suppress(ImportError):
    import dns.exception
    import dns.message
    import dns.name
    import dns.tsig

if TYPE_CHECKING:
    from .exchange import Server

# Every algorithm that dnspython has, by the names of RFC 8945 section 6.
ALGORITHMS = (
    "hmac-md5",
    "hmac-sha1",
    "hmac-sha224",
    "hmac-sha256",
    "hmac-sha256-128",
    "hmac-sha384",
    "hmac-sha384-192",
    "hmac-sha512",
    "hmac-sha512-256",
)
DEFAULT_ALGORITHM = "hmac-sha256"
_MD5 = "hmac-md5.sig-alg.reg.int"


class Signer(Protocol):
    """Signs messages for a server."""

    @property
    def kind(self) -> str:
        """The word of the option ``authentication``."""

    @property
    def label(self) -> str:
        """Who signs, for messages to people."""

    @property
    def signs_queries(self) -> bool:
        """Whether look-ups are signed as well: a server may choose the view of its zones by the key."""

    def sign(self, message: dns.message.Message, server: Server) -> None:
        """Have the message signed when it is sent. Raises DnsError."""


class Unsigned:
    """No signature. The server may allow us by address, or allow anyone."""

    kind = "none"
    label = "an unsigned request"
    signs_queries = False

    def sign(self, message: dns.message.Message, server: Server) -> None:
        """Leave it as it is."""


class TsigSigner:
    """A key that we share with the server. Its secret leaves this object in no other form than signatures."""

    kind = "tsig"
    signs_queries = True

    def __init__(self, name: str, secret: str, algorithm: str = DEFAULT_ALGORITHM) -> None:
        """Raises SettingWrong, with a text that does not hold the secret."""
        if not name.strip():
            raise SettingWrong("key_name is empty: name the TSIG key as the server's configuration does.")
        if algorithm not in ALGORITHMS:
            raise SettingWrong(f"key_algorithm: {algorithm!r} is none of {', '.join(ALGORITHMS)}.")
        try:
            self._name = to_name(name.strip())
        except ValueError as error:
            raise SettingWrong(f"key_name: {error}") from error
        self._secret = _decode(secret)
        self._algorithm = dns.name.from_text(_MD5 if algorithm == "hmac-md5" else algorithm)
        self.label = f"TSIG key {name.strip().rstrip('.')} ({algorithm})"

    def __repr__(self) -> str:
        return f"<{self.label}>"

    def sign(self, message: dns.message.Message, server: Server) -> None:  # noqa: ARG002
        # The key object shows its secret in its repr, so it is made for one message and lives no longer.
        message.use_tsig(dns.tsig.Key(self._name, self._secret, self._algorithm))

    def transfer_key(self) -> dns.tsig.Key:
        """For a zone transfer, whose messages are signed one by one."""
        return dns.tsig.Key(self._name, self._secret, self._algorithm)


def _decode(secret: str) -> bytes:
    try:
        decoded = base64.b64decode("".join(secret.split()), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded:
        # No "from": the original quotes what it could not read.
        raise SettingWrong(
            "key_secret is not the base64 text that tsig-keygen or the server's key file shows."
        ) from None
    return decoded
