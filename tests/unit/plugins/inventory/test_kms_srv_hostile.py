# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of somebody who may write into DNS and would like to write into Ansible."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.winfleet.activation.plugins.module_utils._dns.survey import Transfer
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import Target

from .conftest import Build
from .site import Site, srv
from .test_kms_srv import ROGUE, groups, variables

TARGETS = [
    "localhost",
    "sub.localhost",
    "127.0.0.1",
    "::1",
    "10.1",
    "{{7*7}}.corp.example",
    "../../etc/passwd",
    "a/b.corp.example",
    "kms_unapproved",
    "all",
    "windows",
    "windows.servers",
    "pc\\228.corp.example",
    "p\u00e4.corp.example",
    "a,b.corp.example",
    "-oproxycommand=x.corp.example",
    "!all",
    "",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_no_host_name_is_told_and_left_out(
    site: Site, build: Build, warned: list[str], target: str, tmp_path: Any
) -> None:
    windows = tmp_path / "windows.yml"
    windows.write_text("{windows: {hosts: {dc1: }}, windows.servers: {hosts: {dc2: }}}")
    site.publish("corp.example", srv(target), srv(ROGUE))
    inventory = build(str(windows), approved_hosts=[])
    assert sorted(inventory.hosts) == ["dc1", "dc2", ROGUE]
    assert groups(inventory)["kms_unapproved"] == [ROGUE]
    assert groups(inventory)["windows"] == ["dc1"]
    (told,) = [text for text in warned if "name no usable host" in text]
    assert f"0 0 1688 {target or '.'} in corp.example" in told


def test_many_of_them_are_one_warning(site: Site, build: Build, warned: list[str]) -> None:
    site.publish("corp.example", *(srv(f"pc{number}") for number in range(99)))
    assert not build().hosts
    (told,) = [text for text in warned if "name no usable host" in text]
    assert told.startswith("99 KMS records")
    assert told.endswith("And 89 more.")


@pytest.mark.parametrize("again", [False, True], ids=["from DNS", "from the cache"])
def test_texts_are_no_templates(site: Site, build: Build, tmp_path: Any, again: bool) -> None:
    text = "{{7*7}}.corp.example"
    options = {
        "zone_transfer": True,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
        "compose": {"copied": "kms_srv.alias_of", "listed": "[kms_srv.alias_of]"},
    }
    site.targets = {ROGUE: Target(("192.0.2.15",), alias=text)}
    site.transferred = [Transfer("corp.example", "ns1", (text,))]
    site.publish(text, srv(ROGUE))
    inventory = build(**options)
    if again:
        inventory = build(**options)
    assert site.asked == 2
    found = variables(inventory)
    facts = found["kms_srv"]
    record = facts["records"][0]
    texts = [facts["domains"][0], facts["alias_of"], record["domain"], record["seen_by"][0], found["copied"]]
    texts += found["listed"]
    assert texts == [text, text, text, f"ns1.{text}", text, text]
    assert [Templar(loader=DataLoader()).template(one) for one in texts] == texts


def test_texts_become_harmless_group_names(site: Site, build: Build) -> None:
    site.targets = {ROGUE: Target(("192.0.2.15",), alias="{{7*7}}/../all.corp.example")}
    site.publish("corp.example", srv(ROGUE))
    inventory = build(keyed_groups=[{"key": "kms_srv.alias_of", "prefix": "to"}])
    assert groups(inventory)["to___7_7______all_corp_example"] == [ROGUE]
