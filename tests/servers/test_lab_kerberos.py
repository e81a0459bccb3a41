# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos from end to end, over both pipes: a real KDC, real tickets, and machines of the lab that take them."""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Kinit, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    NotAuthenticated,
    TransportUnusable,
    WinrmError,
)
from tests.lab_unit.wire.workshop import HTTP_PORT, HTTPS_PORT, FakeCim, FakeHost, Workshop
from tests.unit.plugins.plugin_utils._winrm.both_pipes import Ask, both_pipes, over_pywinrm
from winlab.host import Account

from .kerberos import Realm, realm, shift

HOST, KDC, REALM = "srv01.corp.example", "127.77.1.3", "CORP.EXAMPLE"
USER, PASSWORD = f"fleetadmin@{REALM}", "Ticket-Please-1"

both_transports = pytest.mark.parametrize("https", [False, True], ids=["http", "https"])


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A realm with an administrator, and the keytab of a machine in the environment."""
    with realm(tmp_path_factory.mktemp("realm") / "kdc", KDC, REALM) as here:
        here.principal("fleetadmin", PASSWORD)
        here.principal(f"HTTP/{HOST}")
        keytab: Path = here.keytab(f"HTTP/{HOST}")
        added = {"KRB5_CONFIG": here.environment["KRB5_CONFIG"], "KRB5_KTNAME": f"FILE:{keytab}"}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in added.items():
                patch.setenv(name, value)
            yield here


@pytest.fixture(scope="module")
def odd(corp: Realm) -> Realm:
    """The realm, with an account whose password is another one each time."""
    corp.principal("odd", PASSWORD)
    return corp


@pytest.fixture(scope="module")
def punctual(corp: Realm) -> Path:
    """The keytab of an account whose tickets are used by other clocks."""
    corp.principal("early")
    return corp.keytab("early")


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as shop:
        yield shop


@pytest.fixture(scope="module")
def machine(workshop: Workshop, corp: Realm) -> FakeHost:
    accounts = [Account(name, "not-used", "CORP", REALM.lower()) for name in ("fleetadmin", "reader", "odd", "early")]
    cim = FakeCim(bricks=60, brick_size=400)
    return workshop.machine(cim=cim, accounts=accounts, kerberos=HOST, https=True, channel_binding="strict")


def endpoint(machine: FakeHost, workshop: Workshop, https: bool = False, **changes: Any) -> Endpoint:
    fields: dict[str, Any] = {
        "inventory_name": "srv01",
        "host": machine.address,
        "port": HTTPS_PORT if https else HTTP_PORT,
        "scheme": "https" if https else "http",
        "transports": ("kerberos",),
        "username": USER,
        "password": Secret(PASSWORD),
        "kerberos_hostname_override": HOST,
        "kinit": Kinit("managed", env=("KRB5_CONFIG",)),
        "ca_trust_path": str(workshop.ca_path),
    }
    return Endpoint(**{**fields, **changes})


@both_pipes
@both_transports
def test_kerberos(machine: FakeHost, workshop: Workshop, ask: Ask, https: bool) -> None:
    """Sealed over HTTP; in TLS with the channel bound, which the machine checks."""
    assert ask(endpoint(machine, workshop, https)) == 60


@both_pipes
def test_the_channel_is_bound(machine: FakeHost, workshop: Workshop, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in that was relayed from another TLS connection is bound to that one's certificate."""
    identity = workshop.authority.identity(machine)
    other = dataclasses.replace(identity, channel_hash=b"x" * 32)
    monkeypatch.setitem(workshop.authority._identities, machine.address, other)
    with pytest.raises(NotAuthenticated):
        ask(endpoint(machine, workshop, https=True))


@both_pipes
def test_the_name_comes_from_the_host_where_nothing_overrides_it(
    machine: FakeHost, workshop: Workshop, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **named: Any) -> Any:
        return genuine(machine.address if host == HOST else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    assert ask(endpoint(machine, workshop, host=HOST, kerberos_hostname_override=None)) == 60


@both_pipes
def test_a_name_that_the_realm_does_not_know(machine: FakeHost, workshop: Workshop, ask: Ask) -> None:
    with pytest.raises(TransportUnusable, match=r"nobody\.corp\.example"):
        ask(endpoint(machine, workshop, kerberos_hostname_override="nobody.corp.example"))


@both_pipes
@pytest.mark.parametrize("delegation", [False, True])
def test_delegation(machine: FakeHost, workshop: Workshop, ask: Ask, delegation: bool) -> None:
    assert ask(endpoint(machine, workshop, kerberos_delegation=delegation)) == 60


@both_pipes
def test_a_ticket_that_is_there(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ask is over_pywinrm:
        corp.principal("reader")
    monkeypatch.setenv("KRB5CCNAME", corp.ticket("reader", corp.keytab("reader")))
    assert ask(endpoint(machine, workshop, username=f"reader@{REALM}", password=None, kinit=None)) == 60


@both_pipes
def test_a_ticket_that_has_expired(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"late-{ask.__name__.replace('_', '-')}"
    corp.principal(name)
    monkeypatch.setenv("KRB5CCNAME", corp.ticket(name, corp.keytab(name), "-l", "1s"))
    time.sleep(2.5)
    with pytest.raises(WinrmError, match=r"(?i)ticket"):
        ask(endpoint(machine, workshop, username=f"{name}@{REALM}", password=None, kinit=None))


@pytest.fixture
def early(punctual: Path, corp: Realm, monkeypatch: pytest.MonkeyPatch) -> str:
    """The cache of an account that was given its ticket while all clocks agreed."""
    cache = corp.ticket("early", punctual)
    monkeypatch.setenv("KRB5CCNAME", cache)
    return cache


def with_ticket(machine: FakeHost, workshop: Workshop, **changes: Any) -> Endpoint:
    return endpoint(machine, workshop, username=f"early@{REALM}", password=None, kinit=None, **changes)


@both_pipes
@pytest.mark.parametrize("seconds", [200, -200])
def test_clocks_that_differ_by_minutes(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask, early: str, seconds: int
) -> None:
    corp.service_ticket(early, f"HTTP/{HOST}")
    shift(early, seconds)
    assert ask(with_ticket(machine, workshop)) == 60


@both_pipes
@both_transports
@pytest.mark.parametrize(("seconds", "said"), [(3600, "clock"), (-3600, "not yet valid")], ids=["ahead", "behind"])
def test_a_machine_whose_clock_is_another(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask, early: str, seconds: int, said: str, https: bool
) -> None:
    """Kerberos tolerates five minutes. The machine does not take what a controller that is ahead sends; one that is
    behind does not use its ticket yet.
    """
    corp.service_ticket(early, f"HTTP/{HOST}")
    shift(early, seconds)
    with pytest.raises(WinrmError) as refusal:
        ask(with_ticket(machine, workshop, https=https))
    assert said in str(refusal.value).lower()


@both_pipes
def test_a_kdc_whose_clock_is_another(machine: FakeHost, workshop: Workshop, ask: Ask, early: str) -> None:
    shift(early, 3600)
    with pytest.raises(WinrmError, match=r"(?i)clock skew"):
        ask(with_ticket(machine, workshop))


@both_pipes
def test_an_account_that_is_locked(machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask) -> None:
    name = f"locked-{ask.__name__.replace('_', '-')}"
    corp.principal(name, PASSWORD)
    corp.lock(name)
    with pytest.raises(WinrmError, match=r"(?i)revoked|locked") as refusal:
        ask(endpoint(machine, workshop, username=f"{name}@{REALM}"))
    assert PASSWORD not in str(refusal.value)


@both_pipes
def test_an_account_that_the_machine_does_not_know(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask
) -> None:
    name = f"stranger-{ask.__name__.replace('_', '-')}"
    corp.principal(name, PASSWORD)
    with pytest.raises(NotAuthenticated):
        ask(endpoint(machine, workshop, username=f"{name}@{REALM}"))


@both_pipes
@pytest.mark.parametrize("password", ["a{{b}}c", "ä€😀", "-x --help", "'$(id)'"])
def test_odd_passwords(machine: FakeHost, workshop: Workshop, odd: Realm, ask: Ask, password: str) -> None:
    odd.password("odd", password)
    assert ask(endpoint(machine, workshop, username=f"odd@{REALM}", password=Secret(password))) == 60


@both_pipes
def test_a_host_of_another_domain_is_mapped_to_its_realm(
    machine: FakeHost, workshop: Workshop, corp: Realm, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """krb5.conf says which realm the machines of a domain belong to; with the wrong one there is no ticket."""
    where = Path(corp.environment["KRB5_CONFIG"]).read_text()
    for mapped, known in (("OTHER.EXAMPLE", False), (REALM, True)):
        path = tmp_path / f"krb5-{known}.conf"
        path.write_text(f"{where}[domain_realm]\n  .corp.example = {mapped}\n")
        monkeypatch.setenv("KRB5_CONFIG", str(path))
        if known:
            assert ask(endpoint(machine, workshop)) == 60
        else:
            with pytest.raises(WinrmError):
                ask(endpoint(machine, workshop))
