# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS for the streams: one context for all hosts of a policy, and the channel binding of a connection.

A context costs as much as reading one host (it parses a few hundred CA certificates), so hosts share it. The policy is
the one of requests, which pywinrm uses: an explicit path, else REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, else certifi.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from ..endpoint import Endpoint
from ..pem_files import authorities

try:
    import certifi
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None

# RFC 5929 4.1: these two are replaced by SHA-256.
_TOO_WEAK = frozenset({"md5", "sha1"})


class EncryptedKey(Exception):
    """The private key needs a passphrase, which nobody is there to type."""


@dataclass(frozen=True)
class _Policy:
    validate: bool
    authorities: str | None
    certificate: str | None
    key: str | None = field(repr=False, default=None)


class Contexts:
    """The TLS contexts of one run, by policy."""

    def __init__(self) -> None:
        self._contexts: dict[_Policy, ssl.SSLContext] = {}

    def of(self, endpoint: Endpoint, transport: str) -> ssl.SSLContext:
        """The context for an endpoint. Raises OSError (ssl.SSLError included) for files that cannot be used."""
        own = endpoint.uses_certificate(transport)
        policy = _Policy(
            endpoint.server_cert_validation != "ignore",
            authorities(endpoint.ca_trust_path),
            endpoint.cert_pem if own else None,
            endpoint.cert_key_pem if own else None,
        )
        context = self._contexts.get(policy)
        if context is None:
            context = self._contexts[policy] = _context(policy)
        return context


def _context(policy: _Policy) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if policy.validate:
        _load_authorities(context, policy.authorities or certifi.where())
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if policy.certificate:
        context.load_cert_chain(policy.certificate, policy.key, password=_refuse_passphrase)
    return context


def _load_authorities(context: ssl.SSLContext, path: str) -> None:
    if Path(path).is_dir():
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)


def _refuse_passphrase() -> str:
    raise EncryptedKey


def end_point_binding(certificate: bytes | None) -> bytes | None:
    """``tls-server-end-point:`` and the hash of the host's certificate (RFC 5929 4), None where it has no such hash."""
    if not certificate:
        return None
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if algorithm is None:
        return None
    digest = hashes.Hash(hashes.SHA256() if algorithm.name in _TOO_WEAK else algorithm)
    digest.update(certificate)
    return b"tls-server-end-point:" + digest.finalize()
