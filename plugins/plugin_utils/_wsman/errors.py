# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything this package raises: the caller misused it, the peer spoke nonsense, or the peer answered a fault.

Codes are unsigned 32-bit numbers. Which of them, which subcodes and which status numbers of CIM count to which family
of faults, and who says so, stands in ``data/facts.tsv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .facts import read_facts

_FACTS = read_facts(Path(__file__).parent / "data" / "facts.tsv")
_WSMAN_FACILITY = _FACTS.one("facility", "wsman", "own_codes").number


@dataclass(frozen=True)
class _Family:
    """All the ways in which a peer says one thing."""

    codes: frozenset[int]
    query_codes: frozenset[int]
    subcodes: frozenset[str]
    cim_status: frozenset[int]


def _family(name: str) -> _Family:
    def numbers(kind: str) -> frozenset[int]:
        return frozenset(fact.number for fact in _FACTS.of(kind, name).values())

    subcodes = frozenset(_FACTS.of("fault_subcode", name))
    return _Family(numbers("fault_code"), numbers("query_code"), subcodes, numbers("cim_status"))


_TIMED_OUT = _family("timed_out")
_ACCESS_DENIED = _family("access_denied")
# Which of these Windows picks for an absent instance, class, namespace or method is not documented: one family.
_NOT_FOUND = _family("not_found")
_INVALID_QUERY = _family("invalid_query")
_QUOTA = _family("quota")
_CONTEXT = _family("context")
_TOO_LARGE = _family("too_large")


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

    ``to_query`` is set by who knows that it answers a query, for which a code may mean more; ``disabled_service`` by
    who knows which service has to be enabled.
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
        self.to_query = False
        self.disabled_service = ""
        self.codes = frozenset(codes) | {number for number in (code, hresult) if number is not None}

    @property
    def hresult_text(self) -> str:
        """The HRESULT as Microsoft's documents print it, ``0xC004F050``; empty when the fault has no code."""
        return "" if self.hresult is None else f"0x{self.hresult:08X}"

    @property
    def timed_out(self) -> bool:
        """OperationTimeout expired. A method may have run all the same."""
        return self._is(_TIMED_OUT)

    @property
    def access_denied(self) -> bool:
        """Signed in, but not allowed: by the WinRM ACL, the WMI namespace or the provider."""
        return self._is(_ACCESS_DENIED)

    @property
    def not_found(self) -> bool:
        """No such instance, class, namespace or method. May hold together with ``invalid_query``."""
        return self._is(_NOT_FOUND)

    @property
    def invalid_query(self) -> bool:
        """The query is not WQL, or names a class or a property the host does not have."""
        return self._is(_INVALID_QUERY)

    @property
    def quota_exceeded(self) -> bool:
        """Too many operations, users or shells at once."""
        return self._is(_QUOTA)

    @property
    def context_invalid(self) -> bool:
        """The enumeration context is dead: start again with Enumerate."""
        return self._is(_CONTEXT)

    @property
    def tells_nothing_of_the_question(self) -> bool:
        """Rights, quotas, time or a dead context: whether what was asked for exists is as open as before."""
        return self.access_denied or self.quota_exceeded or self.timed_out or self.context_invalid

    @property
    def envelope_too_large(self) -> bool:
        """One item, or the request, is larger than an envelope may be: ask for fewer properties."""
        return self._is(_TOO_LARGE)

    def _is(self, family: _Family) -> bool:
        codes = family.codes | family.query_codes if self.to_query else family.codes
        return (
            not codes.isdisjoint(self.codes) or self.subcode in family.subcodes or self.cim_status in family.cim_status
        )

    def __str__(self) -> str:
        label = " ".join(part for part in (self.hresult_text, self.subcode or self.soap_code) if part)
        text = self.message or self.reason or "the fault carries no text"
        return f"WS-Management fault {label}: {text}" if label else f"WS-Management fault: {text}"

    def __repr__(self) -> str:
        return f"WsmanFault(hresult={self.hresult_text or None}, code={self.code}, subcode={self.subcode!r})"


def is_generic(code: int) -> bool:
    """Whether a code is one of WS-Management's own, which say less than what a provider reported."""
    return code >> 16 == _WSMAN_FACILITY
