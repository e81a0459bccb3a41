# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The activation objects of a forest: what activates its machines through Active Directory.

Microsoft Learn, Active Directory schema: msSPP-ActivationObjectsContainer, msSPP-ActivationObject and their attributes;
slmgr.vbs /ao-list reads the same names. Attributes are named one by one, since some hold licenses of megabytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

from . import filters
from .accounts import Domain, read_domain
from .activation_writers import OF_CONTAINER, OF_OBJECT, Writer, writers_in
from .directory import Directory
from .entry import Entry
from .errors import NotFound, Refused
from .plan import DACL_FLAG, OWNER_FLAG, trusted_in

_PLACE = "CN=Activation Objects,CN=Microsoft SPP,CN=Services"
CONTAINER_CLASS, OBJECT_CLASS = "msSPP-ActivationObjectsContainer", "msSPP-ActivationObject"
_DESCRIPTOR = "nTSecurityDescriptor"
ATTRIBUTES = (
    "objectClass",
    "cn",
    "displayName",
    "msSPP-CSVLKPid",
    "msSPP-CSVLKPartialProductKey",
    "msSPP-CSVLKSkuId",
    "msSPP-KMSIds",
    "whenCreated",
    "whenChanged",
)

#: A forest has one for each host key that it uses.
MOST_OBJECTS = 1000

# The schema of Windows Server 2012 (Microsoft Learn, "Active Directory Domain Services schema updates").
_SCHEMA_2012 = 56


@dataclass(frozen=True)
class ActivationObject:
    """One object. What is None was not shown to the account that signed in, or is not set.

    ``sku_id`` is the activation ID of the host key that the object was made with, ``kms_ids`` what it activates.
    """

    dn: str
    name: str
    csvlk_pid: str | None = None
    partial_product_key: str | None = None
    sku_id: str | None = None
    kms_ids: tuple[str, ...] | None = None
    created: datetime | None = None
    changed: datetime | None = None
    writers: tuple[Writer, ...] | None = None


@dataclass(frozen=True)
class Activation:
    """What a forest has. ``missing`` says what there is none of: ``schema``, ``container``, or nothing (None)."""

    controller: str
    forest: str
    domain: Domain
    container: str
    schema_version: int | None
    missing: str | None = None
    reason: str | None = None
    objects: tuple[ActivationObject, ...] = ()
    writers: tuple[Writer, ...] | None = None


def read_activation(directory: Directory) -> Activation:
    """Raises AdError. That there is nothing is an answer."""
    domain = read_domain(directory)
    forest = _dns_name(directory.root.text("rootDomainNamingContext"))
    container = container_of(directory)
    version = _schema_version(directory)
    trusted = trusted_in({domain.sid, domain.root_sid})
    found = directory.read(container, [_DESCRIPTOR], OWNER_FLAG | DACL_FLAG)
    if found is None:
        missing, reason = _why_missing(directory, container, version)
        return Activation(directory.label, forest, domain, container, version, missing, reason)
    return Activation(
        directory.label,
        forest,
        domain,
        container,
        version,
        objects=_objects(directory, container, trusted),
        writers=writers_in(found.values(_DESCRIPTOR), OF_CONTAINER, trusted),
    )


def container_of(directory: Directory) -> str:
    """The name of the container, whether it is there or not. Raises NotFound."""
    configuration = directory.root.text("configurationNamingContext")
    if not configuration:
        raise NotFound(directory.label, "this is not an Active Directory server", "Name a domain controller")
    return f"{_PLACE},{configuration}"


def _dns_name(dn: str) -> str:
    """That of a domain, from its distinguished name."""
    parts = (part.partition("=") for part in dn.split(","))
    return ".".join(value for kind, _equals, value in parts if kind.strip().upper() == "DC").lower()


def _schema_version(directory: Directory) -> int | None:
    schema = directory.root.text("schemaNamingContext")
    found = directory.read(schema, ["objectVersion"]) if schema else None
    return found.number("objectVersion") if found is not None else None


def _why_missing(directory: Directory, container: str, version: int | None) -> tuple[str, str]:
    schema = directory.root.text("schemaNamingContext")
    known = directory.children(schema, filters.equals("lDAPDisplayName", CONTAINER_CLASS), ["cn"]) if schema else []
    if known:
        return "container", (
            f"There is no {container}, or the account that signed in may not see it; Windows says 0x80072030. Nothing "
            "is activated through Active Directory. Microsoft's Volume Activation Tools create an object and need the "
            "container, which adprep /forestprep creates."
        )
    has = f" has version {version} and" if version is not None else ""
    return "schema", (
        f"The schema of the forest{has} does not define activation objects. They were introduced with Windows "
        f"Server 2012, whose schema has version {_SCHEMA_2012}: raise it with that release's adprep /forestprep or a "
        "later one's."
    )


def _objects(directory: Directory, container: str, trusted: frozenset[str]) -> tuple[ActivationObject, ...]:
    wanted = filters.equals("objectClass", OBJECT_CLASS)
    found = directory.children(container, wanted, ATTRIBUTES, MOST_OBJECTS)
    if len(found) > MOST_OBJECTS:
        what = f"there are more than {MOST_OBJECTS:,} activation objects, more than are read"
        raise Refused(directory.label, what, "Remove those that were not created on purpose")
    read = [object_in(entry, _descriptor(directory, entry.dn), trusted) for entry in found]
    return tuple(sorted(read, key=lambda one: (one.name.casefold(), one.dn)))


def _descriptor(directory: Directory, dn: str) -> tuple[bytes, ...]:
    found = directory.read(dn, [_DESCRIPTOR], OWNER_FLAG | DACL_FLAG)
    return found.values(_DESCRIPTOR) if found is not None else ()


def object_in(entry: Entry, descriptor: Iterable[bytes], trusted: frozenset[str]) -> ActivationObject:
    """From what a directory server shows of it."""
    ids = [_identifier(value) for value in entry.values("msSPP-KMSIds")]
    return ActivationObject(
        dn=entry.dn,
        name=entry.text("displayName") or entry.text("cn") or entry.dn,
        csvlk_pid=entry.text("msSPP-CSVLKPid") or None,
        partial_product_key=entry.text("msSPP-CSVLKPartialProductKey") or None,
        sku_id=next((_identifier(value) for value in entry.values("msSPP-CSVLKSkuId")), None),
        # No object is without: of one that shows none, they may not be seen.
        kms_ids=tuple(sorted(one for one in ids if one is not None)) if ids else None,
        created=_moment(entry.text("whenCreated")),
        changed=_moment(entry.text("whenChanged")),
        writers=writers_in(descriptor, OF_OBJECT, trusted),
    )


def _identifier(value: bytes) -> str | None:
    """A GUID in the byte order of Windows (MS-DTYP 2.3.4.2), which slmgr.vbs turns the same way."""
    return str(uuid.UUID(bytes_le=value)) if len(value) == 16 else None


def _moment(text: str) -> datetime | None:
    """Generalized time as Active Directory writes it: ``20260131120000.0Z`` (MS-ADTS 3.1.1.2.2.2.6)."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S.0Z").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
