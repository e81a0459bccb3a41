# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``unread_variables``: a variable whose name is misspelt is noticed, somebody else's is not."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.variables import FilterModule
from tests.unit.test_variable_table import OWN, table

unread = FilterModule().filters()["unread_variables"]

READ = [(reader, name) for name, _role, readers in sorted(table()) if readers != "-" for reader in readers.split(",")]


@pytest.mark.parametrize(("reader", "name"), READ)
def test_a_missing_letter_is_noticed_wherever_it_is_missing(reader: str, name: str) -> None:
    known = {one for one, _role, _readers in table()}
    for wrong in {name[:place] + name[place + 1 :] for place in range(len(name))} - known:
        (sentence,) = unread([wrong, name], reader)
        assert sentence.startswith(f"The variable {wrong} is set, but {reader} reads no variable of that name.")
        assert "Did you mean " in sentence


@pytest.mark.parametrize(("reader", "name"), READ)
def test_every_variable_is_known(reader: str, name: str) -> None:
    assert unread([name], reader) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("aproved_kms_hosts", "approved_kms_hosts"),
        ("approved_kms_host", "approved_kms_hosts"),
        ("aproved_kms_host", "approved_kms_hosts"),
        ("Approved_kms_hosts", "approved_kms_hosts"),
        ("approvedkms_hosts", "approved_kms_hosts"),
        ("approved_kms_hostss", "approved_kms_hosts"),
        ("aprpoved_kms_hosts", "approved_kms_hosts"),
        ("approved_mks_hosts", "approved_kms_hosts"),
        ("kms_clients_activate", "kms_client_activate"),
        ("kms_client_activates", "kms_client_activate"),
        ("license_audit_in_fligth", "license_audit_in_flight"),
        ("licence_audit_fail", "license_audit_fail"),
        ("repiar", "repair"),
        ("repairs", "repair"),
        ("acitvate", "activate"),
        ("serve", "served"),
    ],
)
def test_the_variable_that_was_meant_is_named(name: str, meant: str) -> None:
    (sentence,) = unread([name], "enforce")
    assert f"Did you mean {meant}?" in sentence
    assert OWN in sentence


def test_a_name_of_a_role_that_is_near_nothing_is_noticed_too() -> None:
    (sentence,) = unread(["kms_client_reboot_afterwards"], "kms_client")
    assert "Those that begin alike are kms_client_activate, kms_client_" in sentence
    assert "license_audit" not in sentence


@pytest.mark.parametrize(
    "name",
    [
        # Of every inventory, and ordinary words.
        "ansible_host",
        "inventory_hostname",
        "groups",
        "server",
        "served_by",
        "reserved",
        "active",
        "state",
        "report",
        "repo",
        "domain",
        "approved",
        "kms_server",
        "kms_approved_hosts",
        "winlab_dns",
        "",
        # Private by custom.
        "__kms_client_repair",
        "_approved_kms_hosts",
        # Set by the collection, for later plays.
        "license_audit_fleet",
        "kms_client_repair",
        "enforce_repaired",
        # Of other playbooks, in the one policy file of all.
        "kms_domains",
        "kms_dns_machines",
    ],
)
def test_other_names_are_left_alone(name: str) -> None:
    assert unread([name], "enforce") == []


def test_what_is_near_only_to_another_playbooks_variable_is_left_alone() -> None:
    assert unread(["kms_host", "max_change"], "audit") == []
    assert "Did you mean kms_hosts?" in unread(["kms_host"], "kms_host")[0]


@pytest.mark.parametrize("own", [["kms_host", "kms_host_rack"], "kms_host, kms_host_rack", "kms_host kms_host_rack"])
def test_own_variables_are_left_alone(own: object) -> None:
    assert unread(["kms_host", "kms_host_rack"], "kms_host", own) == []
    assert len(unread(["kms_host", "kms_host_rack"], "kms_host", None)) == 2


def test_a_reader_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="audits is neither a playbook nor a role"):
        unread([], "audits")
