# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any WQL on any namespace, read only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .._spp import schema
from .._winrm.session import Session
from .._wsman import Instance, class_types, wql
from .errors import Refused

# Everything else WQL knows is about events and schema, which this verb does not read.
_DATA_QUERY = re.compile(r"\s*(SELECT|ASSOCIATORS\s+OF|REFERENCES\s+OF)\b", re.IGNORECASE)


def query(session: Session, text: str, namespace: str = schema.NAMESPACE) -> tuple[Instance, ...]:
    """Run one WQL query and return its instances in the order of the machine.

    Raises Refused for text that is not a data query, WsmanFault for what Windows makes of it.
    """
    if not _DATA_QUERY.match(text):
        raise Refused(
            "The query is not a WQL data query.",
            "It must begin with SELECT, ASSOCIATORS OF or REFERENCES OF, for example: "
            "SELECT Name,State FROM Win32_Service WHERE State = 'Running'",
        )
    return session.query(text, namespace.replace("\\", "/").strip("/"), types=_types(text))


def _types(text: str) -> Mapping[str, str] | None:
    class_name = wql.class_of(text)
    if class_name is None:
        return None
    if class_name.lower() in schema.TYPED_CLASSES:
        return schema.TYPES
    return class_types.types_of(class_name) or None
