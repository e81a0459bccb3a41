# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv on BIND with TSIG keys. dig and nsupdate say what is so; every test has a zone of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import change, errors, plan, signing

from .bind import SERVICE, Bind, Key, Zone, bind
from .running import Ansible

ADDRESS = "127.53.1.1"
ADMIN = Key("kms-admin")
STRANGER = Key("stranger")
ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
KEYS = {algorithm: Key(f"key-{algorithm}", algorithm) for algorithm in ALGORITHMS}

APPROVED = [f"kms0{number}.corp.example" for number in (1, 2, 3)]
ROGUES = [f"pc{number:04}.corp.example" for number in range(197)]
PLAIN = (
    "exclusive rival absent threads last errors ttl several-a several-b check port full protect twin found delegating"
)
ZONES = tuple(PLAIN.split()) + tuple(f"alg-{algorithm}" for algorithm in ALGORITHMS)


def zone_name(name: str) -> str:
    return f"{name}.example"


def _zone(name: str, *hosts: str) -> Zone:
    lines = "".join(f"{SERVICE} 3600 SRV 0 0 1688 {host}.\n" for host in hosts)
    grants = " ".join(f"grant {key.name} name {SERVICE}.{zone_name(name)}. SRV;" for key in (ADMIN, *KEYS.values()))
    return Zone(zone_name(name), lines, f"update-policy {{ {grants} }};")


@pytest.fixture(scope="module")
def named(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    addresses(ADDRESS)
    crowded = {"exclusive", "check", "twin"}
    zones = [_zone(name, *APPROVED, *(ROGUES if name in crowded else ROGUES[:3])) for name in ZONES]
    zones[ZONES.index("delegating")].records += f"sub NS ns1.sub\nns1.sub A {ADDRESS}\n"
    keys = (ADMIN, STRANGER, *KEYS.values())
    with bind(tmp_path_factory.mktemp("bind") / "bind", ADDRESS, zones, keys) as running:
        yield running


def texts(records: list[dict[str, Any]]) -> set[str]:
    return {record["record"] for record in records}


def changed_lines(output: str) -> set[str]:
    """The lines of a diff that were added or taken away."""
    found = (line.strip() for line in output.splitlines() if line.startswith(("+", "-")))
    return {line for line in found if not line.startswith(("+++", "---"))}


def lines(*hosts: str) -> set[str]:
    return {f"0 0 1688 {host}" for host in hosts}


def options(name: str, **more: Any) -> dict[str, Any]:
    return {"domains": [zone_name(name)], "server": ADDRESS, **ADMIN.options(), **more}


def settings(**more: Any) -> change.UpdateSettings:
    signer = signing.TsigSigner(ADMIN.name, ADMIN.secret, ADMIN.algorithm)
    return change.UpdateSettings(**{"signer": signer, "server": ADDRESS, **more})


def exclusive(*hosts: str, **more: Any) -> plan.RecordRequest:
    return plan.RecordRequest(tuple(plan.Wish(host) for host in hosts), exclusive=True, **more)


# --- The main job -----------------------------------------------------------------------------------------------------


def test_two_hundred_records_become_the_three_approved_ones(named: Bind, ansible: Ansible) -> None:
    arguments = options("exclusive", hosts=APPROVED, exclusive=True)
    domain = zone_name("exclusive")
    assert len(named.values(domain)) == 200

    checked = ansible.module("kms_srv", arguments, "--check", "--diff")
    dry = checked.ok()
    assert dry["changed"]
    assert len(named.values(domain)) == 200, "check mode changed something"

    real = ansible.module("kms_srv", arguments, "--diff")
    done = real.ok()
    assert done["changed"]
    assert done["results"][0]["result"] == "verified"
    assert named.values(domain) == lines(*APPROVED)
    # Check mode has shown exactly what was done.
    for name in ("before", "after", "added", "removed"):
        assert dry["results"][0][name] == done["results"][0][name], name
    assert (
        changed_lines(checked.output)
        == changed_lines(real.output)
        == {f"-{SERVICE}.{domain}. 3600 IN SRV 0 0 1688 {host}." for host in ROGUES}
    )
    assert texts(done["results"][0]["removed"]) == lines(*ROGUES)

    again = ansible.module("kms_srv", arguments, "--diff").ok()
    assert not again["changed"]
    assert again["results"][0]["result"] == "unchanged"


def test_a_missing_host_is_published_and_the_server_is_found(named: Bind, ansible: Ansible) -> None:
    # Without server: through the resolver, by the zone's SOA record.
    new = "kms04.corp.example:1689"
    arguments = {**options("found", hosts=[new], nameservers=[ADDRESS]), "server": None}
    done = ansible.module("kms_srv", arguments).ok()
    assert texts(done["results"][0]["added"]) == {"0 0 1689 kms04.corp.example"}
    assert done["results"][0]["server"] == f"ns1.found.example ({ADDRESS})"
    assert named.values("found.example") == lines(*APPROVED, *ROGUES[:3]) | {"0 0 1689 kms04.corp.example"}
    assert not ansible.module("kms_srv", arguments).ok()["changed"]


def test_records_go_by_value_whatever_their_letter_case(named: Bind, ansible: Ansible) -> None:
    domain = zone_name("absent")
    assert not named.nsupdate(domain, [f"add {SERVICE}.{domain} 3600 SRV 5 5 1690 PC0000.Corp.Example."], ADMIN)
    arguments = options("absent", hosts=["pc0000.CORP.example."], state="absent", approved_hosts=APPROVED)
    done = ansible.module("kms_srv", arguments).ok()
    assert texts(done["results"][0]["removed"]) == {"0 0 1688 pc0000.corp.example", "5 5 1690 pc0000.corp.example"}
    assert named.values(domain) == lines(*APPROVED, *ROGUES[1:3])
    assert not ansible.module("kms_srv", arguments).ok()["changed"]


def test_several_zones_in_one_task(named: Bind, ansible: Ansible) -> None:
    domains = [zone_name("several-a"), zone_name("several-b")]
    arguments = {**options("several-a", hosts=APPROVED, exclusive=True), "domains": domains}
    run = ansible.module("kms_srv", arguments, "--diff")
    assert [one["result"] for one in run.ok()["results"]] == ["verified", "verified"]
    assert [named.values(domain) for domain in domains] == [lines(*APPROVED)] * 2
    assert all(f"--- before: {SERVICE}.{domain} on ns1.{domain} ({ADDRESS})" in run.output for domain in domains)


def test_one_bad_zone_does_not_keep_the_others(named: Bind, ansible: Ansible) -> None:
    arguments = {**options("several-a", hosts=APPROVED), "domains": ["nowhere.test", zone_name("several-a")]}
    failed = ansible.module("kms_srv", arguments).failed()
    assert [one["result"] for one in failed["results"]] == ["failed", "unchanged"]
    assert "nowhere.test" in failed["msg"]
    assert "serves no zone" in failed["msg"]


def test_wrong_port_is_corrected_and_priority_left_alone(named: Bind, ansible: Ansible) -> None:
    domain = zone_name("port")
    change = [
        f"delete {SERVICE}.{domain} SRV 0 0 1688 kms01.corp.example.",
        f"add {SERVICE}.{domain} 3600 SRV 7 9 1688 kms01.corp.example.",
        f"delete {SERVICE}.{domain} SRV 0 0 1688 kms02.corp.example.",
        f"add {SERVICE}.{domain} 3600 SRV 0 0 1699 kms02.corp.example.",
    ]
    assert not named.nsupdate(domain, change, ADMIN)
    ansible.module("kms_srv", options("port", hosts=APPROVED, exclusive=True)).ok()
    assert named.values(domain) == lines(*APPROVED[1:]) | {"7 9 1688 kms01.corp.example"}


def test_records_in_full_and_time_to_live(named: Bind, ansible: Ansible) -> None:
    wanted = [{"target": APPROVED[0], "priority": 1, "weight": 2, "port": 1700}, {"target": APPROVED[1]}]
    arguments = options("full", records=wanted, exclusive=True, ttl=120)
    ansible.module("kms_srv", arguments).ok()
    assert named.values("full.example") == {"1 2 1700 kms01.corp.example", "0 0 1688 kms02.corp.example"}
    assert named.ttl("full.example") == 120
    assert not ansible.module("kms_srv", arguments).ok()["changed"]
    again = ansible.module("kms_srv", {**arguments, "ttl": 240}).ok()
    assert again["results"][0]["ttl"] == named.ttl("full.example") == 240
    assert not again["results"][0]["added"]


def test_publishing_may_be_left_to_the_hosts(named: Bind, ansible: Ansible) -> None:
    hosts = [APPROVED[0], "kms09.corp.example"]
    arguments = options("protect", hosts=hosts, exclusive=True, add_missing=False)
    done = ansible.module("kms_srv", arguments).ok()
    assert not done["results"][0]["added"]
    assert named.values("protect.example") == lines(APPROVED[0])
    assert not ansible.module("kms_srv", arguments).ok()["changed"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_of_bind(named: Bind, algorithm: str) -> None:
    key = KEYS[algorithm]
    signer = signing.TsigSigner(key.name, key.secret, algorithm)
    request = exclusive(*APPROVED)
    found = change.look(zone_name(f"alg-{algorithm}"), request, settings(signer=signer))
    assert change.carry_out(found, request, 1).outcome is change.State.VERIFIED
    assert named.values(found.domain) == lines(*APPROVED)


# --- Nothing of others is lost ----------------------------------------------------------------------------------------


def test_what_a_rival_adds_in_the_middle_stays(named: Bind) -> None:
    domain = zone_name("rival")
    request = plan.RecordRequest((plan.Wish(ROGUES[0]),), present=False)
    found = change.look(domain, request, settings())
    assert not named.nsupdate(domain, [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 kms04.corp.example."], ADMIN)
    done = change.carry_out(found, request, 3)
    assert done.attempts == 2, "the server should have refused the update that was planned for the older set"
    assert named.values(domain) == lines(*APPROVED, *ROGUES[1:3], "kms04.corp.example")
    assert {value.text for value in done.after.values} == named.values(domain)


def test_bind_itself_refuses_a_plan_for_an_older_set(named: Bind) -> None:
    domain = zone_name("rival")
    request = exclusive(*APPROVED)
    found = change.look(domain, request, settings())
    assert not named.nsupdate(domain, [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 kms05.corp.example."], ADMIN)
    before = named.values(domain)
    with pytest.raises(errors.ChangedMeanwhile, match="still not as requested"):
        change.carry_out(found, request, 1)
    assert named.values(domain) == before


def test_the_last_approved_host_that_vanishes_meanwhile_stops_it(named: Bind) -> None:
    domain = zone_name("last")
    request = exclusive(APPROVED[0], add_missing=False)
    found = change.look(domain, request, settings())
    assert not named.nsupdate(domain, [f"delete {SERVICE}.{domain} SRV 0 0 1688 {APPROVED[0]}."], ADMIN)
    with pytest.raises(plan.PlanRefused, match="delete all 5 values"):
        change.carry_out(found, request, 3)
    assert named.values(domain) == lines(*APPROVED[1:], *ROGUES[:3])


def test_many_at_once_lose_nothing(named: Bind) -> None:
    domain = zone_name("threads")
    hosts = [f"kms{number}.corp.example" for number in range(10, 18)]

    def add(host: str) -> int:
        request = plan.RecordRequest((plan.Wish(host),))
        return change.carry_out(change.look(domain, request, settings()), request, 50).attempts

    with ThreadPoolExecutor(len(hosts)) as pool:
        attempts = list(pool.map(add, hosts))
    assert named.values(domain) == lines(*APPROVED, *ROGUES[:3], *hosts)
    assert sum(attempts) >= len(hosts)


def test_nsupdate_comes_to_the_same(named: Bind) -> None:
    """The independent oracle: the same deletions by nsupdate leave the same record set."""
    domain, other = zone_name("check"), zone_name("twin")
    request = exclusive(*APPROVED)
    found = change.look(domain, request, settings())
    deletions = [f"delete {SERVICE}.{other} SRV {value.text}." for value in found.plan.remove]
    assert not named.nsupdate(other, deletions, ADMIN)
    change.carry_out(found, request, 1)
    assert named.values(domain) == named.values(other) == lines(*APPROVED)


# --- Refusals and errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hosts": []}, "exclusive list of no hosts"),
        ({"hosts": ["kms09.corp.example"], "add_missing": False}, "delete all 6 values"),
        ({"hosts": APPROVED, "approved_hosts": ["kms09.corp.example"]}, "not among the approved hosts"),
        ({"hosts": ["kms01"]}, "full name"),
    ],
)
def test_refused_before_anything_is_sent(named: Bind, ansible: Ansible, change: dict[str, Any], words: str) -> None:
    domain = zone_name("errors")
    before = named.values(domain)
    for mode in ([], ["--check"]):
        failed = ansible.module("kms_srv", options("errors", exclusive=True, **change), *mode).failed()
        assert words in failed["msg"]
        assert not failed.get("changed")
    assert named.values(domain) == before
    assert f"updating zone '{domain}/IN'" not in named.log()


def test_the_last_approved_record_is_not_deleted(named: Bind, ansible: Ansible) -> None:
    arguments = options("errors", hosts=APPROVED, state="absent", approved_hosts=APPROVED)
    failed = ansible.module("kms_srv", arguments).failed()
    assert failed["results"][0]["result"] == "refused"
    assert "No approved KMS host would be left" in failed["msg"]
    everyone = options("errors", hosts=[*APPROVED, *ROGUES[:3]], state="absent")
    assert "the record itself" in ansible.module("kms_srv", everyone).failed()["msg"]
    assert named.values("errors.example") == lines(*APPROVED, *ROGUES[:3])


@pytest.mark.parametrize(
    ("key", "rcode", "words"),
    [
        (STRANGER.options(), "REFUSED", "update-policy"),
        ({}, "REFUSED", "may not change _vlmcs._tcp.errors.example"),
        ({**ADMIN.options(), "key_secret": STRANGER.secret}, "BADSIG", "key_secret"),
        ({**ADMIN.options(), "key_name": "unheard-of"}, "BADKEY", "key_name"),
        ({**ADMIN.options(), "key_algorithm": "hmac-sha512"}, "BADKEY", "key_algorithm"),
    ],
    ids=["no grant", "no key", "wrong secret", "unknown key", "wrong algorithm"],
)
def test_denials_say_which_permission(
    named: Bind, ansible: Ansible, key: dict[str, str], rcode: str, words: str
) -> None:
    arguments = {
        "domains": ["errors.example"],
        "server": ADDRESS,
        "hosts": APPROVED,
        "exclusive": True,
        **key,
    }
    failed = ansible.module("kms_srv", arguments).failed()
    assert failed["rcode"] == rcode
    assert words in failed["msg"]
    assert named.values("errors.example") == lines(*APPROVED, *ROGUES[:3])


def test_a_clock_that_is_off_by_ten_minutes(named: Bind, monkeypatch: pytest.MonkeyPatch) -> None:
    import dns.message
    import dns.renderer

    ahead = SimpleNamespace(time=lambda: time.time() + 600)
    monkeypatch.setattr(dns.renderer, "time", ahead)
    monkeypatch.setattr(dns.message, "time", ahead)
    with pytest.raises(errors.KeyRejected) as caught:
        change.look("errors.example", exclusive(*APPROVED), settings())
    assert caught.value.rcode == "BADTIME"
    assert "ours is 600 seconds ahead" in str(caught.value) or "ours is 599 seconds ahead" in str(caught.value)


def test_a_zone_that_is_not_the_servers(named: Bind, ansible: Ansible) -> None:
    failed = ansible.module("kms_srv", options("errors", hosts=APPROVED, exclusive=True, zone="example")).failed()
    assert failed["rcode"] == "NOTAUTH"
    assert "Name the zone's primary server" in failed["msg"]
    outside = options("errors", hosts=APPROVED, exclusive=True, zone="full.example")
    assert ansible.module("kms_srv", outside).failed()["rcode"] == "NOTZONE"


def test_a_delegated_domain_is_another_servers(named: Bind, ansible: Ansible) -> None:
    arguments = {**options("errors", hosts=APPROVED), "domains": ["sub.delegating.example"]}
    failed = ansible.module("kms_srv", arguments).failed()
    assert "delegates sub.delegating.example" in failed["msg"]


def test_the_hundred_and_first_record(addresses: Any, tmp_path: Any, ansible: Ansible) -> None:
    address = "127.53.1.2"
    addresses(address)
    zone = replace(_zone("limit", *ROGUES[:99]), name="limit.example")
    with bind(tmp_path / "bind", address, [zone], [ADMIN, *KEYS.values()], "max-records-per-type 100;") as named:
        arguments = {**options("limit", hosts=APPROVED), "server": address}
        failed = ansible.module("kms_srv", arguments).failed()
        assert failed["rcode"] == "SERVFAIL"
        assert "max-records-per-type" in failed["msg"]
        assert named.values("limit.example") == lines(*ROGUES[:99])


def test_secrets_appear_nowhere(named: Bind, ansible: Ansible) -> None:
    ansible.module("kms_srv", options("errors", hosts=APPROVED), "-vvvv").ok()
    ansible.module("kms_srv", {**options("errors", hosts=APPROVED), "key_name": "unheard-of"}, "-vvvv").failed()
    broken = ADMIN.secret[:-1] + "*"
    ansible.module("kms_srv", {**options("errors", hosts=APPROVED), "key_secret": broken}, "-vvvv").failed()
    output = "".join(ansible.log)
    assert "kms-admin" in output
    assert ADMIN.secret not in output
    assert broken not in output
    assert ADMIN.secret[:20] not in output
