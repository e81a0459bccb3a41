# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv on BIND with GSS-TSIG and an MIT KDC. ``nsupdate -g`` is the independent client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .bind import SERVICE, Bind, Zone, bind
from .kerberos import Realm, realm
from .running import Ansible

ADDRESS = "127.53.2.1"
PLAIN_ADDRESS = "127.53.2.2"
REALM = "LAB.EXAMPLE"
PASSWORD = "Correct horse, battery 1"
APPROVED = [f"kms0{number}.lab.example" for number in (1, 2, 3)]
ROGUES = [f"pc{number:04}.lab.example" for number in range(197)]
ZONES = ("lab", "password", "ccache", "denied", "twin", "default")


@dataclass(frozen=True)
class Site:
    """A name server that takes Kerberos, its realm, and somebody who may and somebody who may not."""

    named: Bind
    realm: Realm
    admin: str
    keytab: Path
    stranger: str
    stranger_keytab: Path

    def options(self, name: str, **more: Any) -> dict[str, Any]:
        return {"domains": [f"{name}.example"], "server": f"{ADDRESS}", "authentication": "gss_tsig", **more}

    def with_keytab(self, name: str, **more: Any) -> dict[str, Any]:
        return self.options(name, kerberos_principal=self.admin, kerberos_keytab=str(self.keytab), **more)


@pytest.fixture(scope="module")
def site(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    addresses(ADDRESS)
    folder = tmp_path_factory.mktemp("kerberos")
    with realm(folder / "kdc", ADDRESS, REALM) as kdc:
        # One account with a name for each zone's primary, as the SOA records name them.
        for zone in ZONES:
            kdc.principal(f"DNS/ns1.{zone}.example")
            kdc.keytab(f"DNS/ns1.{zone}.example")
        keytab = _join(kdc, [f"DNS_ns1.{zone}.example.keytab" for zone in ZONES], folder / "dns.keytab")
        admin, stranger = kdc.principal("dnsadmin", PASSWORD), kdc.principal("stranger")
        option = f'tkey-gssapi-keytab "{keytab}";'
        zones = [_zone(zone, admin) for zone in ZONES]
        with bind(folder / "bind", ADDRESS, zones, options=option, environment=kdc.environment) as named:
            yield Site(named, kdc, admin, kdc.keytab("dnsadmin"), stranger, kdc.keytab("stranger"))


def _zone(name: str, admin: str) -> Zone:
    hosts = [*APPROVED, *(ROGUES if name in ("lab", "twin") else ROGUES[:3])]
    lines = "".join(f"{SERVICE} 3600 SRV 0 0 1688 {host}.\n" for host in hosts)
    rules = f'update-policy {{ grant "{admin}" name {SERVICE}.{name}.example. SRV; }};'
    return Zone(f"{name}.example", lines, rules)


def _join(kdc: Realm, names: list[str], target: Path) -> Path:
    """One keytab of several: the format is a version and then entries (MIT krb5, keytab file format)."""
    parts = [(kdc.folder / name).read_bytes() for name in names]
    target.write_bytes(parts[0][:2] + b"".join(part[2:] for part in parts))
    return target


def lines(*hosts: str) -> set[str]:
    return {f"0 0 1688 {host}" for host in hosts}


def run(ansible: Ansible, site: Site, arguments: dict[str, Any], *options: str, **environment: str) -> Any:
    return ansible.module("kms_srv", arguments, *options, environment={**site.realm.environment, **environment})


def test_two_hundred_records_become_the_three_approved_ones(site: Site, ansible: Ansible) -> None:
    arguments = site.with_keytab("lab", hosts=APPROVED, exclusive=True)
    dry = run(ansible, site, arguments, "--check").ok()
    assert len(site.named.values("lab.example")) == 200
    done = run(ansible, site, arguments).ok()
    assert done["results"][0]["result"] == "verified"
    assert done["results"][0]["removed"] == dry["results"][0]["removed"]
    assert site.named.values("lab.example") == lines(*APPROVED)
    again = run(ansible, site, arguments).ok()
    assert not again["changed"]


def test_nsupdate_comes_to_the_same(site: Site, ansible: Ansible) -> None:
    deletions = [f"delete {SERVICE}.twin.example SRV 0 0 1688 {host}." for host in ROGUES]
    cache = site.realm.ticket("dnsadmin", site.keytab)
    assert not site.named.nsupdate("twin.example", deletions, KRB5CCNAME=cache)
    assert site.named.values("twin.example") == lines(*APPROVED)
    # Nothing is left for us to do.
    assert not run(ansible, site, site.with_keytab("twin", hosts=APPROVED, exclusive=True)).ok()["changed"]


def test_password(site: Site, ansible: Ansible) -> None:
    arguments = site.options(
        "password", kerberos_principal=site.admin, kerberos_password=PASSWORD, hosts=APPROVED, exclusive=True
    )
    assert run(ansible, site, arguments, "-vvvv").ok()["changed"]
    assert site.named.values("password.example") == lines(*APPROVED)
    wrong = {**arguments, "hosts": APPROVED[:1], "kerberos_password": f"{PASSWORD}!"}
    failed = run(ansible, site, wrong, "-vvvv").failed()
    assert "kerberos_password" in failed["msg"]
    assert site.named.values("password.example") == lines(*APPROVED)
    assert PASSWORD not in "".join(ansible.log)


def test_ticket_cache_by_name_and_by_default(site: Site, ansible: Ansible) -> None:
    cache = site.realm.ticket("dnsadmin", site.keytab)
    named = site.options("ccache", kerberos_ccache=cache, hosts=APPROVED, exclusive=True)
    assert run(ansible, site, named).ok()["changed"]
    assert site.named.values("ccache.example") == lines(*APPROVED)
    default = site.options("default", hosts=APPROVED, exclusive=True)
    assert run(ansible, site, default, KRB5CCNAME=cache).ok()["changed"]
    assert site.named.values("default.example") == lines(*APPROVED)


@pytest.mark.parametrize("with_nsupdate", [False, True], ids=["ours", "nsupdate"])
def test_a_principal_without_a_grant(site: Site, ansible: Ansible, with_nsupdate: bool) -> None:
    before = site.named.values("denied.example")
    if with_nsupdate:
        cache = site.realm.ticket("stranger", site.stranger_keytab)
        deletion = [f"delete {SERVICE}.denied.example SRV 0 0 1688 {ROGUES[0]}."]
        assert "REFUSED" in site.named.nsupdate("denied.example", deletion, KRB5CCNAME=cache)
    else:
        arguments = site.options(
            "denied",
            hosts=APPROVED,
            exclusive=True,
            kerberos_principal=site.stranger,
            kerberos_keytab=str(site.stranger_keytab),
        )
        failed = run(ansible, site, arguments).failed()
        assert failed["rcode"] == "REFUSED"
        assert f"{site.stranger} may not change _vlmcs._tcp.denied.example" in failed["msg"]
        assert "signature that does not verify" not in failed["msg"], "BIND signs its denials well"
    assert site.named.values("denied.example") == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kerberos_principal": None, "kerberos_keytab": None}, "Run kinit"),
        ({"kerberos_hostname": "elsewhere.lab.example"}, "no principal DNS/elsewhere.lab.example"),
        ({"kerberos_keytab": "/nonexistent/keytab"}, "keytab"),
        ({"kerberos_principal": "nobody@LAB.EXAMPLE"}, "Kerberos for DNS/ns1.denied.example failed"),
        ({"kerberos_password": "x"}, "not several"),
    ],
    ids=["no ticket", "wrong host name", "no keytab", "not in the keytab", "two ways at once"],
)
def test_kerberos_that_fails_says_why(site: Site, ansible: Ansible, change: dict[str, Any], words: str) -> None:
    before = site.named.values("denied.example")
    arguments = {**site.with_keytab("denied", hosts=APPROVED, exclusive=True), **change}
    failed = run(ansible, site, arguments).failed()
    assert words in failed["msg"]
    assert site.named.values("denied.example") == before


def test_a_kdc_that_does_not_answer(site: Site, ansible: Ansible, tmp_path: Path) -> None:
    broken = tmp_path / "krb5.conf"
    broken.write_text((site.realm.folder / "krb5.conf").read_text().replace(":8800", ":8801"))
    arguments = site.with_keytab("denied", hosts=APPROVED, exclusive=True)
    failed = run(ansible, site, arguments, KRB5_CONFIG=str(broken)).failed()
    assert "krb5.conf" in failed["msg"]


def test_a_server_that_takes_no_kerberos(addresses: Any, site: Site, ansible: Ansible, tmp_path: Path) -> None:
    addresses(PLAIN_ADDRESS)
    with bind(tmp_path / "bind", PLAIN_ADDRESS, [_zone("denied", site.admin)]) as named:
        arguments = {**site.with_keytab("denied", hosts=APPROVED, exclusive=True), "server": PLAIN_ADDRESS}
        failed = run(ansible, site, arguments).failed()
        assert "does not accept Kerberos" in failed["msg"]
        assert named.values("denied.example") == lines(*APPROVED, *ROGUES[:3])


def test_nothing_of_the_machine_was_used(site: Site) -> None:
    """The realm is the test's own: no ticket and no configuration of this machine plays a part."""
    assert site.realm.environment["KRB5_CONFIG"] != os.environ.get("KRB5_CONFIG", "/etc/krb5.conf")
    assert not (site.realm.folder / "no-ticket").exists()
