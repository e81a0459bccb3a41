# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that cannot be used is named, with its variable and what is wrong, by either pipe in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import pem_files

from .conftest import HttpServer, patient, raw
from .test_hostile_servers import over_a_stream, over_pywinrm

Serve = Callable[..., HttpServer]
CA, CERTIFICATE, KEY = "ansible_winrm_ca_trust_path", "ansible_winrm_cert_pem", "ansible_winrm_cert_key_pem"


@pytest.fixture
def folder(tmp_path: Path, pem: str) -> Path:
    """Files of every kind. ``both`` is a key with its certificate."""

    def key(encryption: KeySerializationEncryption) -> bytes:
        return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    (tmp_path / "both").write_bytes(Path(pem).read_bytes())
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (tmp_path / "encrypted").write_bytes(key(BestAvailableEncryption(b"Key-Secret-1")))
    (tmp_path / "other").write_bytes(key(NoEncryption()))
    return tmp_path


CASES: list[tuple[dict[str, str], str, str, str]] = [
    ({"ca_trust_path": "nowhere"}, CA, "nowhere", "does not exist"),
    ({"ca_trust_path": "text/nowhere"}, CA, "nowhere", "does not exist"),
    ({"ca_trust_path": "text"}, CA, "text", "no certificate in PEM form"),
    ({"ca_trust_path": "empty"}, CA, "empty", "no certificate in PEM form"),
    ({"ca_trust_path": "broken"}, CA, "broken", "no certificate in PEM form"),
    ({"cert_pem": "nowhere", "cert_key_pem": "both"}, CERTIFICATE, "nowhere", "does not exist"),
    ({"cert_pem": "folder", "cert_key_pem": "both"}, CERTIFICATE, "folder", "is a folder"),
    ({"cert_pem": "text", "cert_key_pem": "both"}, CERTIFICATE, "text", "no certificate in PEM form"),
    ({"cert_pem": "broken", "cert_key_pem": "both"}, CERTIFICATE, "broken", "cannot be read by OpenSSL"),
    ({"cert_pem": "both", "cert_key_pem": "nowhere"}, KEY, "nowhere", "does not exist"),
    ({"cert_pem": "both", "cert_key_pem": "text"}, KEY, "text", "no private key in PEM form"),
    ({"cert_pem": "both", "cert_key_pem": "encrypted"}, KEY, "encrypted", "is encrypted"),
    ({"cert_pem": "both", "cert_key_pem": "other"}, KEY, "other", "does not belong to the certificate"),
]


@pytest.mark.parametrize(("files", "variable", "name", "why"), CASES)
def test_the_file_is_named(
    serve: Serve, folder: Path, pem: str, files: dict[str, str], variable: str, name: str, why: str
) -> None:
    server = serve(lambda head, body: raw("401 Unauthorized"), pem)
    settings: dict[str, Any] = {field: str(folder / file) for field, file in files.items()}
    if "cert_pem" in files:
        settings |= {"transports": ("certificate",), "server_cert_validation": "ignore"}
    target = patient("127.0.0.1", server.port, **{"transports": ("basic",), "scheme": "https", **settings})
    said = {ask(target) for ask in (over_pywinrm, over_a_stream)}
    assert len(said) == 1
    (text,) = said
    assert f"{variable}: {folder}" in text
    assert f"{name} " in text
    assert why in text
    assert "Key-Secret-1" not in text
    assert server.heard == b""


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_file_of_the_environment_is_named_as_such(
    serve: Serve, folder: Path, pem: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(folder / "nowhere"))
    server = serve(lambda head, body: raw("401 Unauthorized"), pem)
    target = patient("127.0.0.1", server.port, scheme="https", transports=("basic",))
    said = {over_a_stream(target)}
    assert f"{variable} in the environment: {folder / 'nowhere'} does not exist" in next(iter(said))


def test_files_that_can_be_used_are_not_at_fault(folder: Path) -> None:
    both = str(folder / "both")
    fields: dict[str, Any] = {"scheme": "https", "cert_pem": both, "cert_key_pem": both, "ca_trust_path": both}
    assert pem_files.unusable(patient("srv01", transports=("certificate",), **fields), "certificate") is None
    assert pem_files.unusable(patient("srv01", scheme="https", ca_trust_path=str(folder)), "ntlm") is None


def test_files_that_are_not_used_are_not_looked_at(folder: Path) -> None:
    nowhere = str(folder / "nowhere")
    one = patient("srv01", scheme="https", cert_pem=nowhere, cert_key_pem=nowhere, server_cert_validation="ignore")
    assert pem_files.unusable(one, "ntlm") is None
    assert pem_files.unusable(patient("srv01", scheme="http", ca_trust_path=nowhere), "ntlm") is None
