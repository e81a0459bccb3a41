# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file of an endpoint cannot be used, and why. OpenSSL says neither; requests says one of them, now and then.

Looked at once something has failed, so that what works costs nothing.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .endpoint import FROM_ENVIRONMENT, Endpoint

_CERTIFICATE = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----")
_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")
_ENCRYPTED = re.compile(r"-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED")
# Variables that requests, and so the streams, look at where no file is named.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Unusable:
    """``variable`` named the file ``path``; ``why`` goes on after that, and ``advice`` is what to do."""

    variable: str
    path: str
    why: str
    advice: str


def authorities(path: str | None) -> str | None:
    """The file or folder of CA certificates that a path means; None for those of certifi."""
    if path != FROM_ENVIRONMENT:
        return path
    return next((value for name in _BUNDLES if (value := os.environ.get(name))), None)


def is_encrypted(key: str) -> bool:
    """Whether OpenSSL would ask for a passphrase. Not for a file that cannot be read, which is another matter."""
    try:
        return bool(_ENCRYPTED.search(Path(key).read_text("latin-1")))
    except OSError:
        return False


def unusable(endpoint: Endpoint, transport: str) -> Unusable | None:
    """The first file that cannot be used for this transport, if that is what is wrong."""
    return next(_unusable(endpoint, transport), None)


def _unusable(endpoint: Endpoint, transport: str) -> Iterator[Unusable]:
    if endpoint.scheme == "https" and endpoint.server_cert_validation != "ignore":
        yield from _authorities_at_fault(endpoint)
    if endpoint.uses_certificate(transport) and endpoint.cert_pem and endpoint.cert_key_pem:
        yield from _certificate_at_fault(endpoint, endpoint.cert_pem, endpoint.cert_key_pem)


def _authorities_at_fault(endpoint: Endpoint) -> Iterator[Unusable]:
    path = authorities(endpoint.ca_trust_path)
    if not path or Path(path).is_dir():
        return
    variable = endpoint.variable("ca_trust_path")
    if endpoint.ca_trust_path == FROM_ENVIRONMENT:
        variable = f"{next((name for name in _BUNDLES if os.environ.get(name)), '')} in the environment"
    advice = "Name a PEM file with the certificates of the issuing CAs"
    why = _unreadable(path)
    if why is None:
        why = None if _can_be_trusted(path) else "contains no certificate in PEM form"
    if why is not None:
        yield Unusable(variable, path, why, advice)


def _certificate_at_fault(endpoint: Endpoint, certificate: str, key: str) -> Iterator[Unusable]:
    variables = endpoint.variable("cert_pem"), endpoint.variable("cert_key_pem")
    for variable, path, pattern, what in (
        (variables[0], certificate, _CERTIFICATE, "certificate"),
        (variables[1], key, _KEY, "private key"),
    ):
        why = _unreadable(path)
        if why is None and not pattern.search(Path(path).read_text("latin-1")):
            why = f"contains no {what} in PEM form"
        if why is not None:
            yield Unusable(variable, path, why, f"Name the PEM file of the {what}")
    if is_encrypted(key):
        advice = f"Decrypt it (openssl pkey -in {key} -out FILE), readable by you alone, and name that copy"
        yield Unusable(variables[1], key, "is encrypted, and its passphrase cannot be entered here", advice)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield Unusable(variables[1], key, f"does not belong to the certificate {certificate}", "Name its own key")
        else:
            why = f"cannot be read by OpenSSL, or its key {key} cannot"
            yield Unusable(variables[0], certificate, why, "Export both again, in PEM form")
    except OSError:
        return


def _unreadable(path: str) -> str | None:
    try:
        with Path(path).open("rb"):
            return None
    except IsADirectoryError:
        return "is a folder"
    except (FileNotFoundError, NotADirectoryError):
        return "does not exist"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _can_be_trusted(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError:
        return False
    return True
