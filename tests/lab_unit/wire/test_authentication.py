# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in: NTLM inside Negotiate, Basic, sealed messages, TLS."""

from __future__ import annotations

import base64
import http.client
import ssl
from typing import Any

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from winlab.host import Account, CertificateSpec

from .client import SOAP_TYPE, Pywinrm, items_of, post, query
from .workshop import ADMINISTRATOR, HTTP_PORT, FakeHost, Workshop

LAMPS = "SELECT * FROM Lab_Lamp"
DOMAIN_ADMIN = Account("admin", "Domain.Pass-5", domain="CORP", dns_domain="corp.example")
IDENTIFY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("user", ["CORP\\admin", "corp\\ADMIN", "corp.example\\admin", "admin@corp.example", "admin"])
def test_names_of_a_domain_account(workshop: Workshop, user: str) -> None:
    host = workshop.machine(accounts=[ADMINISTRATOR, DOMAIN_ADMIN])
    with Pywinrm(host, DOMAIN_ADMIN, user=user) as client:
        assert items_of(client.send(query(LAMPS)))
    assert host.last("enumerate")["user"] == "CORP\\admin"


def test_names_of_a_local_account(workshop: Workshop) -> None:
    host = workshop.machine()
    for user in ("Administrator", ".\\administrator", f"{host.name}\\Administrator"):
        with Pywinrm(host, user=user) as client:
            assert items_of(client.send(query(LAMPS)))


def test_a_local_account_goes_before_its_namesake_in_the_domain(workshop: Workshop) -> None:
    namesake = Account("Administrator", "Domain.Pass-6", domain="CORP")
    host = workshop.machine(accounts=[namesake, ADMINISTRATOR])
    with Pywinrm(host) as client:
        client.send(query(LAMPS))
    assert host.last("enumerate")["user"] == "Administrator"


def test_accounts_of_one_machine_are_unknown_to_another(workshop: Workshop) -> None:
    first = workshop.machine(accounts=[Account("one", "One.Pass-7")])
    second = workshop.machine(accounts=[Account("two", "Two.Pass-8")])
    with Pywinrm(first, first.winrm.accounts[0]) as client:
        client.send(query(LAMPS))
    with Pywinrm(second, first.winrm.accounts[0]) as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))
    assert second.last("bad_password") == {"kind": "bad_password", "user": "one", "known": False}


@pytest.mark.parametrize(("user", "known"), [("Administrator", True), ("Nobody", False), ("CORP\\Nobody", False)])
def test_wrong_password(workshop: Workshop, user: str, known: bool) -> None:
    host = workshop.machine()
    with Pywinrm(host, user=user, password="Wrong.Pass-9") as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))
    assert host.log == [{"kind": "bad_password", "user": user, "known": known}]


def test_the_same_connection_after_a_wrong_password(workshop: Workshop) -> None:
    host = workshop.machine()
    with Pywinrm(host, password="Wrong.Pass-9") as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))
    with Pywinrm(host) as client:
        assert items_of(client.send(query(LAMPS)))


def test_one_handshake_for_a_connection(workshop: Workshop) -> None:
    host = workshop.machine()
    with Pywinrm(host) as client:
        for _unused in range(5):
            client.send(query(LAMPS))
        adapter: Any = client.session.get_adapter(host.url)
        pools = adapter.poolmanager.pools
        (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118
        assert (pool.num_connections, pool.num_requests) == (1, 8)


@pytest.mark.parametrize(
    ("settings", "offers"),
    [
        ({}, ["Negotiate"]),
        ({"basic": True}, ["Negotiate"]),
        ({"basic": True, "allow_unencrypted": True}, ["Negotiate", 'Basic realm="WSMAN"']),
        ({"basic": True, "allow_unencrypted": True, "negotiate": False}, ['Basic realm="WSMAN"']),
    ],
)
def test_offers(workshop: Workshop, settings: dict[str, Any], offers: list[str]) -> None:
    response = post(workshop.machine(**settings), b"<x/>")
    assert response.status == 401
    assert response.headers.get_all("WWW-Authenticate") == offers
    assert response.headers["Content-Length"] == "0"
    assert response.headers["Connection"] is None


def test_the_scheme_ntlm_is_refused_and_the_connection_closed(workshop: Workshop) -> None:
    response = post(workshop.machine(), headers={"Authorization": "NTLM TlRMTVNTUAABAAAA"})
    assert response.status == 401
    assert response.headers["Connection"] == "close"
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate"]


@pytest.mark.parametrize("token", ["Negotiate", "Negotiate !!!", "Negotiate AAAA", "Negotiate TlRMTVNTUAADAAAA"])
def test_nonsense_tokens(workshop: Workshop, token: str) -> None:
    assert post(workshop.machine(), headers={"Authorization": token}).status == 401


def test_negotiate_switched_off(workshop: Workshop) -> None:
    host = workshop.machine(negotiate=False, basic=True, allow_unencrypted=True)
    with Pywinrm(host) as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))


def test_basic_over_http_where_unencrypted_is_allowed(workshop: Workshop) -> None:
    host = workshop.machine(basic=True, allow_unencrypted=True)
    with Pywinrm(host, transport="basic") as client:
        assert items_of(client.send(query(LAMPS)))
        assert items_of(client.send(query(LAMPS)))


def test_basic_belongs_to_the_request(workshop: Workshop) -> None:
    host = workshop.machine(basic=True, allow_unencrypted=True)
    connection = http.client.HTTPConnection(host.address, HTTP_PORT, timeout=5)
    statuses = []
    for headers in (basic("Administrator", ADMINISTRATOR.password), {}, basic("Administrator", "Wrong.Pass-9")):
        connection.request("POST", "/wsman", query(LAMPS), {"Content-Type": SOAP_TYPE, **headers})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [200, 401, 401]
    assert host.last("bad_password")["user"] == "Administrator"


def test_basic_refuses_domain_accounts(workshop: Workshop) -> None:
    host = workshop.machine(basic=True, allow_unencrypted=True, accounts=[DOMAIN_ADMIN])
    for user in ("admin", "CORP\\admin", "admin@corp.example"):
        assert post(host, b"<x/>", basic(user, DOMAIN_ADMIN.password)).status == 401


def test_unencrypted_is_refused(workshop: Workshop) -> None:
    host = workshop.machine()
    with Pywinrm(host, message_encryption="never") as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))
    assert host.last("http_error")["reason"] == "unencrypted message refused"
    assert "enumerate" not in host.kinds()


def test_unencrypted_where_allowed(workshop: Workshop) -> None:
    with Pywinrm(workshop.machine(allow_unencrypted=True), message_encryption="never") as client:
        assert items_of(client.send(query(LAMPS)))


def test_a_message_sealed_under_another_key(workshop: Workshop) -> None:
    host = workshop.machine()
    with Pywinrm(host) as client, Pywinrm(host) as other:
        client.send(query(LAMPS))
        other.send(query(LAMPS))
        client.protocol.transport.encryption = other.protocol.transport.encryption
        with pytest.raises(WinRMTransportError) as error:
            client.send(query(LAMPS))
    assert error.value.code == 400
    assert host.kinds() == ["enumerate", "enumerate", "http_error"]


def test_nothing_readable_crosses_a_sealed_connection(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    send = http.client.HTTPConnection.send

    def spy(self: http.client.HTTPConnection, data: Any) -> None:
        seen.append(bytes(data))
        send(self, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", spy)
    with Pywinrm(workshop.machine()) as client:
        client.send(query(LAMPS))
    sent = b"".join(seen)
    assert b"HTTP-SPNEGO-session-encrypted" in sent
    assert b"Lab_Lamp" not in sent


def test_responses_and_faults_are_sealed(workshop: Workshop) -> None:
    host = workshop.machine()
    with Pywinrm(host) as client:
        client.send(query(LAMPS))
        encryption: Any = client.protocol.transport.encryption
        for wql, status in ((LAMPS, 200), ("nonsense", 500)):
            request = encryption.prepare_encrypted_request(client.session, host.url, query(wql).encode())
            response = client.session.send(request)
            assert response.status_code == status
            assert response.headers["Content-Type"] == (
                'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
            )
            assert b"Envelope" not in response.content
            assert b"s:Envelope" in encryption.parse_encrypted_response(response)


def test_identify_without_an_account(workshop: Workshop) -> None:
    host = workshop.machine(stack="2.0", os_version="6.1.7601", service_pack="1.0")
    response = post(host, IDENTIFY, {"WSMANIDENTIFY": "unauthenticated"})
    assert response.status == 200
    assert b"OS: 0.0.0 SP: 0.0 Stack: 2.0" in response.body  # type: ignore[attr-defined]
    assert host.log == [{"kind": "identify", "user": None}]


def test_the_identify_header_opens_no_door(workshop: Workshop) -> None:
    host = workshop.machine()
    response = post(host, query(LAMPS).encode(), {"WSMANIDENTIFY": "unauthenticated"})
    assert response.status == 401
    assert host.log == []


def test_identify_with_an_account_that_has_no_rights(workshop: Workshop) -> None:
    guest = Account("Guest", "Guest.Pass-3", administrator=False)
    host = workshop.machine(accounts=[guest], os_version="10.0.20348")
    with Pywinrm(host, guest) as client:
        answer = client.protocol.send_message(IDENTIFY.decode())
    assert b"OS: 10.0.20348 SP: 0.0 Stack: 3.0" in answer
    assert b"SecurityProfileName" in answer


# TLS


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_https(workshop: Workshop, transport: str) -> None:
    host = workshop.machine(http=False, https=True, basic=True)
    with secure(workshop, host, transport=transport) as client:
        assert items_of(client.send(query(LAMPS)))


def secure(workshop: Workshop, host: FakeHost, **settings: Any) -> Pywinrm:
    settings.setdefault("ca_trust_path", str(workshop.ca_path))
    return Pywinrm(host, endpoint=host.secure_url, **settings)


def test_sealed_inside_tls(workshop: Workshop) -> None:
    with secure(workshop, workshop.machine(https=True), message_encryption="always") as client:
        assert items_of(client.send(query(LAMPS)))


@pytest.mark.parametrize(
    "spec",
    [
        CertificateSpec(names=("other.corp.example", "127.0.0.9")),
        CertificateSpec(self_signed=True),
        CertificateSpec(expired=True),
    ],
)
def test_certificates_a_client_must_refuse(workshop: Workshop, spec: CertificateSpec) -> None:
    host = workshop.machine(https=True, certificate=spec)
    with secure(workshop, host) as client, pytest.raises(requests.exceptions.SSLError):
        client.send(query(LAMPS))
    unverified = secure(workshop, host, server_cert_validation="ignore")
    with unverified as client, pytest.warns(Warning, match="Unverified HTTPS request"):
        assert items_of(client.send(query(LAMPS)))


def test_plain_http_on_the_tls_port(workshop: Workshop) -> None:
    host = workshop.machine(https=True)
    plain = Pywinrm(host, endpoint=host.secure_url.replace("https", "http"))
    with plain as client, pytest.raises((requests.ConnectionError, WinRMTransportError)):
        client.send(query(LAMPS))
    with secure(workshop, host) as client:
        assert items_of(client.send(query(LAMPS)))


@pytest.mark.parametrize(
    ("level", "send_cbt", "admitted"),
    [
        ("none", True, True),
        ("none", False, True),
        ("relaxed", True, True),
        ("relaxed", False, True),
        ("strict", True, True),
        ("strict", False, False),
    ],
)
def test_channel_binding(workshop: Workshop, level: str, send_cbt: bool, admitted: bool) -> None:
    host = workshop.machine(https=True, channel_binding=level)
    with secure(workshop, host, send_cbt=send_cbt) as client:
        if admitted:
            assert items_of(client.send(query(LAMPS)))
        else:
            with pytest.raises(InvalidCredentialsError):
                client.send(query(LAMPS))


def test_a_foreign_channel_binding_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    host = workshop.machine(https=True, channel_binding="relaxed")
    monkeypatch.setattr("requests_ntlm.requests_ntlm._get_certificate_hash", lambda _unused: b"x" * 32)
    with secure(workshop, host) as client, pytest.raises(InvalidCredentialsError):
        client.send(query(LAMPS))


def test_the_root_satisfies_strict_verification(workshop: Workshop) -> None:
    host = workshop.machine(https=True)
    context = ssl.create_default_context(cafile=str(workshop.ca_path))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    connection = http.client.HTTPSConnection(host.address, host.winrm.https_port, context=context, timeout=5)
    connection.request("POST", "/wsman", b"", {"Content-Type": SOAP_TYPE})
    assert connection.getresponse().status == 401
    connection.close()
