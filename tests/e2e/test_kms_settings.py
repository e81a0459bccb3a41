# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS client and KMS host settings on every generation: check, for real, again, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Lab, StartLab


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def invoked(lab: Lab, host: str) -> list[str]:
    return [event["method"] for event in lab.events(host, "invoke") if not event["method"].startswith("Get")]


@pytest.mark.parametrize("host", ["vista-01", "win7-01", "win10-01", "srv2025-01"])
def test_client_settings_there_and_back(demo: Lab, host: str) -> None:
    planned = demo.ansible(host, "kms_client", "host=kms01.corp.example port=1689", "--check").result(host)
    assert (planned["changed"], planned["result"]) == (True, "planned")
    assert invoked(demo, host) == []

    done = demo.ansible(host, "kms_client", "host=kms01.corp.example port=1689").result(host)
    assert (done["changed"], done["result"]) == (True, "verified")
    assert done["after"] == planned["after"]
    truth = demo.state(host)["kms_client"]
    assert (truth["machine"], truth["port"]) == ("kms01.corp.example", 1689)

    sent = len(invoked(demo, host))
    assert not demo.ansible(host, "kms_client", "host=KMS01.corp.example port=1689").result(host)["changed"]
    assert len(invoked(demo, host)) == sent

    moved = demo.ansible(host, "kms_client", "host=kms02.corp.example").result(host)
    assert (moved["after"]["host"], moved["after"]["port"]) == ("kms02.corp.example", 1689)

    cleared = demo.ansible(host, "kms_client", "state=absent").result(host)
    assert cleared["changed"]
    assert (cleared["after"]["host"], cleared["after"]["port"]) == (None, None)
    assert not demo.ansible(host, "kms_client", "state=absent").result(host)["changed"]
    assert demo.state(host)["kms_client"]["machine"] is None


def test_newer_settings_for_a_product(demo: Lab) -> None:
    host = "srv2025-01"
    arguments = "product=windows lookup_domain=branch.example activation_type=kms"
    done = demo.ansible(host, "kms_client", arguments).result(host)
    assert (done["result"], done["after"]["activation_type"]) == ("verified", "kms")
    assert not demo.ansible(host, "kms_client", arguments).result(host)["changed"]
    report = demo.ansible(host, "license_info").result(host)
    assert report["kms_client"]["lookup_domain"] == "branch.example"
    assert report["kms_client"]["activation_type"] == "kms"
    back = demo.ansible(host, "kms_client", "product=windows state=absent activation_type=all").result(host)
    assert (back["after"]["lookup_domain"], back["after"]["activation_type"]) == (None, "all")


@pytest.mark.parametrize("host", ["win7-01", "win11-01"])
def test_product_keeps_what_it_has_from_the_machine(demo: Lab, host: str) -> None:
    demo.ansible(host, "kms_client", "host=kms01.corp.example port=1689")
    shown = demo.ansible(host, "kms_client", "product=windows host=kms01.corp.example").result(host)
    assert (shown["changed"], shown["after"]["port"]) == (False, 1689)
    assert not demo.ansible(host, "kms_client", "product=windows state=absent").result(host)["changed"]

    own = demo.ansible(host, "kms_client", "product=windows host=kms02.corp.example").result(host)
    assert (own["result"], own["changed"]) == ("verified", True)
    general = demo.ansible(host, "kms_client", "host=kms01.corp.example")
    assert not general.result(host)["changed"]
    assert "host of its own, kms02.corp.example" in " ".join(general.output.split())

    cleared = demo.ansible(host, "kms_client", "product=windows state=absent").result(host)
    assert (cleared["changed"], cleared["before"]["host"]) == (True, "kms02.corp.example")
    assert not demo.ansible(host, "kms_client", "product=windows state=absent").result(host)["changed"]
    assert demo.state(host)["kms_client"]["machine"] == "kms01.corp.example"
    assert demo.ansible(host, "kms_client", "state=absent").result(host)["result"] == "verified"


@pytest.mark.parametrize(
    ("host", "arguments", "words"),
    [
        ("vista-01", "lookup_domain=a.example", "Windows 8"),
        ("win7-01", "activation_type=kms", "Windows 8"),
        ("vista-01", "product=windows host=a.example", "whole machine only"),
        ("vista-01", "host_caching=false", "Windows 7"),
        ("win10-01", "product=windows host_caching=false", "whole machine only"),
        ("win10-01", "host=kms01:1688", "option port"),
        ("win10-01", "host='a b'", "not a host name"),
        ("win10-01", "port=0", "between 1 and 65535"),
        ("win10-01", "state=absent host=a", "clears all three"),
        ("win10-01", "product=none host=a", "carries a key"),
    ],
)
def test_client_settings_that_cannot_be(demo: Lab, host: str, arguments: str, words: str) -> None:
    before = invoked(demo, host)
    run = demo.ansible(host, "kms_client", arguments)
    assert run.code != 0
    assert words in run.output
    assert invoked(demo, host) == before


def test_host_with_clients_is_not_restarted_by_itself(demo: Lab) -> None:
    starts = demo.state("kms01")["service"]["starts"]
    planned = demo.ansible("kms01", "kms_host", "listening_port=1700", "--check").result("kms01")
    assert (planned["result"], planned["restarted"], planned["restart_required"]) == ("planned", False, True)
    done = demo.ansible("kms01", "kms_host", "listening_port=1700").result("kms01")
    assert (done["changed"], done["result"], done["restart_required"]) == (True, "verified", True)
    assert done["clients_counted"] == 30
    truth = demo.state("kms01")
    assert truth["service"]["starts"] == starts
    assert truth["license"]["key_type"] == "csvlk"
    again = demo.ansible("kms01", "kms_host", "listening_port=1700").result("kms01")
    assert not again["changed"]


def test_restart_when_told_to(demo: Lab) -> None:
    starts = demo.state("kms01")["service"]["starts"]
    done = demo.ansible("kms01", "kms_host", "listening_port=1688 restart=if_needed").result("kms01")
    assert (done["restarted"], done["restart_required"]) == (True, False)
    assert demo.state("kms01")["service"]["starts"] == starts + 1


@pytest.mark.parametrize("host", ["srv2008-01", "srv2008r2-01", "srv2019-01"])
def test_host_settings_on_every_generation(demo: Lab, host: str) -> None:
    published: list[dict[str, Any]] = [{"domain": "branch.example"}]
    variables = {"published": published}
    playbook = demo.work / "publish.yml"
    playbook.write_text(
        f"- hosts: {host}\n"
        "  gather_facts: false\n"
        "  tasks:\n"
        "    - winfleet.activation.kms_host:\n"
        "        listening_port: 1690\n"
        "        dns_publishing: false\n"
        "        low_priority: true\n"
        "        activation_interval: 60\n"
        "        renewal_interval: 1440\n"
        '        publish_list: "{{ published }}"\n'
        "      register: first\n"
        "    - winfleet.activation.kms_host:\n"
        "        listening_port: 1690\n"
        "        dns_publishing: false\n"
        "        low_priority: true\n"
        "        activation_interval: 60\n"
        "        renewal_interval: 1440\n"
        '        publish_list: "{{ published }}"\n'
        "      register: second\n"
        "    - ansible.builtin.assert:\n"
        "        that:\n"
        "          - first is changed\n"
        "          - first.result == 'verified'\n"
        "          - first.restarted\n"
        "          - first.after.publish_list | map(attribute='domain') | list == ['corp.example', 'branch.example']\n"
        "          - second is not changed\n"
    )
    run = demo.playbook(str(playbook), variables)
    assert run.code == 0, run.output
    truth = demo.state(host)["kms_host"]
    assert (truth["port"], truth["publishing"]) == (1690, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("listening_port=70000", "between 1 and 65535"),
        ("activation_interval=5", "between 15 and 43200"),
        ("restart=perhaps", "if_needed"),
    ],
)
def test_host_settings_that_cannot_be(demo: Lab, arguments: str, words: str) -> None:
    run = demo.ansible("kms01", "kms_host", arguments)
    assert run.code != 0
    assert words in run.output


def test_priority_of_a_domain_is_refused_where_windows_has_none(demo: Lab) -> None:
    entry = '{"publish_list": [{"domain": "branch.example", "priority": 10}]}'
    before = invoked(demo, "srv2008-01")
    run = demo.ansible("srv2008-01", "kms_host", entry)
    assert run.code != 0
    assert "priority and weight" in run.result("srv2008-01")["msg"]
    assert invoked(demo, "srv2008-01") == before


def test_interval_on_a_machine_that_is_no_host_is_explained(demo: Lab) -> None:
    run = demo.ansible("srv2016-01", "kms_host", "activation_interval=60")
    result = run.result("srv2016-01")
    assert run.code != 0
    assert result["error"]["code"].startswith("0xC004")
    assert "Nothing was changed" in result["msg"]


def test_publishing_can_be_switched_off_beforehand(demo: Lab) -> None:
    """Prevention: a machine that must never be a KMS host does not publish itself either."""
    done = demo.ansible("srv2016-01", "kms_host", "dns_publishing=false").result("srv2016-01")
    assert (done["changed"], done["result"]) == (True, "verified")
    assert not demo.ansible("srv2016-01", "kms_host", "dns_publishing=false").result("srv2016-01")["changed"]


LONELY = """
name: lonely
description: A KMS host and one client, which is not enough for either.
domain: corp.example
machines:
  - {name: kms01, release: server2022, key: csvlk_2022, more_keys: [csvlk_office2016], activated: true}
  - {name: pc-01, release: win10, automatic: false}
"""


def test_clients_that_ask_in_vain_and_fall_silent_and_the_keys_of_the_host(start_lab: StartLab, tmp_path: Path) -> None:
    scenario = tmp_path / "lonely.yml"
    scenario.write_text(LONELY)
    lab = start_lab(str(scenario))
    assert "0xC004F038" in lab.ansible("pc-01", "license").result("pc-01")["msg"]

    report = lab.ansible("kms01", "kms_host_info", "client_days=30").result("kms01")
    assert {key["group"]: key["current_count"] for key in report["host_keys"]} == {
        "Windows Server 2022": 1,
        "Office 2016": 0,
    }
    assert [bool(key["activates_office"]) for key in report["host_keys"]] == [False, True]
    (client,) = report["expiring_clients"]
    assert report["overdue_clients"] == []
    assert client["names"] == ["pc-01.corp.example"]
    (product,) = client["products"]
    assert product["error"]["code"] == client["error"]["code"] == "0xC004F038"

    assert lab.ansible("kms01", "kms_host_info").result("kms01")["clients"] == []
    lab.winlab("advance", "22d")
    report = lab.ansible("kms01", "kms_host_info", "client_days=30").result("kms01")
    assert [client["names"] for client in report["overdue_clients"]] == [["pc-01.corp.example"]]
