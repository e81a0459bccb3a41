# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI over WS-Management, without a connection: text out, bytes in.

This package is private to the collection. It does no IO, reads no clock and draws no random numbers; whoever owns a
connection pumps a conversation through it (see ``conversation``).

Sources: DSP0226 (WS-Management), DSP0227 (CIM binding), DSP0230 (WS-CIM mapping), MS-WSMV (Windows' dialect),
WS-Enumeration, WS-Transfer, and Microsoft Learn on WQL and the WMI classes.
"""

from __future__ import annotations

from .class_types import types_of
from .conversation import Conversation
from .enumeration import Bounds, Enumeration
from .envelope import Reply, RequestContext, parse, request
from .errors import ProtocolError, UsageError, WsmanError, WsmanFault
from .identify import Identify, Identity
from .invocation import Invocation, MethodResult
from .transfer import Get, Put
from .uris import resource_uri
from .values import Instance, Interval, Reference, Timestamp, Value, parse_datetime, to_jsonable
from .wql import class_of, is_select, quote

__all__ = [
    "Bounds",
    "Conversation",
    "Enumeration",
    "Get",
    "Identify",
    "Identity",
    "Instance",
    "Interval",
    "Invocation",
    "MethodResult",
    "ProtocolError",
    "Put",
    "Reference",
    "Reply",
    "RequestContext",
    "Timestamp",
    "UsageError",
    "Value",
    "WsmanError",
    "WsmanFault",
    "class_of",
    "is_select",
    "parse",
    "parse_datetime",
    "quote",
    "request",
    "resource_uri",
    "to_jsonable",
    "types_of",
]
