# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv_info on BIND: a primary, a stale secondary, servers that do not answer, IPv6, transfers, large answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .bind import SERVICE, Bind, Key, Zone, bind
from .running import Ansible

PRIMARY, STALE, SILENT, SIXTH = "127.53.3.1", "127.53.3.2", "127.53.3.3", "fd53::3"
KEY = Key("kms-reader")
APPROVED = ["kms01.corp.example", "kms02.corp.example:1689", "kms03"]

CORP = f"""
@ NS ns2
@ NS ns3
ns2 A {STALE}
ns2 AAAA {SIXTH}
ns3 A {SILENT}
kms01 A 192.0.2.1
kms01 AAAA 2001:db8::1
kms02 A 192.0.2.2
kms03 CNAME kms01
pc0815 A 192.0.2.15
{SERVICE} 3600 SRV 0 0 1688 KMS01.Corp.Example.
{SERVICE} 3600 SRV 10 0 1688 kms01
{SERVICE} 3600 SRV 0 0 1688 kms02
{SERVICE} 3600 SRV 0 0 1688 kms03
{SERVICE} 3600 SRV 0 0 1688 pc0815
{SERVICE} 3600 SRV 0 0 1688 gone
{SERVICE}.lab 600 SRV 0 0 1688 pc4711
"""
OLDER = CORP.replace(f"{SERVICE} 3600 SRV 0 0 1688 pc0815\n", f"{SERVICE} 3600 SRV 0 0 1688 old\n")


@pytest.fixture(scope="module")
def site(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    addresses(PRIMARY, STALE, SIXTH)
    folder = tmp_path_factory.mktemp("info")
    many = "".join(f"{SERVICE} SRV 0 0 1688 pc{number:04}.corp.example.\n" for number in range(500))
    transfer = f"allow-transfer {{ key {KEY.name}; }};"
    zones = [
        Zone("corp.example", CORP, transfer, serial=20),
        Zone("many.example", many),
        Zone("empty.example"),
        Zone("alias.example", f"{SERVICE} CNAME {SERVICE}.many.example.\n"),
        Zone("moved.example", "_tcp DNAME _tcp.many.example.\n"),
        Zone("loop.example", f"{SERVICE} CNAME other\nother CNAME {SERVICE}\n"),
        Zone("wild.example", f"* CNAME web\nweb A {PRIMARY}\n"),
        Zone("astray.example", "* CNAME somewhere.elsewhere.test.\n"),
    ]
    with (
        bind(folder / "primary", PRIMARY, zones, [KEY]) as primary,
        bind(folder / "stale", STALE, [Zone("corp.example", OLDER, serial=19)], [KEY]),
        bind(folder / "sixth", SIXTH, [Zone("six.example", f"{SERVICE} SRV 0 0 1688 kms01.corp.example.\n")], [KEY]),
    ):
        yield primary


def ask(ansible: Ansible, **arguments: Any) -> dict[str, Any]:
    return ansible.module("kms_srv_info", {"nameservers": [PRIMARY], "timeout": 1, **arguments}).ok()


def test_every_record_gets_its_verdict(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["Corp.Example."], approved_hosts=APPROVED)
    verdicts = {record["record"]: (record["verdict"], record["problems"]) for record in result["records"]}
    assert verdicts == {
        "0 0 1688 kms01.corp.example": ("approved", []),
        "10 0 1688 kms01.corp.example": ("duplicate", ["duplicate"]),
        "0 0 1688 kms02.corp.example": ("wrong_port", ["wrong_port"]),
        "0 0 1688 kms03.corp.example": ("approved", ["alias"]),
        "0 0 1688 pc0815.corp.example": ("unapproved", ["unapproved"]),
        "0 0 1688 gone.corp.example": ("unapproved", ["unapproved", "unresolvable"]),
        "0 0 1688 old.corp.example": ("unapproved", ["unapproved", "unresolvable"]),
    }
    assert result["unapproved_hosts"] == ["gone.corp.example", "old.corp.example", "pc0815.corp.example"]
    assert result["summary"] == {
        "unapproved": 3,
        "wrong_port": 1,
        "duplicate": 1,
        "unresolvable": 0,
        "approved": 2,
        "unjudged": 0,
    }
    records = {record["record"]: record for record in result["records"]}
    first, alias = records["0 0 1688 kms01.corp.example"], records["0 0 1688 kms03.corp.example"]
    assert (first["ttl"], first["addresses"]) == (3600, ["192.0.2.1", "2001:db8::1"])
    assert (alias["alias_of"], alias["addresses"]) == ("kms01.corp.example", ["192.0.2.1", "2001:db8::1"])


def test_servers_are_compared_and_a_silent_one_is_told(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["corp.example"])
    (domain,) = result["domains"]
    assert (domain["zone"], domain["consistent"], domain["complete"]) == ("corp.example", False, False)
    assert (result["consistent"], result["complete"]) == (False, False)
    servers = {server["name"]: server for server in domain["servers"]}
    assert set(servers) == {f"resolver {PRIMARY}", "ns1.corp.example", "ns2.corp.example", "ns3.corp.example"}
    stale = servers["ns2.corp.example"]
    assert (stale["serial"], stale["stale"], stale["address"]) == (19, True, STALE)
    assert stale["missing"] == ["0 0 1688 pc0815.corp.example"]
    fresh = servers["ns1.corp.example"]
    assert (fresh["serial"], fresh["stale"], fresh["missing"]) == (20, False, ["0 0 1688 old.corp.example"])
    silent = servers["ns3.corp.example"]
    assert not silent["answered"]
    assert silent["records"] is None
    assert "nothing listens" in silent["error"]
    rogue = next(record for record in domain["records"] if record["target"] == "pc0815.corp.example")
    assert rogue["seen_by"] == [f"resolver {PRIMARY}", "ns1.corp.example"]
    assert rogue["missing_from"] == ["ns2.corp.example"]


def test_an_answer_too_large_for_a_datagram(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["many.example"], resolve_targets=False)
    assert len(result["records"]) == 500
    assert result["complete"]
    assert {record["record"] for record in result["records"]} == site.values("many.example")


def test_nothing_published_and_no_such_zone(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["empty.example", "elsewhere.test"], approved_hosts=APPROVED)
    empty, elsewhere = result["domains"]
    assert (empty["records"], empty["complete"], empty["error"], empty["exists"]) == ([], True, None, True)
    assert not elsewhere["complete"]
    assert "REFUSED" in elsewhere["error"]


def test_a_domain_that_does_not_exist_is_told(site: Bind, ansible: Ansible) -> None:
    run = ansible.module("kms_srv_info", {"nameservers": [PRIMARY], "timeout": 1, "domains": ["emtpy.many.example"]})
    assert [domain["exists"] for domain in run.ok()["domains"]] == [False]
    assert "emtpy.many.example does not exist in DNS" in run.text


@pytest.mark.parametrize("domain", ["alias.example", "moved.example"])
def test_an_alias_is_read_through(site: Bind, ansible: Ansible, domain: str) -> None:
    """By CNAME and by DNAME: as a client does, and from the servers of the other zone."""
    (found,) = ask(ansible, domains=[domain], approved_hosts=APPROVED)["domains"]
    assert (found["alias_of"], found["zone"]) == (f"{SERVICE}.many.example", "many.example")
    assert {record["record"] for record in found["records"]} == site.values("many.example")
    assert {record["domain"] for record in found["records"]} == {domain}
    assert found["complete"], found
    refused = ansible.module("kms_srv", {"domains": [domain], "hosts": [APPROVED[0]], "server": PRIMARY}).failed()
    assert "is an alias of _vlmcs._tcp.many.example" in refused["msg"]


def test_aliases_without_end(site: Bind, ansible: Ansible) -> None:
    (found,) = ask(ansible, domains=["loop.example"])["domains"]
    assert not found["complete"]
    assert found["error"]


def test_a_wildcard_that_was_made_for_something_else(site: Bind, ansible: Ansible) -> None:
    """RFC 4592: it answers for the name, which does not exist. There is no KMS host."""
    for domain in ("wild.example", "astray.example"):
        (found,) = ask(ansible, domains=[domain])["domains"]
        assert (found["records"], found["error"]) == ([], None), domain
        assert all(server["answered"] for server in found["servers"] if server["authoritative"]), found


def test_servers_by_address_with_ipv6_and_a_port(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["six.example"], servers=[f"[{SIXTH}]:53"], ask_resolver=False, port=1688)
    (server,) = result["domains"][0]["servers"]
    assert (server["address"], server["answered"]) == (SIXTH, True)
    assert result["records"][0]["verdict"] == "unjudged"
    assert result["records"][0]["addresses"] == ["192.0.2.1", "2001:db8::1"]


def test_resolvers_are_tried_in_turn(site: Bind, ansible: Ansible) -> None:
    result = ask(ansible, domains=["empty.example"], nameservers=[f"{SILENT}", PRIMARY])
    assert result["complete"]


def test_a_zone_transfer_finds_other_domains(site: Bind, ansible: Ansible) -> None:
    arguments = {"domains": ["corp.example"], "zone_transfer": True, "servers": [PRIMARY], "approved_hosts": APPROVED}
    result = ask(ansible, **arguments, **KEY.options())
    assert [domain["domain"] for domain in result["domains"]] == ["corp.example", "lab.corp.example"]
    assert result["zone_transfers"][0]["domains"] == ["corp.example", "lab.corp.example"]
    assert "pc4711.corp.example" in result["unapproved_hosts"]
    assert result["complete"]
    without = ask(ansible, **arguments)
    assert without["complete"] is False, "there may be records that nobody saw, as the inventory says"
    refused = without["zone_transfers"][0]
    assert (refused["rcode"], refused["domains"]) == ("REFUSED", [])
    assert "allow-transfer" in refused["error"]


def test_a_wrong_key_is_told_for_each_server(site: Bind, ansible: Ansible) -> None:
    arguments = {**KEY.options(), "key_name": "unheard-of", "servers": [PRIMARY], "ask_resolver": False}
    (server,) = ask(ansible, domains=["corp.example"], **arguments)["domains"][0]["servers"]
    assert (server["rcode"], server["answered"]) == ("BADKEY", False)
    assert KEY.secret not in "".join(ansible.log)


def test_bad_options(site: Bind, ansible: Ansible, tmp_path: Path) -> None:
    for arguments, words in (
        ({"domains": ["a..b"]}, "domains"),
        ({"domains": ["corp.example"], "nameservers": ["ns1.corp.example"]}, "give addresses"),
        ({"domains": ["corp.example"], "ask_servers": False, "ask_resolver": False}, "nothing would be queried"),
        ({"domains": ["corp.example"], "approved_hosts": ["kms01:99999"]}, "approved_hosts"),
    ):
        assert words in ansible.module("kms_srv_info", arguments).failed()["msg"]
