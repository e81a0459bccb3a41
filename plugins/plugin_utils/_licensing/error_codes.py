# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation codes in words: what a code means, its likely cause, and what an administrator does about it.

Sources and dates of the known codes: data/activation_errors.tsv. A general code of Windows that is not there is told
by its name (data/system_errors.tsv). Any other is taken apart by severity and facility (MS-ERREF, section 2.1), so that
the answer still says where to look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from .tables import read_table

_MASK = 0xFFFFFFFF
_WIN32 = 0x80070000
_HEX_DIGITS = 8


class ErrorCodeError(ValueError):
    """A text or number is not a 32-bit code."""


@dataclass(frozen=True)
class Explanation:
    """A code in words. ``known`` is False where only its parts could be read.

    ``activating_again`` is False where the same activation fails again until something else is done.
    """

    code: int
    code_text: str
    symbol: str | None
    area: str
    meaning: str
    likely_cause: str
    admin_action: str
    basis: str
    sources: tuple[str, ...]
    known: bool
    activating_again: bool = True

    @property
    def informs(self) -> bool:
        """Whether it reports no failure: a success, or the severity of an information (MS-ERREF, 2.1)."""
        return self.code == 0 or self.code >> 30 == 1

    @property
    def summary(self) -> str:
        """Code, symbol and meaning in one line."""
        symbol = f" ({self.symbol})" if self.symbol else ""
        return f"{self.code_text}{symbol}: {self.meaning}"


def explain(code: int | str) -> Explanation:
    """Explain a code given as a number (signed or unsigned) or as text.

    Text may be ``0xC004C008``, ``C004C008`` or a decimal number as WMI gives it (``3221536776``). Eight
    digits that are a known code when read as hexadecimal, such as ``80070005``, are read so, as Microsoft's
    pages print them. Raises :class:`ErrorCodeError` for anything that is not a 32-bit code.
    """
    number = to_unsigned(code)
    known = _known().get(number)
    if known is not None:
        return known
    return _bare_win32(number) or _named(number) or _taken_apart(number)


def to_unsigned(code: int | str) -> int:
    """A code as an unsigned 32-bit number."""
    if isinstance(code, bool) or not isinstance(code, (int, str)):
        raise ErrorCodeError(f"an error code is a number or text such as 0xC004F074, not {type(code).__name__}")
    number = _read(code) if isinstance(code, str) else int(code)
    if not -0x80000000 <= number <= _MASK:
        raise ErrorCodeError(f"{number} does not fit into 32 bits, so it is not an error code of Windows")
    return number & _MASK


def _read(text: str) -> int:
    stripped = text.strip()
    if re.fullmatch(r"0[xX][0-9A-Fa-f]+", stripped):
        return int(stripped, 16)
    if re.fullmatch(r"[0-9A-Fa-f]{8}", stripped):
        number = int(stripped, 16)
        if not stripped.isdecimal() or number in _known() or number in _names():
            return number
    if re.fullmatch(r"[+-]?[0-9]{1,10}", stripped):
        return int(stripped)
    raise ErrorCodeError(f"{stripped[:40]!r} is not an error code; write 0xC004F074, C004F074 or a decimal number")


def code_text(number: int) -> str:
    """``0xC004F074``: the form in which Microsoft's pages and slmgr.vbs print codes."""
    return f"0x{number & _MASK:0{_HEX_DIGITS}X}"


@lru_cache(maxsize=1)
def _known() -> Mapping[int, Explanation]:
    return MappingProxyType({int(row["code"], 16): _explanation(row) for row in read_table("activation_errors.tsv")})


@lru_cache(maxsize=1)
def _names() -> Mapping[int, str]:
    return MappingProxyType({int(row["code"], 16): row["symbol"] for row in read_table("system_errors.tsv")})


def _explanation(row: Mapping[str, str]) -> Explanation:
    return Explanation(
        code=int(row["code"], 16),
        code_text=row["code"],
        symbol=row["symbol"] or None,
        area=row["area"],
        meaning=row["meaning"],
        likely_cause=row["likely_cause"],
        admin_action=row["admin_action"],
        basis=row["basis"],
        sources=tuple(row["sources"].split(",")),
        known=True,
        activating_again=row["activating_again"] != "no",
    )


def _bare_win32(number: int) -> Explanation | None:
    """A Win32 number without its HRESULT wrapping, as registry and service calls return it."""
    wrapped = _known().get(_WIN32 | number) if number <= 0xFFFF else None
    if wrapped is None:
        return None
    return replace(wrapped, code=number, code_text=code_text(number))


def _named(number: int) -> Explanation | None:
    """A general code of Windows by its name in the headers, with what its family says about where to look."""
    win32 = number & 0xFFFF if _is_win32(number) else None
    symbol = _names().get(number if win32 is None else _WIN32 | win32)
    if symbol is None:
        return None
    what = _taken_apart(number)
    told = symbol if win32 is None else f"{symbol}, Win32 error {win32}"
    meaning = f"{told}: {_words(symbol)}."
    return replace(what, symbol=symbol, meaning=meaning, basis="name", sources=("SDK",), known=True)


def _words(symbol: str) -> str:
    """``path not found`` for ``ERROR_PATH_NOT_FOUND``."""
    return _PREFIX.sub("", symbol).replace("_", " ").lower()


# What names of codes begin with, of which the first word says no more than where the code is from.
_PREFIX = re.compile(
    r"^(?:(?:ERROR|STATUS)_(?:DS|INTERNET|WINHTTP|WSMAN|WINRS)?_?|DNS_ERROR_(?:RCODE_)?|(?:RPC|EPT)_(?:S|X|NT|E)_|WSAE?"
    r"|(?:[A-Z0-9]+_)?E_)"
)


def _is_win32(number: int) -> bool:
    return number & 0xFFFF0000 == _WIN32 or number <= 0xFFFF


@dataclass(frozen=True)
class _Family:
    """A range of codes and where it comes from."""

    first: int
    last: int
    area: str
    origin: str
    action: str


_GENERAL_ACTION = (
    "Look the code up with `slui.exe 0x2a <code>` on a Windows machine, and read the Application log of the "
    "machine (source Security-SPP, or Software Licensing Service on Vista and Server 2008)."
)
_OTHER_ACTION = "Look <code> up in Microsoft's lists of error codes (MS-ERREF), and read the System log of the machine."
_DNS_ACTION = "Check the DNS servers of the machine and the SRV records of _vlmcs._tcp."
_RPC_ACTION = "Check that the other machine runs and that TCP port 1688 (KMS) or the WMI ports are open."
_HTTP_ACTION = "Check proxy, firewall and clock of the machine, or activate by telephone."
_WMI_ACTION = "Check the query against the classes of the Windows release, and the rights on root/cimv2."
_WINRM_ACTION = "Check the WinRM service of the machine; `winrm helpmsg <code>` explains the code there."
_STORE_ACTION = "Use a product key, or the activation troubleshooter of the machine."
_SERVER_ACTION = "Check the key and try again; if it stays, call the Microsoft Activation Center."

# Ranges of slerror.h (licensing), winerror.h (all others). The first range that holds the code wins.
_FAMILIES = (
    _Family(0xC004B000, 0xC004BFFF, "general", "the activation server", _SERVER_ACTION),
    _Family(0xC004C200, 0xC004C6FF, "general", "the genuine validation", _GENERAL_ACTION),
    _Family(0xC004C000, 0xC004CFFF, "general", "the activation server (product key check)", _SERVER_ACTION),
    _Family(0xC004D000, 0xC004DFFF, "general", "the security processor of licensing", _GENERAL_ACTION),
    _Family(0xC004E000, 0xC004EFFF, "general", "the license store", _GENERAL_ACTION),
    _Family(0xC004F300, 0xC004F3FF, "token", "token-based activation", _GENERAL_ACTION),
    _Family(0xC004FD00, 0xC004FDFF, "general", "automatic virtual machine activation", _GENERAL_ACTION),
    _Family(0xC0040000, 0xC004FFFF, "general", "the software licensing service (SPP)", _GENERAL_ACTION),
    _Family(0x4004D000, 0x4004FFFF, "general", "the software licensing service (SPP)", _GENERAL_ACTION),
    _Family(0x8004D000, 0x8004DFFF, "general", "the security processor of licensing", _GENERAL_ACTION),
    _Family(0x8004E000, 0x8004FFFF, "general", "the software licensing service (SPP)", _GENERAL_ACTION),
    _Family(0x80041000, 0x80041FFF, "wmi", "WMI", _WMI_ACTION),
    _Family(0x80044000, 0x80044FFF, "wmi", "the WMI provider framework", _WMI_ACTION),
    _Family(0x803F0000, 0x803FFFFF, "general", "the store activation service", _STORE_ACTION),
    _Family(0x80338000, 0x8033FFFF, "wmi", "WinRM (WS-Management)", _WINRM_ACTION),
    _Family(0x80240000, 0x8024FFFF, "general", "Windows Update", _OTHER_ACTION),
    _Family(0x80090000, 0x8009FFFF, "general", "Windows security (SSPI, certificates)", _OTHER_ACTION),
    _Family(0x80010000, 0x8001FFFF, "rpc", "COM and RPC", _RPC_ACTION),
    _Family(0xC0020000, 0xC003FFFF, "rpc", "RPC", _RPC_ACTION),
    _Family(0x80040000, 0x8004FFFF, "general", "a COM interface (facility ITF)", _OTHER_ACTION),
    _Family(0x80000000, 0x8000FFFF, "general", "COM", _OTHER_ACTION),
    _Family(0xC0000000, 0xC000FFFF, "general", "the kernel of Windows (NTSTATUS)", _OTHER_ACTION),
)

# Ranges of Win32 error numbers inside 0x8007xxxx (winerror.h, wininet.h, winhttp.h).
_WIN32_FAMILIES = (
    _Family(1700, 1999, "rpc", "RPC", _RPC_ACTION),
    _Family(8200, 8999, "ad", "Active Directory", "Check the domain controllers and the rights of the account."),
    _Family(9000, 9999, "dns", "DNS", _DNS_ACTION),
    _Family(10000, 11999, "rpc", "Windows sockets", _RPC_ACTION),
    _Family(12000, 12999, "general", "web access (WinINet, WinHTTP)", _HTTP_ACTION),
)

_SEVERITY = {0: "a success", 1: "an information", 2: "an error", 3: "an error"}


def _taken_apart(number: int) -> Explanation:
    if _is_win32(number):
        return _unknown_win32(number)
    severity = _SEVERITY[number >> 30]
    family = _family(_FAMILIES, number)
    if family is None:
        facility = number >> 16 & 0x7FF
        return _unknown(
            number,
            "general",
            f"A code this collection does not know: {severity}, facility {facility}, number {number & 0xFFFF}.",
            _OTHER_ACTION,
        )
    meaning = f"A code of {family.origin} that this collection does not know; its form says {severity}."
    return _unknown(number, family.area, meaning, family.action)


def _unknown_win32(number: int) -> Explanation:
    win32 = number & 0xFFFF
    family = _family(_WIN32_FAMILIES, win32)
    origin = f" of {family.origin}" if family else ""
    look_up = f"`net helpmsg {win32}` on a Windows machine prints its text."
    return _unknown(
        number,
        family.area if family else "general",
        f"Win32 error {win32}{origin}, which is not among the known activation codes.",
        f"{family.action} {look_up}" if family else look_up,
    )


def _family(families: tuple[_Family, ...], number: int) -> _Family | None:
    return next((family for family in families if family.first <= number <= family.last), None)


def _unknown(number: int, area: str, meaning: str, action: str) -> Explanation:
    return Explanation(
        code=number,
        code_text=code_text(number),
        symbol=None,
        area=area,
        meaning=meaning,
        likely_cause="Not known.",
        admin_action=action.replace("<code>", code_text(number)),
        basis="none",
        sources=(),
        known=False,
    )
