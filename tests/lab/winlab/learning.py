# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Learning from a real machine: a report of first contact, held against a machine of the lab of the same release.

Each request of the report is put to the lab as it stands, and the two answers are compared in form: names, order, what
is null, and of a fault all codes. Values are a machine's own business and are not compared.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .builder import build_fleet
from .machine import Machine
from .scenario import parse_scenario
from .soap import S, read_request
from .values import XSI
from .windows.releases import Release, catalog
from .wsman import Service

#: Where reports are kept that the tests replay.
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "contact"

_FORMAT = 1
_WORKSTATION = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_SELECTOR = re.compile(r'(<w:Selector Name="ID">)([0-9a-fA-F-]{36})(</w:Selector>)')
_NOBODY = "00000000-0000-0000-0000-000000000000"
_KEY = re.compile(r"(<[^<>]*\bProductKey>)[^<]*(</)")
_VERSION = re.compile(r'(<w:Selector Name="Version">)[^<]*(</w:Selector>)')
_PULL = "/enumeration/Pull</a:Action>"
# Elements and attributes whose text is a code of the protocol, and no value of the machine.
_CODES = frozenset({"Value", "StatusCode", "FaultDetail", "error_Code", "error_Type", "CIMStatusCode", "ReturnValue"})


@dataclass(frozen=True)
class Difference:
    """One question to which the lab answers in another form."""

    question: str
    doubt: str
    real: str
    lab: str

    def __str__(self) -> str:
        label = f"{self.question} ({self.doubt})" if self.doubt else self.question
        return f"{label}\n  real: {self.real}\n  lab:  {self.lab}"


def read_report(path: Path) -> dict[str, Any]:
    """A report of first contact. Raises ValueError for anything else."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(report, dict) or report.get("format") != _FORMAT or "findings" not in report:
        raise ValueError(f"{path} is no report of first contact of format {_FORMAT}")
    return report


def release_of(report: dict[str, Any]) -> Release:
    """The release of the lab that is nearest: of the same kind, by build."""
    system = report["system"]
    client = system.get("product_type") == _WORKSTATION
    same_kind = [one for one in catalog().releases.values() if one.client == client]
    build = int(system["build"])
    return min(same_kind, key=lambda one: (abs(_build(one) - build), one.name))


def differences(report: dict[str, Any]) -> list[Difference]:
    """What the lab answers otherwise than the machine of the report."""
    return list(_differences(report, _machine(release_of(report))))


def keep(path: Path, name: str, folder: Path = VECTORS) -> Path:
    """Put a report where the tests replay it. Raises ValueError for a bad name, or one that is taken."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: lower-case letters, digits and hyphens, for example server2022-winrm3")
    target = folder / f"{name}.json"
    if target.exists():
        raise ValueError(f"{target} is there already; choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def _build(release: Release) -> int:
    return int(release.version.split(".")[2])


def _machine(release: Release) -> Machine:
    data = {"name": "learn", "machines": [{"release": release.name, "name": "lab"}]}
    return build_fleet(parse_scenario(data), source=lambda: 0.0).machines["lab"]


def _differences(report: dict[str, Any], machine: Machine) -> Iterator[Difference]:
    for finding in report["findings"]:
        # What follows the first envelope is pages, and a machine cuts them as it likes.
        for exchange in finding["exchanges"][:1]:
            if _PULL in exchange["request"]:
                continue
            real, own = form_of(exchange["answer"]), form_of(_answer(machine, exchange["request"]))
            if real != own and _has_rows(real) == _has_rows(own):
                yield Difference(finding["id"], finding["doubt"], *_apart(real, own))


def _answer(machine: Machine, request: str) -> str:
    """What the lab answers; a product that carries a key is its own one, and the key that was installed is that."""
    product = machine.platform.primary()
    own = product.license.id if product else _NOBODY
    text = _SELECTOR.sub(lambda found: f"{found[1]}{found[2] if found[2] == _NOBODY else own}{found[3]}", request)
    key = product.key.text if product and product.key else ""
    text = _KEY.sub(lambda found: f"{found[1]}{key}{found[2]}", text)
    text = _VERSION.sub(lambda found: f"{found[1]}{machine.platform.version}{found[2]}", text)
    service = Service(machine)
    return asyncio.run(service.answer(read_request(text), machine.winrm.accounts[0])).text


def form_of(envelope: str) -> tuple[str, ...]:
    """The elements of the body in their order, each with what kind of text it has, and each kind once."""
    body = ElementTree.fromstring(envelope).find(f"{{{S}}}Body")
    return () if body is None else tuple(dict.fromkeys(_forms(body, "")))


def _forms(element: Element, above: str) -> Iterator[str]:
    for child in element:
        name = child.tag.rpartition("}")[2]
        path = f"{above}/{name}"
        code = child.get("Code")
        yield f"{path} {_kind(child, name)}{f' Code={code}' if code else ''}".rstrip()
        yield from _forms(child, path)


def _kind(element: Element, name: str) -> str:
    if element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return "null"
    text = (element.text or "").strip()
    if len(element):
        return ""
    if not text:
        return "empty"
    return text.rpartition(":")[2] if name in _CODES else "text"


def _has_rows(form: tuple[str, ...]) -> bool | None:
    """Whether rows came; None for what is no list of rows. How many there are is a machine's own business."""
    items = [one for one in form if re.search(r"Response/Items\b", one)]
    if not items:
        return False if any("EnumerateResponse" in one for one in form) else None
    return len([one for one in form if "Response/Items/" in one]) > 0


def _apart(real: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, str]:
    """What only one of the two has; where that is nothing, both as they are ordered."""
    only_real = [one for one in real if one not in own]
    only_own = [one for one in own if one not in real]
    if not only_real and not only_own:
        return "; ".join(real), "; ".join(own)
    return "; ".join(only_real) or "nothing more", "; ".join(only_own) or "nothing more"
