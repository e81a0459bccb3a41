# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces and actions of WS-Management (DSP0226), its CIM binding (DSP0227) and Windows' dialect (MS-WSMV)."""

from __future__ import annotations

import re
from functools import lru_cache

from .errors import UsageError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WSMAN_MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
# The path says identity/1 on the wire; the namespace table of MS-WSMV prints identify/1, which nobody sends.
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"

ENUMERATE_ACTION = f"{ENUMERATION}/Enumerate"
PULL_ACTION = f"{ENUMERATION}/Pull"
RELEASE_ACTION = f"{ENUMERATION}/Release"
GET_ACTION = f"{TRANSFER}/Get"
PUT_ACTION = f"{TRANSFER}/Put"

# Stay on Microsoft's URIs: they work from WinRM 1.0 on, the DMTF form only from Windows 8 and Server 2012 on.
WMI_ROOT = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"

ANY_CLASS = "*"
"""The class part of a URI that a WQL filter goes with; a class name there draws fault 2150859003."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMESPACE = re.compile(r"[A-Za-z0-9_.$~-]+(?:[/\\][A-Za-z0-9_.$~-]+)*")


def checked_name(name: str, what: str) -> str:
    """The name, if it can be the name of a CIM class, property, method or parameter."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{what} is not a CIM name: {name[:40]!r}. Letters, digits and underscores are allowed.")
    return name


@lru_cache(maxsize=256)
def resource_uri(namespace: str, class_name: str) -> str:
    """URI of a WMI class, or of any class for WQL with ``*`` (MS-WSMV on resource URIs).

    Args:
        namespace: ``root/cimv2``; backslashes are accepted.
        class_name: the class, or ``*``.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(f"Not a WMI namespace: {namespace[:80]!r}. It looks like root/cimv2.")
    if class_name != ANY_CLASS:
        checked_name(class_name, "The class")
    return f"{WMI_ROOT}{namespace.replace(chr(92), '/')}/{class_name}"


def split_resource_uri(uri: str) -> tuple[str, str]:
    """Namespace and class of a resource URI; the namespace is empty for other than Microsoft's URIs."""
    head, _unused, class_name = uri.rpartition("/")
    namespace = head[len(WMI_ROOT) :] if head.startswith(WMI_ROOT) else ""
    return namespace, class_name


def local_name(tag: str) -> str:
    """Local part of a name in ElementTree's ``{namespace}local`` form."""
    return tag.rpartition("}")[2]


def namespace_of(tag: str) -> str:
    """Namespace part of a name in ElementTree's form; empty when it has none."""
    return tag[1:].rpartition("}")[0]
