# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of the HTTPS listeners, made when a machine is first connected to.

All of them share one elliptic key, since generating keys is what takes time; names, issuer and validity differ.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import tempfile
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .host import CertificateSpec, Host, TlsVersion

_DAY = timedelta(days=1)
_VERSIONS: dict[TlsVersion, ssl.TLSVersion] = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True)
class ServerIdentity:
    """What a TLS listener needs: the ready context and the hash for `tls-server-end-point` (RFC 5929)."""

    context: ssl.SSLContext
    channel_hash: bytes


class Authority:
    """The lab's certification authority."""

    def __init__(self, name: str = "winlab root") -> None:
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._identities: dict[str, ServerIdentity] = {}

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def _server_key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def _certificate(self) -> x509.Certificate:
        builder = _builder(self._name, self._name, self._key.public_key(), expired=False)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def certificate_pem(self) -> bytes:
        """The root certificate, for clients that shall trust the lab."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def identity(self, host: Host) -> ServerIdentity:
        """The certificate of a machine, made at the first call."""
        found = self._identities.get(host.address)
        if found is None:
            found = self._identities[host.address] = self._new_identity(host)
        return found

    def client_pem(self, name: str) -> bytes:
        """A certificate for a client of this name, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = _builder(subject, self._name, key.public_key(), expired=False).add_extension(usage, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return private + certificate.public_bytes(serialization.Encoding.PEM)

    def _new_identity(self, host: Host) -> ServerIdentity:
        certificate = self._issue(host, host.winrm.certificate or CertificateSpec())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _limit_versions(context, host.winrm.tls)
        key = self._server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        if host.winrm.client_certificates:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=self.certificate_pem.decode())
        with tempfile.TemporaryDirectory(prefix="winlab-") as folder:
            # The ssl module takes certificates from files only.
            path = Path(folder) / "server.pem"
            path.write_bytes(key + certificate.public_bytes(serialization.Encoding.PEM))
            context.load_cert_chain(path)
        der = certificate.public_bytes(serialization.Encoding.DER)
        return ServerIdentity(context, hashlib.sha256(der).digest())

    def _issue(self, host: Host, spec: CertificateSpec) -> x509.Certificate:
        names = spec.names or (host.name, host.address)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        issuer, key = (subject, self._server_key) if spec.self_signed else (self._name, self._key)
        builder = _builder(subject, issuer, self._server_key.public_key(), expired=spec.expired)
        server_auth = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        return (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(server_auth, critical=False)
            .add_extension(authority_key, critical=False)
            .sign(key, hashes.SHA256())
        )


def _limit_versions(context: ssl.SSLContext, newest: TlsVersion) -> None:
    """What Windows of that age speaks. Without updates 7 and Server 2008 R2 have nothing newer than TLS 1.0 enabled."""
    with warnings.catch_warnings():
        # Old versions are deprecated, and here they are the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = _VERSIONS[newest]
        context.minimum_version = min(_VERSIONS[newest], ssl.TLSVersion.TLSv1_2)
    if newest in ("1.0", "1.1"):
        # OpenSSL 3 has them in no list of its own.
        context.set_ciphers("ALL:@SECLEVEL=0")


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, expired: bool
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * _DAY)
        .not_valid_after(now - _DAY if expired else now + 365 * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def common_name(certificate: Any) -> str:
    """The name on a certificate as the ssl module tells it; empty where the other side has shown none."""
    parts = (part for parts in (certificate or {}).get("subject", ()) for part in parts)
    return next((value for name, value in parts if name == "commonName"), "")


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
