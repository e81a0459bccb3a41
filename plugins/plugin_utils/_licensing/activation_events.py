# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine has logged of its own attempts to activate. Pure: strings of events in, what they say out.

The texts of the events are in the language of the machine, the strings in them are not, so only those are read.

12288, a request to a KMS host: return code, flags, ``host:port``, client machine ID, time, virtual machine, license
status, minutes left, activation ID, count that is needed. 12289, the answer: return code, flags, whether it is
activated now, an unused field, count of the host, two intervals, time (TechNet ff793440, "KMS Events Logged in the
Windows Event Log"; Microsoft, Volume Activation 2.0 Operations Guide, pages 26 to 29, with the flags). 8233 and 8198,
an attempt that Windows made by itself and that failed: the code, the product and what set it off, as public logs of
Windows 7 and later show them. Vista and Server 2008 write the first two only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .numbers import whole
from .terms import license_status_name

REQUEST_SENT, ANSWER_RECEIVED = 12288, 12289
ATTEMPT_FAILED, ACTIVATION_FAILED = 8233, 8198

#: SL_VL_BINDING_ERROR_NOT_ENOUGH_COUNT and its code.
NOT_ENOUGH_COUNT = 0x04000000
_NOT_ENOUGH_COUNT_CODE = 0xC004F038
#: No Key Management Service could be contacted: what a request without an answer comes to.
NOT_CONTACTED = 0xC004F074
# The events of one attempt are written within moments of each other.
_ONE_ATTEMPT = timedelta(minutes=5)

_CODE = re.compile(r"0x[0-9A-Fa-f]{1,8}(?![0-9A-Fa-f])")
_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_APPLICATION = re.compile(rf"AppId\s*=\s*\{{?({_GUID})")
_PRODUCT = re.compile(rf"SkuId\s*=\s*\{{?({_GUID})")
_TRIGGER = re.compile(r"Trigger\s*=\s*(\w+)")


@dataclass(frozen=True)
class LogEntry:
    """One event. ``record`` orders those of the same second."""

    code: int
    when: datetime
    record: int
    strings: tuple[str, ...]


@dataclass(frozen=True)
class SentRequest:
    """Event 12288. ``hresult`` is what came of sending it; 0 says that it was sent, not that it was answered."""

    when: datetime
    hresult: int
    host: str | None
    port: int | None
    client_machine_id: str | None
    license_status: str
    minutes_left: int | None
    activation_id: str | None
    minimum_count: int | None


@dataclass(frozen=True)
class ReceivedAnswer:
    """Event 12289. ``count`` is how many clients the host has counted."""

    when: datetime
    hresult: int
    flags: int
    activated: bool
    count: int | None


@dataclass(frozen=True)
class FailedAttempt:
    """Event 8233 or 8198."""

    when: datetime
    event: int
    hresult: int
    application_id: str | None
    product_id: str | None
    trigger: str | None


@dataclass(frozen=True)
class Exchange:
    """A request to a KMS host with its answer, where one came."""

    sent: SentRequest
    answer: ReceivedAnswer | None

    @property
    def succeeded(self) -> bool:
        return self.answer is not None and self.answer.hresult == 0 and self.answer.activated

    @property
    def hresult(self) -> int:
        """What went wrong; 0 for success. The code of the request itself is the one to believe."""
        if self.sent.hresult or self.answer is None:
            return self.sent.hresult or NOT_CONTACTED
        if self.answer.hresult == 0 and self.answer.flags & NOT_ENOUGH_COUNT:
            return _NOT_ENOUGH_COUNT_CODE
        return self.answer.hresult


@dataclass(frozen=True)
class Logged:
    """The last failure of a product. ``host`` is whom it had asked, ``count`` what that host had counted."""

    hresult: int
    when: datetime
    event: int
    host: str | None = None
    port: int | None = None
    count: int | None = None
    answered: bool | None = None
    trigger: str | None = None


@dataclass(frozen=True)
class ActivationLog:
    """What was read, in the order in which it happened."""

    exchanges: tuple[Exchange, ...] = ()
    failures: tuple[FailedAttempt, ...] = ()

    def last_success(self, activation_id: str) -> Exchange | None:
        """The last time a KMS host activated the product."""
        own = [one for one in self.exchanges if one.sent.activation_id == activation_id and one.succeeded]
        return own[-1] if own else None

    def last_failure(self, activation_id: str) -> Logged | None:
        """The last failure since then, by the code that is to be believed; None when there is none."""
        success = self.last_success(activation_id)
        since = success.sent.when if success is not None else None
        asked = [
            one
            for one in self.exchanges
            if one.sent.activation_id == activation_id and not one.succeeded and _after(one.sent.when, since)
        ]
        tried = [one for one in self.failures if one.product_id == activation_id and _after(one.when, since)]
        newest = max(tried, key=lambda one: one.when, default=None)
        if asked and (newest is None or newest.when - asked[-1].sent.when <= _ONE_ATTEMPT):
            return _of_exchange(asked[-1])
        if newest is None:
            return None
        # 8233 and 8198 of one attempt stand side by side; the first is the one of volume activation.
        told = next((one for one in reversed(tried) if one.event == ATTEMPT_FAILED and _close(one, newest)), newest)
        return Logged(told.hresult, told.when, told.event, trigger=told.trigger)


def read_log(entries: Iterable[LogEntry]) -> ActivationLog:
    """Put the events together. An answer belongs to the request before it. What cannot be read is left out."""
    exchanges: list[Exchange] = []
    failures: list[FailedAttempt] = []
    for entry in sorted(entries, key=lambda one: (one.when, one.record)):
        if entry.code == REQUEST_SENT:
            sent = parse_request(entry)
            exchanges += [Exchange(sent, None)] if sent is not None else []
        elif entry.code == ANSWER_RECEIVED:
            answer = parse_answer(entry)
            if answer is not None and exchanges and exchanges[-1].answer is None:
                exchanges[-1] = Exchange(exchanges[-1].sent, answer)
        elif entry.code in (ATTEMPT_FAILED, ACTIVATION_FAILED):
            failure = parse_failure(entry)
            failures += [failure] if failure is not None else []
    return ActivationLog(tuple(exchanges), tuple(failures))


def parse_request(entry: LogEntry) -> SentRequest | None:
    """Read event 12288; None when it does not hold what it should."""
    fields = event_fields(entry.strings)
    if len(fields) < 10:
        return None
    code, _flags, server, cmid, _time, _virtual, status, minutes, product, count, *_more = fields
    host, _colon, port = server.rpartition(":")
    number = whole(port) if host else None
    return SentRequest(
        when=entry.when,
        hresult=int(code, 16),
        host=(server if number is None else host) or None,
        port=number,
        client_machine_id=cmid.lower() or None,
        license_status=license_status_name(whole(status)),
        minutes_left=whole(minutes),
        activation_id=product.lower() or None,
        minimum_count=whole(count),
    )


def parse_answer(entry: LogEntry) -> ReceivedAnswer | None:
    """Read event 12289; None when it does not hold what it should."""
    fields = event_fields(entry.strings)
    if len(fields) < 5 or not is_code(fields[1]):
        return None
    return ReceivedAnswer(
        when=entry.when,
        hresult=int(fields[0], 16),
        flags=int(fields[1], 16),
        activated=fields[2] == "1",
        count=whole(fields[4]),
    )


def parse_failure(entry: LogEntry) -> FailedAttempt | None:
    """Read event 8233 or 8198; None when it holds no code."""
    code = first_code(entry.strings)
    if code is None:
        return None
    text = "\n".join(entry.strings)
    application, product, trigger = (pattern.search(text) for pattern in (_APPLICATION, _PRODUCT, _TRIGGER))
    return FailedAttempt(
        when=entry.when,
        event=entry.code,
        hresult=code,
        application_id=application[1].lower() if application else None,
        product_id=product[1].lower() if product else None,
        trigger=trigger[1] if trigger else None,
    )


def is_code(text: str) -> bool:
    """Whether it is a return code and nothing else."""
    return _CODE.fullmatch(text) is not None


def first_code(strings: Iterable[str]) -> int | None:
    """The first return code in the strings of an event."""
    found = next(filter(None, map(_CODE.search, strings)), None)
    return int(found[0], 16) if found is not None else None


def event_fields(strings: Sequence[str]) -> list[str]:
    """The fields of a KMS event from its return code on; they come as one comma-delimited string or as one each."""
    fields = [part.strip() for text in strings for part in text.split(",")]
    start = next((index for index, field in enumerate(fields) if is_code(field)), None)
    return [] if start is None else fields[start:]


def _of_exchange(exchange: Exchange) -> Logged:
    answer = exchange.answer
    answered = answer is not None
    return Logged(
        exchange.hresult,
        exchange.sent.when,
        ANSWER_RECEIVED if answered and not exchange.sent.hresult else REQUEST_SENT,
        exchange.sent.host,
        exchange.sent.port,
        answer.count if answer is not None else None,
        answered,
    )


def _after(when: datetime, since: datetime | None) -> bool:
    return since is None or when > since


def _close(one: FailedAttempt, other: FailedAttempt) -> bool:
    return abs(one.when - other.when) <= _ONE_ATTEMPT
