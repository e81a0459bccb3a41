# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps about the KMS host that the client asks, and about what client and host have logged."""

from __future__ import annotations

from datetime import timedelta

from ..._licensing.activation_events import NOT_CONTACTED, REQUEST_SENT
from ..._licensing.clocks import TOLERANCE, apart
from ..._licensing.error_codes import code_text, explain
from . import reading
from .facts import Facts, KmsHost
from .preconditions import KMS_CLIENT, Objection, no_log, not_read, of_host, unless
from .step import Answer, failed, not_asked, passed, unknown

# What a host answers.
_NOT_COVERED, _NOT_ACTIVATED, _NOT_ENOUGH, _CLOCK = 0xC004F042, 0xC004F041, 0xC004F038, 0xC004F06C
# The clocks that write the two logs may differ that much, and the request takes its time.
_TRAVEL = timedelta(minutes=10)


def _refused(code: int, words: str) -> Objection:
    """What the host answers tells as much as a look at it."""

    def objection(facts: Facts) -> Answer | None:
        return failed(f"{words.format(_asked(facts))} ({code_text(code)})") if reading.code(facts) == code else None

    return objection


def _not_enough(facts: Facts) -> Answer | None:
    if reading.code(facts) != _NOT_ENOUGH:
        return None
    failure = reading.logged(facts)
    told = f" (it has counted {failure.count})" if failure is not None and failure.count is not None else ""
    return failed(f"{_asked(facts)} has not counted enough clients{told}, {code_text(_NOT_ENOUGH)}{_twins(facts)}")


def _time_refused(facts: Facts) -> Answer | None:
    if reading.code(facts) != _CLOCK:
        return None
    return failed(f"{_asked(facts)} refused the time of the request ({code_text(_CLOCK)}){_ahead(facts)}")


@unless(*KMS_CLIENT, _refused(_NOT_COVERED, "{} cannot activate this product"))
@of_host
def host_product(_facts: Facts, host: KmsHost) -> Answer:
    """Step ``host_product``."""
    if not host.keys:
        return failed(f"{host.name} carries no KMS host key")
    if any(key.covers for key in host.keys):
        return passed(f"{next(key.name for key in host.keys if key.covers)} on {host.name} covers it")
    if all(key.covers is False for key in host.keys):
        return failed(f"no key of {host.name} covers this product: {', '.join(key.name for key in host.keys)}")
    return unknown(f"whether the keys of {host.name} cover this product is not known")


@unless(*KMS_CLIENT, _refused(_NOT_ACTIVATED, "the key of {} is not activated"))
@of_host
def host_activated(_facts: Facts, host: KmsHost) -> Answer:
    """Step ``host_activated``."""
    keys = [key for key in host.keys if key.covers] or list(host.keys)
    if not keys:
        return not_asked(f"{host.name} carries no KMS host key")
    if any(key.licensed for key in keys):
        return passed(f"the key of {host.name} is activated")
    return failed(f"the key of {host.name} is not activated")


@unless(*KMS_CLIENT, _not_enough)
@of_host
def host_count(facts: Facts, host: KmsHost) -> Answer:
    """Step ``host_count``."""
    keys = [key for key in host.keys if key.covers] or host.keys
    counts = [key.current_count for key in keys if key.current_count is not None]
    if not counts:
        return unknown(f"the count of {host.name} was not read")
    current, needed = max(counts), _needed(facts)
    told = f"{host.name} has counted {current} clients, and this one needs {needed}"
    return failed(f"{told}{_twins(facts)}") if current < needed else passed(told)


@unless(*KMS_CLIENT, _time_refused)
def clock(facts: Facts) -> Answer:
    """Step ``clock``."""
    if facts.clock_offset is None:
        return unknown(facts.why_unread("licensing"))
    host = facts.kms_host.clock_offset if facts.kms_host is not None else None
    if host is None:
        if abs(facts.clock_offset) > TOLERANCE:
            return failed(f"its clock is {apart(facts.clock_offset)} off that of the control node")
        return unknown(f"the clock of its KMS host: {facts.why_unread('kms_host')}")
    difference = facts.clock_offset - host
    told = f"its clock and that of its KMS host differ by {apart(difference)}"
    return failed(told) if abs(difference) > TOLERANCE else passed(told)


def logged_code(facts: Facts) -> Answer:
    """Step ``logged_code``. A reason that only says that nothing has activated the product explains nothing."""
    code = reading.code(facts)
    failure = reading.logged(facts)
    if failure is None and (code is None or code in reading.GENERIC_CODES | reading.STATE_CODES):
        return no_log(facts) or not_read(facts) or passed("it has logged no failure since the last success")
    explained = explain(code or 0)
    where = f"event {failure.event}" if failure is not None else "its license"
    evidence = f"{where} says {explained.code_text}: {explained.meaning.rstrip('.')}"
    return failed(evidence, explained.admin_action, explains=code not in reading.GENERIC_CODES)


@unless(no_log, not_read)
def request_arrived(facts: Facts) -> Answer:
    """Step ``request_arrived``."""
    failure = reading.logged(facts)
    if failure is None or failure.event != REQUEST_SENT:
        return not_asked("it has logged no request without an answer")
    if failure.hresult != NOT_CONTACTED:
        return not_asked("its last request did not reach a KMS host")
    host = facts.kms_host
    if host is None or not host.log_read:
        return unknown(f"the log of its KMS host: {facts.why_unread('kms_host')}")
    if host.last_request is not None and host.last_request >= failure.when - _TRAVEL:
        return passed(f"{host.name} has logged a request of it since")
    return failed(f"{host.name} has logged no request of it since {failure.when:%Y-%m-%d %H:%M}")


def _needed(facts: Facts) -> int:
    """Microsoft Learn, "KMS activation planning": 25 for a Windows client, 5 for a server and for Office."""
    office = facts.product is not None and facts.product.is_office
    return 5 if office or (facts.system is not None and facts.system.is_server) else 25


def _asked(facts: Facts) -> str:
    """The host that refused, as the client's log names it, or as far as is known."""
    failure = reading.logged(facts)
    if failure is not None and failure.host:
        return failure.host
    places = reading.asked_places(facts)
    return places[0][0] if len(places) == 1 else "its KMS host"


def _twins(facts: Facts) -> str:
    twins = facts.kms_host.twins if facts.kms_host is not None else ()
    return f"; {', '.join(twins)} came with the same client machine ID" if twins else ""


def _ahead(facts: Facts) -> str:
    if facts.clock_offset is None or abs(facts.clock_offset) <= TOLERANCE:
        return ""
    return f"; its clock is {apart(facts.clock_offset)} off that of the control node"
