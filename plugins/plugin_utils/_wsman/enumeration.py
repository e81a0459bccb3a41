# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate with a WQL filter, Pull to the end, Release when stopping early.

WS-Enumeration (Enumerate, Pull, Release), DSP0226 (OptimizeEnumeration, Filter), MS-WSMV (WQL). How many items
come in which reply is the server's choice: stack 2.0 answers all at once, stack 3.0 one item and then pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from xml.etree.ElementTree import Element

from . import uris
from . import wql as query_language
from .cim_reader import PropertyReader, align_arrays, shared_reader
from .class_types import types_in
from .conversation import Conversation, expected
from .envelope import Reply, RequestContext, request
from .errors import ProtocolError, UsageError, WsmanFault
from .escaping import escape_text
from .values import Instance

# Windows writes Items and EndOfSequence in one namespace in an EnumerateResponse and in the other in a PullResponse.
_NAMESPACES = (uris.WSMAN, uris.ENUMERATION)
_CONTEXT = f"{{{uris.ENUMERATION}}}EnumerationContext"
_ITEMS = tuple(f"{{{namespace}}}Items" for namespace in _NAMESPACES)
_END = tuple(f"{{{namespace}}}EndOfSequence" for namespace in _NAMESPACES)


@dataclass(frozen=True)
class Bounds:
    """How long a server may go on. Generous for any real result; a hostile server meets them and stops.

    Args:
        empty_pulls: replies in a row without an item and without an end.
        pulls: replies of one enumeration.
        reply_bytes: all replies of one enumeration together.
    """

    empty_pulls: int = 100
    pulls: int = 20_000
    reply_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class _Query:
    escaped: str
    columns: tuple[str, ...]
    class_name: str | None


@lru_cache(maxsize=256)
def _read_query(wql: str) -> _Query:
    """What the text of a query says. An audit asks thousands of hosts the same three questions."""
    return _Query(escape_text(wql, "The query"), query_language.columns_of(wql), query_language.class_of(wql))


class _Next(Enum):
    ENUMERATE = "Enumerate"
    PULL = "Pull"
    RELEASE = "Release"


class Enumeration(Conversation):
    """All rows of a WQL query.

    Args:
        context: the host's settings.
        wql: the query.
        namespace: the WMI namespace.
        types: property name to CIM type. None looks up classes known in root/cimv2; an empty mapping declares nothing.
        max_elements: a ceiling for one reply, not a promise.
        bounds: when to give up on a server that never ends.
    """

    def __init__(
        self,
        context: RequestContext,
        wql: str,
        namespace: str = "root/cimv2",
        types: Mapping[str, str] | None = None,
        max_elements: int = 32000,
        bounds: Bounds | None = None,
    ) -> None:
        super().__init__()
        if not wql.strip():
            raise UsageError("The query is empty. A query looks like: SELECT Name FROM Win32_Service")
        if max_elements < 1:
            raise UsageError(f"max_elements must be at least 1, not {max_elements}.")
        self._context = context
        # With a filter the URI names no class: a class there draws fault 2150859003.
        self._uri = uris.resource_uri(namespace, uris.ANY_CLASS)
        query = _read_query(wql)
        self._filter = query.escaped
        self._columns = query.columns
        self._readers = _Readers(types, namespace, query.class_name)
        self._max_elements = max_elements
        self._bounds = bounds or Bounds()
        self._next = _Next.ENUMERATE
        self._server_context = ""
        self._collected: list[Instance] = []
        self._aligned: tuple[Instance, ...] = ()
        self._pulls = self._empty_pulls = self._bytes = 0

    @property
    def instances(self) -> tuple[Instance, ...]:
        """The rows read so far. A property that is an array in one of them is one in all that have a value."""
        if len(self._aligned) != len(self._collected):
            self._aligned = align_arrays(self._collected)
        return self._aligned

    def stop(self) -> None:
        """Want no more. A Release follows if the server still holds a context; its answer does not matter.

        Also right after a failure: an open enumeration counts against the user's quota until it is released or
        has been idle for a minute.
        """
        self._awaited = None
        self._next = _Next.RELEASE
        self._done = not self._server_context

    def receive(self, reply: bytes) -> None:
        if self._next is _Next.RELEASE and self._awaited is not None:
            self._awaited = None
            self._finish()
            return
        self._bytes += len(reply)
        try:
            super().receive(reply)
        except WsmanFault as fault:
            fault.to_query = self._next is _Next.ENUMERATE
            raise

    def _compose(self) -> tuple[str, str]:
        action, body = {
            _Next.ENUMERATE: (uris.ENUMERATE_ACTION, self._enumerate_body),
            _Next.PULL: (uris.PULL_ACTION, self._pull_body),
            _Next.RELEASE: (uris.RELEASE_ACTION, self._release_body),
        }[self._next]
        return request(self._context, action, self._uri, body())

    def _enumerate_body(self) -> str:
        return (
            f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{self._max_elements}</w:MaxElements>"
            f'<w:Filter Dialect="{uris.WQL_DIALECT}">{self._filter}</w:Filter></n:Enumerate>'
        )

    def _pull_body(self) -> str:
        # Without MaxElements a Pull asks for one item (WS-Enumeration 3.2).
        return f"<n:Pull>{self._context_element()}<n:MaxElements>{self._max_elements}</n:MaxElements></n:Pull>"

    def _release_body(self) -> str:
        return f"<n:Release>{self._context_element()}</n:Release>"

    def _context_element(self) -> str:
        text = escape_text(self._server_context, "The enumeration context")
        return f"<n:EnumerationContext>{text}</n:EnumerationContext>"

    def _accept(self, reply: Reply) -> None:
        response = expected(reply.payload, f"{self._next.value}Response")
        is_last = any(child.tag in _END for child in response)
        self._server_context = "" if is_last else self._continued(response)
        found = [item for child in response if child.tag in _ITEMS for item in child]
        self._collected.extend(self._readers.read(item, self._columns) for item in found)
        if is_last:
            self._finish()
            return
        self._next = _Next.PULL
        self._check_bounds(len(found))

    def _continued(self, response: Element) -> str:
        # Every reply carries a new context and the old one is dead; one without keeps the old (WS-Enumeration 3.2).
        server_context = (response.findtext(_CONTEXT) or "").strip() or self._server_context
        if not server_context:
            raise ProtocolError("The reply neither ends the enumeration nor says how to continue it.")
        return server_context

    def _check_bounds(self, items: int) -> None:
        self._pulls += 1
        self._empty_pulls = 0 if items else self._empty_pulls + 1
        if self._empty_pulls > self._bounds.empty_pulls:
            raise ProtocolError(f"The server sent {self._empty_pulls} pages without an item and without an end.")
        if self._pulls > self._bounds.pulls or self._bytes > self._bounds.reply_bytes:
            raise ProtocolError(
                f"The enumeration did not end within {self._pulls} pages and {self._bytes} bytes. "
                "Narrow the query with WHERE, or name fewer properties."
            )

    def _finish(self) -> None:
        self._server_context = ""
        self._done = True


class _Readers:
    """One reader per class met: a subclass among the items may know more properties than the class queried."""

    def __init__(self, types: Mapping[str, str] | None, namespace: str, queried: str | None) -> None:
        self._declared = types
        self._namespace = namespace
        self._queried = types_in(namespace, queried)
        self._by_tag: dict[str, PropertyReader] = {}

    def read(self, item: Element, columns: tuple[str, ...]) -> Instance:
        reader = self._by_tag.get(item.tag)
        if reader is None:
            reader = self._by_tag[item.tag] = shared_reader(self._types_for(uris.local_name(item.tag)))
        return reader.read_item(item, columns)

    def _types_for(self, class_name: str) -> Mapping[str, str]:
        if self._declared is not None:
            return self._declared
        return types_in(self._namespace, class_name) or self._queried
