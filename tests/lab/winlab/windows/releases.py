# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads releases.yml: the Windows releases, editions, host keys and Office versions the lab offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

Stack = Literal["1.1", "2.0", "3.0"]


class Generation(IntEnum):
    """Generations of the licensing classes, oldest first."""

    VISTA = 0
    SEVEN = 1
    EIGHT = 2
    EIGHT_ONE = 3
    TEN = 4
    TEN_LATE = 5


@dataclass(frozen=True)
class Edition:
    """One edition of a release."""

    name: str
    title: str
    id: str
    sku: int
    core: int | None = None
    group: str | None = None
    gvlk: str | None = field(default=None, repr=False)
    becomes: tuple[str, ...] = ()
    evaluation: int = 0
    product_type: int | None = None
    no_host: bool = False
    activation_ids: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Release:
    """One release of Windows: what all its machines have in common."""

    name: str
    title: str
    version: str
    generation: Generation
    stack: Stack
    service: str
    service_version: str
    row_name: str
    row_description: str
    caption: str
    registry_name: str
    pid_group: str
    client: bool = False
    service_pack: int = 0
    revision: int = 0
    display: str = ""
    grace: int = 0
    avma: bool = False
    host_only: bool = False
    esu: tuple[str, ...] = ()
    activation_ids: Mapping[str, str] = field(default_factory=dict, hash=False)
    editions: Mapping[str, Edition] = field(default_factory=dict, hash=False)

    @property
    def build(self) -> int:
        """BuildNumber."""
        return int(self.version.rsplit(".", 1)[1])

    @property
    def era_has_channel_property(self) -> bool:
        """Whether products tell their channel in a property of its own."""
        return self.generation >= Generation.EIGHT


@dataclass(frozen=True)
class HostKey:
    """One family of KMS host keys."""

    name: str
    channel: str
    installs_on: tuple[str, ...]
    after_update: tuple[str, ...]
    activates: frozenset[str]
    groups: frozenset[str]

    def serves(self, release: str, group: str | None) -> bool:
        """Whether a host with this key activates a Windows client of a release and product group."""
        if release not in self.activates:
            return False
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class OfficeProduct:
    """One volume edition of Office."""

    name: str
    license: str
    gvlk: str | None = field(default=None, repr=False)
    activation_id: str | None = None


@dataclass(frozen=True)
class OfficeHostKey:
    """The host key of one Office version."""

    name: str
    license: str
    activation_id: str
    installs_on: tuple[str, ...]


@dataclass(frozen=True)
class OfficeVersion:
    """One version of Office."""

    version: str
    number: int
    application_id: str
    products: Mapping[str, OfficeProduct] = field(hash=False)
    host_key: OfficeHostKey | None = None


@dataclass(frozen=True)
class Catalog:
    """Everything in releases.yml."""

    releases: Mapping[str, Release]
    host_keys: Mapping[str, HostKey]
    office: Mapping[str, OfficeVersion]

    def release(self, text: str) -> Release | None:
        """A release by its short name or by Microsoft's name of it."""
        wanted = _plain(text)
        for release in self.releases.values():
            if wanted in (_plain(release.name), _plain(release.title)):
                return release
        return None


def _plain(text: str) -> str:
    compact = re.sub(r"[^a-z0-9]", "", text.lower())
    return compact.removeprefix("microsoft").removeprefix("windows").removeprefix("win")


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """The catalog, read once."""
    raw = yaml.safe_load((Path(__file__).parent / "releases.yml").read_text(encoding="utf-8"))
    releases = {name: _release(name, raw["releases"]) for name in raw["releases"]}
    return Catalog(
        releases=releases,
        host_keys={name: _host_key(name, value) for name, value in raw["host_keys"].items()},
        office={version: _office(version, value) for version, value in raw["office"].items()},
    )


def _release(name: str, all_raw: Mapping[str, Any]) -> Release:
    raw = dict(all_raw[name])
    if base := raw.pop("like", None):
        raw = {**all_raw[base], **raw}
    editions = {short: _edition(short, value) for short, value in raw.pop("editions").items()}
    return Release(
        name=name,
        generation=Generation[raw.pop("generation").upper()],
        row_name=raw.pop("name"),
        row_description=raw.pop("description"),
        esu=tuple(raw.pop("esu", ())),
        editions=editions,
        **raw,
    )


def _edition(name: str, raw: Mapping[str, Any]) -> Edition:
    return Edition(name=name, **{**raw, "becomes": tuple(raw.get("becomes", ()))})


def _host_key(name: str, raw: Mapping[str, Any]) -> HostKey:
    return HostKey(
        name=name,
        channel=raw["channel"],
        installs_on=tuple(raw["installs_on"]),
        after_update=tuple(raw.get("after_update", ())),
        activates=frozenset(raw["activates"]),
        groups=frozenset(raw.get("groups", ())),
    )


def _office(version: str, raw: Mapping[str, Any]) -> OfficeVersion:
    host = raw.get("host_key")
    return OfficeVersion(
        version=version,
        number=raw["number"],
        application_id=raw["application_id"],
        products={name: OfficeProduct(name=name, **value) for name, value in raw["products"].items()},
        host_key=OfficeHostKey(**{**host, "installs_on": tuple(host["installs_on"])}) if host else None,
    )
