# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe over real sockets: against the lab's WinRM, through a tap, and against servers that are none."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    ConnectionLost,
    Misconfigured,
    NotAuthenticated,
    NotWsman,
    OutcomeUnknown,
    RequestTooLarge,
    TimedOut,
    TlsError,
    Unreachable,
    Unsealed,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTPS_PORT, FakeCim, FakeHost, Workshop
from winlab.host import Account, CertificateSpec
from winlab.mischief import Mischief, Trick

from ..conftest import HttpServer, RawServer, Tap, endpoint, http_answer, raw, session

KEY = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
HOUSE = "SELECT * FROM Lab_House"
NOBODY = "Somebody-Else-1"


def tapped(machine: FakeHost, **changes: Any) -> tuple[Session, Tap]:
    tap = Tap(machine.address)
    target = endpoint("127.0.0.1", tap.port, scheme="http", **changes)
    return Session(PywinrmPipe(target), context_for(target), target.label), tap


# --- what works


def test_ntlm_over_http_reads_everything_and_shows_nothing(workshop: Workshop) -> None:
    machine = workshop.machine(cim=FakeCim(bricks=40))
    reader, tap = tapped(machine)
    assert len(reader.query("SELECT * FROM Lab_Brick")) == 40
    assert b"Lab_Brick" not in tap.everything
    assert b"HTTP-SPNEGO-session-encrypted" in tap.everything
    assert len(tap.heard) == 1
    reader.close()


def test_key_and_password_never_cross_in_clear(workshop: Workshop) -> None:
    machine = workshop.machine()
    writer, tap = tapped(machine)
    with pytest.raises(WsmanFault) as fault:
        writer.invoke("Lab_Lamp", "InstallProductKey", {"ProductKey": KEY}, {"Name": "desk"})
    assert fault.value.hresult == 0xC004F050
    assert machine.cim.calls[-1][1]["ProductKey"] == KEY
    assert KEY.encode() not in tap.everything
    assert ADMINISTRATOR.password.encode() not in tap.everything


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"mischief": [Mischief(Trick.CLOSE, on="http", times=1)]}, id="closed at the first request"),
        pytest.param({"mischief": [Mischief(Trick.UNAVAILABLE, on="http", times=1)]}, id="503 at the first request"),
        pytest.param({"mischief": [Mischief(Trick.EMPTY_500, on="http", times=1)]}, id="empty 500"),
        pytest.param(
            {"mischief": [Mischief(Trick.PROXY_HTML, on="http", times=1)]}, id="a page instead of a challenge"
        ),
        pytest.param({"mischief": [Mischief(Trick.CLOSE, on="http", after=1, times=1)]}, id="closed in the handshake"),
        pytest.param({"mischief": [Mischief(Trick.CLOSE, on="http", after=2, times=1)]}, id="closed at the last token"),
        pytest.param({"mischief": [Mischief(Trick.SILENT, on="http", times=1)]}, id="silence"),
    ],
)
def test_nothing_is_sent_in_clear_after_a_failed_sign_in(workshop: Workshop, trouble: dict[str, Any]) -> None:
    """pywinrm would send the second message unencrypted, because it has a session and no security context."""
    machine = workshop.machine(**trouble)
    tap = Tap(machine.address)
    target = endpoint("127.0.0.1", tap.port, scheme="http", read_timeout=2, operation_timeout=1)
    pipe = PywinrmPipe(target)
    envelope = f"<secret>{KEY}</secret>"
    for _attempt in range(3):
        with contextlib.suppress(ConnectionLost, NotWsman, NotAuthenticated, TimedOut):
            pipe.exchange(envelope)
        assert KEY.encode() not in tap.everything
    pipe.close()


def test_basic_over_https(workshop: Workshop) -> None:
    machine = workshop.machine(https=True, basic=True)
    reader = session(machine, port=HTTPS_PORT, transports=("ssl",), ca_trust_path=str(workshop.ca_path), scheme="https")
    assert reader.query(HOUSE)[0].get("Owner") == "A & B"


def test_fault_reaches_the_codec_and_the_next_exchange_works(workshop: Workshop) -> None:
    machine = workshop.machine()
    reader = session(machine)
    with pytest.raises(WsmanFault) as fault:
        reader.query("SELECT * FROM Lab_Nothing")
    assert fault.value.invalid_query
    assert reader.query(HOUSE)


def test_a_protocol_is_dropped_after_any_error(workshop: Workshop) -> None:
    machine = workshop.machine()
    reader, tap = tapped(machine)
    with pytest.raises(WsmanFault):
        reader.query("SELECT * FROM Lab_Nothing")
    reader.query(HOUSE)
    assert len(tap.heard) == 2
    assert all(b"Authorization: Negotiate" in heard for heard in tap.heard)


# --- what is lost on the way


def test_read_on_a_connection_gone_stale_is_asked_once_more(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.HANG_UP, on="enumerate", times=1)])
    reader = session(machine)
    reader.query(HOUSE)
    time.sleep(0.2)
    assert reader.query(HOUSE)
    assert reader.requests == 3


def test_read_that_never_worked_is_not_repeated(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.CUT_BEFORE, on="enumerate", times=None)])
    reader = session(machine)
    with pytest.raises(ConnectionLost, match="broke"):
        reader.query(HOUSE)
    assert reader.requests == 1


@pytest.mark.parametrize(("trick", "done"), [(Trick.CUT_BEFORE, 0), (Trick.CUT_AFTER, 1)])
def test_invoke_is_never_sent_twice(workshop: Workshop, trick: Trick, done: int) -> None:
    machine = workshop.machine(mischief=[Mischief(trick, on="invoke", times=None)])
    writer = session(machine)
    writer.query(HOUSE)
    with pytest.raises(OutcomeUnknown, match=r"Lab_Lamp\.Switch was sent once") as unknown:
        writer.invoke("Lab_Lamp", "Switch", {"On": False}, {"Name": "desk"})
    assert unknown.value.method == "Lab_Lamp.Switch"
    assert len(machine.cim.calls) == done
    assert machine.kinds().count("invoke") <= 1


def test_invoke_that_takes_longer_than_usual(workshop: Workshop) -> None:
    machine = workshop.machine()
    writer = session(machine, read_timeout=2, operation_timeout=1)
    writer.invoke("Lab_Lamp", "Dim", {"Seconds": "2.5"}, {"Name": "desk"}, timeout=10)
    assert machine.cim.lamps[0].values["Watts"] == 1


def test_operation_timeout_of_the_machine(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.TIMED_OUT, on="enumerate", times=None)])
    with pytest.raises(TimedOut, match="operation timeout"):
        session(machine).query(HOUSE)


def test_silence_ends_with_the_read_timeout(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.SILENT, on="enumerate", times=None)])
    with pytest.raises(TimedOut, match="did not answer in time") as error:
        session(machine, read_timeout=2, operation_timeout=1).query(HOUSE)
    assert error.value.maybe_delivered


# --- who am I


@pytest.mark.parametrize(
    "account",
    [{"password": Secret(NOBODY)}, {"username": "Nobody"}],
    ids=["wrong password", "unknown user"],
)
def test_refused_sign_in_is_tried_once(workshop: Workshop, account: dict[str, Any]) -> None:
    machine = workshop.machine()
    with pytest.raises(NotAuthenticated, match="HTTP 401") as error:
        session(machine, **account).query(HOUSE)
    assert machine.kinds() == ["bad_password"]
    assert NOBODY not in str(error.value)
    assert "ansible_password" in str(error.value)


def test_next_transport_is_not_tried_after_a_refused_password(workshop: Workshop) -> None:
    machine = workshop.machine(basic=True, allow_unencrypted=True)
    with pytest.raises(NotAuthenticated):
        session(machine, transports=("ntlm", "basic"), password=Secret(NOBODY)).query(HOUSE)
    assert machine.kinds().count("bad_password") == 1


def test_account_without_rights_is_a_fault(workshop: Workshop) -> None:
    machine = workshop.machine(accounts=[Account("Administrator", ADMINISTRATOR.password, administrator=False)])
    with pytest.raises(WsmanFault) as fault:
        session(machine).query(HOUSE)
    assert fault.value.access_denied


def test_basic_over_http_where_windows_refuses_it(workshop: Workshop) -> None:
    machine = workshop.machine()
    with pytest.raises(NotAuthenticated, match="AllowUnencrypted"):
        session(machine, transports=("plaintext",)).query(HOUSE)


# --- who are you


@pytest.mark.parametrize(
    ("certificate", "changes", "words"),
    [
        (CertificateSpec(names=("other.example",)), {}, "another name"),
        (CertificateSpec(self_signed=True), {}, "not trusted"),
        (CertificateSpec(expired=True), {}, "expired"),
        (None, {"ca_trust_path": None}, "not trusted"),
    ],
    ids=["name", "self-signed", "expired", "unknown CA"],
)
def test_certificates(workshop: Workshop, certificate: Any, changes: dict[str, Any], words: str) -> None:
    machine = workshop.machine(https=True, certificate=certificate)
    fields = {"port": HTTPS_PORT, "scheme": "https", "ca_trust_path": str(workshop.ca_path), **changes}
    with pytest.raises(TlsError, match=words) as error:
        session(machine, **fields).query(HOUSE)
    assert "server_cert_validation" in str(error.value)


def test_https_spoken_to_an_http_port(workshop: Workshop) -> None:
    machine = workshop.machine()
    with pytest.raises((TlsError, ConnectionLost, TimedOut)) as error:
        session(machine, scheme="https", read_timeout=2, operation_timeout=1).query(HOUSE)
    assert "https" in str(error.value)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        ("404 Not Found", b"<html><title>Nothing here</title></html>", NotWsman, "Nothing here"),
        ("503 Service Unavailable", b"", NotWsman, "not ready"),
        ("413 Too Large", b"", RequestTooLarge, "413"),
        ("500 Error", b"", NotWsman, "AllowUnencrypted"),
        ("302 Found", b"", NotWsman, "redirect"),
        ("407 Proxy Authentication Required", b"", NotWsman, "as of a proxy, but none is named"),
    ],
)
def test_http_answers_that_are_no_winrm(status: str, body: bytes, error: type[Exception], words: str) -> None:
    server = RawServer(http_answer(status, body))
    target = endpoint("127.0.0.1", server.port, scheme="http", transports=("basic",))
    with pytest.raises(error, match=words):
        PywinrmPipe(target).exchange("<x/>")
    server.close()


def test_page_of_a_proxy_is_not_taken_for_an_answer(workshop: Workshop) -> None:
    machine = workshop.machine(mischief=[Mischief(Trick.PROXY_HTML, on="enumerate", times=None)])
    with pytest.raises(Unsealed, match="an HTML page"):
        session(machine).query(HOUSE)


def test_server_that_hangs_up_at_once() -> None:
    server = RawServer(lambda client: None)
    with pytest.raises(ConnectionLost, match="srv01") as error:
        PywinrmPipe(endpoint("127.0.0.1", server.port, scheme="http")).exchange("<x/>")
    assert not error.value.maybe_delivered
    server.close()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="refused") as error:
        PywinrmPipe(endpoint("127.0.0.1", port, scheme="http")).exchange("<x/>")
    assert "object at 0x" not in str(error.value)
    assert "HTTPConnection" not in str(error.value)


def test_name_that_does_not_exist() -> None:
    with pytest.raises(Unreachable, match="ansible_host"):
        PywinrmPipe(endpoint("no-such-host.invalid")).exchange("<x/>")


# --- the surroundings


def test_missing_library_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm import line

    monkeypatch.setattr(line, "MISSING", ImportError("No module named 'winrm'"))
    with pytest.raises(Misconfigured, match="pip install"):
        PywinrmPipe(endpoint("127.0.0.1")).exchange("<x/>")


def test_certificate_is_not_replaced_by_netrc(
    serve: Callable[..., HttpServer], pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """requests consults ~/.netrc where no auth object is set, and would send its password instead."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password netrc-password\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(lambda head, body: raw("404 Not Found"), pem)
    fields = {"transports": ("certificate",), "cert_pem": pem, "cert_key_pem": pem, "server_cert_validation": "ignore"}
    with pytest.raises(NotWsman, match="404"):
        PywinrmPipe(endpoint("127.0.0.1", server.port, scheme="https", **fields)).exchange("<x/>")
    assert b"Authorization: http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual" in server.heard
    assert b"Basic" not in server.heard
