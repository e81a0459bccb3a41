# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TSIG keys: every algorithm signs and verifies, and the secret shows nowhere."""

from __future__ import annotations

import base64
import traceback

import dns.message
import dns.name
import dns.tsig
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import errors, gss, signing
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Server

SECRET = base64.b64encode(b"thirty-two bytes of pure secret!").decode()
SERVER = Server("192.0.2.53")


@pytest.mark.parametrize("algorithm", signing.ALGORITHMS)
def test_algorithm(algorithm: str) -> None:
    signer = signing.TsigSigner("kms-admin", SECRET, algorithm)
    message = dns.message.make_query("corp.example", "SOA")
    signer.sign(message, SERVER)
    wire = message.to_wire()
    wire_name = "HMAC-MD5.SIG-ALG.REG.INT" if algorithm == "hmac-md5" else algorithm
    key = dns.tsig.Key("kms-admin", SECRET, wire_name)
    assert dns.message.from_wire(wire, keyring=key).had_tsig
    other = dns.tsig.Key("kms-admin", base64.b64encode(b"another").decode(), wire_name)
    with pytest.raises(dns.tsig.BadSignature):
        dns.message.from_wire(wire, keyring=other)


def test_every_algorithm_of_dnspython_is_offered() -> None:
    theirs = {name.to_text(omit_final_dot=True).lower() for name in dns.tsig.HMACTSig._hashes}
    ours = {"hmac-md5.sig-alg.reg.int" if name == "hmac-md5" else name for name in signing.ALGORITHMS}
    assert ours == theirs


def test_white_space_in_a_secret_does_not_matter() -> None:
    spaced = signing.TsigSigner("k", f" {SECRET[:20]}\n {SECRET[20:]} ")
    assert spaced.transfer_key().secret == base64.b64decode(SECRET)


@pytest.mark.parametrize(
    ("name", "secret", "algorithm", "words"),
    [
        ("", SECRET, "hmac-sha256", "key_name is empty"),
        ("a..b", SECRET, "hmac-sha256", "key_name"),
        ("k", f"{SECRET}!", "hmac-sha256", "key_secret is not"),
        ("k", "", "hmac-sha256", "key_secret is not"),
        ("k", SECRET, "hmac-sha3", "key_algorithm"),
    ],
)
def test_what_cannot_be_a_key(name: str, secret: str, algorithm: str, words: str) -> None:
    with pytest.raises(errors.SettingWrong, match=words) as caught:
        signing.TsigSigner(name, secret, algorithm)
    assert SECRET not in "".join(traceback.format_exception(caught.value)).replace("\n", "")


def test_no_repr_shows_a_secret() -> None:
    signer = signing.TsigSigner("kms-admin", SECRET)
    assert repr(signer) == "<TSIG key kms-admin (hmac-sha256)>"
    assert "hunter2" not in repr(gss.Credentials(principal="a@B", password="hunter2"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"principal": "a@B", "password": "x", "keytab": "/k"}, "not several"),
        ({"keytab": "/k", "ccache": "c"}, "not several"),
        ({"password": "x"}, "needs kerberos_principal"),
    ],
)
def test_credentials_that_contradict_each_other(options: dict[str, str], words: str) -> None:
    with pytest.raises(errors.SettingWrong, match=words):
        gss.Credentials(**options)
