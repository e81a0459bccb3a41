# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances into snapshots, for each generation of the provider."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import reader, schema
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.errors import LicensingAbsent, UnexpectedAnswer
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import take
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, WsmanFault

from ..sample_machines import CSVLK, GVLK, MAK, server_2008_r2


def test_reads_in_three_queries_with_named_columns() -> None:
    machine = server_2008_r2(CSVLK, serving=False)
    snapshot = reader.read_snapshot(machine)
    assert len(machine.queries) == 3
    assert not any("*" in query for query in machine.queries)
    assert snapshot.os.caption == "Microsoft Windows Server 2008 R2 Enterprise"
    assert snapshot.os.edition_id == "ServerEnterprise"
    assert [product.key_type for product in snapshot.products] == [KeyType.CSVLK]
    assert snapshot.service.host is not None
    assert not snapshot.service.host.enabled


@pytest.mark.parametrize(
    ("other", "edition"),
    [
        ({"LicenseFamily": "ServerEnterprise"}, "ServerEnterprise"),
        ({"LicenseFamily": "ServerStandard"}, "ServerEnterprise"),
        ({"LicenseFamily": "Server-ESU-Year1", "LicenseIsAddon": True}, "ServerEnterprise"),
        ({"LicenseFamily": "Server-ESU-Year1", "LicenseIsAddon": None}, "ServerEnterprise"),
    ],
)
def test_the_edition_is_that_of_the_main_license(other: dict[str, Any], edition: str) -> None:
    """Kind: of several licenses the first is taken, be it an add-on, or that of an edition which does not run."""
    machine = server_2008_r2(MAK, serving=False)
    rows = machine.rows["SoftwareLicensingProduct"]
    mak = next(row for row in rows if row["PartialProductKey"])
    rows[:] = [{**mak, "ID": "aaaaaaaa-0000-0000-0000-000000000009", **other}, mak]
    assert reader.read_snapshot(machine).os.edition_id == edition


def test_products_that_serve_are_asked_for_their_counters() -> None:
    machine = server_2008_r2(CSVLK)
    row = next(row for row in machine.rows["SoftwareLicensingProduct"] if row["PartialProductKey"])
    row |= {
        "IsKeyManagementServiceMachine": 1,
        "KeyManagementServiceTotalRequests": 52,
        "KeyManagementServiceLicensedRequests": 40,
    }
    snapshot = reader.read_snapshot(machine)
    assert len(machine.queries) == 4
    assert machine.queries[-1].startswith("SELECT ID,KeyManagementServiceTotalRequests,")
    host = snapshot.products[0].host
    assert host is not None
    assert (host.requests.total, host.requests.licensed, host.requests.failed) == (52, 40, None)


def test_service_that_serves_while_no_product_says_so_is_asked_for_its_counters() -> None:
    # Vista and Server 2008 always; later ones between the new key and the restart.
    machine = server_2008_r2(CSVLK)
    machine.rows["SoftwareLicensingService"][0]["KeyManagementServiceTotalRequests"] = 7
    snapshot = reader.read_snapshot(machine)
    assert len(machine.queries) == 4
    assert machine.queries[-1].endswith("FROM SoftwareLicensingService")
    assert snapshot.service.host is not None
    assert snapshot.service.host.requests.total == 7


def test_product_that_loses_its_key_meanwhile_has_no_counters() -> None:
    machine = server_2008_r2(CSVLK)
    row = next(row for row in machine.rows["SoftwareLicensingProduct"] if row["PartialProductKey"])
    row["IsKeyManagementServiceMachine"] = 1
    query = machine.query

    def query_without_counters(wql: str, **arguments: Any) -> tuple[Instance, ...]:
        return () if "TotalRequests" in wql else query(wql, **arguments)

    machine.query = query_without_counters  # type: ignore[method-assign]
    host = reader.read_snapshot(machine).products[0].host
    assert host is not None
    assert host.enabled
    assert host.requests.total is None


def test_the_whole_oem_key_is_never_asked_for() -> None:
    machine = server_2008_r2(GVLK)
    reader.read_snapshot(machine)
    assert not any("OA3xOriginalProductKey" in query for query in machine.queries)


REFUSALS = {
    "CannotProcessFilter": WsmanFault(code=2150858778, hresult=2150858778, subcode="CannotProcessFilter"),
    "the WQL query is invalid": WsmanFault(code=0x80004005, hresult=0x80004005, subcode="InternalError"),
    "invalid query": WsmanFault(code=0x80041017, hresult=0x80041017, subcode="InternalError"),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_refused_list_is_asked_again_with_a_smaller_one(refusal: WsmanFault) -> None:
    """Kind: a fault whose form is on no two records. Never all columns, of which one is a whole product key."""
    machine = server_2008_r2(GVLK, serving=False)
    query = machine.query

    def older(wql: str, **arguments: Any) -> tuple[Instance, ...]:
        if "KeyManagementServiceHostCaching" in wql or "TokenActivationILVID" in wql:
            machine.queries.append(wql)
            raise refusal
        found: tuple[Instance, ...] = query(wql, **arguments)
        return found

    machine.query = older  # type: ignore[method-assign]
    snapshot = reader.read_snapshot(machine)
    assert snapshot.products[0].partial_product_key == "CPX3Y"
    assert not any("*" in one for one in machine.queries)
    assert len(machine.queries) == 5


@pytest.mark.parametrize(
    "fault",
    [
        WsmanFault(code=5, hresult=5, subcode="AccessDenied"),
        WsmanFault(code=2150859174, hresult=2150859174, subcode="QuotaLimit"),
        WsmanFault(subcode="TimedOut"),
    ],
)
def test_rights_quotas_and_time_are_no_matter_of_columns(fault: WsmanFault) -> None:
    machine = server_2008_r2(GVLK)
    machine.fail_queries_with = [fault]
    with pytest.raises(WsmanFault):
        reader.read_snapshot(machine)
    assert len(machine.queries) == 1


@pytest.mark.parametrize(
    ("build", "has", "lacks"),
    [
        (3790, "LicenseStatusReason", "TokenActivationILVID"),
        (6000, "LicenseStatusReason", "TokenActivationILVID"),
        (6002, "LicenseStatusReason", "TokenActivationILVID"),
        (7601, "TokenActivationILVID", "VLActivationTypeEnabled"),
        (7601, "TokenActivationILVID", "ADActivationObjectDN"),
        (9200, "VLActivationTypeEnabled", "ProductKeyChannel"),
        (9200, "ADActivationObjectDN", "ProductKeyChannel"),
        (9200, "ADActivationCsvlkSkuId", "ProductKeyChannel"),
        (9600, "ProductKeyChannel", "OA3xOriginalProductKey"),
        (26100, "ProductKeyChannel", "OA3xOriginalProductKey"),
    ],
)
def test_columns_by_build(build: int, has: str, lacks: str) -> None:
    first, below = schema.product_columns(build)
    assert has in first
    assert lacks not in first
    assert set(below) < set(first)
    assert has not in below


def test_column_that_a_machine_lacks_costs_one_query_more() -> None:
    machine = server_2008_r2(GVLK, serving=False)
    for row in machine.rows["SoftwareLicensingProduct"]:
        del row["DiscoveredKeyManagementServiceMachineName"]
    snapshot = reader.read_snapshot(machine)
    assert len(machine.queries) == 4
    assert not any("*" in query for query in machine.queries)
    assert snapshot.products[0].kms.discovered_host is None


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_what_fails_with_the_columns_of_the_generation_below_too_is_told(refusal: WsmanFault) -> None:
    """The second refusal is the real one: a machine is asked twice, not once for each release of Windows."""
    machine = server_2008_r2(GVLK, serving=False)
    query = machine.query

    def refusing(wql: str, **arguments: Any) -> tuple[Instance, ...]:
        if "FROM SoftwareLicensingProduct" in wql:
            machine.queries.append(wql)
            raise WsmanFault(message="once") if machine.queries[-2].endswith("Service") else refusal
        found: tuple[Instance, ...] = query(wql, **arguments)
        return found

    machine.query = refusing  # type: ignore[method-assign]
    with pytest.raises(WsmanFault) as caught:
        reader.read_snapshot(machine)
    assert caught.value is refusal
    first, second = machine.queries[-2:]
    assert len(machine.queries) == 4
    assert "TokenActivationILVID" in first
    assert "TokenActivationILVID" not in second
    assert "LicenseStatusReason" in second


def test_host_that_lacks_the_counter_of_vista_sp1_is_asked_for_the_others() -> None:
    machine = server_2008_r2(CSVLK)
    service = machine.rows["SoftwareLicensingService"][0]
    service["KeyManagementServiceTotalRequests"] = 7
    del service["KeyManagementServiceNotificationRequests"]
    snapshot = reader.read_snapshot(machine)
    assert snapshot.service.host is not None
    assert (snapshot.service.host.requests.total, snapshot.service.host.requests.notification) == (7, None)


def test_server_2003_has_no_sku() -> None:
    machine = server_2008_r2(CSVLK)
    system = machine.rows["Win32_OperatingSystem"][0]
    del system["OperatingSystemSKU"]
    system |= {"BuildNumber": "3790", "Version": "5.2.3790"}
    snapshot = reader.read_snapshot(machine)
    assert snapshot.os.sku is None
    assert snapshot.service.service_name == "slsvc"
    # Before Windows 7 only the service says whether the machine is a host.
    assert snapshot.products[0].host is None


def test_counters_that_do_not_apply_are_none() -> None:
    snapshot = reader.read_snapshot(server_2008_r2(GVLK, serving=False))
    host = snapshot.products[0].host
    assert host is not None
    assert (host.current_count, host.required_count, host.requests.total) == (None, None, None)
    assert snapshot.products[0].evaluation_end is None
    assert not snapshot.products[0].token_activated


def test_empty_partial_key_is_no_key() -> None:
    machine = server_2008_r2(GVLK)
    machine.rows["SoftwareLicensingProduct"][2]["PartialProductKey"] = ""
    assert len(reader.read_snapshot(machine).products) == 1


def test_machine_without_licensing_classes_says_so() -> None:
    machine = server_2008_r2(GVLK)
    del machine.rows["SoftwareLicensingService"]
    with pytest.raises(LicensingAbsent, match="KB948003"):
        reader.read_snapshot(machine)


def test_rights_are_not_mistaken_for_a_missing_provider() -> None:
    machine = server_2008_r2(GVLK)
    machine.fail_queries_with = [WsmanFault(code=5, hresult=5, subcode="AccessDenied")]
    with pytest.raises(WsmanFault):
        reader.read_snapshot(machine)
    assert len(machine.queries) == 1


@pytest.mark.parametrize("rows", [0, 2])
def test_service_object_must_be_one(rows: int) -> None:
    machine = server_2008_r2(GVLK)
    machine.rows["SoftwareLicensingService"] *= rows
    with pytest.raises(UnexpectedAnswer, match=f"{rows} instances"):
        reader.read_snapshot(machine)


@pytest.mark.parametrize(
    ("computer", "member", "domain", "full_name"),
    [
        (
            {"DNSHostName": "PC", "Domain": "Corp.Example", "PartOfDomain": True},
            True,
            "corp.example",
            "pc.corp.example",
        ),
        # Before Vista there is no DNSHostName.
        ({"Domain": "corp.example", "PartOfDomain": True}, True, "corp.example", None),
        ({"DNSHostName": "PC", "Domain": "WORKGROUP", "PartOfDomain": False}, False, None, None),
        ({"DNSHostName": "PC", "Domain": "corp.example", "PartOfDomain": None}, None, None, None),
    ],
)
def test_domain(computer: dict[str, Any], member: bool | None, domain: str | None, full_name: str | None) -> None:
    machine = server_2008_r2(GVLK)
    machine.rows["Win32_ComputerSystem"] = [computer]
    system = take(machine, reader.with_domain(reader.read_operating_system(machine)))
    assert (system.domain_member, system.domain, system.full_name) == (member, domain, full_name)
