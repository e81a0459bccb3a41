# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's data: complete, consistent, and marked where it is invented."""

from __future__ import annotations

import pytest

from winlab.keys import KeyKind
from winlab.windows.licenses import windows_licenses
from winlab.windows.licensing_classes import licensing_classes
from winlab.windows.releases import Generation, catalog

_ALL = [(release.name, edition) for release in catalog().releases.values() for edition in release.editions]


@pytest.mark.parametrize(("release", "edition"), _ALL)
def test_every_edition_has_licenses_with_distinct_ids(release: str, edition: str) -> None:
    rows = windows_licenses(catalog().releases[release], edition)
    assert rows
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("release", "edition", "name", "description"),
    [
        ("vista", "business", "Windows(TM) Vista, Business edition", "Windows Operating System - Vista, {} channel"),
        (
            "server2008",
            "enterprise",
            "Windows Server(R), ServerEnterprise edition",
            "Windows Operating System - Windows Server(R), {} channel",
        ),
        (
            "win7",
            "enterprise",
            "Windows(R) 7, Enterprise edition",
            "Windows Operating System - Windows(R) 7, {} channel",
        ),
        ("server2019", "standard", "Windows(R), ServerStandard edition", "Windows(R) Operating System, {} channel"),
    ],
)
def test_names_and_descriptions_of_each_era(release: str, edition: str, name: str, description: str) -> None:
    rows = windows_licenses(catalog().releases[release], edition)
    (gvlk,) = [row for row in rows if row.kind is KeyKind.GVLK and row.edition == edition]
    assert gvlk.name == name
    assert gvlk.description == description.format("VOLUME_KMSCLIENT")


def test_activation_ids_of_public_pages_are_kept_and_others_are_marked() -> None:
    rows = windows_licenses(catalog().releases["server2019"], "standard")
    known = {row.id: row.minted for row in rows}
    assert known["de32eafd-aaee-4662-9444-c1befb41bde2"] is False
    assert sum(known.values()) == len(rows) - 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Windows Server 2008 R2", "server2008r2"),
        ("server2008r2", "server2008r2"),
        ("Windows 10", "win10"),
        ("7", "win7"),
    ],
)
def test_releases_by_microsofts_names(text: str, name: str) -> None:
    found = catalog().release(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("generation", "owner", "member", "there"),
    [
        (Generation.VISTA, "product", "IsKeyManagementServiceMachine", False),
        (Generation.VISTA, "service", "IsKeyManagementServiceMachine", True),
        (Generation.VISTA, "service", "KeyManagementServiceDnsPublishing", False),
        (Generation.SEVEN, "product", "IsKeyManagementServiceMachine", True),
        (Generation.SEVEN, "product", "ProductKeyChannel", False),
        (Generation.SEVEN, "service", "KeyManagementServiceActivationDisabled", True),
        (Generation.EIGHT, "service", "KeyManagementServiceActivationDisabled", False),
        (Generation.EIGHT, "product", "ProductKeyChannel", False),
        (Generation.EIGHT_ONE, "product", "ProductKeyChannel", True),
        (Generation.EIGHT, "product", "IAID", False),
        (Generation.EIGHT_ONE, "product", "IAID", True),
        (Generation.TEN, "service", "SubscriptionType", False),
        (Generation.TEN_LATE, "service", "SubscriptionType", True),
    ],
)
def test_properties_by_generation(generation: Generation, owner: str, member: str, there: bool) -> None:
    classes = licensing_classes(generation)
    definition = classes.service if owner == "service" else classes.product
    assert (member in definition.properties) is there


@pytest.mark.parametrize(
    ("generation", "method", "there"),
    [
        (Generation.VISTA, "SetKeyManagementServiceMachine", True),
        (Generation.VISTA, "SetKeyManagementServicePort", False),
        (Generation.SEVEN, "SetKeyManagementServicePort", True),
        (Generation.SEVEN, "SetVLActivationTypeEnabled", False),
        (Generation.EIGHT, "SetVLActivationTypeEnabled", True),
        (Generation.EIGHT, "DisableKeyManagementServiceActivation", False),
    ],
)
def test_methods_by_generation(generation: Generation, method: str, there: bool) -> None:
    assert (method in licensing_classes(generation).service.methods) is there


def test_group_hierarchy_of_the_first_generation() -> None:
    keys = catalog().host_keys
    served = {
        name: [group for group in ("client_vl", "a", "b", "c") if keys[name].serves("server2008r2", group)]
        for name in ("csvlk_kms_a", "csvlk_kms_b", "csvlk_kms_c")
    }
    assert served == {
        "csvlk_kms_a": ["client_vl", "a"],
        "csvlk_kms_b": ["client_vl", "a", "b"],
        "csvlk_kms_c": ["client_vl", "a", "b", "c"],
    }
    assert not keys["csvlk_2008_kms_c"].serves("server2008r2", "b")
