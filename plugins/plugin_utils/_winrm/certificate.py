# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that a listener shows in TLS, for people to read (RFC 5280). Trusting it is another matter."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timezone

from ...module_utils._text import printable

try:
    from cryptography import x509
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None

#: How many seconds to look at a certificate whose name did not match.
NAMES_TIMEOUT = 5.0


@dataclass(frozen=True)
class Certificate:
    """``names`` are the DNS names and addresses that it is good for; times are aware."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime


def read_certificate(der: bytes) -> Certificate | None:
    """The certificate in a DER; None for what is none, and where the library that reads it is missing."""
    if MISSING is not None:
        return None
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            subject=printable(found.subject.rfc4514_string()),
            issuer=printable(found.issuer.rfc4514_string()),
            names=tuple(map(printable, _names(found))),
            not_before=_moment(found, "not_valid_before"),
            not_after=_moment(found, "not_valid_after"),
        )
    except ValueError:
        return None


def names_shown(host: str, port: int) -> tuple[str, ...]:
    """The names on a listener's certificate, from a look at it in which nothing is sent, and which blocks.

    Empty where it shows none in ``NAMES_TIMEOUT`` seconds: only the wording of an error is at stake.
    """
    try:
        pem = ssl.get_server_certificate((host, port), timeout=NAMES_TIMEOUT)
    except (OSError, ValueError):
        return ()
    return names_on(ssl.PEM_cert_to_DER_cert(pem))


def names_on(der: bytes | None) -> tuple[str, ...]:
    """The names on the certificate in a DER; empty where it is none."""
    shown = read_certificate(der) if der else None
    return shown.names if shown else ()


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def _moment(found: x509.Certificate, name: str) -> datetime:
    # The attributes with aware times came with cryptography 42, and the others are on their way out.
    aware = getattr(found, f"{name}_utc", None)
    moment: datetime = aware if aware is not None else getattr(found, name).replace(tzinfo=timezone.utc)
    return moment
