# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get and Put of one instance (WS-Transfer 3.1 and 3.2, DSP0226, MS-WSMV)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from . import uris
from .cim_reader import PropertyReader
from .cim_writer import class_element, instance_properties, selector_set, written
from .class_types import types_in
from .conversation import SingleExchange
from .envelope import RequestContext, request
from .errors import ProtocolError, UsageError
from .values import Instance


class _Transfer(SingleExchange):
    _action: str

    def __init__(
        self,
        context: RequestContext,
        class_name: str,
        selectors: Mapping[str, str] | None,
        namespace: str,
        types: Mapping[str, str] | None,
    ) -> None:
        super().__init__()
        self._context = context
        self._class_name = uris.checked_name(class_name, "The class")
        self._uri = uris.resource_uri(namespace, self._class_name)
        self._selectors = dict(selectors or {})
        selector_set(self._selectors)
        self._body = ""
        self._reader = PropertyReader(types_in(namespace, class_name) if types is None else types)
        self._instance: Instance | None = None

    def _compose(self) -> tuple[str, str]:
        return request(self._context, self._action, self._uri, self._body, self._selectors)

    @property
    def instance(self) -> Instance:
        """The instance as it is now, once the answer is there."""
        if self._instance is None:
            raise UsageError(f"The {type(self).__name__} of {self._class_name} has not been answered yet.")
        return self._instance


class Get(_Transfer):
    """Read one instance.

    Args:
        context: the host's settings.
        class_name: the class.
        selectors: every key property; none for a singleton.
        namespace: the WMI namespace.
        types: property name to CIM type. None looks up classes known in root/cimv2.
    """

    _action = uris.GET_ACTION

    def __init__(
        self,
        context: RequestContext,
        class_name: str,
        selectors: Mapping[str, str] | None = None,
        namespace: str = "root/cimv2",
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(context, class_name, selectors, namespace, types)

    def _read(self, payload: Element | None) -> None:
        if payload is None:
            raise ProtocolError(f"The reply has an empty body where an instance of {self._class_name} was expected.")
        self._instance = self._reader.read_item(payload)


class Put(_Transfer):
    """Write one instance.

    Whether properties left out stay or are reset is not specified for Windows: read first, and send back everything
    that can be written. None writes a null. Property names are case-sensitive here; keys cannot change.

    Args:
        properties: name to value: text, number, boolean, moment, interval, None, or a sequence of these.
    """

    _action = uris.PUT_ACTION

    def __init__(
        self,
        context: RequestContext,
        class_name: str,
        selectors: Mapping[str, str] | None,
        properties: Mapping[str, object],
        namespace: str = "root/cimv2",
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(context, class_name, selectors, namespace, types)
        self._body = class_element(self._class_name, self._uri, instance_properties(properties, class_name))
        self._sent = Instance(self._class_name, {name: written(value) for name, value in properties.items()})

    def _read(self, payload: Element | None) -> None:
        # A service that took the values as sent need not show them again (WS-Transfer 3.2).
        self._instance = self._sent if payload is None else self._reader.read_item(payload)
