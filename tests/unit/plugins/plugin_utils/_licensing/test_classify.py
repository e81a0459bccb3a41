# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key types, the main product and the role of a machine, on the states that really occur."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    DirectoryActivation,
    KmsClientSettings,
    KmsHostState,
    LicensingService,
    OperatingSystem,
    Product,
    Snapshot,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    WINDOWS_APPLICATION_ID,
    KeyType,
    Role,
)

KMS_CLIENT_2008R2 = "Windows Operating System - Windows Server(R), VOLUME_KMSCLIENT channel"
KMS_C = "Windows Operating System - Windows Server(R), VOLUME_KMS_C channel"
KMS_HOST_2012R2 = "Windows(R) Operating System, VOLUME_KMS_2012-R2_WIN10 channel"


@pytest.mark.parametrize(
    ("description", "channel", "expected", "shown"),
    [
        # Vista to Windows 7: the Description alone
        (KMS_CLIENT_2008R2, None, KeyType.GVLK, "VOLUME_KMSCLIENT"),
        (KMS_C, None, KeyType.CSVLK, "VOLUME_KMS_C"),
        ("Windows Operating System - Windows Server(R), VOLUME_KMS_B channel", "", KeyType.CSVLK, "VOLUME_KMS_B"),
        ("Office 16, VOLUME_KMS channel", None, KeyType.CSVLK, "VOLUME_KMS"),
        (KMS_HOST_2012R2, None, KeyType.CSVLK, "VOLUME_KMS_2012-R2_WIN10"),
        ("Windows(R) Operating System, VOLUME_KMS_WS22 channel", None, KeyType.CSVLK, "VOLUME_KMS_WS22"),
        ("Windows Operating System - Windows(R) 7, TIMEBASED_EVAL channel", None, KeyType.EVALUATION, "TIMEBASED_EVAL"),
        ("Windows(R) Operating System, TIMEBASED_SUB channel", None, KeyType.SUBSCRIPTION, "TIMEBASED_SUB"),
        ("Windows(R) Operating System, VOLUME_MAK channel", None, KeyType.MAK, "VOLUME_MAK"),
        ("Windows(R) Operating System, RETAIL channel", None, KeyType.RETAIL, "RETAIL"),
        ("Office 16, RETAIL(Grace) channel", None, KeyType.RETAIL, "RETAIL(Grace)"),
        ("Windows(R) Operating System, OEM_DM channel", None, KeyType.OEM, "OEM_DM"),
        ("Windows(R) Operating System, OEM_COA_NSLP channel", None, KeyType.OEM, "OEM_COA_NSLP"),
        (
            "Windows(R) Operating System, VIRTUAL_MACHINE_ACTIVATION channel",
            None,
            KeyType.AVMA,
            "VIRTUAL_MACHINE_ACTIVATION",
        ),
        # the prose may be in another language, the word is not
        ("Sistema operativo Windows(R), canale VOLUME_KMSCLIENT", None, KeyType.GVLK, "VOLUME_KMSCLIENT"),
        # Windows 8 and later: ProductKeyChannel
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", "Volume:GVLK", KeyType.GVLK, "Volume:GVLK"),
        (KMS_HOST_2012R2, "Volume:CSVLK", KeyType.CSVLK, "Volume:CSVLK"),
        (None, "Volume:MAK", KeyType.MAK, "Volume:MAK"),
        (None, "Retail", KeyType.RETAIL, "Retail"),
        (None, "Retail:TB:Eval", KeyType.EVALUATION, "Retail:TB:Eval"),
        (None, "Retail:TB:Sub", KeyType.SUBSCRIPTION, "Retail:TB:Sub"),
        (None, "OEM:DM", KeyType.OEM, "OEM:DM"),
        (None, "OEM:NONSLP", KeyType.OEM, "OEM:NONSLP"),
        (None, "volume:gvlk", KeyType.GVLK, "volume:gvlk"),
        # a channel nobody has named yet: the Description still speaks, the channel is shown as it is
        ("Windows(R) Operating System, VOLUME_KMSCLIENT channel", "Volume:New", KeyType.GVLK, "Volume:New"),
        ("Windows(R) Operating System, NEWTHING channel", "New:Thing", KeyType.UNKNOWN, "New:Thing"),
        ("Windows(R) Operating System, NEWTHING channel", None, KeyType.UNKNOWN, "NEWTHING"),
        (None, "Retail:TB:Later", KeyType.UNKNOWN, "Retail:TB:Later"),
        ("The maker's market edition", None, KeyType.UNKNOWN, None),
        (None, None, KeyType.UNKNOWN, None),
        ("", " ", KeyType.UNKNOWN, None),
    ],
)
def test_key_type_and_channel(description, channel, expected, shown):
    assert classify.key_type(description, channel) is expected
    assert classify.channel_of(description, channel) == shown


def product(key_type: KeyType = KeyType.GVLK, **changes: object) -> Product:
    base = Product(
        activation_id="00000000-0000-0000-0000-000000000001",
        application_id=WINDOWS_APPLICATION_ID,
        name="Windows(R), ServerStandard edition",
        description=None,
        channel=key_type.value,
        key_type=key_type,
        partial_product_key="J464C",
        license_status_code=1,
        license_status_reason=None,
        grace_minutes=259200,
        is_addon=False,
    )
    return replace(base, **changes)


def host(enabled: bool) -> KmsHostState:
    return KmsHostState(enabled=enabled)


def office(key_type: KeyType, **changes: object) -> Product:
    return product(
        key_type,
        application_id=OFFICE_APPLICATION_ID,
        activation_id="00000000-0000-0000-0000-000000000002",
        name=f"Office 16, Office16 {key_type.value} edition",
        partial_product_key="KDQ2G",
        **changes,
    )


def snapshot(*products: Product, service_host: KmsHostState | None = None, build: int = 17763) -> Snapshot:
    name = "slsvc" if build < 7600 else "sppsvc"
    return Snapshot(
        os=OperatingSystem(caption=None, version="10.0", build=build, sku=7, product_type=3),
        service=LicensingService(version="10.0", service_name=name, client_machine_id=None, host=service_host),
        products=products,
    )


ESU = product(KeyType.MAK, is_addon=True, name="Client-ESU-Year1 add-on", partial_product_key="4C6R8")


def test_the_main_product_is_windows_keyed_and_no_add_on():
    windows = product()
    unkeyed = product(partial_product_key=None)
    assert classify.primary_product([office(KeyType.GVLK), ESU, unkeyed, windows]) is windows
    assert classify.primary_product([office(KeyType.GVLK), ESU, unkeyed]) is None
    assert classify.primary_product([]) is None


@pytest.mark.parametrize(
    ("name", "family", "addon"),
    [
        ("Windows Server(R), Server-ESU-Year1 edition", None, True),
        ("Windows(R) 7, Client-ESU-Year3 edition", None, True),
        ("Windows(R) 7, ESUYear2 add-on for Enterprise", None, True),
        ("Windows(R) 7, add-on for Enterprise", "Client-ESU-Year2", True),
        ("Windows Server(R) Extended Security Updates", None, True),
        ("Windows(R) 7, Enterprise edition", "Enterprise", False),
        ("Windows(R) 7, RESUME edition", None, False),
    ],
)
def test_security_updates_are_known_where_the_provider_knows_no_add_ons(name, family, addon):
    """Kind: the key of an add-on is taken for that of Windows, and the machine for one with two licenses."""
    mak = product(KeyType.MAK, is_addon=None)
    other = replace(mak, name=name, license_family=family, activation_id="00000000-0000-0000-0000-000000000009")
    if addon:
        assert classify.primary_product([other, mak]) is mak
    else:
        with pytest.raises(classify.AmbiguousProduct):
            classify.primary_product([other, mak])


def test_application_ids_compare_in_any_case():
    windows = product(application_id=WINDOWS_APPLICATION_ID.upper())
    assert classify.primary_product([windows]) is windows


def test_the_oldest_provider_is_certain_of_kms_products():
    kms, other = product(KeyType.CSVLK, is_addon=None), product(KeyType.MAK, is_addon=None)
    assert classify.primary_product([other, kms]) is kms
    assert classify.primary_product([other]) is other


@pytest.mark.parametrize(
    "candidates",
    [
        pytest.param([product(), product(KeyType.MAK, partial_product_key="BBBBB")], id="two main licenses"),
        pytest.param([product(KeyType.MAK, is_addon=None)] * 2, id="none is certain"),
        pytest.param([product(is_addon=None)] * 2, id="both are certain"),
    ],
)
def test_two_main_products_are_refused(candidates):
    with pytest.raises(classify.AmbiguousProduct, match="2 Windows licenses") as caught:
        classify.primary_product(candidates)
    assert caught.value.products == tuple(candidates)


ROLES = {
    "KMS client": (snapshot(product(host=host(False)), service_host=host(False)), Role.KMS_CLIENT, "client setup key"),
    "KMS client on Server 2008": (
        snapshot(product(is_addon=None), service_host=host(False), build=6002),
        Role.KMS_CLIENT,
        "J464C",
    ),
    "KMS client activated by Active Directory": (
        snapshot(product(directory=DirectoryActivation("Activation object 1"))),
        Role.KMS_CLIENT,
        "Activation object 1",
    ),
    "licensed by a token": (
        snapshot(product(token_activated=True)),
        Role.KMS_CLIENT,
        "by a token",
    ),
    "host key that only made an activation object": (
        snapshot(product(KeyType.CSVLK, host=host(False)), service_host=host(False)),
        Role.KMS_HOST_PENDING,
        "activation object in Active Directory",
    ),
    "KMS client that Active Directory activated before a KMS host did": (
        snapshot(product(directory=DirectoryActivation("Old object"), kms=KmsClientSettings(activation_type_used=2))),
        Role.KMS_CLIENT,
        "from a KMS host or from Active Directory",
    ),
    "KMS client that is not activated": (
        snapshot(product(license_status_code=5, grace_minutes=0)),
        Role.KMS_CLIENT,
        "client setup key",
    ),
    "KMS client with ESU add-on and Office": (
        snapshot(ESU, office(KeyType.GVLK), product()),
        Role.KMS_CLIENT,
        "J464C",
    ),
    "KMS host, Windows 7 and later": (
        snapshot(product(KeyType.CSVLK, host=host(True), channel="VOLUME_KMS_C"), service_host=host(True)),
        Role.KMS_HOST,
        "VOLUME_KMS_C",
    ),
    "KMS host by the product alone": (
        snapshot(product(KeyType.CSVLK, host=host(True))),
        Role.KMS_HOST,
        "answers KMS requests",
    ),
    "KMS host, Server 2008: only the service says so": (
        snapshot(product(KeyType.CSVLK, is_addon=None), service_host=host(True), build=6002),
        Role.KMS_HOST,
        "slsvc",
    ),
    "Office KMS host on a Windows KMS client": (
        snapshot(product(host=host(False)), office(KeyType.CSVLK, host=host(True))),
        Role.KMS_HOST,
        "no host key for Windows",
    ),
    "Windows and Office KMS host": (
        snapshot(product(KeyType.CSVLK, host=host(True)), office(KeyType.CSVLK, host=host(True))),
        Role.KMS_HOST,
        "ServerStandard",
    ),
    "GVLK installed, service not restarted (the product says so)": (
        snapshot(product(host=host(True)), service_host=host(False)),
        Role.KMS_HOST_PENDING,
        "restart sppsvc",
    ),
    "GVLK installed, service not restarted (the service says so)": (
        snapshot(product(host=host(False)), service_host=host(True)),
        Role.KMS_HOST_PENDING,
        "restart sppsvc",
    ),
    "GVLK installed on Server 2008, service not restarted": (
        snapshot(product(is_addon=None), service_host=host(True), build=6002),
        Role.KMS_HOST_PENDING,
        "restart slsvc",
    ),
    "MAK installed, service not restarted": (
        snapshot(product(KeyType.MAK), service_host=host(True)),
        Role.KMS_HOST_PENDING,
        "multiple activation key",
    ),
    "key removed, service not restarted": (
        snapshot(service_host=host(True)),
        Role.KMS_HOST_PENDING,
        "no Windows key",
    ),
    "GVLK still flagged beside an Office host key that does not serve": (
        snapshot(product(host=host(True)), office(KeyType.CSVLK, host=host(False)), service_host=host(True)),
        Role.KMS_HOST_PENDING,
        "restart sppsvc",
    ),
    "host key not activated": (
        snapshot(product(KeyType.CSVLK, host=host(False), license_status_code=5), service_host=host(False)),
        Role.KMS_HOST_PENDING,
        "not activated",
    ),
    "host key activated, service not restarted": (
        snapshot(product(KeyType.CSVLK, host=host(False)), service_host=host(False)),
        Role.KMS_HOST_PENDING,
        "not restarted",
    ),
    "MAK": (snapshot(product(KeyType.MAK)), Role.OTHER, "MAK"),
    "retail": (snapshot(product(KeyType.RETAIL)), Role.OTHER, "retail"),
    "OEM": (snapshot(product(KeyType.OEM)), Role.OTHER, "OEM"),
    "evaluation": (snapshot(product(KeyType.EVALUATION)), Role.OTHER, "evaluation"),
    "AVMA guest": (snapshot(product(KeyType.AVMA)), Role.OTHER, "Hyper-V"),
    "a channel nobody has named": (
        snapshot(product(KeyType.UNKNOWN, channel="New:Thing")),
        Role.OTHER,
        "New:Thing",
    ),
    "two keyed Windows licenses": (snapshot(product(), product(KeyType.MAK)), Role.OTHER, "and"),
    "no key": (snapshot(), Role.UNLICENSED, "No Windows license"),
    "a product without partial key": (snapshot(product(partial_product_key=None)), Role.UNLICENSED, "No Windows"),
    "only Office is keyed": (snapshot(office(KeyType.GVLK)), Role.UNLICENSED, "Office16"),
}


@pytest.mark.parametrize("case", ROLES)
def test_role(case):
    state, expected, words = ROLES[case]
    verdict = classify.role(state)
    assert verdict.role is expected
    assert words in verdict.reason
    assert verdict.reason.endswith(".")


@pytest.mark.parametrize(
    ("state", "serves"),
    [
        (snapshot(product(KeyType.CSVLK, host=host(True))), True),
        (snapshot(product(), service_host=host(True)), True),
        (snapshot(product(host=host(False)), service_host=host(False)), False),
        (snapshot(product()), False),
    ],
)
def test_whether_the_running_service_is_a_host(state, serves):
    assert classify.serves_as_host(state) is serves


@pytest.mark.parametrize(
    ("word", "channel", "expected"),
    [
        ("VIRTUAL_MACHINE_ACTIVATION", "Volume:GVLK", KeyType.AVMA),
        ("TIMEBASED_SUB", "Retail", KeyType.SUBSCRIPTION),
        ("TIMEBASED_EVAL", "Retail", KeyType.EVALUATION),
    ],
)
def test_a_description_that_forbids_a_change_wins(word, channel, expected):
    """Kind: of two columns that disagree, the one is believed that lets a right key be replaced."""
    assert classify.key_type(f"Windows(R) Operating System, {word} channel", channel) is expected


def test_two_licenses_of_the_running_edition_are_not_settled_by_their_order():
    pro = product(KeyType.OEM, license_family="Professional")
    os = OperatingSystem(caption=None, version="10.0", build=19045, sku=48, product_type=1)
    with pytest.raises(classify.AmbiguousProduct):
        classify.primary_product([pro, replace(pro, key_type=KeyType.MAK)], os)
    enterprise = replace(pro, license_family="Enterprise")
    assert classify.primary_product([enterprise, pro], os) is pro
