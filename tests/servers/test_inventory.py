# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory kms_srv on BIND, by ansible-inventory and ansible-playbook as a user starts them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .bind import SERVICE, Bind, Key, Zone, bind
from .running import Ansible

PRIMARY, SECOND, SILENT, BRIEF = "127.53.5.1", "127.53.5.2", "127.53.5.3", "127.53.5.4"
KEY = Key("kms-reader")
TEMPLATE = "{{7*7}}"

CORP = f"""
@ NS ns2
ns2 A {SECOND}
kms01 A 192.0.2.1
kms01 AAAA 2001:db8::1
pc0815 A 192.0.2.15
{SERVICE} 3600 SRV 0 0 1688 KMS01.Corp.Example.
{SERVICE} 3600 SRV 0 0 1688 PC0815
{SERVICE} 3600 SRV 0 0 1688 gone
{SERVICE}.lab 600 SRV 10 0 1700 pc0815
"""
HOSTILE = f"""
pc4711 CNAME {TEMPLATE}
{TEMPLATE} A 192.0.2.47
{SERVICE} SRV 0 0 1688 pc4711
{SERVICE} SRV 0 0 1688 localhost.
{SERVICE} SRV 0 0 1688 127.0.0.1.
{SERVICE} SRV 0 0 1688 kms_unapproved.
{SERVICE} SRV 0 0 1688 windows.servers.
{SERVICE} SRV 0 0 1688 {TEMPLATE}
{SERVICE} SRV 0 0 1688 \\.\\./etc/passwd
{SERVICE} SRV 0 0 1688 pc\\228\\255
{SERVICE} SRV 0 0 1688 pc\\027[31m
"""

Graph = dict[str, Any]


@pytest.fixture(scope="module")
def site(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    addresses(PRIMARY, SECOND)
    folder = tmp_path_factory.mktemp("inventory")
    corp = Zone("corp.example", CORP, f"allow-transfer {{ key {KEY.name}; }};")
    zones = [
        corp,
        Zone("hostile.example", HOSTILE, "check-names ignore;"),
        Zone("torn.example", f"@ NS ns2\nns2 A {SILENT}\n{SERVICE} SRV 0 0 1688 kms01.corp.example.\n"),
        Zone("clean.example", f"{SERVICE} SRV 0 0 1688 kms01.corp.example.\n"),
    ]
    with (
        bind(folder / "primary", PRIMARY, zones, [KEY]) as primary,
        bind(folder / "second", SECOND, [corp], [KEY]),
    ):
        yield primary


@pytest.fixture
def write(site: Bind, tmp_path: Path) -> Callable[..., str]:
    """``write(domains=[...])`` returns the name of a configuration file."""

    def configuration(**options: Any) -> str:
        path = tmp_path / "kms_srv.yml"
        defaults = {"nameservers": [PRIMARY], "timeout": 1, "approved_hosts": ["kms01.corp.example"]}
        path.write_text(yaml.safe_dump({"plugin": "winfleet.activation.kms_srv", **defaults, **options}))
        return str(path)

    return configuration


def listed(done: subprocess.CompletedProcess[str]) -> Graph:
    assert done.returncode == 0, done.stderr
    graph: Graph = json.loads(done.stdout, object_hook=unmarked)
    return graph


def unmarked(value: dict[str, Any]) -> Any:
    """ansible-inventory marks texts that are no templates, for AWX and others who read its list."""
    return value.get("__ansible_unsafe", value)


def complaints(done: subprocess.CompletedProcess[str]) -> str:
    """What was said on standard error, without the breaks of its lines."""
    return " ".join(done.stderr.split())


def members(graph: Graph, group: str) -> list[str]:
    return sorted(graph.get(group, {}).get("hosts", []))


def test_graph(ansible: Ansible, write: Callable[..., str]) -> None:
    done = ansible.command("ansible-inventory", "-i", write(domains=["corp.example"]), "--graph")
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "@all:",
        "  |--@ungrouped:",
        "  |--@kms_approved:",
        "  |  |--kms01.corp.example",
        "  |--@kms_unapproved:",
        "  |  |--gone.corp.example",
        "  |  |--pc0815.corp.example",
        "  |--@kms_wrong_port:",
        "  |--@kms_duplicate:",
        "  |--@kms_unresolvable:",
        "  |  |--gone.corp.example",
    ]


def test_the_variables_are_those_of_the_module(ansible: Ansible, write: Callable[..., str]) -> None:
    done = ansible.command("ansible-inventory", "-i", write(domains=["Corp.Example."]), "--host", "pc0815.corp.example")
    facts = listed(done)["kms_srv"]
    arguments = {"nameservers": [PRIMARY], "domains": ["corp.example"], "approved_hosts": ["kms01.corp.example"]}
    records = ansible.module("kms_srv_info", arguments).ok()["records"]
    assert facts["records"] == [record for record in records if record["target"] == "pc0815.corp.example"]
    assert (facts["verdict"], facts["addresses"]) == ("unapproved", ["192.0.2.15"])
    assert facts["records"][0]["seen_by"] == [f"resolver {PRIMARY}", "ns1.corp.example", "ns2.corp.example"]


def test_a_zone_transfer_with_a_key_and_extra_variables(ansible: Ansible, write: Callable[..., str]) -> None:
    options = {**KEY.options(), "key_secret": "{{ lookup('ansible.builtin.env', 'KMS_KEY') }}"}
    path = write(
        domains=["corp.example"],
        zone_transfer=True,
        approved_hosts="{{ approved_kms_hosts }}",
        keyed_groups=[{"key": "kms_srv.domains", "prefix": "in"}],
        **options,
    )
    more = json.dumps({"approved_kms_hosts": ["kms01", "gone"]})
    secret = {"KMS_KEY": KEY.secret}
    graph = listed(ansible.command("ansible-inventory", "-i", path, "-e", more, "--list", environment=secret))
    assert members(graph, "kms_unapproved") == members(graph, "in_lab_corp_example") == ["pc0815.corp.example"]
    facts = graph["_meta"]["hostvars"]["pc0815.corp.example"]["kms_srv"]
    assert (facts["domains"], len(facts["records"])) == (["corp.example", "lab.corp.example"], 2)
    ansible.command("ansible-inventory", "-i", path, "-e", more, "--graph", "-vvvvvv", environment=secret)
    assert KEY.secret not in "".join(ansible.log)


def test_a_zone_that_is_not_handed_over(ansible: Ansible, write: Callable[..., str]) -> None:
    done = ansible.command("ansible-inventory", "-i", write(domains=["corp.example"], zone_transfer=True), "--list")
    assert "does not hand over the zone corp.example (REFUSED)" in complaints(done)
    assert "_meta" in done.stdout
    assert "corp.example" not in done.stdout


STOP = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}


def test_a_silent_server(ansible: Ansible, write: Callable[..., str]) -> None:
    path = write(domains=["torn.example", "corp.example"])
    done = ansible.command("ansible-inventory", "-i", path, "--list", environment=STOP)
    assert done.returncode != 0
    assert "ns2.torn.example" in complaints(done)
    assert "allow_incomplete=true" in complaints(done)
    assert "Traceback" not in done.stderr
    path = write(domains=["torn.example", "corp.example"], allow_incomplete=True)
    done = ansible.command("ansible-inventory", "-i", path, "--list", environment=STOP)
    assert members(listed(done), "kms_unapproved") == ["gone.corp.example", "pc0815.corp.example"]
    assert "ns2.torn.example" in complaints(done)


def test_the_cache_outlives_the_server(
    ansible: Ansible, write: Callable[..., str], addresses: Any, tmp_path: Path
) -> None:
    addresses(BRIEF)
    kept = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "kept")}
    path = write(domains=["brief.example"], nameservers=[BRIEF], **kept)
    with bind(tmp_path / "brief", BRIEF, [Zone("brief.example", f"pc1 A 192.0.2.1\n{SERVICE} SRV 0 0 1688 pc1\n")]):
        first = listed(ansible.command("ansible-inventory", "-i", path, "--list"))
    assert members(first, "kms_unapproved") == ["pc1.brief.example"]
    assert listed(ansible.command("ansible-inventory", "-i", path, "--list")) == first
    (tmp_path / "play.yml").write_text(PLAY)
    refresh = ("-i", path, "--flush-cache", "--list-hosts", str(tmp_path / "play.yml"))
    refreshed = ansible.command("ansible-playbook", *refresh, environment=STOP)
    assert refreshed.returncode != 0
    assert "KMS hosts may have been missed" in complaints(refreshed)


PLAY = """
- hosts: kms_unapproved:!kms_unresolvable
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: >-
          {{ inventory_hostname }} at {{ kms_srv.addresses[0] }} is {{ kms_srv.verdict }}, of {{ kms_srv.alias_of }}
"""


def play(ansible: Ansible, folder: Path, *sources: str) -> subprocess.CompletedProcess[str]:
    path = folder / "play.yml"
    path.write_text(PLAY)
    inventories = [word for source in sources for word in ("-i", source)]
    done = ansible.command("ansible-playbook", *inventories, str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_a_play_on_unapproved_hosts(ansible: Ansible, write: Callable[..., str], tmp_path: Path) -> None:
    done = play(ansible, tmp_path, write(domains=["corp.example"]))
    assert "pc0815.corp.example at 192.0.2.15 is unapproved" in done.stdout
    assert "gone.corp.example" not in done.stdout
    assert "kms01.corp.example" not in done.stdout


def test_a_play_where_nothing_is_wrong(ansible: Ansible, write: Callable[..., str], tmp_path: Path) -> None:
    done = play(ansible, tmp_path, write(domains=["clean.example"]))
    assert "skipping: no hosts matched" in done.stdout
    assert "Could not match" not in done.stderr


def test_hostile_records(ansible: Ansible, write: Callable[..., str], tmp_path: Path) -> None:
    windows = tmp_path / "windows.yml"
    windows.write_text(yaml.safe_dump({"windows.servers": {"hosts": {"dc1": None}}}))
    path = write(domains=["hostile.example"], compose={"copied": "kms_srv.alias_of"})
    done = ansible.command("ansible-inventory", "-i", str(windows), "-i", path, "--list")
    graph = listed(done)
    assert members(graph, "kms_unapproved") == ["pc4711.hostile.example"]
    assert members(graph, "windows.servers") == ["dc1"]
    assert sorted(graph["_meta"]["hostvars"]) == ["pc4711.hostile.example"]
    marked = json.loads(done.stdout)["_meta"]["hostvars"]["pc4711.hostile.example"]
    assert marked["copied"] == marked["kms_srv"]["alias_of"] == {"__ansible_unsafe": f"{TEMPLATE}.hostile.example"}
    assert "8 KMS records name no usable host" in complaints(done)
    for text in ("0 0 1688 localhost in hostile.example", "pc\\228\\255", "\\027[31m"):
        assert text in complaints(done)
    assert "\x1b" not in done.stderr
    played = play(ansible, tmp_path, str(windows), path)
    assert f"is unapproved, of {TEMPLATE}.hostile.example" in played.stdout
    assert "49.hostile" not in done.stdout + played.stdout
    assert "dc1" not in played.stdout
