# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Management service of one machine: judges headers and rights, runs the operation, writes the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from . import enumerating, invoking, soap, transferring
from .call import Call
from .cim import CimError
from .enumeration import Enumerations
from .fault_kinds import Kind
from .faults import Fault, fault_envelope, from_cim_error
from .host import Account, Host
from .invoking import method_name
from .resources import parse_resource
from .soap import Identity, Request, identify_response

_SMALLEST_ENVELOPE = 8192
_OPERATIONS = {
    soap.ENUMERATE: "enumerate",
    soap.PULL: "pull",
    soap.RELEASE: "release",
    soap.GET: "get",
    soap.PUT: "put",
}
_VERBS: dict[str, Callable[[Call], str]] = {
    "enumerate": enumerating.enumerate_,
    "pull": enumerating.pull,
    "release": enumerating.release,
    "get": transferring.get,
    "put": transferring.put,
}
_SECURITY_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/"


@dataclass(frozen=True)
class Reply:
    """An HTTP status and an envelope."""

    status: int
    text: str


def operation_of(request: Request) -> str:
    """`identify`, `enumerate`, `pull`, `release`, `get`, `put`, `invoke` or `other`."""
    if request.is_identify:
        return "identify"
    if request.action in _OPERATIONS:
        return _OPERATIONS[request.action]
    return "other" if method_name(request) is None else "invoke"


class Service:
    """WinRM of one machine; it keeps the open enumerations."""

    def __init__(self, host: Host, clock: Callable[[], float] = time.monotonic) -> None:
        self.host = host
        self.enumerations = Enumerations(host.winrm, clock)

    def names_of(self, request: Request) -> tuple[str, ...]:
        """The words a declared misbehavior may wait for: operation, class, method."""
        operation = operation_of(request)
        class_name = request.resource_uri.rpartition("/")[2]
        if operation == "enumerate":
            class_name = enumerating.queried_class(request) or class_name
        elif operation in ("pull", "release"):
            class_name = self.enumerations.class_of(enumerating.context_of(request)) or class_name
        return (operation, class_name, method_name(request) or "")

    async def answer(self, request: Request, account: Account | None, *, wmi_error_form: bool = False) -> Reply:
        """Carry out a request; without an account only Identify is allowed."""
        if request.is_identify:
            return self._identify(account)
        if account is None:
            raise ValueError("a request other than Identify needs an account")
        call = Call(self.host, self.enumerations, request, account)
        operation = operation_of(request)
        try:
            text = await self._carry_out(operation, call)
        except (Fault, CimError) as error:
            fault = error if isinstance(error, Fault) else from_cim_error(error, _wmi_name(operation))
            self._record_fault(operation, call, fault)
            return self.fault(request, fault, wmi_error_form=wmi_error_form)
        self.host.record(operation, user=account.label, **call.notes)
        return Reply(200, text)

    def empty_page(self, request: Request) -> Reply:
        """A page without an item that promises another one, whatever there is to give out."""
        return Reply(200, enumerating.empty_page(request))

    def fault(self, request: Request, fault: Fault, *, wmi_error_form: bool = False) -> Reply:
        """A fault as an answer; its status is 500 whoever is to blame."""
        text = fault_envelope(fault, self.host.winrm, self.host.name, request.message_id, wmi_error_form=wmi_error_form)
        return Reply(500, text)

    def _record_fault(self, operation: str, call: Call, fault: Fault) -> None:
        notes: dict[str, object] = {"fault": fault.code, **call.notes}
        if fault.kind is Kind.ACCESS_DENIED and fault.provider is None:
            _unused, class_name, method = self.names_of(call.request)
            notes |= {"operation": operation, "class": class_name, "method": method or None}
            operation = "denied"
        self.host.record(operation, user=call.account.label, **notes)

    async def _carry_out(self, operation: str, call: Call) -> str:
        _check_headers(call.request)
        self._check_rights(operation, call)
        if operation == "invoke":
            return await invoking.invoke(call)
        if operation == "other":
            parse_resource(call.request, self.host.winrm)
            raise Fault(Kind.ACTION_NOT_SUPPORTED)
        return _VERBS[operation](call)

    def _check_rights(self, operation: str, call: Call) -> None:
        """Reading, writing and executing are separate rights (MS-WSMV, service access control)."""
        account = call.account
        refused = (
            not account.administrator
            or (operation == "invoke" and not account.invoke)
            or (operation == "put" and not account.write)
        )
        if refused:
            raise Fault(Kind.ACCESS_DENIED)

    def _identify(self, account: Account | None) -> Reply:
        profile = self.host.winrm
        self.host.record("identify", user=account.label if account else None)
        if account is None:
            return Reply(200, identify_response(Identity(stack=profile.stack)))
        profiles = self._security_profiles() if profile.stack == "3.0" else ()
        identity = Identity(profile.os_version, profile.service_pack, profile.stack, profiles)
        return Reply(200, identify_response(identity))

    def _security_profiles(self) -> tuple[str, ...]:
        profile = self.host.winrm
        names = ["http/spnego-kerberos"] if profile.negotiate else []
        names += ["https/basic"] if profile.basic else []
        return tuple(f"{_SECURITY_PROFILE}{name}" for name in names)


def _check_headers(request: Request) -> None:
    if request.not_understood is not None:
        raise Fault(Kind.MUST_UNDERSTAND, text=request.not_understood)
    if not request.action or request.reply_to is None:
        raise Fault(Kind.HEADER_REQUIRED)
    if request.reply_to != soap.ANONYMOUS or request.insistent_locale:
        raise Fault(Kind.UNSUPPORTED_FEATURE)
    size = request.max_envelope
    if size is None:
        return
    if not size.isdigit():
        raise Fault(Kind.SCHEMA_VALIDATION)
    if int(size) < _SMALLEST_ENVELOPE:
        raise Fault(Kind.MAX_ENVELOPE_SIZE)


def _wmi_name(operation: str) -> str:
    return {"invoke": "ExecMethod", "put": "PutInstance", "get": "GetObject"}.get(operation, "CreateInstanceEnum")
