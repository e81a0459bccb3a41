# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Class definitions of the licensing provider for each generation, read from licensing_classes.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..cim import ClassDef, MethodDef
from ..tables import read_table
from .releases import Generation

NAMESPACE = "root/cimv2"


@dataclass(frozen=True)
class LicensingClasses:
    """The two classes of one licensing platform."""

    service: ClassDef
    product: ClassDef
    token: ClassDef | None

    @property
    def all(self) -> tuple[ClassDef, ...]:
        """All of them."""
        return (self.service, self.product) if self.token is None else (self.service, self.product, self.token)


@dataclass(frozen=True)
class _Member:
    owner: str
    kind: str
    name: str
    type: str
    since: Generation
    until: Generation


@lru_cache(maxsize=16)
def licensing_classes(generation: Generation, *, office: bool = False) -> LicensingClasses:
    """The classes of Windows, or of the Office platform, which are those of Windows 7 on every build.

    Its products have ProductKeyID2 from the start; OSPP.VBS asks for no newer column anywhere.
    """
    if office:
        generation = Generation.SEVEN
    prefix = "OfficeSoftwareProtection" if office else "SoftwareLicensing"
    product = _properties("product", generation)
    if office:
        product["ProductKeyID2"] = "string"
    return LicensingClasses(
        service=ClassDef(
            f"{prefix}Service",
            NAMESPACE,
            _properties("service", generation),
            ("Version",),
            _methods("service", generation),
        ),
        product=ClassDef(f"{prefix}Product", NAMESPACE, product, ("ID",), _methods("product", generation)),
        token=_token_class(prefix) if generation >= Generation.SEVEN else None,
    )


def _token_class(prefix: str) -> ClassDef:
    properties = {
        "ID": "string",
        "ILID": "string",
        "ILVID": "uint32",
        "AuthorizationStatus": "uint32",
        "ExpirationDate": "datetime",
        "Description": "string",
        "AdditionalInfo": "string",
    }
    methods = {"Uninstall": MethodDef("Uninstall")}
    return ClassDef(f"{prefix}TokenActivationLicense", NAMESPACE, properties, ("ID",), methods)


def _properties(owner: str, generation: Generation) -> dict[str, str]:
    return {member.name: member.type for member in _members(owner, "property", generation)}


def _methods(owner: str, generation: Generation) -> dict[str, MethodDef]:
    return {member.name: _method(member) for member in _members(owner, "method", generation)}


def _method(member: _Member) -> MethodDef:
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for parameter in member.type.split():
        name, cim_type = parameter.lstrip(">").split(":")
        (outputs if parameter.startswith(">") else inputs)[name] = cim_type
    return MethodDef(member.name, inputs, outputs)


def _members(owner: str, kind: str, generation: Generation) -> list[_Member]:
    return [
        member
        for member in _table()
        if member.owner == owner and member.kind == kind and member.since <= generation <= member.until
    ]


@lru_cache(maxsize=1)
def _table() -> tuple[_Member, ...]:
    return tuple(
        _Member(
            row["class"],
            row["member"],
            row["name"],
            row["type"],
            Generation[row["since"].upper()],
            Generation[row["until"].upper()] if row["until"] else max(Generation),
        )
        for row in read_table(Path(__file__).parent / "licensing_classes.tsv")
    )
