# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``connection_info`` returns."""

from __future__ import annotations

from typing import Any

from ..._licensing.model import LicensingService, OperatingSystem
from ..._operations.connection import ConnectionReport, Step
from ..._winrm.certificate import Certificate
from ..._winrm.endpoint import Endpoint
from ..._winrm.errors import WinrmError
from ..._wsman import WsmanError
from ..._wsman.identify import Identity
from . import failure, shapes

Result = dict[str, Any]

# Seconds between two clocks that Kerberos takes by default.
_TOLERATED = 300.0


def connection_result(report: ConnectionReport, endpoint: Endpoint) -> Result:
    """The report as data. ``msg`` is one sentence or two for the person who asked."""
    return {
        "changed": False,
        "ready": report.error is None,
        "msg": _message(report, endpoint),
        "failed_at": None if report.failed_at is None else report.failed_at.value,
        "steps": {step.value: report.outcome(step) for step in Step},
        "connection": _connection(endpoint),
        "offers": list(report.doorstep.offers),
        "certificate": _certificate(report.doorstep.certificate),
        "winrm": _identity(report.identity or report.doorstep.identity),
        "os": _system(report.system),
        "service": _service(report.service),
        "clock_offset": None if report.clock_offset is None else round(report.clock_offset, 1),
    }


def _message(report: ConnectionReport, endpoint: Endpoint) -> str:
    if report.error is None:
        caption = report.system.caption if report.system else None
        account = f", signed in as {endpoint.username}" if endpoint.username else ""
        return f"{endpoint.label}: ready. {caption or 'Windows'}{account}.{_clock(report.clock_offset)}"
    said: str = failure.result_of(report.error, endpoint.label)["msg"]
    # Errors of the licensing classes do not say where; those of the way there do.
    return said if isinstance(report.error, (WinrmError, WsmanError)) else f"{endpoint.label}: {said}"


def _clock(offset: float | None) -> str:
    if offset is None or abs(offset) <= _TOLERATED:
        return ""
    hours, minutes = divmod(round(abs(offset) / 60), 60)
    where = "ahead of" if offset > 0 else "behind"
    return (
        f" Its clock is {hours}:{minutes:02d} hours {where} the controller's; Kerberos tolerates at most five minutes, "
        "a KMS host four hours."
    )


def _connection(endpoint: Endpoint) -> Result:
    return {
        "plugin": endpoint.connection,
        "host": endpoint.host,
        "port": endpoint.port,
        "scheme": endpoint.scheme,
        "path": endpoint.path,
        "transports": list(endpoint.transports),
        "username": endpoint.username,
        "encrypted": not endpoint.cleartext,
    }


def _certificate(certificate: Certificate | None) -> Result | None:
    if certificate is None:
        return None
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "not_before": shapes.time_text(certificate.not_before),
        "not_after": shapes.time_text(certificate.not_after),
    }


def _identity(identity: Identity | None) -> Result | None:
    if identity is None:
        return None
    return {"vendor": identity.vendor, "product_version": identity.product_version, "stack": identity.stack or None}


def _system(system: OperatingSystem | None) -> Result | None:
    if system is None:
        return None
    return {
        "caption": system.caption,
        "version": system.version,
        "build": system.build,
        "computer_name": system.computer_name,
    }


def _service(service: LicensingService | None) -> Result | None:
    return None if service is None else {"name": service.service_name, "version": service.version}
