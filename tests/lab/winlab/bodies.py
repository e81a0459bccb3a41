# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties and parameters in the body of a request, checked against the class definition."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from .faults import schema_error
from .values import ValueFormatError, element_text, parse_scalar


def children_by_name(body: Element, namespace: str | None) -> dict[str, list[Element]]:
    """Children by local name; with a namespace every child must be in it."""
    grouped: dict[str, list[Element]] = {}
    for child in body:
        uri, _unused, name = child.tag.rpartition("}")
        if namespace is not None and uri.lstrip("{").lower() != namespace.lower():
            raise schema_error(f"{name} is not in the namespace of the class.")
        grouped.setdefault(name, []).append(child)
    return grouped


def property_value(name: str, cim_type: str, elements: list[Element]) -> Any:
    """The typed value of a property or parameter, from the elements that carry it."""
    texts = [element_text(one) for one in elements]
    try:
        if cim_type.endswith("[]"):
            return [parse_scalar(cim_type[:-2], text) for text in texts if text is not None] or None
        if len(texts) > 1:
            raise schema_error(f"{name} is not an array.")
        return None if texts[0] is None else parse_scalar(cim_type, texts[0])
    except ValueFormatError as error:
        raise schema_error(f"{name}: {error}.") from error
