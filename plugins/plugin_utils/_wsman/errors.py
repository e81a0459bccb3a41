# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything this package raises: the caller misused it, the peer spoke nonsense, or the peer answered a fault.

Codes are unsigned 32-bit numbers. WS-Management's own start at 0x80338000 (wsman.h in the Windows SDK and MS-WSMV);
WMI's start at 0x80041000 (wbemcli.h, "WMI Error Constants" on Microsoft Learn). Status numbers of CIM are those of
DSP0004 ("CIM status codes") and of MI_Result (mi.h), which agree.
"""

from __future__ import annotations

_WSMAN_FACILITY = 0x8033

_TIMED_OUT = frozenset({2150858780, 2150858793})
# 5 and 0x80070005 are Win32's access denied; 0x80041003 is WBEM_E_ACCESS_DENIED; the rest are WS-Man's three of WMI.
_ACCESS_DENIED = frozenset({5, 0x80070005, 0x80041003, 2150859012, 2150859013, 2150859014})
# Which of these Windows picks for an absent instance, class, namespace or method is not documented: one family.
_NOT_FOUND = frozenset(
    {2150858752, 2150858754, 2150858770, 2150858771, 2150858811, 0x80041002, 0x8004100E, 0x80041010, 0x80041055}
)
_INVALID_QUERY = frozenset({2150858777, 2150858778, 0x80041017, 0x80041018})
_QUOTA = frozenset({2150858815, *range(2150859173, 2150859177), 2150859179, *range(2150859236, 2150859242), 0x8004106C})
_CONTEXT = frozenset({2150858759, 2150858779, 2150858780})
_TOO_LARGE = frozenset({2150858790, 2150858823, 2150858824, 2150858825, 2150859025})

_CIM_ACCESS_DENIED = frozenset({2})
# No such namespace, class, instance, operation or method.
_CIM_NOT_FOUND = frozenset({3, 5, 6, 7, 16, 17})
_CIM_INVALID_QUERY = frozenset({14, 15})
_CIM_QUOTA = frozenset({27})


class WsmanError(Exception):
    """Base of everything raised here."""


class UsageError(WsmanError):
    """The caller asked for something that cannot be sent. Nothing was sent."""


class ProtocolError(WsmanError):
    """The peer's answer cannot be understood: not SOAP, cut off, too large, hostile, or to another request."""


class WsmanFault(WsmanError):
    """The peer understood the request and refused it, or failed while serving it.

    Args:
        code: the outer code, ``f:WSManFault/@Code`` or else ``error_Code``.
        hresult: the most telling of all codes found (see ``fault.read_fault``).
        hresult_source: where it stood: ``extended_status``, ``inner_fault``, ``outer_fault``, ``error_code``
            or ``message``.
        reason: the text of ``s:Reason``, in the server's language. Never decide on it.
        message: the most specific text.
        soap_code: ``Sender``, ``Receiver`` and the like.
        subcode: local name of the subcode, such as ``AccessDenied``.
        subcode_namespace: its namespace where the prefix could be resolved.
        provider: the provider that failed, as WinRM names it.
        machine: the machine the fault names, often empty on older servers.
        codes: every code found, most specific first.
        cim_status: what an ``MSFT_WmiError`` says in numbers of CIM; None where it does not.
    """

    def __init__(
        self,
        *,
        code: int | None = None,
        hresult: int | None = None,
        hresult_source: str = "",
        reason: str = "",
        message: str = "",
        soap_code: str = "",
        subcode: str = "",
        subcode_namespace: str = "",
        provider: str = "",
        machine: str = "",
        codes: tuple[int, ...] = (),
        cim_status: int | None = None,
    ) -> None:
        super().__init__()
        self.code = code
        self.hresult = hresult
        self.hresult_source = hresult_source
        self.reason = reason
        self.message = message
        self.soap_code = soap_code
        self.subcode = subcode
        self.subcode_namespace = subcode_namespace
        self.provider = provider
        self.machine = machine
        self.cim_status = cim_status
        self.codes = frozenset(codes) | {number for number in (code, hresult) if number is not None}

    @property
    def hresult_text(self) -> str:
        """The HRESULT as Microsoft's documents print it, ``0xC004F050``; empty when the fault has no code."""
        return "" if self.hresult is None else f"0x{self.hresult:08X}"

    @property
    def timed_out(self) -> bool:
        """OperationTimeout expired. A method may have run all the same."""
        return self._is(_TIMED_OUT, "TimedOut")

    @property
    def access_denied(self) -> bool:
        """Signed in, but not allowed: by the WinRM ACL, the WMI namespace or the provider."""
        return self._is(_ACCESS_DENIED, "AccessDenied") or self.cim_status in _CIM_ACCESS_DENIED

    @property
    def not_found(self) -> bool:
        """No such instance, class, namespace or method. May hold together with ``invalid_query``."""
        named = self._is(_NOT_FOUND, "DestinationUnreachable", "ActionNotSupported")
        return named or self.cim_status in _CIM_NOT_FOUND

    @property
    def invalid_query(self) -> bool:
        """The query is not WQL, or names a class or a property the host does not have."""
        named = self._is(_INVALID_QUERY, "CannotProcessFilter", "FilterDialectRequestedUnavailable")
        return named or self.cim_status in _CIM_INVALID_QUERY

    @property
    def quota_exceeded(self) -> bool:
        """Too many operations, users or shells at once."""
        return self._is(_QUOTA, "QuotaLimit") or self.cim_status in _CIM_QUOTA

    @property
    def context_invalid(self) -> bool:
        """The enumeration context is dead: start again with Enumerate."""
        return self._is(_CONTEXT, "InvalidEnumerationContext")

    @property
    def envelope_too_large(self) -> bool:
        """One item, or the request, is larger than an envelope may be: ask for fewer properties."""
        return self._is(_TOO_LARGE, "EncodingLimit")

    def _is(self, family: frozenset[int], *subcodes: str) -> bool:
        return not family.isdisjoint(self.codes) or self.subcode in subcodes

    def __str__(self) -> str:
        label = " ".join(part for part in (self.hresult_text, self.subcode or self.soap_code) if part)
        text = self.message or self.reason or "the fault carries no text"
        return f"WS-Management fault {label}: {text}" if label else f"WS-Management fault: {text}"

    def __repr__(self) -> str:
        return f"WsmanFault(hresult={self.hresult_text or None}, code={self.code}, subcode={self.subcode!r})"


def is_generic(code: int) -> bool:
    """Whether a code is one of WS-Management's own, which say less than what a provider reported."""
    return code >> 16 == _WSMAN_FACILITY
