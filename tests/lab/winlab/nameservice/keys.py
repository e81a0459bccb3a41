# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TSIG keys: from a scenario, or from a key file as tsig-keygen writes it and nsupdate -k reads it."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from pathlib import Path

import dns.name
import dns.tsig

_ALGORITHMS = {
    "hmac-md5": dns.tsig.HMAC_MD5,
    "hmac-sha1": dns.tsig.HMAC_SHA1,
    "hmac-sha224": dns.tsig.HMAC_SHA224,
    "hmac-sha256": dns.tsig.HMAC_SHA256,
    "hmac-sha384": dns.tsig.HMAC_SHA384,
    "hmac-sha512": dns.tsig.HMAC_SHA512,
}
_KEY = re.compile(r'key\s+"?(?P<name>[^"\s{]+)"?\s*\{(?P<body>[^}]*)\}', re.DOTALL)
_CLAUSE = re.compile(r'(?P<word>algorithm|secret)\s+"?(?P<value>[^";\s]+)"?\s*;')


@dataclass(frozen=True)
class TsigSpec:
    """Name, algorithm and secret of a key."""

    name: str
    secret: str = field(repr=False)
    algorithm: str = "hmac-sha256"

    def __post_init__(self) -> None:
        if self.algorithm not in _ALGORITHMS:
            known = ", ".join(_ALGORITHMS)
            raise ValueError(f"{self.algorithm!r} is no TSIG algorithm; choose one of {known}")
        try:
            secret = binascii.a2b_base64(self.secret, strict_mode=True)
        except binascii.Error:
            secret = b""
        if not secret:
            raise ValueError(f"the secret of key {self.name} is not base64")

    def key(self) -> dns.tsig.Key:
        """The key as dnspython wants it."""
        return dns.tsig.Key(dns.name.from_text(self.name), self.secret, _ALGORITHMS[self.algorithm])


def read_key_file(path: Path) -> TsigSpec:
    """The first key of a file in the syntax of named.conf."""
    try:
        found = _KEY.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}") from error
    clauses = {one["word"]: one["value"] for one in _CLAUSE.finditer(found["body"])} if found else {}
    if found is None or "secret" not in clauses:
        raise ValueError(f"{path} holds no TSIG key; tsig-keygen writes such files")
    return TsigSpec(found["name"], clauses["secret"], clauses.get("algorithm", "hmac-sha256").lower())
