# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The framing of sealed messages, with a seal that anybody can see through."""

from __future__ import annotations

import struct

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import sealing


class Rot:
    """Seals by turning bits around."""

    def wrap_winrm(self, data: bytes) -> sealing.Wrapped:
        return sealing.Wrapped(b"signature-of-16b", bytes(one ^ 0xFF for one in data), 0)

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        assert header == b"signature-of-16b"
        return bytes(one ^ 0xFF for one in data)


# What could be mistaken for the framing may stand in the content.
CONTENTS = [b"", b"<s:Envelope/>", b"--Encrypted Boundary--\r\n", b"\r\n\r\n", bytes(range(256)), b"\r\n"]


@pytest.mark.parametrize("content", CONTENTS)
def test_there_and_back(content: bytes) -> None:
    assert sealing.opened(Rot(), sealing.seal(Rot(), content)) == content


def test_frame_is_as_windows_wants_it() -> None:
    """MS-WSMV 2.2.9.1: a tab before inner headers, no empty line before the data, no line break after it."""
    assert sealing.seal(Rot(), b"abc") == (
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=3\r\n"
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: application/octet-stream\r\n"
        + struct.pack("<I", 16)
        + b"signature-of-16b\x9e\x9d\x9c--Encrypted Boundary--\r\n"
    )


GOOD = sealing.seal(Rot(), b"abc")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "malformed"),
        (GOOD[:-1], "malformed"),
        (GOOD[:-30], "malformed"),
        (GOOD.replace(b"octet-stream", b"octets"), "malformed"),
        (GOOD.replace(b"Length=3", b"Length=x"), "malformed"),
        (GOOD.replace(b"Length=3", b"Length=4"), "length"),
        (GOOD.replace(struct.pack("<I", 16), struct.pack("<I", 2**31)), "longer"),
        (GOOD.replace(struct.pack("<I", 16) + b"signature-of-16b\x9e\x9d\x9c", b"abc"), "malformed"),
    ],
)
def test_what_is_not_opened(body: bytes, words: str) -> None:
    with pytest.raises(sealing.NotOpened, match=words):
        sealing.opened(Rot(), body)


def test_the_frame_names_the_scheme_that_signed_in() -> None:
    """MS-WSMV 2.2.9.1.2."""
    assert b"\tContent-Type: application/HTTP-Kerberos-session-encrypted\r\n" in sealing.seal(Rot(), b"a", "Kerberos")
    assert 'protocol="application/HTTP-Kerberos-session-encrypted"' in sealing.sealed_type("Kerberos")
    assert 'protocol="application/HTTP-SPNEGO-session-encrypted"' in sealing.sealed_type("NTLM")
