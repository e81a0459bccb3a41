# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing objects over a connection that has signed in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .._trace import Answered, measured
from .entry import Entry
from .errors import NotFound
from .explain import explained
from .settings import Settings

with contextlib.suppress(ImportError):
    import ldap
    import ldap.controls
    import ldap.controls.libldap

# MS-ADTS 3.1.1.3.4.1.11, LDAP_SERVER_SD_FLAGS_OID: which parts of a descriptor are read or written.
_SD_FLAGS = "1.2.840.113556.1.4.801"
# MS-ADTS 3.1.1.3.4.1.5, LDAP_SERVER_EXTENDED_DN_OID: names come with the identifiers of their objects, here as text
# (ExtendedDNRequestValue ::= SEQUENCE { Flag INTEGER }, 1).
_EXTENDED_DN, _AS_TEXT = "1.2.840.113556.1.4.529", bytes([0x30, 3, 2, 1, 1])
_PAGE = 500

_MANAGES_FOREST = "Use an account that manages the forest, such as one of Enterprise Admins"

_T = TypeVar("_T")


class Directory:
    """A signed-in connection. Every method raises AdError."""

    def __init__(self, connection: Any, settings: Settings) -> None:
        self._connection = connection
        self.label = settings.label
        self.root = self.read("", ["*"]) or Entry("", {})

    def read(self, dn: str, attributes: Sequence[str], sd_flags: int | None = None) -> Entry | None:
        """One object; None when it is not there."""
        try:
            found = self._search(dn, ldap.SCOPE_BASE, "(objectClass=*)", attributes, _controls(sd_flags))
        except NotFound:
            return None
        return found[0] if found else None

    def children(self, dn: str, found_by: str, attributes: Sequence[str], most: int | None = None) -> list[Entry]:
        """Objects directly below another one; none when that is not there. ``most``: stop reading beyond that many."""
        return self._paged(dn, ldap.SCOPE_ONELEVEL, found_by, attributes, most)

    def references(self, dn: str, found_by: str, attribute: str) -> list[Entry]:
        """Objects directly below another one, with a name in the attribute as ``<GUID=...>;<SID=...>;DN``."""
        extended = ldap.controls.RequestControl(_EXTENDED_DN, True, _AS_TEXT)
        return self._search(dn, ldap.SCOPE_ONELEVEL, found_by, [attribute], [extended])

    def below(self, dn: str, found_by: str, attributes: Sequence[str], most: int | None = None) -> list[Entry]:
        """Objects at any depth below another one."""
        return self._paged(dn, ldap.SCOPE_SUBTREE, found_by, attributes, most)

    def replace(self, dn: str, attribute: str, values: list[bytes], sd_flags: int) -> None:
        changes = [(ldap.MOD_REPLACE, attribute, values)]
        self._call(
            "modify",
            f"changing {dn}",
            lambda _answer: self._connection.modify_ext_s(dn, changes, serverctrls=_controls(sd_flags)),
        )

    def change_values(self, dn: str, attribute: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove values of an attribute, all or nothing."""
        pairs = ((ldap.MOD_DELETE, remove), (ldap.MOD_ADD, add))
        changes = [(kind, attribute, [value.encode("utf-8") for value in values]) for kind, values in pairs if values]
        self._call("modify", f"changing {dn}", lambda _answer: self._connection.modify_ext_s(dn, changes))

    def add(self, dn: str, attributes: Mapping[str, list[bytes]], sd_flags: int) -> None:
        pairs = list(attributes.items())
        self._call(
            "add",
            f"creating {dn}",
            lambda _answer: self._connection.add_ext_s(dn, pairs, serverctrls=_controls(sd_flags)),
        )

    def delete(self, dn: str) -> None:
        """One object, and nothing below it."""
        self._call("delete", f"deleting {dn}", lambda _answer: self._connection.delete_ext_s(dn), _MANAGES_FOREST)

    def _paged(self, dn: str, scope: int, found_by: str, attributes: Sequence[str], most: int | None) -> list[Entry]:
        entries: list[Entry] = []
        # RFC 2696. A controller gives no more than 1,000 entries at once.
        control = ldap.controls.libldap.SimplePagedResultsControl(True, _PAGE, "")
        while True:
            try:
                found, answered = self._search_with(dn, scope, found_by, attributes, [control])
            except NotFound:
                return entries
            entries += found
            pages = [one for one in answered if one.controlType == control.controlType]
            if not pages or not pages[0].cookie or (most is not None and len(entries) > most):
                return entries
            control.cookie = pages[0].cookie

    def _search(
        self, dn: str, scope: int, found_by: str, attributes: Sequence[str], controls: list[Any]
    ) -> list[Entry]:
        return self._search_with(dn, scope, found_by, attributes, controls)[0]

    def _search_with(
        self, dn: str, scope: int, found_by: str, attributes: Sequence[str], controls: list[Any]
    ) -> tuple[list[Entry], list[Any]]:
        def search(told: Answered) -> tuple[list[Entry], list[Any]]:
            number = self._connection.search_ext(dn, scope, found_by, list(attributes), serverctrls=controls)
            _kind, data, _number, answered = self._connection.result3(number)
            # An entry without a name is a referral to another server, which is not followed.
            told.received = sum(map(_size, data))
            return [Entry(name, values) for name, values in data if name is not None], answered

        return self._call("search", f"reading {dn or 'the root'}", search)

    def _call(self, step: str, doing: str, work: Callable[[Answered], _T], advice: str = "") -> _T:
        try:
            with measured("LDAP", self.label, step) as told:
                return work(told)
        except ldap.LDAPError as error:
            raise explained(self.label, doing, error, advice) from error


def _size(item: Any) -> int:
    """Bytes of an object's values; the library does not tell those of the message. A referral has a list of URLs."""
    values = item[1].values() if isinstance(item[1], dict) else [item[1]]
    return sum(len(value) for several in values for value in several)


def _controls(sd_flags: int | None) -> list[Any]:
    if sd_flags is None:
        return []
    # SDFlagsRequestValue ::= SEQUENCE { Flags INTEGER }, in BER; the flags fit in one byte.
    return [ldap.controls.RequestControl(_SD_FLAGS, True, bytes([0x30, 3, 2, 1, sd_flags]))]
