# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key ring of the lab: one name for every key a scenario can use.

`gvlk_<release>_<edition>` public setup keys · `csvlk_…` host keys · `mak_<release>` · `retail_<release>_<edition>` ·
`oem_<release>_<edition>` · `evaluation_<release>_<edition>` · `esu_<release>_<year>` add-ons ·
`gvlk_office<version>_<product>` · `mak_office<version>_<product>` · `mak_blocked`, a key Microsoft has blocked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..keys import KeyKind, KeyRing, ProductKey, mint
from .releases import Catalog, Edition, OfficeProduct, Release, catalog


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """Every key, made once."""
    return KeyRing(_all_keys(catalog()))


def gvlk_name(release: Release, edition: Edition) -> str:
    """The symbolic name of a setup key."""
    return f"gvlk_{release.name}_{edition.name}"


def office_gvlk_name(version: str, product: OfficeProduct) -> str:
    """The symbolic name of an Office setup key."""
    return f"gvlk_office{version}_{product.name}"


def office_mak_name(version: str, product: OfficeProduct) -> str:
    """The symbolic name of an Office multiple activation key."""
    return f"mak_office{version}_{product.name}"


def _all_keys(known: Catalog) -> Iterator[ProductKey]:
    for release in known.releases.values():
        yield from _release_keys(release)
    for host_key in known.host_keys.values():
        homes = frozenset(host_key.installs_on) | frozenset(host_key.after_update)
        yield ProductKey(host_key.name, KeyKind.CSVLK, mint(host_key.name), homes)
    for office in known.office.values():
        if office.host_key:
            name = office.host_key.name
            yield ProductKey(name, KeyKind.CSVLK, mint(name), frozenset(office.host_key.installs_on))
        for product in office.products.values():
            name = office_gvlk_name(office.version, product)
            yield ProductKey(name, KeyKind.GVLK, product.gvlk or mint(name))
            yield _lab_key(office_mak_name(office.version, product), KeyKind.MAK, frozenset())
    yield ProductKey("mak_blocked", KeyKind.MAK, mint("mak_blocked"), frozenset(known.releases))


def _release_keys(release: Release) -> Iterator[ProductKey]:
    here = frozenset({release.name})
    if release.host_only:
        return
    yield _lab_key(f"mak_{release.name}", KeyKind.MAK, here)
    for index, _unused in enumerate(release.esu, start=1):
        yield _lab_key(f"esu_{release.name}_year{index}", KeyKind.ADDON, here)
    for edition in release.editions.values():
        where = f"{release.name}_{edition.name}"
        if edition.gvlk:
            yield ProductKey(gvlk_name(release, edition), KeyKind.GVLK, edition.gvlk, here)
        if edition.evaluation:
            yield _lab_key(f"evaluation_{where}", KeyKind.EVALUATION, here)
        else:
            yield _lab_key(f"retail_{where}", KeyKind.RETAIL, here)
            yield _lab_key(f"oem_{where}", KeyKind.OEM, here)


def _lab_key(name: str, kind: KeyKind, releases: frozenset[str]) -> ProductKey:
    return ProductKey(name, kind, mint(name), releases)
