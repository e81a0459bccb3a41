# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a diagnosis as rules: what makes each fail, and that what is not known never passes.

Kind: a cause that is named because a fact was missing, or because another one was taken for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from itertools import combinations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import MachineIdentity
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import classify
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.activation_events import (
    ActivationLog,
    Exchange,
    ReceivedAnswer,
    SentRequest,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import KmsClientSettings, Product
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import KeyType
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis import reading, words
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.facts import (
    ActivationObject,
    Computer,
    Facts,
    HostKeyState,
    KmsHost,
    Probe,
    Published,
    Record,
    Resolution,
    Service,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.finder import Diagnosis, diagnose
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.diagnosis.step import Status, questions
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.machine import Machine
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy

from .._licensing.samples import SERVER_2019_STANDARD, product, snapshot

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
KMS01, KMS02, ROGUE = "kms01.corp.example", "kms02.corp.example", "rogue.corp.example"
CLIENT = replace(product(KeyType.GVLK, "J464C", status=5), license_status_reason=0xC004F074, grace_minutes=0)
NOTHING_SET = KmsClientSettings()
KEY = HostKeyState("Windows Server 2022", True, True, 30, 25)


def machine_of(client: Product | None, general: KmsClientSettings = NOTHING_SET) -> Machine:
    found = snapshot(*([client] if client is not None else []), os=SERVER_2019_STANDARD)
    found = replace(found, service=replace(found.service, kms=general))
    return Machine(MachineIdentity("srv", None), found, client, classify.role(found))


def record(target: str, approved: bool | None = True, addresses: tuple[str, ...] | None = ("10.0.0.1",)) -> Record:
    return Record(target, 1688, approved, addresses)


def facts(client: Product | None = CLIENT) -> Facts:
    """All is well and all is known, and yet the client is not activated."""
    return Facts(
        name="srv",
        system=SERVER_2019_STANDARD,
        machine=machine_of(client),
        product=client,
        policy=Policy.parse([KMS01, KMS02]),
        service=Service("sppsvc", "Auto", "Running"),
        computer=Computer(True, "corp.example", "Contoso", "Model"),
        resolution=Resolution("corp.example", (), (), (), ("10.0.0.53",)),
        log=ActivationLog(),
        clock_offset=timedelta(seconds=5),
        published=(Published("corp.example", (record(KMS01),)),),
        addresses={},
        probes={(KMS01, 1688): Probe(True, "it answers")},
        kms_host=KmsHost("kms01", True, (KEY,), timedelta(), True, NOON),
        objects=(),
    )


def sent(code: int, host: str = KMS01, answer: ReceivedAnswer | None = None) -> ActivationLog:
    request = SentRequest(NOON, code, host, 1688, "cmid", "notification", 0, CLIENT.activation_id, 5)
    return ActivationLog((Exchange(request, answer),))


def step(diagnosis: Diagnosis, name: str) -> Status:
    return next(one.answer.status for one in diagnosis.steps if one.question.id == name)


def test_where_all_is_well_only_the_last_word_remains() -> None:
    diagnosis = diagnose(facts())
    assert diagnosis.cause is not None
    assert diagnosis.cause.question.id == "unexplained"
    assert diagnosis.with_status(Status.UNKNOWN) == ()
    assert [one.question.id for one in diagnosis.steps] == list(questions())


def changed(**values: object) -> Callable[[Facts], Facts]:
    return lambda base: replace(base, **values)  # type: ignore[arg-type]


def configured(host: str, general: bool = True) -> Callable[[Facts], Facts]:
    settings = KmsClientSettings(configured_host=host)

    def change(base: Facts) -> Facts:
        client = CLIENT if general else replace(CLIENT, kms=settings)
        return replace(base, machine=machine_of(client, settings if general else NOTHING_SET), product=client)

    return change


def published(*records: Record) -> Callable[[Facts], Facts]:
    return changed(published=(Published("corp.example", records),))


def carrying(client: Product | None) -> Callable[[Facts], Facts]:
    return changed(machine=machine_of(client), product=client)


FAILING = {
    "no key": (carrying(None), "key_kind"),
    "retail key": (carrying(replace(product(KeyType.RETAIL, "XXXXX", status=5))), "key_kind"),
    "host key that nobody approved": (carrying(replace(product(KeyType.CSVLK, "XXXXX", status=5))), "key_kind"),
    "key of another edition": (carrying(replace(CLIENT, partial_product_key="63DFG")), "key_edition"),
    "disabled service": (changed(service=Service("sppsvc", "Disabled", "Stopped")), "service"),
    "service that does not start": (changed(failure=0x80070426, service=None), "service"),
    "token only": (carrying(replace(CLIENT, kms=KmsClientSettings(activation_type=3))), "activation_type"),
    "directory only, outside of it": (
        lambda base: replace(
            carrying(replace(CLIENT, kms=KmsClientSettings(activation_type=1)))(base),
            computer=Computer(False, "WORKGROUP", None, None),
        ),
        "activation_type",
    ),
    "directory only, no object": (
        carrying(replace(CLIENT, kms=KmsClientSettings(activation_type=1))),
        "directory",
    ),
    "cloud": (configured("azkms.core.windows.net"), "cloud"),
    "configured for the machine": (configured(ROGUE), "configured_host"),
    "configured for the product": (configured(f"{ROGUE}:1689", general=False), "configured_host"),
    "no suffix": (
        changed(resolution=Resolution(), computer=Computer(False, "WORKGROUP", None, None), published=None),
        "dns_suffix",
    ),
    "no record": (published(), "srv_records"),
    "record that has not replicated": (published(replace(record(KMS01), missing_from=("dc2",))), "srv_records"),
    "only another's record": (published(record(ROGUE, False)), "srv_hosts"),
    "no address": (published(record(KMS01, addresses=())), "target_resolves"),
    "no answer": (changed(probes={(KMS01, 1688): Probe(False, "timed out")}), "port"),
    "key of the host covers it not": (
        changed(kms_host=KmsHost("kms01", True, (replace(KEY, covers=False),), timedelta())),
        "host_product",
    ),
    "host without a key": (changed(kms_host=KmsHost("kms01", False, (), timedelta())), "host_product"),
    "host that is not activated": (
        changed(kms_host=KmsHost("kms01", True, (replace(KEY, licensed=False),), timedelta())),
        "host_activated",
    ),
    "too few clients": (
        changed(kms_host=KmsHost("kms01", True, (replace(KEY, current_count=4),), timedelta())),
        "host_count",
    ),
    "clocks": (changed(clock_offset=timedelta(hours=5)), "clock"),
    "clocks, the host behind": (
        changed(kms_host=KmsHost("kms01", True, (KEY,), timedelta(hours=-5), True, NOON)),
        "clock",
    ),
    "cached host": (
        carrying(replace(CLIENT, kms=KmsClientSettings(discovered_host=ROGUE, discovered_port=1688))),
        "cached_host",
    ),
    "a code of its own": (changed(log=sent(0x8007000D)), "logged_code"),
    "not genuine": (carrying(replace(CLIENT, license_status_reason=0xC004F200)), "license_state"),
    "a request that never arrived": (
        lambda base: replace(base, log=sent(0), kms_host=KmsHost("kms01", True, (KEY,), timedelta(), True, None)),
        "request_arrived",
    ),
    # What the host said is as good as a look at it.
    "0xC004F042": (changed(log=sent(0xC004F042), kms_host=None), "host_product"),
    "0xC004F041": (changed(log=sent(0xC004F041), kms_host=None), "host_activated"),
    "0xC004F06C": (changed(log=sent(0xC004F06C), kms_host=None), "clock"),
    "0xC004F038": (
        changed(log=sent(0, answer=ReceivedAnswer(NOON, 0xC004F038, 0x04000000, False, 3)), kms_host=None),
        "host_count",
    ),
    "0xC004F081": (
        lambda base: replace(carrying(replace(CLIENT, license_status_reason=0xC004F081))(base), log=ActivationLog()),
        "directory",
    ),
    # An unapproved record beside an approved one explains it where the client asked there.
    "asked the wrong one": (
        lambda base: replace(
            published(record(KMS01), record(ROGUE, False))(base),
            log=sent(0x800706BA, ROGUE),
            probes={(KMS01, 1688): Probe(True, ""), (ROGUE, 1688): Probe(False, "closed")},
        ),
        "srv_hosts",
    ),
}


@pytest.mark.parametrize("situation", FAILING)
def test_what_fails_is_the_cause(situation: str) -> None:
    change, expected = FAILING[situation]
    diagnosis = diagnose(change(facts()))
    assert diagnosis.cause is not None
    assert diagnosis.cause.question.id == expected, words.report(diagnosis)


@pytest.mark.parametrize(
    ("change", "passing"),
    [
        pytest.param(published(record(KMS01), record(ROGUE, False)), "srv_hosts", id="an approved host among others"),
        pytest.param(
            lambda base: replace(
                published(record(KMS02, addresses=()), record(KMS01))(base), probes={(KMS01, 1688): Probe(True, "")}
            ),
            "target_resolves",
            id="one dead record of two",
        ),
        pytest.param(
            lambda base: replace(
                published(record(KMS02), record(KMS01))(base),
                probes={(KMS02, 1688): Probe(False, "closed"), (KMS01, 1688): Probe(True, "")},
            ),
            "port",
            id="one silent host of two",
        ),
        pytest.param(
            changed(kms_host=KmsHost("kms01", True, (replace(KEY, current_count=6),), timedelta(), True, NOON)),
            "host_count",
            id="a server needs five",
        ),
        pytest.param(configured(KMS01), "configured_host", id="an approved host is set"),
        pytest.param(
            carrying(replace(product(KeyType.MAK, "XXXXX", status=5))), "read", id="a MAK where nobody accepts it"
        ),
        pytest.param(changed(log=sent(0x800706BA)), "srv_records", id="the code says nothing of DNS"),
    ],
)
def test_what_is_right_passes(change: Callable[[Facts], Facts], passing: str) -> None:
    assert step(diagnose(change(facts())), passing) is Status.PASSED


WITHHELD: dict[str, tuple[Callable[[Facts], Facts], tuple[str, ...]]] = {
    "licensing": (
        changed(machine=None, product=None, clock_offset=None),
        (
            "key_kind",
            "key_edition",
            "activation_type",
            "directory",
            "cloud",
            "configured_host",
            "clock",
            "license_state",
            "logged_code",
            "request_arrived",
        ),
    ),
    "service": (changed(service=None), ("service",)),
    "computer": (changed(computer=None), ("directory",)),
    "activation_objects": (changed(objects=None), ("directory",)),
    "what an object covers": (changed(objects=(ActivationObject("ao"),)), ("directory",)),
    "resolution": (changed(resolution=None), ("dns_suffix", "srv_records")),
    "dns": (changed(published=None), ("srv_records", "srv_hosts", "target_resolves", "port")),
    "an answer of DNS": (
        changed(published=(Published("corp.example", None, "timed out"),)),
        ("srv_records", "srv_hosts", "target_resolves", "port"),
    ),
    "addresses": (published(record(KMS01, addresses=None)), ("target_resolves",)),
    "probe": (changed(probes={}), ("port",)),
    "kms_host": (changed(kms_host=None), ("host_product", "host_activated", "host_count", "clock")),
    "the host's clock": (changed(kms_host=KmsHost("kms01", True, (KEY,))), ("clock",)),
    "what the host's key covers": (
        changed(kms_host=KmsHost("kms01", True, (replace(KEY, covers=None),), timedelta())),
        ("host_product",),
    ),
    "the host's count": (
        changed(kms_host=KmsHost("kms01", True, (replace(KEY, current_count=None),), timedelta())),
        ("host_count",),
    ),
    "the host's log": (
        lambda base: replace(base, log=sent(0), kms_host=KmsHost("kms01", True, (KEY,), timedelta())),
        ("request_arrived",),
    ),
    "events": (changed(log=None), ("logged_code", "request_arrived")),
    "which of two it asked": (
        lambda base: replace(published(record(KMS01), record(ROGUE, False))(base), log=None),
        ("srv_hosts",),
    ),
    "whether the cached host answers": (
        carrying(replace(CLIENT, kms=KmsClientSettings(discovered_host=KMS02, discovered_port=1688))),
        ("cached_host",),
    ),
}


@pytest.mark.parametrize("kind", WITHHELD)
def test_what_is_not_known_is_unknown(kind: str) -> None:
    withhold, steps = WITHHELD[kind]
    diagnosis = diagnose(withhold(facts()))
    assert {name: step(diagnosis, name) for name in steps} == dict.fromkeys(steps, Status.UNKNOWN)


def test_nothing_passes_where_nothing_is_known() -> None:
    diagnosis = diagnose(Facts("srv"))
    assert diagnosis.with_status(Status.PASSED) == ()
    assert diagnosis.cause is not None
    assert diagnosis.cause.question.id == "unexplained"


@pytest.mark.parametrize("situation", FAILING)
def test_words(situation: str) -> None:
    change, _expected = FAILING[situation]
    diagnosis = diagnose(change(facts()))
    message = words.message(diagnosis)
    assert message.startswith("srv is not activated: ")
    assert message.endswith(".")
    assert len(words._END.split(message)) == 2, message
    report = words.report(diagnosis)
    assert len(report) == 10
    assert all("\n" not in line and line.split(": ", 1)[1] for line in report)


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        (replace(CLIENT, license_status_code=1, grace_minutes=255_000), None),
        (replace(CLIENT, license_status_code=1, grace_minutes=200_000), "not_renewed"),
        (replace(product(KeyType.MAK, "XXXXX")), None),
        (CLIENT, "not_activated"),
        (None, "not_activated"),
    ],
)
def test_what_has_to_be_explained(client: Product | None, problem: str | None) -> None:
    diagnosis = diagnose(carrying(client)(facts()))
    assert diagnosis.problem == problem
    assert (diagnosis.cause is None) == (problem is None)


# What goes with a cause, and is told in the line of the code instead.
TOLD_AS_CODE = {"logged_code", "request_arrived"}


def touched(situation: str) -> set[str]:
    """Which facts a situation changes; the code to believe is one of them."""
    before, after = facts(), FAILING[situation][0](facts())
    found = {one.name for one in fields(Facts) if getattr(before, one.name) != getattr(after, one.name)}
    return found | ({"code"} if reading.code(before) != reading.code(after) else set())


def pairs() -> list[tuple[str, str]]:
    """Every two situations that may come together: they have other causes, and change other facts."""
    return [
        (one, other)
        for one, other in combinations(FAILING, 2)
        if FAILING[one][1] != FAILING[other][1] and not touched(one) & touched(other)
    ]


# Who is in no domain can be activated by no object, and by nothing if the directory is all he may use.
MEETING = {
    frozenset({"directory only, no object", "no suffix"}): "activation_type",
    frozenset({"0xC004F081", "no suffix"}): "dns_suffix",
}


@pytest.mark.parametrize(("one", "other"), pairs())
def test_of_two_causes_the_first_is_named_and_the_second_listed(one: str, other: str) -> None:
    order = list(questions())
    first, second = sorted((FAILING[one][1], FAILING[other][1]), key=order.index)
    diagnosis = diagnose(FAILING[other][0](FAILING[one][0](facts())))
    assert diagnosis.cause is not None
    cause = diagnosis.cause.question.id
    assert cause == MEETING.get(frozenset({one, other}), first), words.report(diagnosis)
    if second == cause:
        return
    failing = step(diagnosis, second) is Status.FAILED and second not in TOLD_AS_CODE
    assert (second in [listed.question.id for listed in diagnosis.also]) is failing
    # The second is left out only where the first leaves no place for it, or what the first says is all there is.
    assert failing or second in TOLD_AS_CODE or step(diagnosis, second) in (Status.NOT_ASKED, Status.UNKNOWN)


def test_most_second_causes_are_listed() -> None:
    both = [diagnose(FAILING[other][0](FAILING[one][0](facts()))) for one, other in pairs()]
    assert sum(bool(diagnosis.also) for diagnosis in both) > len(both) / 2


#: Facts that may be withheld whole.
KINDS = ("service", "computer", "activation_objects", "resolution", "dns", "probe", "kms_host", "events", "licensing")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("situation", FAILING)
def test_what_is_withheld_makes_nobody_else_the_cause(situation: str, kind: str) -> None:
    change, expected = FAILING[situation]
    known, withheld = diagnose(change(facts())), diagnose(WITHHELD[kind][0](change(facts())))
    assert withheld.cause is not None
    # The code that Windows itself has logged is no guess.
    assert withheld.cause.question.id in (expected, "unexplained", "logged_code"), words.report(withheld)
    for one in known.steps:
        if one.answer.status is Status.FAILED:
            assert step(withheld, one.question.id) is not Status.PASSED, one


def test_the_steps_are_data_with_a_source_each() -> None:
    assert len(questions()) == 22
    for question in questions().values():
        assert question.text.endswith("?")
        assert question.remedy.endswith(".")
        assert words.first_sentence(question.remedy) == question.remedy
        assert all(question.sources)
