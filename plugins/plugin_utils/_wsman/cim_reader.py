# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM XML into instances (DSP0230, and MS-WSMV's rules for items and fragments).

An item is a class element, or a ``w:XmlFragment`` when the query named its columns. Windows sends no types with
Microsoft's URIs, omits null arrays and writes an array of one like a scalar; what fills these gaps is the ``types`` a
caller declares, the columns the query named, and the other instances of the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from . import uris
from .class_types import types_of
from .scalars import ScalarReader, by_form, reader_for, reader_for_xsi
from .values import Instance, Interval, Reference, Value, parse_datetime

_NIL = f"{{{uris.XSI}}}nil"
_TYPE = f"{{{uris.XSI}}}type"
_FRAGMENT = f"{{{uris.WSMAN}}}XmlFragment"
_EPR = f"{{{uris.ADDRESSING}}}EndpointReference"
_ADDRESS = f"{{{uris.ADDRESSING}}}Address"
_PARAMETERS = f"{{{uris.ADDRESSING}}}ReferenceParameters"
_RESOURCE_URI = f"{{{uris.WSMAN}}}ResourceURI"
_SELECTOR = f"{{{uris.WSMAN}}}SelectorSet/{{{uris.WSMAN}}}Selector"

# A class has a hundred properties or two; a peer that sends other names without end does not fill the memory.
_REMEMBERED_TAGS = 2_000
_SHARED_READERS = 64

_TYPE_SUFFIX = "_Type"
_MOMENTS = frozenset({"Datetime", "Interval", "Date", "Time"})
# In a fragment the wrapper of a moment has no namespace; elsewhere it is WS-CIM's.
_MOMENT_NAMESPACES = frozenset({"", uris.CIM})


@dataclass(frozen=True)
class _Property:
    name: str
    read: ScalarReader
    is_array: bool


class PropertyReader:
    """Reads the properties below one element, with types declared by the caller. Reusable for a whole result.

    A declared property has the declared spelling of its name, whatever case a host writes it in.

    Args:
        types: property name in any case to CIM type, such as ``uint32`` or ``string[]``.
    """

    def __init__(self, types: Mapping[str, str] | None = None) -> None:
        self._types = {name.casefold(): (name, cim_type) for name, cim_type in (types or {}).items()}
        self._arrays = tuple(name for name, cim_type in (types or {}).items() if cim_type.strip().endswith("[]"))
        self._by_tag: dict[str, _Property] = {}

    def read_item(self, element: Element, columns: Sequence[str] = ()) -> Instance:
        """An item of an enumeration.

        Args:
            columns: the properties the query named. One that is missing from a fragment was a null array: had the
                class no such property, the query would have failed.
        """
        if element.tag == _FRAGMENT:
            named = [name for name in columns if not name.startswith("__")]
            return Instance(None, _with_nulls(self.read_properties(element), named))
        return self.read_instance(element)

    def read_instance(self, element: Element) -> Instance:
        """A class element; declared arrays it lacks are null."""
        properties = _with_nulls(self.read_properties(element), self._arrays)
        return Instance(uris.local_name(element.tag), properties)

    def read_outputs(self, element: Element) -> dict[str, Value]:
        """Out parameters of a method; declared arrays that are missing are null."""
        return _with_nulls(self.read_properties(element), self._arrays)

    def read_properties(self, element: Element) -> dict[str, Value]:
        """Properties in wire order; a name that comes again is an array."""
        values: dict[str, Value] = {}
        repeated: dict[str, list[Value]] = {}
        known = self._by_tag
        for child in element:
            found = known.get(child.tag) or self._property(child.tag)
            # A plain text in an element of its own is what nearly all of them are. Not ``attrib``, which makes a
            # dictionary for each element that has none.
            plain = not (child.items() or len(child))
            value = found.read(child.text or "") if plain else _read_value(child, found.read)
            name = found.name
            if name in values:
                if name not in repeated:
                    repeated[name] = [values[name]]
                repeated[name].append(value)
            elif found.is_array and value is not None:
                values[name] = (value,)
                repeated[name] = [value]
            else:
                values[name] = value
        for name, items in repeated.items():
            values[name] = tuple(items)
        return values

    def _property(self, tag: str) -> _Property:
        name = uris.local_name(tag)
        declared = self._types.get(name.casefold())
        if declared is None:
            found = _Property(name, by_form, is_array=False)
        else:
            name, scalar = declared[0], declared[1].strip()
            is_array = scalar.endswith("[]")
            found = _Property(name, reader_for(scalar[:-2] if is_array else scalar), is_array)
        if len(self._by_tag) < _REMEMBERED_TAGS:
            self._by_tag[tag] = found
        return found


_shared_readers: dict[int, tuple[Mapping[str, str], PropertyReader]] = {}


def shared_reader(types: Mapping[str, str]) -> PropertyReader:
    """One reader for everybody who declares these very types, a table that must not change.

    What a reader learns about a table takes as long as reading a row with it, and thousands of hosts have one row each.
    """
    known = _shared_readers.get(id(types))
    if known is None:
        known = (types, PropertyReader(types))
        if len(_shared_readers) < _SHARED_READERS:
            # The table is kept along with its reader, so that no other gets its identity.
            _shared_readers[id(types)] = known
    return known[1]


def align_arrays(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """One shape per property in a result: a property that is an array anywhere is one wherever it has a value."""
    if len(instances) < 2:
        return tuple(instances)
    arrays = {name for instance in instances for name, value in instance.properties.items() if isinstance(value, tuple)}
    if not arrays:
        return tuple(instances)
    return tuple(_with_arrays(instance, arrays) for instance in instances)


def _with_arrays(instance: Instance, arrays: Iterable[str]) -> Instance:
    wrapped: dict[str, Value] = {}
    for name in arrays:
        value = instance.properties.get(name)
        if value is not None and not isinstance(value, tuple):
            wrapped[name] = (value,)
    return Instance(instance.class_name, {**instance.properties, **wrapped}) if wrapped else instance


def _with_nulls(values: dict[str, Value], names: Iterable[str]) -> dict[str, Value]:
    missing = [name for name in names if name not in values]
    if missing:
        present = {name.casefold() for name in values}
        values.update((name, None) for name in missing if name.casefold() not in present)
    return values


def _read_value(element: Element, read: ScalarReader) -> Value:
    if element.get(_NIL) in ("true", "1"):
        return None
    xsi_type = _local_type(element)
    if len(element) or xsi_type.endswith(_TYPE_SUFFIX):
        return _read_structure(element, xsi_type)
    return (reader_for_xsi(xsi_type) if xsi_type else read)(element.text or "")


def _local_type(element: Element) -> str:
    # The prefix is lost on ElementTree, and not needed: WS-CIM and XML Schema share no name of two meanings here.
    return element.get(_TYPE, "").rpartition(":")[2]


def _read_structure(element: Element, xsi_type: str) -> Value:
    if len(element) == 1 and not len(element[0]):
        name, namespace = uris.local_name(element[0].tag), uris.namespace_of(element[0].tag)
        if name in _MOMENTS and namespace in _MOMENT_NAMESPACES:
            return _read_moment(name, element[0].text or "")
    if any(child.tag in (_EPR, _ADDRESS, _PARAMETERS) for child in element):
        return _read_reference(element)
    return _read_embedded(element, xsi_type)


def _read_moment(name: str, text: str) -> Value:
    if name == "Datetime":
        return parse_datetime(text) or text
    # A date or a time of day alone has no counterpart that JSON knows: it stays text.
    return Interval(text.strip()) if name == "Interval" else text


def _read_reference(element: Element) -> Reference:
    # DSP0227 puts the parts below the property; some senders wrap them in an EndpointReference.
    found = element.find(_EPR)
    epr = element if found is None else found
    parameters = epr.find(_PARAMETERS)
    selectors: dict[str, str | Reference] = {}
    for selector in () if parameters is None else parameters.iterfind(_SELECTOR):
        name = selector.get("Name", "")
        selectors[name] = _read_reference(selector) if selector.find(_EPR) is not None else selector.text or ""
    uri = "" if parameters is None else parameters.findtext(_RESOURCE_URI, "")
    return Reference(uri.strip(), selectors, epr.findtext(_ADDRESS, "").strip())


def _read_embedded(element: Element, xsi_type: str) -> Instance:
    class_name: str | None = xsi_type.removesuffix(_TYPE_SUFFIX) if xsi_type else None
    if not class_name and len(element):
        class_name = uris.namespace_of(element[0].tag).rpartition("/")[2] or None
    return Instance(class_name, PropertyReader(types_of(class_name)).read_properties(element))
