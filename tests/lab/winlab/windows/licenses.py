# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which licenses are installed on a machine: the rows of SoftwareLicensingProduct before any key is entered.

A real machine lists a row for every license file of its edition, and on clients also of the editions it can be
turned into: volume, retail, OEM and evaluation channels, host keys, add-ons. Names and descriptions have the forms
that slmgr.vbs /dlv prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..identity import guid
from ..keys import KeyKind
from .lab_keys import gvlk_name, office_gvlk_name, office_mak_name
from .releases import Edition, Generation, HostKey, OfficeVersion, Release, catalog

WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f"

# slug: token in the description, ProductKeyChannel. The channel names come from public output of Windows 8 and later.
_COMMON = (
    ("retail", "RETAIL", "Retail"),
    ("retail2", "RETAIL", "Retail"),
    ("oem_slp", "OEM_SLP", "OEM:SLP"),
    ("oem_coa_slp", "OEM_COA_SLP", "OEM:COA"),
    ("oem_coa_nslp", "OEM_COA_NSLP", "OEM:NONSLP"),
    ("mak", "VOLUME_MAK", "Volume:MAK"),
)
_MODERN = (
    ("oem_dm", "OEM_DM", "OEM:DM"),
    ("retail_tb_sub", "TIMEBASED_SUB", "Retail:TB:Sub"),
    ("retail_tb_trial", "TIMEBASED_TRIAL", "Retail:TB:Trial"),
)


@dataclass(frozen=True)
class License:
    """One installed license: a row of the product class without its state."""

    id: str
    minted: bool
    application_id: str
    name: str
    description: str
    family: str
    channel: str
    kind: KeyKind
    keys: frozenset[str]
    edition: str | None = None
    group: str | None = None
    office: str | None = None
    addon: bool = False
    depends_on: str | None = None
    host_key: HostKey | None = None
    needs_update: bool = False

    @property
    def is_windows(self) -> bool:
        """Whether this licenses Windows itself (or adds to it)."""
        return self.application_id == WINDOWS


@lru_cache(maxsize=256)
def windows_licenses(release: Release, edition_name: str) -> tuple[License, ...]:
    """All licenses of Windows on a machine of this release and edition."""
    edition = release.editions[edition_name]
    rows: list[License] = []
    if not release.host_only:
        for target in (edition, *(release.editions[name] for name in edition.becomes)):
            rows.extend(_edition_licenses(release, target))
        rows.extend(_addons(release, edition))
    if not edition.no_host and not edition.evaluation:
        rows.extend(_host_licenses(release, edition))
    return tuple(rows)


def office_licenses(version: OfficeVersion, products: tuple[str, ...]) -> tuple[License, ...]:
    """The licenses of installed Office products."""
    rows: list[License] = []
    for name in products:
        product = version.products[name]
        key_name = office_gvlk_name(version.version, product)
        description = f"Office {version.number}, {{}} channel"
        rows.append(
            License(
                id=product.activation_id or guid("license", key_name),
                minted=product.activation_id is None,
                application_id=version.application_id,
                name=f"Office {version.number}, {product.license} edition",
                description=description.format("VOLUME_KMSCLIENT"),
                family=product.license,
                channel="Volume:GVLK",
                kind=KeyKind.GVLK,
                keys=frozenset({key_name}),
                office=version.version,
            )
        )
        mak = frozenset({office_mak_name(version.version, product)})
        for slug, token, channel, kind, keys in (
            ("MAK", "VOLUME_MAK", "Volume:MAK", KeyKind.MAK, mak),
            ("Retail", "RETAIL", "Retail", KeyKind.RETAIL, frozenset[str]()),
        ):
            family = product.license.replace("KMS_Client", slug)
            rows.append(
                License(
                    id=guid("license", key_name, slug),
                    minted=True,
                    application_id=version.application_id,
                    name=f"Office {version.number}, {family} edition",
                    description=description.format(token),
                    family=family,
                    channel=channel,
                    kind=kind,
                    keys=keys,
                    office=version.version,
                )
            )
    return tuple(rows)


def office_host_license(version: OfficeVersion, release: Release) -> License | None:
    """The license of the Office host key, where the Volume License Pack can be installed."""
    host = version.host_key
    if host is None or release.name not in host.installs_on:
        return None
    return License(
        id=host.activation_id,
        minted=False,
        application_id=version.application_id,
        name=f"Office {version.number}, {host.license} edition",
        description=f"Office {version.number}, VOLUME_KMS channel",
        family=host.license,
        channel="Volume:CSVLK",
        kind=KeyKind.CSVLK,
        keys=frozenset({host.name}),
        office=version.version,
    )


def _edition_licenses(release: Release, edition: Edition) -> Iterator[License]:
    if edition.evaluation:
        keys = frozenset({f"evaluation_{release.name}_{edition.name}"})
        yield _windows(release, edition, "evaluation", "TIMEBASED_EVAL", "Retail:TB:Eval", KeyKind.EVALUATION, keys)
        return
    if edition.gvlk:
        keys = frozenset({gvlk_name(release, edition)})
        yield _windows(release, edition, "gvlk", "VOLUME_KMSCLIENT", "Volume:GVLK", KeyKind.GVLK, keys)
    modern = _MODERN if release.generation >= Generation.EIGHT else ()
    for slug, token, channel in (*_COMMON, *modern):
        kind = _kind(slug)
        if kind is KeyKind.MAK and not edition.gvlk:
            continue
        yield _windows(release, edition, slug, token, channel, kind, _key_names(release, edition, slug))
    if release.avma and not edition.no_host:
        yield _windows(
            release,
            edition,
            "avma",
            "VIRTUAL_MACHINE_ACTIVATION",
            "Volume:GVLK",
            KeyKind.OEM,
            frozenset(),
        )


def _kind(slug: str) -> KeyKind:
    if slug.startswith("oem"):
        return KeyKind.OEM
    return KeyKind.MAK if slug == "mak" else KeyKind.RETAIL


def _key_names(release: Release, edition: Edition, slug: str) -> frozenset[str]:
    # One row a key: the firmware marker from Windows 8 on, the SLP certificate before.
    firmware = "oem_dm" if release.generation >= Generation.EIGHT else "oem_slp"
    names = {
        "retail": f"retail_{release.name}_{edition.name}",
        firmware: f"oem_{release.name}_{edition.name}",
        "mak": f"mak_{release.name}",
    }
    found = {names[slug]} if slug in names else set()
    return frozenset(found | {"mak_blocked"} if slug == "mak" else found)


def _windows(
    release: Release,
    edition: Edition,
    slug: str,
    token: str,
    channel: str,
    kind: KeyKind,
    keys: frozenset[str],
) -> License:
    known = edition.activation_ids.get(slug)
    return License(
        id=known or guid("license", release.name, edition.id, slug),
        minted=known is None,
        application_id=WINDOWS,
        name=release.row_name.format(edition=edition.id),
        description=release.row_description.format(channel=token),
        family=edition.id,
        channel=channel,
        kind=kind,
        keys=keys,
        edition=edition.name,
        group=edition.group,
    )


def _host_licenses(release: Release, edition: Edition) -> Iterator[License]:
    for host_key in catalog().host_keys.values():
        if release.name not in host_key.installs_on + host_key.after_update:
            continue
        yield License(
            id=guid("license", release.name, edition.id, host_key.name),
            minted=True,
            application_id=WINDOWS,
            name=release.row_name.format(edition=edition.id),
            description=release.row_description.format(channel=host_key.channel),
            family=edition.id,
            channel="Volume:CSVLK",
            kind=KeyKind.CSVLK,
            keys=frozenset({host_key.name}),
            edition=edition.name,
            group=edition.group,
            host_key=host_key,
            needs_update=release.name in host_key.after_update,
        )


def _addons(release: Release, edition: Edition) -> Iterator[License]:
    for index, title in enumerate(release.esu, start=1):
        known = release.activation_ids.get(title)
        yield License(
            id=known or guid("license", release.name, edition.id, title),
            minted=known is None,
            application_id=WINDOWS,
            name=f"Windows(R), {title} add-on for {edition.id}",
            description=release.row_description.format(channel="VOLUME_MAK"),
            family=title,
            channel="Volume:MAK",
            kind=KeyKind.ADDON,
            keys=frozenset({f"esu_{release.name}_year{index}"}),
            edition=edition.name,
            addon=True,
            depends_on=guid("base license", release.name),
        )
