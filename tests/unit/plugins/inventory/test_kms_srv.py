# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory kms_srv over a survey that is made up: hosts, groups, variables, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.plugins.loader import inventory_loader

from ansible_collections.winfleet.activation.plugins.module_utils._dns import requirements
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import NoAnswer, ServerRefused
from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import Transfer
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import Target

from .conftest import Build, Refuse
from .site import Site, srv

APPROVED = ["kms01.corp.example", "kms02.corp.example"]
ROGUE = "pc0815.corp.example"


def groups(inventory: InventoryManager) -> dict[str, list[str]]:
    """The groups that this plugin makes, and their hosts."""
    members = inventory.get_groups_dict()
    return {name: sorted(hosts) for name, hosts in members.items() if name not in ("all", "ungrouped")}


def variables(inventory: InventoryManager, host: str = ROGUE) -> dict[str, Any]:
    found = inventory.get_host(host)
    assert found is not None
    own: dict[str, Any] = found.vars
    return own


def test_hosts_are_grouped_by_all_that_applies(site: Site, build: Build) -> None:
    site.targets = {name: Target() for name in ("gone.corp.example", "kms02.corp.example")}
    names = ("kms01.corp.example", "kms02.corp.example", ROGUE, "gone.corp.example")
    site.publish("corp.example", *(srv(name) for name in names), srv("kms01.corp.example", priority=9))
    site.publish("lab.example", srv("kms01.corp.example", port=1700))
    inventory = build(domains=["corp.example", "lab.example"], approved_hosts=APPROVED)
    assert groups(inventory) == {
        "kms_approved": ["kms01.corp.example", "kms02.corp.example"],
        "kms_unapproved": ["gone.corp.example", ROGUE],
        "kms_unresolvable": ["gone.corp.example", "kms02.corp.example"],
        "kms_wrong_port": ["kms01.corp.example"],
        "kms_duplicate": ["kms01.corp.example"],
    }
    assert [host.name for host in inventory.get_hosts("kms_unapproved:!kms_unresolvable")] == [ROGUE]


def test_a_clean_domain_has_its_groups_all_the_same(site: Site, build: Build) -> None:
    site.publish("corp.example", srv("kms01.corp.example"))
    assert groups(build(approved_hosts=APPROVED))["kms_unapproved"] == []


def test_the_list_may_have_the_name_that_it_has_everywhere(site: Site, build: Build) -> None:
    known = groups(build(approved_kms_hosts=APPROVED))
    assert "kms_unjudged" not in known
    assert known["kms_approved"] == groups(build(approved_hosts=APPROVED))["kms_approved"]


def test_what_was_not_asked_is_no_group(site: Site, build: Build) -> None:
    """An empty kms_unapproved would say that all is well, where nobody said what is approved."""
    site.publish("corp.example", srv(ROGUE))
    assert groups(build(resolve_targets=False)) == {"kms_unjudged": [ROGUE], "kms_wrong_port": [], "kms_duplicate": []}


def test_facts_of_a_host_that_two_domains_name(site: Site, build: Build) -> None:
    site.targets = {ROGUE: Target(("192.0.2.15", "2001:db8::15"), alias="other.corp.example")}
    site.publish("corp.example", srv("PC0815.Corp.Example"))
    site.publish("lab.example", srv(ROGUE, port=1700, priority=5))
    facts = variables(build(domains=["corp.example", "lab.example"], approved_hosts=APPROVED))["kms_srv"]
    records = facts.pop("records")
    assert facts == {
        "target": ROGUE,
        "verdict": "unapproved",
        "problems": ["unapproved", "wrong_port", "alias"],
        "approved": False,
        "resolvable": True,
        "addresses": ["192.0.2.15", "2001:db8::15"],
        "alias_of": "other.corp.example",
        "resolve_error": None,
        "domains": ["corp.example", "lab.example"],
    }
    assert [(record["domain"], record["record"], record["ttl"], record["seen_by"]) for record in records] == [
        ("corp.example", f"0 0 1688 {ROGUE}", 3600, ["ns1.corp.example"]),
        ("lab.example", f"5 0 1700 {ROGUE}", 3600, ["ns1.lab.example"]),
    ]


def test_ansible_host_is_left_to_others(site: Site, build: Build) -> None:
    site.publish("corp.example", srv(ROGUE))
    inventory = build("pc0815.corp.example,", approved_hosts=APPROVED)
    assert {name for name in variables(inventory) if name.startswith("ansible_")} == set()


def test_constructed_variables_and_groups(site: Site, build: Build) -> None:
    site.publish("corp.example", srv(ROGUE), srv("kms01.corp.example"))
    inventory = build(
        approved_hosts=APPROVED,
        compose={"ansible_host": "kms_srv.addresses[0]", "lost": "kms_srv.nowhere"},
        groups={"strangers": "not kms_srv.approved"},
        keyed_groups=[{"key": "kms_srv.domains", "prefix": "in"}, {"key": "kms_srv.verdict", "prefix": ""}],
        leading_separator=False,
    )
    made = groups(inventory)
    assert made["strangers"] == [ROGUE]
    assert made["in_corp_example"] == ["kms01.corp.example", ROGUE]
    assert made["unapproved"] == [ROGUE]
    assert variables(inventory)["ansible_host"] == "192.0.2.1"
    assert "lost" not in variables(inventory)


@pytest.mark.parametrize(
    "options",
    [
        {"compose": {"lost": "kms_srv.nowhere"}},
        {"groups": {"lost": "kms_srv.nowhere > 1"}},
        {"keyed_groups": [{"key": "kms_srv.nowhere"}]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_strict(site: Site, refuse: Refuse, options: dict[str, Any]) -> None:
    site.publish("corp.example", srv(ROGUE))
    assert f"host {ROGUE}" in refuse(strict=True, **options)


def test_verify_file(tmp_path: Path) -> None:
    plugin = inventory_loader.get("winfleet.activation.kms_srv")
    for name in ("kms_srv.yml", "corp.kms_srv.yaml", "kms_srv.json", "windows.yml"):
        (tmp_path / name).touch()
    names = ["kms_srv.yml", "corp.kms_srv.yaml", "kms_srv.json", "windows.yml", "absent.kms_srv.yml"]
    accepted = [name for name in names if plugin.verify_file(str(tmp_path / name))]
    assert accepted == ["kms_srv.yml", "corp.kms_srv.yaml"]


# --- Options ----------------------------------------------------------------------------------------------------------


def test_options_may_be_templates(site: Site, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMS_DOMAINS", "corp.example lab.example")
    monkeypatch.setenv("KMS_SECRET", "c2VjcmV0")
    site.publish("lab.example", srv(ROGUE, port=1700))
    inventory = build(
        domains="{{ lookup('ansible.builtin.env', 'KMS_DOMAINS').split(' ') }}",
        approved_hosts="{{ ['kms01.corp.example', 'kms02.corp.example'] }}",
        port="{{ 1600 + 100 }}",
        resolve_targets="{{ 1 == 2 }}",
        key_name="reader",
        key_secret="{{ lookup('ansible.builtin.env', 'KMS_SECRET') }}",
    )
    assert groups(inventory)["kms_unapproved"] == [ROGUE]
    assert groups(inventory)["kms_wrong_port"] == []
    assert site.asked == 2
    assert site.settings is not None
    assert site.settings.signer.label == "TSIG key reader (hmac-sha256)"
    assert not site.settings.resolve_targets


def test_names_of_digits_need_no_quotes(site: Site, build: Build) -> None:
    site.publish("corp.example", srv("4711.corp.example"))
    assert groups(build(approved_hosts=[4711]))["kms_approved"] == ["4711.corp.example"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": 0}, "port must be between"),
        ({"domains": ["a..b"]}, "domains"),
        ({"ask_servers": False, "ask_resolver": False}, "nothing would be queried"),
        ({"approved_hosts": ["kms01:99999"]}, "approved_hosts"),
        ({"approved_hosts": "{{ nowhere }}"}, "approved_hosts: "),
        ({"key_secret": "c2VjcmV0"}, "key_secret is given without key_name"),
        ({"key_name": "reader"}, "key_secret is not the base64 text"),
        ({"key_name": "reader", "key_secret": "c2VjcmV0", "key_algorithm": "rot13"}, "rot13"),
    ],
)
def test_bad_options(refuse: Refuse, options: dict[str, Any], words: str) -> None:
    message = refuse(**options)
    assert words in message
    assert "c2VjcmV0" not in message


def test_without_dnspython(refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "DNSPYTHON_ERROR", "ImportError: No module named 'dns'")
    assert "(dnspython >= 2.7)" in refuse()


# --- What nobody saw --------------------------------------------------------------------------------------------------

SILENCE = NoAnswer("ns2.corp.example (192.0.2.54)", "no answer by UDP within 5 seconds", "Check the address")


def test_a_silent_server_is_an_error(site: Site, refuse: Refuse) -> None:
    site.publish("corp.example", srv(ROGUE))
    site.silent["corp.example"] = SILENCE
    message = refuse(approved_hosts=APPROVED)
    assert "corp.example: ns2.corp.example (192.0.2.54): no answer by UDP within 5 seconds" in message
    assert "allow_incomplete=true" in message


def test_a_silent_server_is_accepted_with_a_warning(site: Site, build: Build, warned: list[str]) -> None:
    site.publish("corp.example", srv(ROGUE))
    site.silent["corp.example"] = SILENCE
    assert groups(build(approved_hosts=APPROVED, allow_incomplete=True))["kms_unapproved"] == [ROGUE]
    assert any("KMS hosts may have been missed" in text and "192.0.2.54" in text for text in warned)


def test_a_zone_that_is_not_handed_over_is_a_gap(site: Site, refuse: Refuse) -> None:
    error = ServerRefused("ns1.corp.example", "the server does not hand over the zone corp.example (REFUSED)")
    site.transferred = [Transfer("corp.example", None, (), error)]
    assert "does not hand over the zone" in refuse(zone_transfer=True)


def test_domains_of_a_transfer_are_asked_too(site: Site, build: Build) -> None:
    site.transferred = [Transfer("corp.example", "ns1", ("corp.example", "lab.corp.example"))]
    site.publish("lab.corp.example", srv(ROGUE))
    assert groups(build(zone_transfer=True, approved_hosts=APPROVED))["kms_unapproved"] == [ROGUE]
    assert site.asked == 2


# --- The cache --------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, Any]:
    return {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
        "approved_hosts": APPROVED,
    }


def test_the_second_run_asks_nobody(site: Site, build: Build, kept: dict[str, Any]) -> None:
    site.targets = {ROGUE: Target(("192.0.2.15",), alias="{{7*7}}.example")}
    site.publish("corp.example", srv(ROGUE), srv("localhost"))
    first = build(**kept)
    site.publish("corp.example")
    second = build(**kept)
    assert site.asked == 1
    assert groups(second) == groups(first)
    assert variables(second)["kms_srv"] == variables(first)["kms_srv"]


def test_another_question_is_asked_anew(site: Site, build: Build, kept: dict[str, Any]) -> None:
    site.publish("corp.example", srv(ROGUE))
    build(**kept)
    inventory = build(**{**kept, "approved_hosts": [ROGUE]})
    assert groups(inventory)["kms_unapproved"] == []


def test_a_refreshed_inventory_is_asked_anew_and_kept(site: Site, build: Build, kept: dict[str, Any]) -> None:
    build(**kept)
    site.publish("corp.example", srv(ROGUE))
    assert groups(build(use_cache=False, **kept))["kms_unapproved"] == [ROGUE]
    assert groups(build(**kept))["kms_unapproved"] == [ROGUE]
    assert site.asked == 2


def test_what_is_incomplete_is_not_kept(site: Site, build: Build, kept: dict[str, Any], tmp_path: Path) -> None:
    site.silent["corp.example"] = SILENCE
    build(allow_incomplete=True, **kept)
    del site.silent["corp.example"]
    site.publish("corp.example", srv(ROGUE))
    assert groups(build(allow_incomplete=True, **kept))["kms_unapproved"] == [ROGUE]


def test_the_cache_holds_no_secret(site: Site, build: Build, kept: dict[str, Any], tmp_path: Path) -> None:
    site.publish("corp.example", srv(ROGUE))
    build(key_name="reader", key_secret="c2VjcmV0", **kept)
    (file,) = (tmp_path / "cache").iterdir()
    text = file.read_text()
    assert ROGUE in text
    assert "c2VjcmV0" not in text
