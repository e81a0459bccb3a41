# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No byte of a request crosses readably that should have been sealed, and no password goes where it is of no use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from winrm import transport as pywinrm_transport

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    Misconfigured,
    NotAuthenticated,
    NotWsman,
    OutcomeUnknown,
    TransportUnusable,
    Unsealed,
    WinrmError,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from tests.lab_unit.wire.workshop import Workshop

from .conftest import HttpServer, Impostor, endpoint, raw

KEY = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
ENVELOPE = f"<s:Envelope><k>{KEY}</k></s:Envelope>"
PASSWORD = "Tell-Nobody-1"

Serve = Callable[..., HttpServer]


def pipe_to(server: HttpServer, **changes: Any) -> PywinrmPipe:
    fields = {"scheme": "http", "password": Secret(PASSWORD), **changes}
    return PywinrmPipe(endpoint("127.0.0.1", server.port, **fields))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_redirect_is_not_followed(serve: Serve, status: str) -> None:
    """307 and 308 carry the body along, to whatever place and scheme the answer names."""
    elsewhere = serve(lambda head, body: raw("200 OK"))
    server = serve(lambda head, body: raw(status, Location=f"http://127.0.0.1:{elsewhere.port}/wsman"))
    with pytest.raises(NotWsman, match="redirect"):
        pipe_to(server, transports=("basic",)).exchange(ENVELOPE)
    assert elsewhere.heard == b""


def test_redirect_of_the_sign_in_is_not_followed(serve: Serve) -> None:
    """Sealing transports sign in before there is an answer to inspect, and would do so with somebody else."""
    elsewhere = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate="Negotiate"))
    server = serve(lambda head, body: raw("307 Go", Location=f"http://127.0.0.1:{elsewhere.port}/wsman"))
    with pytest.raises(NotWsman, match="redirect"):
        pipe_to(server).exchange(ENVELOPE)
    assert elsewhere.heard == b""


FORGED = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
OTHER_SEAL = 'multipart/encrypted;protocol="application/HTTP-Kerberos-session-encrypted";boundary="Encrypted Boundary"'


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("200 OK", "application/soap+xml;charset=UTF-8"),
        ("500 Error", "application/soap+xml;charset=UTF-8"),
        ("200 OK", OTHER_SEAL),
        ("200 OK", ""),
    ],
)
def test_answer_in_the_clear_is_not_believed_on_a_sealed_connection(workshop: Workshop, status: str, kind: str) -> None:
    """pywinrm hands on whatever is not marked as sealed, so anybody on the way could answer."""
    impostor = Impostor(workshop.machine().address, raw(status, FORGED, Content_Type=kind))
    target = endpoint("127.0.0.1", impostor.port, scheme="http")
    with pytest.raises(Unsealed, match="not believed") as error:
        PywinrmPipe(target).exchange(ENVELOPE)
    assert error.value.maybe_delivered
    with pytest.raises(OutcomeUnknown):
        Session(PywinrmPipe(target), context_for(target)).invoke("Lab_Lamp", "Switch", {"On": False}, {"Name": "desk"})
    impostor.close()


def test_fault_before_there_is_a_seal_is_no_answer(serve: Serve) -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender'
        b"</s:Value></s:Code><s:Reason><s:Text>Access is denied.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"
    )
    with pytest.raises(NotAuthenticated, match=r"Access is denied.*Administrators"):
        pipe_to(serve(lambda head, body: raw("500 Error", fault))).exchange(ENVELOPE)


def test_refused_account_is_not_offered_again(serve: Serve) -> None:
    """Not by the next request of the same task either: some servers lock an account after three."""
    server = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate='Basic realm="WSMAN"'))
    pipe = pipe_to(server, transports=("basic",))
    said = []
    for _attempt in range(3):
        with pytest.raises(NotAuthenticated) as error:
            pipe.exchange(ENVELOPE)
        said.append(str(error.value))
    assert server.heard.count(b"POST ") == 1
    assert len(set(said)) == 1


class Stop(BaseException):
    """As ansible-core's own for a task timeout: no Exception."""


def test_sign_in_that_was_interrupted_leaves_nothing_behind(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(lambda head, body: raw("200 OK"))
    pipe = pipe_to(server)

    def interrupted(*_args: Any, **_named: Any) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", interrupted)
        with pytest.raises(Stop):
            pipe.exchange(ENVELOPE)
    with pytest.raises(WinrmError):
        pipe.exchange(ENVELOPE)
    assert KEY.encode() not in server.heard


def test_sign_in_that_asked_for_nothing_is_no_sign_in(serve: Serve) -> None:
    server = serve(lambda head, body: raw("200 OK"))
    with pytest.raises(NotWsman, match="without asking for credentials") as error:
        pipe_to(server).exchange(ENVELOPE)
    assert not error.value.maybe_delivered
    assert KEY.encode() not in server.heard


def test_no_step_down_to_a_transport_in_the_clear(serve: Serve) -> None:
    server = serve(lambda head, body: raw("200 OK"))
    pipe = pipe_to(server, transports=("kerberos", "plaintext"), kinit=Kinit("manual"), username="a@CORP.EXAMPLE")
    with pytest.raises(Misconfigured, match="in the clear"):
        pipe.exchange(ENVELOPE)
    assert server.heard == b""


@pytest.mark.skipif(pywinrm_transport.HAVE_KERBEROS, reason="pykerberos is installed here")
def test_kinit_gets_no_password_where_its_ticket_would_be_of_no_use(serve: Serve, tmp_path: Path) -> None:
    typed, program = tmp_path / "typed", tmp_path / "kinit"
    program.write_text(f"#!/bin/sh\ncat > {typed}\n")
    program.chmod(0o755)
    pipe = pipe_to(
        serve(lambda head, body: raw("200 OK")), transports=("kerberos",), kinit=Kinit("managed", str(program))
    )
    with pytest.raises(TransportUnusable, match=r"pywinrm\[kerberos\]"):
        pipe.exchange(ENVELOPE)
    assert not typed.exists()


def test_password_of_a_proxy_stays_out_of_messages() -> None:
    target = endpoint("127.0.0.1", 9, scheme="http", proxy="http://someone:Proxy-Secret@127.0.0.1:9")
    with pytest.raises(WinrmError) as error:
        PywinrmPipe(target).exchange(ENVELOPE)
    assert "Proxy-Secret" not in f"{error.value} {error.value!r} {target!r}"


# --- Kerberos, with a library that plays pykerberos in a process of its own

FAKE_PYKERBEROS = """
import json, os
class GSSError(Exception): pass
GSS_C_MUTUAL_FLAG, GSS_C_SEQUENCE_FLAG, GSS_C_DELEG_FLAG = 2, 8, 1
def note(**said):
    with open(os.environ["FAKE_LOG"], "a") as log:
        log.write(json.dumps(said) + "\\n")
def authGSSClientInit(spn, gssflags=0, principal=None):
    note(spn=spn, principal=principal, cache=os.environ.get("KRB5CCNAME"))
    if os.environ.get("FAKE_NO_TICKET"):
        raise GSSError(("No credentials cache found", 1))
    return 1, object()
def authGSSClientStep(context, challenge, **named): return 1
def authGSSClientResponse(context): return "VE9LRU4="
"""
SEALING = """
def authGSSWinRMEncryptMessage(context, message): return bytes(b ^ 0x5A for b in message), b"h" * 16
def authGSSWinRMDecryptMessage(context, message, header): return bytes(b ^ 0x5A for b in message)
"""
CLIENT = """
import sys
sys.path.insert(0, {root!r})
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
pipe = PywinrmPipe(Endpoint(
    inventory_name="srv01", host="127.0.0.1", port={port}, scheme="http", transports={transports!r},
    username="admin@CORP.EXAMPLE", password=Secret({password!r}), kinit={kinit}, read_timeout=5, operation_timeout=3,
    kerberos_hostname_override="srv01.corp.example"))
try:
    print(pipe.exchange({envelope!r}))
except Exception as error:
    print(type(error).__name__, error)
finally:
    pipe.close()
"""


class Kerberos:
    """Runs one exchange in a process whose ``kerberos`` module is the fake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"

    def run(self, server: HttpServer, *, sealing: bool = True, kinit: str = "Kinit('manual')", **env: str) -> str:
        transports = ("kerberos", "ntlm") if "FAKE_NO_TICKET" in env else ("kerberos",)
        (self.folder / "kerberos.py").write_text(FAKE_PYKERBEROS + (SEALING if sealing else ""))
        script = CLIENT.format(
            root=os.environ["ANSIBLE_COLLECTIONS_PATH"].split(":")[0],
            port=server.port,
            password=PASSWORD,
            envelope=ENVELOPE,
            kinit=kinit,
            transports=transports,
        )
        surroundings = {**os.environ, "PYTHONPATH": str(self.folder), "FAKE_LOG": str(self.log), **env}
        surroundings.pop("KRB5CCNAME", None)
        done = subprocess.run(
            [sys.executable, "-B", "-c", script],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture
def kerberos(tmp_path: Path) -> Kerberos:
    return Kerberos(tmp_path)


def test_refused_kinit_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pywinrm_transport, "HAVE_KERBEROS", True)
    runs, program = tmp_path / "runs", tmp_path / "kinit"
    program.write_text(f"#!/bin/sh\necho run >> {runs}\necho 'kinit: Password incorrect' >&2\nexit 1\n")
    program.chmod(0o755)
    pipe = PywinrmPipe(endpoint("127.0.0.1", transports=("kerberos",), kinit=Kinit("managed", str(program))))
    for _attempt in range(3):
        with pytest.raises(Misconfigured, match="Password incorrect"):
            pipe.exchange(ENVELOPE)
    assert runs.read_text() == "run\n"


def authenticated(head: str, body: bytes) -> bytes:
    """A 200 with the host's token for the blank POST, then an answer."""
    if not body:
        return raw("200 OK", WWW_Authenticate="Negotiate VE9LRU4=")
    return raw("200 OK", b"<s:Envelope>answer</s:Envelope>")


def test_kerberos_seals_and_uses_the_private_cache(serve: Serve, kerberos: Kerberos, tmp_path: Path) -> None:
    program = tmp_path / "kinit"
    program.write_text('#!/bin/sh\ncat > /dev/null\necho ticket > "${KRB5CCNAME#FILE:}"\n')
    program.chmod(0o755)
    server = serve(authenticated)
    assert "answer" in kerberos.run(server, kinit=f"Kinit('managed', {str(program)!r})")
    assert b"HTTP-SPNEGO-session-encrypted" in server.heard
    assert KEY.encode() not in server.heard
    assert '"spn": "HTTP@srv01.corp.example", "principal": "admin@CORP.EXAMPLE"' in kerberos.said()
    cache = kerberos.said().partition('"cache": "FILE:')[2].partition('"')[0]
    assert cache.endswith("/ccache")
    assert not Path(cache).parent.exists(), "the ticket outlived the pipe"


def test_kerberos_that_cannot_seal_is_refused(serve: Serve, kerberos: Kerberos) -> None:
    """pykerberos before 1.2.1: pywinrm would send the request as it is."""
    server = serve(authenticated)
    assert "cannot seal messages" in kerberos.run(server, sealing=False)
    assert KEY.encode() not in server.heard


def test_no_ticket_lets_the_next_transport_try(serve: Serve, kerberos: Kerberos) -> None:
    server = serve(lambda head, body: raw("401 Unauthorized", WWW_Authenticate="Negotiate"))
    kerberos.run(server, FAKE_NO_TICKET="1")
    assert b"Authorization: Negotiate TlRMTVNTUAAB" in server.heard, "ntlm was not tried"
    assert KEY.encode() not in server.heard
