# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that are not the one of Windows: host keys of Office, add-ons, and keys that are passed for another product."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import REPOSITORY, Lab, StartLab

PRO = "W269N-WFGWX-YVC9B-4J6C9-T83GX"
ENTERPRISE = "NPPR9-FWDCX-D2C8J-H872K-2YT43"
OFFICE_2016 = "XQNVK-8JYDB-WJ9W3-YJ8YR-WFG99"
OFFICE_HOSTS = ("off-gvlk", "off-oem", "off-mak", "both")
POLICY = {"approved_kms_hosts": ["kms01.corp.example"], "accepted_key_types": ["GVLK", "OEM", "MAK"]}

# The products of a machine, read by the first task of a play.
ADDON = "{{ (done_0.products | selectattr('is_addon') | first).activation_id }}"
WINDOWS = "{{ done_0.license.activation_id }}"
VISIO = "{{ (done_0.products | selectattr('name', 'search', 'Visio') | first).activation_id }}"
PROPLUS_KEY = {"key": "{{ keys['mak_office2016_proplus'] }}"}


@pytest.fixture(scope="module")
def fleet(start_lab: StartLab) -> Lab:
    return start_lab(str(REPOSITORY / "tests" / "e2e" / "scenarios" / "licensing.yml"))


def key_of(year: int) -> str:
    return "{{ keys['esu_' ~ inventory_hostname ~ '_year" + str(year) + "'] }}"


def results(fleet: Lab, hosts: str, *tasks: tuple[str, dict[str, Any]]) -> list[dict[str, dict[str, Any]]]:
    """What each task came to, by host. A play of its own is one start of Ansible."""
    rows = [line.split("\t") for line in fleet.winlab("keys").splitlines()]
    played: list[dict[str, Any]] = [
        {f"winfleet.activation.{module}": arguments, "register": f"done_{place}", "ignore_errors": True}
        for place, (module, arguments) in enumerate(tasks)
    ]
    names = ", ".join(f"done_{place}" for place in range(len(tasks)))
    path = fleet.work / "results-{{ inventory_hostname }}.json"
    written = {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(path)}
    played.append({"ansible.builtin.copy": written, "delegate_to": "localhost"})
    play = [{"hosts": hosts, "gather_facts": False, "tasks": played}]
    (fleet.work / "play.yml").write_text(json.dumps(play))
    variables = {"keys": {name: key for name, _kind, key in rows}}
    run = fleet.playbook(str(fleet.work / "play.yml"), variables)
    assert run.code == 0, run.output
    found = {host: json.loads((fleet.work / f"results-{host}.json").read_text()) for host in hosts.split(",")}
    return [{host: all_of[place] for host, all_of in found.items()} for place in range(len(tasks))]


def carried(read: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(one["key_type"], one["partial_product_key"], one["license_status"]) for one in read["products"]}


def test_an_addon_key_is_installed_once(fleet: Lab) -> None:
    """Kind: a key of another product than Windows is installed, and the service restarted, at every run."""
    hosts = "win10,win7,server2008r2,server2012"
    first, again = results(fleet, hosts, ("product_key", {"key": key_of(1)}), ("product_key", {"key": key_of(1)}))
    for host in hosts.split(","):
        assert (first[host]["changed"], first[host]["restart_required"]) == (True, False)
        assert (again[host]["changed"], again[host]["restart_required"]) == (False, False)
    named = {"key": key_of(1), "product": ADDON}
    _read, there, activated, removed, gone, back = results(
        fleet,
        hosts,
        ("license_info", {}),
        ("product_key", named),
        ("license", {"product": ADDON}),
        ("product_key", {"state": "absent", "product": ADDON}),
        ("product_key", {"state": "absent", "product": ADDON}),
        ("product_key", named),
    )
    for host in hosts.split(","):
        assert not there[host]["changed"]
        assert activated[host]["result"] == "verified"
        assert (removed[host]["changed"], gone[host]["changed"]) == (True, False)
        assert (back[host]["changed"], back[host]["restart_required"]) == (True, False)


def test_an_addon_key_of_another_year_is_not_called_right(fleet: Lab) -> None:
    """Kind: whoever carries the key afterwards, it is verified."""
    named = {"key": key_of(2), "product": ADDON}
    _read, wrong, again, unnamed = results(
        fleet,
        "win10",
        ("license_info", {}),
        ("product_key", named),
        ("product_key", named),
        ("product_key", {"key": key_of(2)}),
    )
    assert (wrong["win10"]["failed"], wrong["win10"]["changed"]) == (True, True)
    assert "not to the product that was named" in wrong["win10"]["msg"]
    assert (again["win10"]["failed"], again["win10"]["changed"]) == (True, False)
    assert not unnamed["win10"]["changed"]


def test_a_published_key_of_another_product_is_refused(fleet: Lab) -> None:
    """Kind: Windows puts a key where it belongs, whatever was named, and one of another edition changes the edition."""
    wrong = [
        (ENTERPRISE, "windows", "changes the edition"),
        (ENTERPRISE, WINDOWS, "changes the edition"),
        (ENTERPRISE, VISIO, "GVLK of Windows 10 Enterprise"),
        (PRO, VISIO, "and not of Office 16, Office16VisioProVL_KMS_Client edition"),
        (PRO, "f520e45e-7413-4a34-a497-d2765967d094", "Say product=windows"),
        (OFFICE_2016, "windows", "and not of Windows"),
        (OFFICE_2016, WINDOWS, "and not of Windows"),
        (OFFICE_2016, VISIO, "GVLK of Office Professional Plus 2016"),
    ]
    tasks = [("product_key", {"key": key, "product": product}) for key, product, _words in wrong]
    before, *refused, after = results(fleet, "office", ("license_info", {}), *tasks, ("license_info", {}))
    for (_key, _product, words), told in zip(wrong, refused, strict=True):
        assert (told["office"]["failed"], told["office"]["changed"]) == (True, False)
        assert words in told["office"]["msg"]
    assert carried(before["office"]) == carried(after["office"])
    assert not fleet.events("office", kind="invoke")


def test_the_license_of_windows_is_named_by_its_activation_id(fleet: Lab) -> None:
    """Kind: the advised way out does not exist. Where several licenses carry a key, the advice is to name one."""
    by_id = ("product_key", {"key": "gvlk", "product": WINDOWS})
    before, first, office, again = results(
        fleet, "office", ("license_info", {}), by_id, ("product_key", PROPLUS_KEY), ("product_key", PROPLUS_KEY)
    )
    assert (first["office"]["changed"], first["office"]["result"]) == (True, "verified")
    assert (office["office"]["changed"], office["office"]["restart_required"]) == (True, False)
    assert (again["office"]["changed"], again["office"]["restart_required"]) == (False, False)
    after, same, given = results(
        fleet, "office", ("license_info", {}), by_id, ("product_key", {"key": PRO, "product": WINDOWS})
    )
    assert after["office"]["license"]["activation_id"] != before["office"]["license"]["activation_id"]
    assert (same["office"]["changed"], given["office"]["changed"]) == (False, False)


def test_a_host_key_of_office_goes_and_windows_is_not_touched(fleet: Lab) -> None:
    """Kind: to take a role from a machine, the license is taken that has nothing to do with it."""
    everything = ",".join(("kms01", *OFFICE_HOSTS, "multi", "marker", "pub"))
    (before,) = results(fleet, ",".join(OFFICE_HOSTS), ("license_info", {}))
    run = fleet.playbook("winfleet.activation.enforce", POLICY, "--limit", everything)
    assert run.code == 0, run.output
    (after,) = results(fleet, ",".join(OFFICE_HOSTS), ("license_info", {}))
    for host in ("off-gvlk", "off-oem", "off-mak"):
        assert carried(after[host]) == {one for one in carried(before[host]) if one[0] != "CSVLK"}
        assert after[host]["role"] in ("kms_client", "other")
    assert carried(after["both"]) == {("GVLK", "J464C", "licensed")}
    events = fleet.events(kind="invoke")
    assert {event["machine"] for event in events}.isdisjoint({"kms01", "multi", "marker", "pub"})
    again = fleet.playbook("winfleet.activation.enforce", POLICY, "--limit", everything)
    assert again.code == 0, again.output
    assert fleet.events(kind="invoke") == events


def test_what_is_advised_can_be_done(fleet: Lab) -> None:
    """Kind: one advice for all, of a key that would be refused or an activation that cannot succeed."""
    (told,) = results(fleet, "multi,marker,pub", ("license_info", {"approved_kms_hosts": ["kms01.corp.example"]}))
    assert {host: one["verdict"] for host, one in told.items()} == {
        "multi": "left_alone",
        "marker": "not_activated",
        "pub": "wrong_kms_host",
    }
    assert "does not activate against a KMS host of your own" in json.dumps(told["multi"])
    assert "0xC004F035" in json.dumps(told["marker"])
    assert "by telephone" in told["marker"]["advice"]
    assert "kms8.emulator.example" in told["pub"]["advice"]
