# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the columns of the licensing classes say, and what they only seem to say."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.row import Row, host_state_of, product_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance

NONE_YET = 4294967295
WINDOWS_10 = OperatingSystem("Microsoft Windows 10 Pro", "10.0.19045", 19045, 48, 1)
MOMENT = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)


def row(**columns: Any) -> Row:
    return Row(Instance("SoftwareLicensingProduct", columns))


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("text", "kms01", "kms01"),
        ("text", "", None),
        ("text", None, None),
        ("number", 0, 0),
        ("number", NONE_YET, NONE_YET),
        ("number", True, None),
        ("count", 0, 0),
        ("count", NONE_YET, None),
        ("port", 1688, 1688),
        ("port", 0, None),
        ("port", NONE_YET, None),
        ("flag", False, False),
        ("flag", 0, None),
        ("moment", MOMENT, MOMENT),
        ("moment", "20261124", None),
    ],
)
def test_value_of_a_column(kind: str, value: Any, said: Any) -> None:
    assert getattr(row(Column=value), kind)("Column") == said
    assert getattr(row(), kind)("Column") is None


@pytest.mark.parametrize(("value", "enabled"), [(0, False), (1, True), (2, True), (NONE_YET, False)])
def test_any_value_above_zero_makes_a_kms_host(value: int, enabled: bool) -> None:
    host = host_state_of(row(IsKeyManagementServiceMachine=value))
    assert host is not None
    assert host.enabled is enabled


def test_row_that_does_not_say_whether_it_is_a_kms_host() -> None:
    assert host_state_of(row()) is None


@pytest.mark.parametrize(
    ("end", "said"), [(MOMENT, MOMENT), (datetime(1601, 1, 1, tzinfo=timezone.utc), None), (None, None)]
)
def test_evaluation_without_an_end(end: datetime | None, said: datetime | None) -> None:
    system = OperatingSystem(caption=None, version="10.0.17763", build=17763, sku=None, product_type=None)
    assert product_of(row(EvaluationEndDate=end), system, "SoftwareLicensingProduct").evaluation_end == said


VISTA = OperatingSystem(None, "6.0.6002", 6002, 7, 3)


@pytest.mark.parametrize(
    ("family", "name", "edition"),
    [
        ("ServerStandard", "Windows Server(R), ServerStandard edition", "ServerStandard"),
        (
            "8d1c3a52-0f11-4a2e-9a55-2c1f0b6f4b10",
            "Windows Server(R) 2008, ServerStandard edition",
            "ServerStandard",
        ),
        ("{8D1C3A52-0F11-4A2E-9A55-2C1F0B6F4B10}", "Windows", None),
        (None, "Windows Server(R) 2008, ServerStandard edition", None),
    ],
)
def test_family_that_is_only_an_identifier_gives_way_to_the_name(
    family: str | None, name: str, edition: str | None
) -> None:
    product = product_of(row(LicenseFamily=family, Name=name), VISTA, "SoftwareLicensingProduct")
    assert product.license_family == edition


@pytest.mark.parametrize(
    ("columns", "used", "by_directory", "by_kms"),
    [
        ({"ADActivationObjectName": "Corp AO"}, 1, True, False),
        # The object is the one of the last time, and stays when a KMS host activates the product later.
        ({"ADActivationObjectName": "Corp AO"}, 2, False, True),
        ({"ADActivationObjectName": "Corp AO"}, 0, False, False),
        ({"ADActivationObjectName": "Corp AO"}, None, True, False),
        ({"ADActivationObjectName": ""}, 1, True, False),
        ({}, 2, False, True),
        ({}, None, False, False),
    ],
)
def test_what_activated_a_product(columns: dict[str, str], used: int | None, by_directory: bool, by_kms: bool) -> None:
    found = product_of(row(VLActivationType=used, **columns), WINDOWS_10, "SoftwareLicensingProduct")
    assert (found.by_directory, found.by_kms) == (by_directory, by_kms)


def test_activation_object() -> None:
    columns = {
        "ADActivationObjectName": "Größe",
        "ADActivationObjectDN": "CN=ao1,DC=corp",
        "ADActivationCsvlkPid": "06401-02206-123-456789-03-1033-20348.0000-0012026",
        "ADActivationCsvlkSkuId": "47F3B983-7C53-4D45-ABC6-BCD91E2DD90A",
    }
    found = product_of(row(**columns), WINDOWS_10, "SoftwareLicensingProduct").directory
    assert found is not None
    assert (found.object_name, found.object_dn, found.csvlk_pid) == tuple(columns.values())[:3]
    assert found.csvlk_sku_id == "47f3b983-7c53-4d45-abc6-bcd91e2dd90a"
    blank = dict.fromkeys(columns, "")
    assert product_of(row(**blank), WINDOWS_10, "SoftwareLicensingProduct").directory is None
