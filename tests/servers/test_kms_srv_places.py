# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones that are kept in another way than the first one thinks of: wildcards, aliases, hidden primaries, forwarding.

On BIND. dig says what is so, and every test has a zone of its own.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .bind import SERVICE, Bind, Key, Zone, bind
from .running import Ansible, Run

PRIMARY, SECONDARY, FORWARDER = "127.53.12.1", "127.53.12.2", "127.53.12.3"
ADMIN = Key("kms-admin")
APPROVED, SECOND, ROGUE = "kms01.corp.example", "kms02.corp.example", "pc1.corp.example"
GRANT = f"update-policy {{ grant {ADMIN.name} zonesub SRV; }};"
FEED = "allow-transfer { any; };"


@dataclass
class Hidden(Zone):
    """Its primary is not among its name servers, and is named by its SOA record only."""

    def text(self, address: str) -> str:
        head = f"""\
            $TTL 3600
            @ SOA hp.{self.name}. hostmaster.{self.name}. {self.serial} 3600 600 86400 60
            @ NS s1.{self.name}.
            hp A {address}
            s1 A {SECONDARY}
            """
        return textwrap.dedent(head) + self.records + "\n"


def records(*hosts: str) -> str:
    return "".join(f"{SERVICE} 3600 SRV 0 0 1688 {host}.\n" for host in hosts)


def _primary_zones() -> list[Zone]:
    both = records(APPROVED, ROGUE)
    return [
        Zone("wild.example", "* CNAME web\nweb A 192.0.2.80\n", GRANT),
        Zone("shown.example", f"* SRV 0 0 1688 {ROGUE}.\n", GRANT),
        Zone("target.example", both, GRANT),
        Zone("alias.example", f"{SERVICE} CNAME {SERVICE}.target.example.\n", GRANT),
        Zone("typo.example", both, GRANT),
        Hidden("hidden.example", both, f"{GRANT} {FEED} notify explicit; also-notify {{ {SECONDARY}; }};"),
        Zone("slow.example", both, f"{GRANT} {FEED}"),
    ]


@dataclass(frozen=True)
class Site:
    primary: Bind
    secondary: Bind
    forwarder: Bind


@pytest.fixture(scope="module")
def site(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    addresses(PRIMARY, SECONDARY, FORWARDER)
    folder = tmp_path_factory.mktemp("places")
    copy = f"type secondary; primaries {{ {PRIMARY}; }}; allow-notify {{ any; }};"
    copies = [
        Zone("hidden.example", rules=copy),
        Zone("slow.example", rules=f"{copy} allow-update-forwarding {{ any; }};"),
    ]
    with (
        bind(folder / "primary", PRIMARY, _primary_zones(), [ADMIN], "notify-delay 0;") as primary,
        # It does not know the key, as the public servers of a hidden primary do not.
        bind(folder / "secondary", SECONDARY, copies[:1]) as secondary,
        bind(folder / "forwarder", FORWARDER, copies[1:], [ADMIN]) as forwarder,
    ):
        for server, zone in zip((secondary, forwarder), copies, strict=True):
            _until_it_has(server, zone.name)
        yield Site(primary, secondary, forwarder)


def _until_it_has(secondary: Bind, domain: str) -> None:
    deadline = time.monotonic() + 60
    while not secondary.values(domain):
        assert time.monotonic() < deadline, secondary.log()
        time.sleep(0.1)


def options(domain: str, **more: Any) -> dict[str, Any]:
    return {"domains": [domain], "server": PRIMARY, **ADMIN.options(), **more}


def lines(*hosts: str) -> set[str]:
    return {f"0 0 1688 {host}" for host in hosts}


# --- Wildcards --------------------------------------------------------------------------------------------------------


def test_a_host_is_published_beside_a_wildcard(site: Site, ansible: Ansible) -> None:
    """RFC 4592: the wildcard answers for the name because nothing is there. nsupdate adds the record at once."""
    arguments = options("wild.example", hosts=[APPROVED])
    dry = ansible.module("kms_srv", arguments, "--check").ok()
    assert (dry["results"][0]["result"], dry["results"][0]["before"]) == ("planned", [])
    assert ansible.module("kms_srv", arguments).ok()["results"][0]["result"] == "verified"
    assert site.primary.values("wild.example") == lines(APPROVED)
    assert ansible.module("kms_srv", arguments).ok()["changed"] is False


def test_records_of_a_wildcard_are_hidden_by_the_right_one_and_not_deleted(site: Site, ansible: Ansible) -> None:
    assert site.primary.values("shown.example") == lines(ROGUE)
    arguments = options("shown.example", hosts=[APPROVED], exclusive=True)
    refused = ansible.module("kms_srv", {**arguments, "add_missing": False}).failed()
    assert "from the wildcard *._tcp.shown.example" in refused["msg"]
    assert (refused["changed"], refused["results"][0]["result"]) == (False, "refused")
    assert ansible.module("kms_srv", arguments).ok()["results"][0]["result"] == "verified"
    assert site.primary.values("shown.example") == lines(APPROVED)


# --- Servers that are not all alike -----------------------------------------------------------------------------------


def play(ansible: Ansible, domains: list[str], **more: Any) -> Run:
    variables = {
        "approved_kms_hosts": [APPROVED],
        "kms_domains": domains,
        "kms_dns_nameservers": [PRIMARY],
        "kms_dns_key_name": ADMIN.name,
        "kms_dns_key_secret": ADMIN.secret,
        "kms_dns_probe": False,
        **more,
    }
    return ansible.playbook("winfleet.activation.kms_dns", "localhost,", variables, "-c", "local")


def test_the_servers_of_a_hidden_primary_need_no_key(site: Site, ansible: Ansible) -> None:
    """Kind: reading and writing are assumed to need the same credentials and the same server."""
    asked = {"domains": ["hidden.example"], "nameservers": [PRIMARY], **ADMIN.options()}
    (found,) = ansible.module("kms_srv_info", asked).ok()["domains"]
    (server,) = [one for one in found["servers"] if one["authoritative"]]
    assert (server["name"], server["answered"], server["signed"]) == ("s1.hidden.example", True, False)
    assert (found["complete"], found["zone"]) == (True, "hidden.example")
    run = play(ansible, ["hidden.example"])
    assert run.code == 0, run.output
    assert site.primary.values("hidden.example") == site.secondary.values("hidden.example") == lines(APPROVED)


def test_an_update_that_a_secondary_has_forwarded(site: Site, ansible: Ansible) -> None:
    """Kind: changed false, although the server has applied it. Nobody tells this secondary to fetch its new copy."""
    arguments = options("slow.example", hosts=[APPROVED], exclusive=True, server=FORWARDER)
    failed = ansible.module("kms_srv", arguments).failed()
    assert site.primary.values("slow.example") == lines(APPROVED)
    assert site.forwarder.values("slow.example") == lines(APPROVED, ROGUE)
    assert "The zone names ns1.slow.example as its primary" in failed["msg"]
    (result,) = failed["results"]
    assert (failed["changed"], result["changed"], result["state_known"]) == (True, True, False)


def test_an_alias_is_verified_and_its_target_cleaned(site: Site, ansible: Ansible) -> None:
    run = play(ansible, ["target.example", "alias.example"])
    assert run.code == 0, run.output
    assert site.primary.values("target.example") == lines(APPROVED)


def test_an_approved_name_that_matches_nothing_changes_nothing(site: Site, ansible: Ansible) -> None:
    """The record of the host that was meant would be deleted."""
    run = play(ansible, ["typo.example"], approved_kms_hosts=["kms1.corp.example", ROGUE])
    assert run.code != 0
    assert "kms1.corp.example is on the list of approved hosts, but no record names it" in run.text
    assert f"Did you mean {APPROVED}?" in run.text
    assert site.primary.values("typo.example") == lines(APPROVED, ROGUE)


def test_nothing_is_deleted_while_nobody_left_is_seen_serving(site: Site, ansible: Ansible) -> None:
    run = play(ansible, ["typo.example"], kms_dns_probe=True, kms_dns_timeout=1)
    assert run.code != 0
    assert f"none of the approved hosts that would be left ({APPROVED}) was seen serving" in run.text
    assert site.primary.values("typo.example") == lines(APPROVED, ROGUE)
