# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TSIG: who may update, and how each mistake is answered (RFC 8945, section 5)."""

from __future__ import annotations

import time
from pathlib import Path

import dns.tsig
import pytest

from winlab.nameservice.keys import TsigSpec, read_key_file
from winlab.nameservice.server import UpdatePolicy

from .workshop import KEY, OWNER, Serve, send, srv, update, values

_OTHER = "YW5vdGhlci1zZWNyZXQtb2YtdGhlLWxhYi1vZi0zMiE="


@pytest.mark.parametrize(
    ("policy", "key", "code"),
    [
        (UpdatePolicy.ANYBODY, None, "NOERROR"),
        (UpdatePolicy.ANYBODY, KEY, "NOERROR"),
        (UpdatePolicy.SIGNED, None, "REFUSED"),
        (UpdatePolicy.SIGNED, KEY, "NOERROR"),
        (UpdatePolicy.NOBODY, KEY, "REFUSED"),
    ],
)
def test_policies(serve: Serve, policy: UpdatePolicy, key: TsigSpec | None, code: str) -> None:
    server = serve(key=KEY, policy=policy)
    message = update(key=key)
    message.add(OWNER, 300, "SRV", srv("a"))
    assert send(server, message) == code
    assert values(server) == ({srv("a")} if code == "NOERROR" else set())


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (TsigSpec("stranger", KEY.secret), dns.tsig.PeerBadKey),
        (TsigSpec(KEY.name, KEY.secret, "hmac-sha512"), dns.tsig.PeerBadKey),
        (TsigSpec(KEY.name, _OTHER), dns.tsig.PeerBadSignature),
    ],
    ids=["unknown key", "other algorithm", "wrong secret"],
)
def test_keys_that_are_not_accepted(serve: Serve, key: TsigSpec, error: type[Exception]) -> None:
    server = serve(key=KEY, policy=UpdatePolicy.SIGNED)
    message = update(key=key)
    message.add(OWNER, 300, "SRV", srv("a"))
    with pytest.raises(error):
        send(server, message)
    assert values(server) == set()


def test_a_clock_that_is_ten_minutes_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(key=KEY)
    message = update(key=KEY)
    message.add(OWNER, 300, "SRV", srv("a"))
    now = time.time()
    with monkeypatch.context() as late:
        late.setattr(time, "time", lambda: now - 600)
        wire = message.to_wire()
    (answer,) = server.answer(wire)
    with pytest.raises(dns.tsig.PeerBadTime):
        dns.message.from_wire(answer, keyring=KEY.key(), request_mac=message.mac or b"")


@pytest.mark.parametrize("algorithm", ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha384", "hmac-sha512"])
def test_algorithms(serve: Serve, algorithm: str) -> None:
    key = TsigSpec("k", KEY.secret, algorithm)
    message = update(key=key)
    message.add(OWNER, 300, "SRV", srv("a"))
    assert send(serve(key=key, policy=UpdatePolicy.SIGNED), message) == "NOERROR"


def test_key_files(tmp_path: Path) -> None:
    path = tmp_path / "k.key"
    path.write_text(f'key "lab-key" {{\n\talgorithm hmac-sha512;\n\tsecret "{KEY.secret}";\n}};\n')
    assert read_key_file(path) == TsigSpec("lab-key", KEY.secret, "hmac-sha512")
    assert KEY.secret not in repr(read_key_file(path))
    path.write_text("nothing")
    with pytest.raises(ValueError, match="holds no TSIG key"):
        read_key_file(path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_key_file(tmp_path / "missing")
    with pytest.raises(ValueError, match="not base64"):
        TsigSpec("k", "???")
    with pytest.raises(ValueError, match="no TSIG algorithm"):
        TsigSpec("k", KEY.secret, "rot13")
