# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps about the KMS host that the client asks, and about what client and host have logged."""

from __future__ import annotations

from datetime import timedelta

from ..._licensing.activation_events import NOT_CONTACTED, REQUEST_SENT
from ..._licensing.error_codes import explain
from . import reading
from .facts import Facts, KmsHost
from .step import Answer, failed, not_asked, passed, unknown

# What a host answers, which tells as much as a look at the host.
_NOT_COVERED, _NOT_ACTIVATED, _NOT_ENOUGH, _CLOCK = 0xC004F042, 0xC004F041, 0xC004F038, 0xC004F06C
#: Microsoft Learn, "Guidelines for troubleshooting KMS".
TOLERANCE = timedelta(hours=4)
# The clocks that write the two logs may differ that much, and the request takes its time.
_TRAVEL = timedelta(minutes=10)


def host_product(facts: Facts) -> Answer:
    """Step ``host_product``."""
    if reading.code(facts) == _NOT_COVERED:
        return failed(f"{_asked(facts)} cannot activate this product (0xC004F042)")
    other, host = _host(facts)
    if host is None:
        return other
    if not host.keys:
        return failed(f"{host.name} carries no KMS host key")
    if any(key.covers for key in host.keys):
        return passed(f"{next(key.name for key in host.keys if key.covers)} on {host.name} covers it")
    if all(key.covers is False for key in host.keys):
        return failed(f"no key of {host.name} covers this product: {', '.join(key.name for key in host.keys)}")
    return unknown(f"whether the keys of {host.name} cover this product is not known")


def host_activated(facts: Facts) -> Answer:
    """Step ``host_activated``."""
    if reading.code(facts) == _NOT_ACTIVATED:
        return failed(f"the key of {_asked(facts)} is not activated (0xC004F041)")
    other, host = _host(facts)
    if host is None:
        return other
    keys = [key for key in host.keys if key.covers] or list(host.keys)
    if not keys:
        return not_asked(f"{host.name} carries no KMS host key")
    if any(key.licensed for key in keys):
        return passed(f"the key of {host.name} is activated")
    return failed(f"the key of {host.name} is not activated")


def host_count(facts: Facts) -> Answer:
    """Step ``host_count``."""
    failure = reading.logged(facts)
    if reading.code(facts) == _NOT_ENOUGH:
        counted = failure.count if failure is not None else None
        told = f" (it has counted {counted})" if counted is not None else ""
        return failed(f"{_asked(facts)} has not counted enough clients{told}, 0xC004F038{_twins(facts)}")
    other, host = _host(facts)
    if host is None:
        return other
    keys = [key for key in host.keys if key.covers] or host.keys
    counts = [key.current_count for key in keys if key.current_count is not None]
    if not counts:
        return unknown(f"the count of {host.name} was not read")
    current, needed = max(counts), _needed(facts)
    told = f"{host.name} has counted {current} clients, and this one needs {needed}"
    return failed(f"{told}{_twins(facts)}") if current < needed else passed(told)


def clock(facts: Facts) -> Answer:
    """Step ``clock``."""
    if reading.code(facts) == _CLOCK:
        return failed(f"{_asked(facts)} refused the time of the request (0xC004F06C){_ahead(facts)}")
    if facts.machine is not None and not reading.is_volume_client(facts.product):
        return not_asked("no KMS host activates its kind of key")
    if reading.cloud_provider(facts) is not None:
        return not_asked("its cloud provider activates it")
    if facts.clock_offset is None:
        return unknown(facts.why_unread("licensing"))
    host = facts.kms_host.clock_offset if facts.kms_host is not None else None
    if host is None:
        if abs(facts.clock_offset) > TOLERANCE:
            return failed(f"its clock is {_hours(facts.clock_offset)} off that of the control node")
        return unknown(f"the clock of its KMS host: {facts.why_unread('kms_host')}")
    difference = facts.clock_offset - host
    if abs(difference) > TOLERANCE:
        return failed(f"its clock and that of its KMS host differ by {_hours(difference)}")
    return passed(f"its clock and that of its KMS host differ by {_hours(difference)}")


def logged_code(facts: Facts) -> Answer:
    """Step ``logged_code``. A reason that only says that nothing has activated the product explains nothing."""
    code = reading.code(facts)
    failure = reading.logged(facts)
    if failure is None and facts.log is None and (code is None or code in reading.GENERIC_CODES | reading.STATE_CODES):
        return unknown(f"its event log: {facts.why_unread('events')}")
    if failure is None and (code is None or code in reading.GENERIC_CODES | reading.STATE_CODES):
        return passed("it has logged no failure since the last success")
    explained = explain(code or 0)
    where = f"event {failure.event}" if failure is not None else "its license"
    evidence = f"{where} says {explained.code_text}: {explained.meaning.rstrip('.')}"
    return failed(evidence, explained.admin_action, explains=code not in reading.GENERIC_CODES)


def request_arrived(facts: Facts) -> Answer:
    """Step ``request_arrived``."""
    failure = reading.logged(facts)
    if facts.log is None:
        return unknown(f"its event log: {facts.why_unread('events')}")
    if failure is None or failure.event != REQUEST_SENT:
        return not_asked("it has logged no request without an answer")
    if failure.hresult != NOT_CONTACTED:
        return not_asked("its last request did not get as far as a KMS host")
    host = facts.kms_host
    if host is None or not host.log_read:
        return unknown(f"the log of its KMS host: {facts.why_unread('kms_host')}")
    if host.last_request is not None and host.last_request >= failure.when - _TRAVEL:
        return passed(f"{host.name} has logged a request of it since")
    return failed(f"{host.name} has logged no request of it since {failure.when:%Y-%m-%d %H:%M}")


def _host(facts: Facts) -> tuple[Answer, KmsHost | None]:
    if facts.machine is None:
        return unknown(facts.why_unread("licensing")), None
    if not reading.is_volume_client(facts.product):
        return not_asked("no KMS host activates its kind of key"), None
    if reading.cloud_provider(facts) is not None:
        return not_asked("its cloud provider activates it"), None
    if facts.kms_host is None:
        return unknown(f"its KMS host: {facts.why_unread('kms_host')}"), None
    return passed(""), facts.kms_host


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
    return f"; its clock is {_hours(facts.clock_offset)} off that of the control node"


def _hours(difference: timedelta) -> str:
    minutes = round(abs(difference.total_seconds()) / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
