# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of the lab are as facts.tsv says, line by line."""

from __future__ import annotations

import pytest

from winlab import cim, errors
from winlab.builder import build_fleet
from winlab.machine import Machine
from winlab.scenario import parse_scenario
from winlab.tables import read_table
from winlab.windows import facts, product_view, registry, settings
from winlab.windows.firewall import KMS_RULE


@pytest.fixture(scope="module")
def machines() -> dict[str, Machine]:
    data = {
        "machines": [
            {"release": "server2008", "name": "old"},
            {"release": "server2022", "name": "new"},
            {"release": "win7", "name": "office", "office": {"2010": ["proplus"]}},
        ]
    }
    return build_fleet(parse_scenario(data), source=lambda: 0.0).machines


CLASSES = [row for row in read_table(facts.PATH) if row["kind"] == "class"]


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: row["name"])
def test_keys_of_classes(machines: dict[str, Machine], row: dict[str, str]) -> None:
    owner = "office" if row["name"].startswith("Office") else "new"
    definition = machines[owner].cim.class_def(row["subject"], row["name"])
    assert definition is not None
    assert (",".join(definition.keys) or "none") == row["value"]


def test_constants_of_wmi_and_of_the_licensing_service() -> None:
    for name, value in facts.numbers("fault_code", "wbem").items():
        assert getattr(cim, name) == value
    assert facts.numbers("hresult", "licensing") == {"service_stopping": errors.SL_E_SERVICE_STOPPING}


def test_values_of_properties() -> None:
    assert facts.numbers("property_value", "counter") == {"not_applicable": product_view.NOT_APPLICABLE}
    assert facts.numbers("property_value", "EvaluationEndDate") == {"no_date_year": product_view.NO_DATE.year}
    assert facts.values("instance", "MSFT_NetFirewallRule") == {"InstanceID": KMS_RULE}


def test_registry_and_services(machines: dict[str, Machine]) -> None:
    assert facts.values("registry_key", "slwmi") == {"settings": settings.SL_ROOT}
    assert facts.values("registry_key", "sppwmi") == {"settings": settings.SPP_ROOT}
    services = {"old": "slwmi", "new": "sppwmi", "office": "office"}
    for name, subject in services.items():
        assert machines[name].services.find(facts.values("windows_service", subject)["name"]) is not None


def test_types_of_registry_values(machines: dict[str, Machine]) -> None:
    names = {registry.REG_SZ: "REG_SZ", registry.REG_DWORD: "REG_DWORD", registry.REG_MULTI_SZ: "REG_MULTI_SZ"}
    store = registry.Registry()
    client, host = settings.ClientSettings(store, "key"), settings.HostSettings(store, "key")
    client.machine, client.port, client.lookup_domain = "kms01", 1688, "corp.example"
    host.listening_port, host.publishing, host.low_priority = 1688, False, True
    store.set("key", "DnsDomainPublishList", registry.REG_MULTI_SZ, ["a.example"])
    assert host.extra_domains == ["a.example"]
    found = {name: names[kind] for name, kind in store.values("key")}
    assert found == facts.values("registry_value", "licensing")
    place = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
    kinds = dict(machines["new"].registry.values(place))
    assert {name: names[kinds[name]] for name in facts.values("registry_value", "tcpip")} == {"Domain": "REG_SZ"}


def test_every_line_is_read_by_somebody() -> None:
    """A kind that neither the lab nor a test reads would be a fact on paper."""
    read = {
        "class",
        "return_code",
        "property_value",
        "registry_key",
        "registry_value",
        "windows_service",
        "event",
        "instance",
        "hresult",
        "fault_code",
    }
    assert {row["kind"] for row in read_table(facts.PATH)} == read
