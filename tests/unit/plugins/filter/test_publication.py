# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters about published hosts, called as Jinja calls them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.filter.publication import FilterModule

FILTERS = FilterModule().filters()
cross_check = FILTERS["cross_check"]
kms_srv_commands = FILTERS["kms_srv_commands"]

RECORD = {
    "domain": "corp.example",
    "record": "0 0 1688 pc1.corp.example",
    "target": "pc1.corp.example",
    "port": 1688,
    "approved": False,
    "resolvable": True,
    "addresses": ["192.0.2.15"],
}
PENDING = {"pc1": {"role": "kms_host_pending", "role_reason": "Its service still runs.", "os": {}}}


def test_record_keeps_what_it_had_and_gets_the_answer():
    (found,) = cross_check([RECORD], PENDING)
    assert RECORD.items() <= found.items()
    assert (found["finding"], found["machine"], found["comes_back"]) == ("restart_due", "pc1", True)
    assert found["message"] == (
        "pc1.corp.example is published in corp.example. Its service still runs. "
        "Restart its licensing service, or the machine; then delete the record."
    )


@pytest.mark.parametrize(
    ("addresses", "endpoint"),
    [(["192.0.2.15", "192.0.2.16"], "192.0.2.15:1688"), (["2001:db8::1"], "[2001:db8::1]:1688"), ([], None)],
)
def test_endpoint_is_where_the_probe_asks(addresses: list[str], endpoint: str | None):
    (found,) = cross_check([{**RECORD, "addresses": addresses}])
    assert found["endpoint"] == endpoint


def test_answer_of_the_probe_finds_its_record():
    probes = [{"host": "192.0.2.15:1688", "answers_as_kms": True, "reason": "the KMS interface accepted the bind"}]
    (found,) = cross_check([RECORD], {}, probes)
    assert found["finding"] == "serving"
    assert "the KMS interface accepted the bind." in found["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({"records": []},), "records of kms_srv_info must be a list"),
        ((["pc1"],), "have a target each"),
        (([RECORD], ["pc1"]), "hosts must be a mapping"),
        (([RECORD], {}, "no"), "probes must be a list"),
    ],
)
def test_cross_check_says_what_it_wants(arguments: tuple, words: str):
    with pytest.raises(AnsibleFilterError, match=words):
        cross_check(*arguments)


def test_commands():
    results = [{"domain": "a.example", "owner": "_vlmcs._tcp.a.example", "zone": "a.example", "removed": [
        {"target": "pc1.a.example", "priority": 0, "weight": 0, "port": 1688}], "added": [], "ttl": None}]  # fmt: skip
    assert kms_srv_commands(results)[1] == "update delete _vlmcs._tcp.a.example. SRV 0 0 1688 pc1.a.example."
    with pytest.raises(AnsibleFilterError, match="none of zone_file, nsupdate, dnscmd"):
        kms_srv_commands(results, "powershell")
    with pytest.raises(AnsibleFilterError, match="results of a kms_srv task"):
        kms_srv_commands([{"removed": [{}]}])
