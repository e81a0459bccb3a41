# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way to sign in, over each pipe and transport, to its end: a query is answered. Kerberos is in tests/servers."""

from __future__ import annotations

import dataclasses
import gc
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import NotAuthenticated, TlsError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from tests.lab_unit.wire.workshop import ADMINISTRATOR, HTTP_PORT, HTTPS_PORT, FakeCim, FakeHost, Workshop
from winlab.host import Account, CertificateSpec, WinrmProfile

from .both_pipes import Ask, both_pipes, over_pywinrm
from .conftest import Tap, patient

IN_DNS = "xn--bcher-kva.example"


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def machine(workshop: Workshop, **settings: Any) -> FakeHost:
    # More than one record of TLS, and more than one page.
    return workshop.machine(cim=FakeCim(bricks=60, brick_size=400), **settings)


def secure(workshop: Workshop, host: FakeHost, **changes: Any) -> Endpoint:
    fields = {"scheme": "https", "ca_trust_path": str(workshop.ca_path), **changes}
    return patient(host.address, HTTPS_PORT, **fields)


@both_pipes
def test_basic_in_tls(workshop: Workshop, ask: Ask) -> None:
    host = machine(workshop, http=False, https=True, basic=True)
    assert ask(secure(workshop, host, transports=("basic",))) == 60


@both_pipes
def test_ntlm_sealed(workshop: Workshop, ask: Ask) -> None:
    assert ask(patient(machine(workshop).address, HTTP_PORT)) == 60


@both_pipes
@pytest.mark.parametrize("binding", ["none", "relaxed", "strict"])
def test_ntlm_in_tls_with_the_channel_bound(workshop: Workshop, ask: Ask, binding: str) -> None:
    host = machine(workshop, http=False, https=True, channel_binding=binding)
    assert ask(secure(workshop, host)) == 60


@both_pipes
def test_ntlm_in_tls_that_is_not_bound_where_it_must_be(workshop: Workshop, ask: Ask) -> None:
    host = machine(workshop, http=False, https=True, channel_binding="strict")
    with pytest.raises(NotAuthenticated):
        ask(secure(workshop, host, send_cbt=False))


@both_pipes
def test_a_certificate_for_the_client(workshop: Workshop, ask: Ask, tmp_path: Path) -> None:
    host = machine(workshop, http=False, https=True, client_certificates=True)
    pem = tmp_path / "client.pem"
    pem.write_bytes(workshop.authority.client_pem(ADMINISTRATOR.user))
    files = {"cert_pem": str(pem), "cert_key_pem": str(pem)}
    assert ask(secure(workshop, host, transports=("certificate",), **files)) == 60


@both_pipes
def test_a_certificate_that_stands_for_nobody(workshop: Workshop, ask: Ask, tmp_path: Path) -> None:
    host = machine(workshop, http=False, https=True, client_certificates=True)
    pem = tmp_path / "client.pem"
    pem.write_bytes(workshop.authority.client_pem("nobody"))
    files = {"cert_pem": str(pem), "cert_key_pem": str(pem)}
    with pytest.raises(NotAuthenticated):
        ask(secure(workshop, host, transports=("certificate",), **files))


@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_credssp(workshop: Workshop, https: bool) -> None:
    host = machine(workshop, http=not https, https=https, credssp=True)
    target = secure(workshop, host) if https else patient(host.address, HTTP_PORT)
    assert over_pywinrm(_with(target, transports=("credssp",))) == 60


def test_credssp_is_sealed(workshop: Workshop) -> None:
    host = machine(workshop, credssp=True)
    tap = Tap(host.address)
    over_pywinrm(patient("127.0.0.1", tap.port, scheme="http", transports=("credssp",)))
    assert b"HTTP-CredSSP-session-encrypted" in tap.everything
    assert b"Lab_Brick" not in tap.everything
    tap.close()


# What is broken off in the middle of the sign-in is left to the garbage collector; the test collects it itself.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_credssp_with_a_wrong_password(workshop: Workshop) -> None:
    host = machine(workshop, credssp=True)
    with pytest.raises(NotAuthenticated):
        over_pywinrm(patient(host.address, HTTP_PORT, transports=("credssp",), password=Secret("Somebody-Else-1")))
    gc.collect()


def test_credssp_in_a_fleet_goes_by_pywinrm(workshop: Workshop) -> None:
    """Streams do not speak it, and the machine is in the same result all the same."""
    host = machine(workshop, credssp=True)
    target = patient(host.address, HTTP_PORT, transports=("credssp",))
    assert not Shared().speaks_to(target)
    rows: list[Any] = []
    fleet.survey(iter([target]), fleet.Bounds(), rows.append)
    # It has signed in, and has no licensing classes.
    assert "Lab" not in str(rows[0].outcome)
    assert "identify" in host.kinds() or "enumerate" in host.kinds()


@both_pipes
@pytest.mark.parametrize("password", ["a{{b}}c", "x{#1#}y", "ä€😀", " ", '"\\%&<>', "a" * 120])
def test_odd_passwords(workshop: Workshop, ask: Ask, password: str) -> None:
    host = machine(workshop, accounts=[Account("odd", password)])
    assert ask(patient(host.address, HTTP_PORT, username="odd", password=Secret(password))) == 60


@both_pipes
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_version_of_tls(workshop: Workshop, ask: Ask, version: ssl.TLSVersion) -> None:
    host = machine(workshop, http=False, https=True, channel_binding="strict")
    context = workshop.authority.identity(host).context
    context.minimum_version = context.maximum_version = version
    assert ask(secure(workshop, host)) == 60


@both_pipes
def test_self_signed_is_refused_unless_told_otherwise(workshop: Workshop, ask: Ask) -> None:
    host = machine(workshop, http=False, https=True, certificate=CertificateSpec(self_signed=True))
    with pytest.raises(TlsError):
        ask(secure(workshop, host))
    assert ask(secure(workshop, host, server_cert_validation="ignore")) == 60


def _free_port() -> int:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")
@both_pipes
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_an_ipv6_address(workshop: Workshop, ask: Ask, https: bool) -> None:
    """Sealed over HTTP; in TLS with the channel bound and the address in the certificate, which the client checks."""
    ports = {"http_port": _free_port(), "https_port": _free_port()}
    profile = WinrmProfile(accounts=[ADMINISTRATOR], https=True, channel_binding="strict", **ports)
    host = FakeHost("LAB6", "::1", profile, FakeCim(bricks=60, brick_size=400))
    workshop.listen(host)
    target = patient("::1", ports["https_port" if https else "http_port"], scheme="https" if https else "http")
    assert ask(_with(target, ca_trust_path=str(workshop.ca_path))) == 60
    assert f"[::1]:{target.port}" in target.url


@both_pipes
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_a_name_outside_ascii(workshop: Workshop, ask: Ask, https: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS and the certificate know it in the form that IDNA gives it."""
    spec = CertificateSpec(names=(IN_DNS,))
    host = machine(workshop, https=True, channel_binding="strict", certificate=spec)
    genuine, asked = socket.getaddrinfo, []

    def resolved(name: Any, *rest: Any, **named: Any) -> Any:
        asked.append(name.decode() if isinstance(name, bytes) else name)
        return genuine(host.address if asked[-1] == IN_DNS else name, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    target = patient("bücher.example", HTTPS_PORT if https else HTTP_PORT, scheme="https" if https else "http")
    assert ask(_with(target, ca_trust_path=str(workshop.ca_path))) == 60
    assert set(asked) == {IN_DNS}


def _with(target: Endpoint, **changes: Any) -> Endpoint:
    return dataclasses.replace(target, **changes)
