# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict and every plan has a row; the table is the specification.

Kind: advice that is made without the plan, so that it names what would be refused, or what does harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import (
    DirectoryActivation,
    KmsClientSettings,
    OperatingSystem,
    Product,
    Snapshot,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import (
    OFFICE_APPLICATION_ID,
    KeyType,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import Severity, kinds
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.judgement import judge
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Judgement, Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.plan import ActionKind
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.verdict import Verdict

from .._licensing.samples import SERVER_2019_STANDARD, SERVER_2022_EVALUATION, product, snapshot

KMS01 = "kms01.corp.example"
POLICY = Policy.parse([KMS01])
MAK_TOO = Policy.parse([KMS01], ["GVLK", "MAK"])
OFFICE_ID = "70512334-47b4-44db-a233-be5ea33b914c"

WINDOWS_10_PRO = OperatingSystem("Microsoft Windows 10 Pro", "10.0.19045", 19045, 48, 1, edition_id="Professional")
MULTI_SESSION = replace(WINDOWS_10_PRO, sku=175, edition_id="ServerRdsh")
HOME = replace(WINDOWS_10_PRO, sku=101, edition_id="Core")
SERVER_2003 = OperatingSystem("Microsoft(R) Windows(R) Server 2003", "5.2.3790", 3790, None, 3)
ESSENTIALS_2022 = OperatingSystem("Windows Server 2022 Essentials", "10.0.20348", 20348, 50, 3)
TWO_MINDS = OperatingSystem("Windows 11", "10.0.22631", 22631, 4, 1, edition_id="Professional")
NO_SKU = OperatingSystem("Windows 10", "10.0.19045", 19045, 0, 1, edition_id="NoSuchEdition")
FOUNDATION = OperatingSystem("Windows Server 2008 R2 Foundation", "6.1.7601", 7601, 33, 3)

OBJECT = DirectoryActivation("Corp AO", "CN=ao1,CN=Activation Objects,DC=corp,DC=example")
HALF_A_YEAR = 250_000
GVLK = product(grace_minutes=HALF_A_YEAR)
HOST_KEY = product(KeyType.CSVLK, "PYWKV", host=True)
IDLE_HOST_KEY = product(KeyType.CSVLK, "PYWKV", status=2)
OFFICE_HOST_KEY = product(
    KeyType.CSVLK, "BCHFY", host=True, activation_id=OFFICE_ID, application_id=OFFICE_APPLICATION_ID, name="Office 19"
)
MAK = product(KeyType.MAK, "4C6R8")
OEM = product(KeyType.OEM, "QBFG9")
AVMA = product(KeyType.AVMA, "TNK62")


def judged(state: Snapshot, policy: Policy | None = POLICY, name: str = "pc1.corp.example", **known: Any) -> Judgement:
    primary = classify.primary_product(state.products)
    return judge(Machine(MachineIdentity(name, **known), state, primary, classify.role(state)), policy)


def reason(code: int, state: Product) -> Product:
    return replace(state, license_status_reason=code)


def kinds_of(judgement: Judgement) -> list[str]:
    return [action.kind.value for action in judgement.plan.actions]


CONVERT = ["install_key", "restart_service", "activate"]


@pytest.mark.parametrize(
    ("state", "policy", "verdict", "actions"),
    [
        pytest.param(snapshot(GVLK), POLICY, "kms_client_ok", [], id="licensed client"),
        pytest.param(snapshot(product(status=5)), POLICY, "not_activated", ["activate"], id="in notification"),
        pytest.param(snapshot(HOST_KEY), POLICY, "kms_unapproved", CONVERT, id="the case of the article"),
        pytest.param(snapshot(IDLE_HOST_KEY), POLICY, "kms_unapproved", CONVERT, id="host key, not serving yet"),
        pytest.param(
            snapshot(GVLK, service_serves=True), POLICY, "kms_unapproved", ["restart_service"], id="not restarted"
        ),
        pytest.param(
            snapshot(product(status=5), service_serves=True),
            POLICY,
            "kms_unapproved",
            ["restart_service", "activate"],
            id="neither restarted nor activated",
        ),
        pytest.param(
            snapshot(OEM, OFFICE_HOST_KEY, os=SERVER_2019_STANDARD),
            POLICY,
            "kms_unapproved",
            ["remove_key", "restart_service"],
            id="host key of Office alone",
        ),
        pytest.param(
            snapshot(HOST_KEY, OFFICE_HOST_KEY, os=SERVER_2019_STANDARD),
            POLICY,
            "kms_unapproved",
            ["remove_key", *CONVERT],
            id="host keys of Windows and Office",
        ),
        pytest.param(
            snapshot(HOST_KEY, os=SERVER_2003),
            POLICY,
            "kms_unapproved",
            ["remove_key", "restart_service"],
            id="Server 2003 that is not approved",
        ),
        pytest.param(snapshot(HOST_KEY, os=FOUNDATION), POLICY, "kms_unapproved", ["ask"], id="host without a GVLK"),
        pytest.param(snapshot(), POLICY, "no_key", CONVERT, id="no key"),
        pytest.param(snapshot(os=HOME), POLICY, "no_gvlk", ["ask"], id="no key on Home"),
        pytest.param(snapshot(os=SERVER_2022_EVALUATION), POLICY, "no_gvlk", ["ask"], id="no key on an evaluation"),
        pytest.param(snapshot(os=FOUNDATION), POLICY, "no_gvlk", ["ask"], id="no key, and no edition with a GVLK"),
        pytest.param(snapshot(os=ESSENTIALS_2022), POLICY, "no_gvlk", ["ask"], id="no key on Essentials 2022"),
        pytest.param(snapshot(MAK, os=ESSENTIALS_2022), POLICY, "no_gvlk", ["ask"], id="MAK on Essentials 2022"),
        pytest.param(snapshot(os=TWO_MINDS), POLICY, "no_key", ["ask"], id="no key, and a person has to say which"),
        pytest.param(snapshot(MAK, os=TWO_MINDS), POLICY, "wrong_key_type", ["ask"], id="MAK, a person has to say"),
        pytest.param(snapshot(os=NO_SKU), POLICY, "no_key", ["ask"], id="no key on an edition nobody knows"),
        pytest.param(snapshot(os=MULTI_SESSION), POLICY, "left_alone", ["leave_alone"], id="multi-session, no key"),
        pytest.param(snapshot(MAK), POLICY, "wrong_key_type", CONVERT, id="MAK not accepted"),
        pytest.param(snapshot(MAK), MAK_TOO, "accepted_key_ok", [], id="MAK accepted"),
        pytest.param(snapshot(GVLK), Policy.parse([KMS01], ["MAK"]), "wrong_key_type", ["ask"], id="GVLK not accepted"),
        pytest.param(
            snapshot(product(KeyType.EVALUATION, "J2T92"), os=SERVER_2022_EVALUATION),
            POLICY,
            "no_gvlk",
            ["ask"],
            id="evaluation edition",
        ),
        pytest.param(snapshot(AVMA), POLICY, "left_alone", ["leave_alone"], id="AVMA guest"),
        pytest.param(
            snapshot(reason(0xC004FD02, replace(AVMA, license_status_code=5))),
            POLICY,
            "not_activated",
            ["ask"],
            id="AVMA guest that left its host",
        ),
        pytest.param(
            snapshot(product(KeyType.SUBSCRIPTION, "TNK62"), os=WINDOWS_10_PRO),
            POLICY,
            "left_alone",
            ["leave_alone"],
            id="subscription",
        ),
        pytest.param(
            snapshot(reason(0xC004F035, product(status=5))), POLICY, "not_activated", ["ask"], id="no OEM marker"
        ),
        pytest.param(
            snapshot(reason(0xC004C020, replace(MAK, license_status_code=5))),
            MAK_TOO,
            "not_activated",
            ["ask"],
            id="MAK used up",
        ),
        pytest.param(
            snapshot(reason(0xC004F074, product(status=5, last_five="BBBBB")), os=MULTI_SESSION),
            POLICY,
            "not_activated",
            ["ask"],
            id="multi-session outside Azure",
        ),
        pytest.param(snapshot(HOST_KEY), None, "unjudged", [], id="no policy"),
        pytest.param(
            snapshot(product(grace_minutes=6_866_310)), POLICY, "implausible_validity", ["ask"], id="13 years"
        ),
        pytest.param(snapshot(product(grace_minutes=259_200)), POLICY, "kms_client_ok", [], id="just renewed"),
        pytest.param(snapshot(product(grace_minutes=1_439)), POLICY, "validity_ends_soon", ["ask"], id="last day"),
        pytest.param(snapshot(product(grace_minutes=14 * 1_440)), POLICY, "kms_client_ok", [], id="14 days"),
    ],
)
def test_verdict_and_plan(state: Snapshot, policy: Policy | None, verdict: str, actions: list[str]) -> None:
    judgement = judged(state, policy)
    assert (judgement.verdict.value, kinds_of(judgement)) == (verdict, actions)
    assert judgement.reason
    if judgement.verdict.compliant is not None:
        assert bool(judgement.advice) is not judgement.verdict.compliant


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        pytest.param(snapshot(HOST_KEY), "kms_host_ok", "", id="serves"),
        pytest.param(snapshot(GVLK), "kms_host_not_serving", "kms_host", id="became a client"),
        pytest.param(snapshot(IDLE_HOST_KEY), "kms_host_not_serving", "allow_kms_host_key", id="not activated yet"),
        pytest.param(
            snapshot(product(KeyType.CSVLK, "PYWKV")), "kms_host_not_serving", "licensing_service", id="not restarted"
        ),
        pytest.param(
            snapshot(product(KeyType.CSVLK, "PYWKV", status=5, host=True)),
            "not_activated",
            "allow_kms_host_key",
            id="serves, key not activated",
        ),
    ],
)
def test_an_approved_host_is_never_touched(state: Snapshot, verdict: str, words: str) -> None:
    judgement = judged(state, name=KMS01)
    assert (judgement.verdict.value, judgement.approved) == (verdict, True)
    assert not judgement.plan.changes
    assert words in judgement.advice


def following(configured: str | None = None, discovered: str | None = None, own: str | None = None) -> Snapshot:
    client = replace(GVLK, kms=KmsClientSettings(configured_host=own or configured, discovered_host=discovered))
    state = snapshot(client, os=WINDOWS_10_PRO)
    return replace(state, service=replace(state.service, kms=KmsClientSettings(configured_host=configured)))


@pytest.mark.parametrize(
    ("state", "verdict", "actions"),
    [
        pytest.param(following(KMS01), "kms_client_ok", [], id="set to an approved host"),
        pytest.param(following("kms01"), "kms_client_ok", [], id="set to its short name"),
        pytest.param(following(discovered=KMS01), "kms_client_ok", [], id="found an approved host"),
        pytest.param(following("kms8.emulator.example"), "wrong_kms_host", ["client_settings"], id="set to another"),
        pytest.param(
            following(KMS01, own="kms8.emulator.example"), "wrong_kms_host", ["client_settings"], id="product's own"
        ),
        pytest.param(
            following("a.example", own="b.example"), "wrong_kms_host", ["client_settings"] * 2, id="both scopes"
        ),
        pytest.param(following(discovered="pc1.corp.example"), "wrong_kms_host", ["ask"], id="found another"),
        pytest.param(following(KMS01, discovered="pc1.corp.example"), "kms_client_ok", [], id="set wins over found"),
        pytest.param(following("azkms.core.windows.net"), "left_alone", ["leave_alone"], id="Azure"),
        pytest.param(following("169.254.169.250"), "left_alone", ["leave_alone"], id="Amazon"),
        pytest.param(following(discovered="kms.windows.googlecloud.com"), "left_alone", ["leave_alone"], id="Google"),
        pytest.param(following("10.1.2.3"), "kms_client_ok", [], id="an address cannot be compared with names"),
        pytest.param(following("127.0.0.2"), "wrong_kms_host", ["client_settings"], id="the machine itself"),
        pytest.param(following("::1"), "wrong_kms_host", ["client_settings"], id="the machine itself, IPv6"),
        pytest.param(following(discovered="127.0.0.2"), "wrong_kms_host", ["ask"], id="activated by itself"),
        pytest.param(following("kms01.corp.example:1688"), "kms_client_ok", [], id="with a port"),
        pytest.param(following("KMS01.corp.example."), "kms_client_ok", [], id="in capitals, with a final dot"),
        pytest.param(following("kms01.emea.example"), "wrong_kms_host", ["client_settings"], id="a namesake"),
        pytest.param(following("AZKMS.core.windows.net.:1688"), "left_alone", ["leave_alone"], id="Azure, with a port"),
        pytest.param(following("kms.core.usgovcloudapi.net"), "left_alone", ["leave_alone"], id="Azure US Government"),
        pytest.param(following("azkms.core.chinacloudapi.cn"), "left_alone", ["leave_alone"], id="Azure, 21Vianet"),
        pytest.param(following("[FD00:EC2::250]"), "left_alone", ["leave_alone"], id="Amazon, IPv6"),
        pytest.param(following("azkms.example"), "wrong_kms_host", ["client_settings"], id="named like Azure's"),
    ],
)
def test_whom_a_client_follows(state: Snapshot, verdict: str, actions: list[str]) -> None:
    """Kind: a client of a KMS host that is not approved was called compliant."""
    judgement = judged(state)
    assert (judgement.verdict.value, kinds_of(judgement)) == (verdict, actions)


@pytest.mark.parametrize("written", ["kms 01", "kms01:99999", "http://kms01", "[x]", "kms01:", "a:b:c"])
def test_what_is_no_name_at_all_is_a_host_that_is_not_approved(written: str) -> None:
    """Kind: what somebody once wrote on one machine ends the audit of all."""
    assert judged(following(written)).verdict is Verdict.WRONG_KMS_HOST


@pytest.mark.parametrize(
    ("state", "verdict", "ids", "actions"),
    [
        pytest.param(
            ("kms8.emulator.example", 6_866_310),
            "wrong_kms_host",
            ["CLI-004", "CLI-011"],
            ["client_settings", "ask"],
            id="an emulator, and its validity",
        ),
        pytest.param(
            ("azkms.core.windows.net", 6_866_310), "implausible_validity", ["CLI-011"], ["ask"], id="not Azure's either"
        ),
        pytest.param(("10.1.2.3", 1_000), "validity_ends_soon", ["CLI-003", "CLI-013"], ["ask"], id="by address"),
        pytest.param(
            ("kms8.emulator.example", 1_000),
            "wrong_kms_host",
            ["CLI-004", "CLI-003"],
            ["client_settings", "ask"],
            id="another host, which is gone",
        ),
        pytest.param((KMS01, 1_000), "validity_ends_soon", ["CLI-003"], ["ask"], id="the right host"),
    ],
)
def test_one_fault_hides_no_other(state: tuple[str, int], verdict: str, ids: list[str], actions: list[str]) -> None:
    """Kind: the first thing that is remarked on is all that is told, and a mere remark passes for all well."""
    host, minutes = state
    found = following(host)
    judgement = judged(replace(found, products=tuple(replace(one, grace_minutes=minutes) for one in found.products)))
    assert judgement.verdict.value == verdict
    assert [one.kind.id for one in judgement.findings] == ids
    assert kinds_of(judgement) == actions
    assert all(
        one.reason.removeprefix(judged(following(KMS01)).reason) in judgement.reason for one in judgement.findings
    )


def test_an_address_is_judged_where_those_of_approved_hosts_are_known() -> None:
    policy = replace(POLICY, addresses=frozenset({"10.1.2.3"}))
    assert judged(following("10.1.2.3"), policy).verdict is Verdict.KMS_CLIENT_OK
    assert judged(following("10.1.2.4"), policy).verdict is Verdict.WRONG_KMS_HOST


def test_activated_through_active_directory_follows_no_host() -> None:
    state = following(discovered="pc9.corp.example")
    by_directory = replace(state, products=tuple(replace(one, directory=OBJECT) for one in state.products))
    assert judged(by_directory).verdict is Verdict.KMS_CLIENT_OK


def test_an_object_that_activated_it_once_does_not_clear_the_host_that_does_now() -> None:
    """TechNet, WMI Properties and Methods for Volume Activation: the object is the one of the last time, and stays."""
    state = following(discovered="pc9.corp.example")
    settings = replace(state.products[0].kms, activation_type_used=2)
    once = replace(state, products=(replace(state.products[0], directory=OBJECT, kms=settings),))
    assert judged(once).verdict is Verdict.WRONG_KMS_HOST


def test_without_an_approved_host_there_is_none_to_compare_with() -> None:
    assert judged(following(discovered="pc9.corp.example"), Policy.parse([])).verdict is Verdict.KMS_CLIENT_OK


@pytest.mark.parametrize(
    ("name", "known", "verdict"),
    [
        (KMS01, {}, Verdict.KMS_HOST_OK),
        ("kms01", {"full_name": KMS01}, Verdict.KMS_HOST_OK),
        ("kms01.emea.corp.example", {}, Verdict.KMS_UNAPPROVED),
        ("kms01", {"full_name": "kms01.emea.corp.example"}, Verdict.KMS_UNAPPROVED),
    ],
)
def test_a_namesake_is_another_machine(name: str, known: Mapping[str, str], verdict: Verdict) -> None:
    assert judged(snapshot(HOST_KEY), name=name, **known).verdict is verdict


def test_an_office_host_key_is_removed_by_its_activation_id_and_windows_is_not_touched() -> None:
    judgement = judged(snapshot(OEM, OFFICE_HOST_KEY, os=SERVER_2019_STANDARD))
    touched = [action.product.activation_id for action in judgement.plan.actions if action.product is not None]
    assert touched == [OFFICE_ID]
    assert f"product={OFFICE_ID}" in judgement.advice
    assert "gvlk" not in judgement.advice


@pytest.mark.parametrize(
    ("primary", "gives_up"),
    [(MAK, True), (OEM, True), (product(KeyType.RETAIL, "3V66T", status=5), False), (HOST_KEY, False)],
)
def test_a_license_that_does_not_end_is_marked(primary: Product, gives_up: bool) -> None:
    """Kind: a license is taken away where nothing can replace it."""
    (install,) = [one for one in judged(snapshot(primary)).plan.actions if one.kind is ActionKind.INSTALL_KEY]
    assert install.gives_up is gives_up


@pytest.mark.parametrize(
    ("state", "policy", "words"),
    [
        (snapshot(reason(0xC004F035, product(status=5))), POLICY, "0xC004F035"),
        (snapshot(reason(0xC004F034, product(KeyType.RETAIL, "CPR8F", status=5))), POLICY, "0xC004F034"),
        (snapshot(reason(0xC004FD02, product(KeyType.AVMA, "TNK62", status=5))), POLICY, "0xC004FD02"),
        (snapshot(reason(0xC004F200, product(KeyType.OEM, "TNK62", status=4))), POLICY, "non_genuine_grace"),
    ],
)
def test_the_reason_names_state_and_code(state: Snapshot, policy: Policy, words: str) -> None:
    """Kind: a machine in notification reads like a healthy one with another key."""
    assert words in judged(state, policy).reason


@pytest.mark.parametrize(
    ("code", "acts", "words"),
    [
        (0xC004F074, True, "event 12288"),
        (0xC004F038, True, "Let more computers contact"),
        (0xC004F042, True, "point it to the right one"),
        (0x8007232B, True, "_vlmcs._tcp"),
        (0x8004E999, True, "slui.exe 0x2a 0x8004E999"),
        (0xC004F06C, False, "w32tm"),
        (0xC004F035, False, "by telephone"),
        (0xC004C003, False, "install the GVLK"),
        (0x803FA067, False, ""),
        (0xC004F057, False, "another channel"),
        (0xC004F014, False, "Install the key"),
        (0xC004F210, False, "Change the edition or the key"),
    ],
)
def test_the_code_decides_the_remedy(code: int, acts: bool, words: str) -> None:
    """Kind: "activate it" is said of every code, also where that cannot help, and nothing of what to look at."""
    plan = judged(snapshot(reason(code, product(status=5)))).plan
    assert plan.has(ActionKind.ACTIVATE) is acts
    assert plan.has(ActionKind.ASK) is not acts
    assert words in plan.advice


@pytest.mark.parametrize("code", [0x4004F00C, 0x4004F00D, 0, None])
def test_an_information_is_no_failure_to_look_into(code: int | None) -> None:
    plan = judged(snapshot(replace(product(status=2), license_status_reason=code))).plan
    assert plan.advice == "Activate it (module license)."


@pytest.mark.parametrize(
    ("code", "words"),
    [(0xC004FD01, "Use KMS"), (0xC004FD02, "Hyper-V host"), (0xC004FD03, "KMS"), (0xC004FD7F, "GVLK")],
)
def test_a_guest_that_its_host_does_not_activate_is_advised_once(code: int, words: str) -> None:
    """Kind: the same advice twice, in the words of the code and in those of the plan."""
    advice = judged(snapshot(reason(code, replace(AVMA, license_status_code=5)))).advice
    assert words in advice
    assert advice.count("GVLK") <= 1


def test_an_unapproved_configured_host_is_cleared_before_activation() -> None:
    state = following("kms8.emulator.example")
    unlicensed = replace(state, products=tuple(replace(one, license_status_code=5) for one in state.products))
    assert kinds_of(judged(unlicensed)) == ["client_settings", "activate"]


def test_an_approved_host_with_too_few_clients_is_a_warning() -> None:
    state = replace(HOST_KEY, host=replace(HOST_KEY.host, current_count=3, required_count=25))  # type: ignore[type-var]
    judgement = judged(snapshot(state), name=KMS01)
    assert judgement.verdict is Verdict.KMS_HOST_OK
    assert [found.kind.id for found in judgement.findings] == ["KMS-006"]


def test_every_kind_of_finding_is_given_somewhere() -> None:
    """Identifiers that no rule uses would promise what nobody looks for."""
    given = {kind for kind in kinds() if kind in _all_rules()}
    assert given == set(kinds())
    assert all(kind.title and kind.severity in Severity for kind in kinds().values())


def _all_rules() -> str:
    from pathlib import Path

    from ansible_collections.winfleet.activation.plugins.plugin_utils import _policy

    folder = Path(next(iter(_policy.__path__)))
    return "".join(path.read_text() for path in folder.glob("*.py"))
