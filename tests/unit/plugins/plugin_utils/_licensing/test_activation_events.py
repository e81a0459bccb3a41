# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of activation: what their strings say, and which code is believed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.activation_events import (
    LogEntry,
    read_log,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.host_events import (
    HOST_EVENTS,
    HostTrouble,
    host_troubles,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f"
PRODUCT, OFFICE = "cf67834d-db4a-402c-ab1f-2c134f02b700", "d450596f-894d-49e0-966a-fd39ed4c4c64"
CMID = "08c3bda0-c556-4b61-9e4e-7bf6d4df80be"


def entry(code: int, *strings: str, minutes: int = 0, record: int = 1) -> LogEntry:
    return LogEntry(code, NOON + timedelta(minutes=minutes), record, strings)


def sent(code: str, minutes: int = 0, product: str = PRODUCT, record: int = 1) -> LogEntry:
    # The example of TechNet ff793440, as one string with comma and blank.
    text = f"{code}, 0x8, kms01.contoso.com:1688, {CMID}, 2006/1/14 2:30, 1, 2, 40123, {product}, 25"
    return entry(12288, text, minutes=minutes, record=record)


def answered(code: str, flags: str = "0x0", activated: int = 0, count: int = 4, minutes: int = 0) -> LogEntry:
    text = f"{code}, {flags}, {activated}, 0, {count}, 120, 10080, 1/14/2006 2:30"
    return entry(12289, text, minutes=minutes, record=2)


def failed(code: str, minutes: int = 0, event: int = 8233, product: str = PRODUCT) -> LogEntry:
    return entry(event, code, f"AppId={WINDOWS};SkuId={product}", "Trigger=TimerEvent", minutes=minutes, record=3)


def test_fields_of_a_request_and_its_answer() -> None:
    log = read_log([answered("0x0", activated=1, count=31), sent("0x0")])
    (exchange,) = log.exchanges
    request, answer = exchange.sent, exchange.answer
    assert (request.host, request.port, request.client_machine_id) == ("kms01.contoso.com", 1688, CMID)
    assert (request.license_status, request.minutes_left, request.minimum_count) == ("oob_grace", 40123, 25)
    assert request.activation_id == PRODUCT
    assert answer is not None
    assert (answer.activated, answer.count) == (True, 31)
    assert exchange.succeeded
    assert log.last_failure(PRODUCT) is None


def test_fields_may_come_as_one_string_each_and_in_capitals() -> None:
    strings = ["0x800706BA", "0x0", "[fd00::1]:1689", CMID.upper(), "t", "0", "5", "0", PRODUCT.upper(), "5"]
    (exchange,) = read_log([entry(12288, *strings)]).exchanges
    assert (exchange.sent.host, exchange.sent.port) == ("[fd00::1]", 1689)
    assert (exchange.sent.activation_id, exchange.sent.hresult) == (PRODUCT, 0x800706BA)


# As public logs of Windows 10 show them, with texts of other languages around.
@pytest.mark.parametrize(
    ("strings", "code", "product", "trigger"),
    [
        (("0xC004F074", f"AppId={WINDOWS};SkuId={PRODUCT}", "Trigger=TimerEvent"), 0xC004F074, PRODUCT, "TimerEvent"),
        (
            (
                "hr=0x803F7001",
                f"RuleId=31e71c49-8da7-4a2f-ad92-45d98a1c79ba;Action=AutoActivate;AppId={WINDOWS};SkuId={PRODUCT};"
                "NotificationInterval=1440;Trigger=NetworkAvailable",
            ),
            0x803F7001,
            PRODUCT,
            "NetworkAvailable",
        ),
        (("Grund: 0xC004F038", f"AppId = {WINDOWS}, SkuId = {PRODUCT}"), 0xC004F038, PRODUCT, None),
        (("0xC004F074",), 0xC004F074, None, None),
    ],
)
def test_fields_of_a_failed_attempt(
    strings: tuple[str, ...], code: int, product: str | None, trigger: str | None
) -> None:
    (failure,) = read_log([entry(8233, *strings)]).failures
    assert (failure.hresult, failure.product_id, failure.trigger) == (code, product, trigger)


@pytest.mark.parametrize(
    ("entries", "code", "event"),
    [
        pytest.param([sent("0x800706BA"), failed("0xC004F074")], 0x800706BA, 12288, id="the request's own code"),
        pytest.param([sent("0xC004F06C"), failed("0xC004F074", 1)], 0xC004F06C, 12288, id="clock"),
        pytest.param([sent("0x0")], 0xC004F074, 12288, id="no answer"),
        pytest.param([sent("0x0"), answered("0xC004F038", "0x4000008")], 0xC004F038, 12289, id="too few clients"),
        pytest.param([sent("0x0"), answered("0x0", "0x4000008")], 0xC004F038, 12289, id="too few, by the flag"),
        pytest.param([failed("0x8007232B")], 0x8007232B, 8233, id="nobody was asked"),
        pytest.param([failed("0x8007232B", 1, 8198), failed("0x8007232B")], 0x8007232B, 8233, id="both events"),
        pytest.param([failed("0x803F7001", 0, 8198)], 0x803F7001, 8198, id="8198 alone"),
        pytest.param([sent("0x800706BA"), failed("0x8007232B", 120)], 0x8007232B, 8233, id="a later attempt"),
        pytest.param([failed("0x8007232B"), sent("0x800706BA", 120)], 0x800706BA, 12288, id="a later request"),
    ],
)
def test_the_code_that_is_believed(entries: list[LogEntry], code: int, event: int) -> None:
    failure = read_log(reversed(entries)).last_failure(PRODUCT)
    assert failure is not None
    assert (failure.hresult, failure.event) == (code, event)


def test_only_what_came_after_the_last_success_counts() -> None:
    success = [sent("0x0", 10), answered("0x0", activated=1, minutes=10)]
    assert read_log([failed("0xC004F074"), sent("0x800706BA"), *success]).last_failure(PRODUCT) is None
    later = read_log([*success, failed("0xC004F074", 200)]).last_failure(PRODUCT)
    assert later is not None
    assert later.trigger == "TimerEvent"


def test_failures_of_another_product_are_its_own() -> None:
    log = read_log([sent("0x800706BA", product=OFFICE), failed("0xC004F038", product=OFFICE)])
    assert log.last_failure(PRODUCT) is None
    assert log.last_failure(OFFICE) is not None


@given(st.lists(st.tuples(st.sampled_from([12288, 12289, 8233, 8198, 7]), st.lists(st.text(), max_size=12))))
def test_whatever_an_event_holds_is_read_or_left_out(events: list[tuple[int, list[str]]]) -> None:
    log = read_log([entry(code, *strings) for code, strings in events])
    assert len(log.exchanges) + len(log.failures) <= len(events)


def test_troubles_of_a_host_that_still_stand() -> None:
    entries = [
        entry(12293, "0x80072338", "corp.example"),
        entry(12293, "0x8007267C, branch.example", minutes=1),
        entry(12294, "corp.example", minutes=2),
        entry(12291, "0x80070005", minutes=3),
        entry(12292, "0x80070005", minutes=-3),
        entry(12292, "0x80070008", minutes=-2),
    ]
    assert [(one.event, one.hresult, one.domain) for one in host_troubles(entries)] == [
        (12291, 0x80070005, None),
        (12293, 0x8007267C, "branch.example"),
        (12292, 0x80070008, None),
    ]


@given(st.lists(st.tuples(st.sampled_from(HOST_EVENTS), st.lists(st.text(), max_size=4))))
def test_whatever_an_event_of_a_host_holds_is_read_or_left_out(events: list[tuple[int, list[str]]]) -> None:
    troubles = host_troubles([entry(code, *strings) for code, strings in events])
    assert all(isinstance(trouble, HostTrouble) for trouble in troubles)
