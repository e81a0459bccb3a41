# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses the client setup key (GVLK) for a machine, or says why there is none to choose.

A key of another edition is not always refused by Windows: it may change the edition and leave the machine
unlicensed (Microsoft Learn, Windows 10 edition upgrade; Upgrade and conversion options for Windows Server).
So the choice rests on build, OperatingSystemSKU and ProductType together, never on the caption, and
everything that is not certain is refused with a sentence and an advice.
"""

from __future__ import annotations

from collections.abc import Iterable

from .catalogue import (
    Choice,
    Gvlk,
    by_key,
    by_name,
    by_partial,
    catalogue,
    close_names,
    is_gvlk,
)
from .editions import Edition, EditionKind, edition_of, names_no_edition
from .model import OperatingSystem
from .product_key import mask
from .selection import Refusal, Selection

__all__ = [
    "Choice",
    "Gvlk",
    "Refusal",
    "Selection",
    "by_key",
    "by_name",
    "by_partial",
    "catalogue",
    "close_names",
    "is_gvlk",
    "select",
    "select_by_edition",
]

_FIRST_VOLUME_ACTIVATION_BUILD = 6000  # Windows Vista
_ANNUAL_CHANNEL_BUILD = 25398  # Windows Server, version 23H2


def select(os: OperatingSystem, *, named: bool = False) -> Selection:
    """The key for exactly this edition. ``named`` says that the operator asked for this edition himself."""
    refusal = _outright(os)
    if refusal is not None:
        return refusal
    if names_no_edition(os.sku):
        return _by_edition_id(os, named)
    edition = edition_of(os.sku)
    if edition is None:
        return _refused(
            Refusal.UNKNOWN_SKU,
            f"The machine reports OperatingSystemSKU {os.sku}, which this collection does not know.",
            "Name the edition or the key if you know the right one, and report the number to the collection.",
        )
    rows = [row for row in _installable() if row.covers_build(os.build) and os.sku in row.skus]
    if not rows:
        return _no_such_build(os, edition)
    fitting = [row for row in rows if row.fits_type(os.product_type)]
    if not fitting:
        return _contradiction(os, f"{edition.label} is not an edition with ProductType {os.product_type}")
    if len(fitting) > 1:
        return _ambiguous(os.edition_id or edition.label, fitting)
    return _cross_check(os, fitting[0], named)


def select_by_edition(name: str, os: OperatingSystem) -> Selection:
    """The key of the edition that the operator names by EditionID or by product name.

    For Windows the machine must be that edition already: another edition's key could convert it.
    """
    rows = by_name(name)
    if not rows:
        return _unknown_name(name)
    usable = [row for row in rows if row.choice.usable]
    if not usable:
        return _refused(
            Refusal.WITHDRAWN,
            f"The key of {rows[0].label} is not in use any more. {rows[0].note}",
            "Name an edition that Microsoft still lists.",
        )
    if not usable[0].is_windows:
        return _only(name, usable)
    return _outright(os) or _named_windows(name, usable, os)


def _named_windows(name: str, rows: list[Gvlk], os: OperatingSystem) -> Selection:
    here = [row for row in rows if row.covers_build(os.build)]
    if not here:
        return _refused(
            Refusal.BUILD_OUT_OF_RANGE,
            f"{name} stands for {_list(rows)}; this machine is build {os.build}.",
            "Name the edition of the release that is installed.",
        )
    typed = [row for row in here if row.fits_type(os.product_type)]
    if not typed:
        return _contradiction(os, f"{name} is not an edition with ProductType {os.product_type}")
    edition = edition_of(os.sku)
    if edition is not None and edition.kind is not EditionKind.UNKNOWN:
        same = [row for row in typed if edition.sku in row.skus]
        if not same:
            return _refused(
                Refusal.EDITION_MISMATCH,
                f"The machine is {edition.label}; the key of {typed[0].label} belongs to another edition.",
                "It could be refused or convert the installation. Change the edition first (DISM /Online "
                "/Set-Edition), or give the 25-character key itself if the conversion is what you want.",
            )
        typed = same
    return _only(name, typed)


def _outright(os: OperatingSystem) -> Selection | None:
    """What no key of the catalogue can help."""
    if os.build < _FIRST_VOLUME_ACTIVATION_BUILD:
        return _refused(
            Refusal.BEFORE_VISTA,
            f"Build {os.build} is older than Windows Vista; such systems have no client setup key.",
            "Windows Server 2003 can only be a KMS host (with the KMS 1.1 or 1.2 add-on): leave its key.",
        )
    edition = edition_of(os.sku)
    edition_id = (os.edition_id or "").casefold()
    if "eval" in edition_id or (edition is not None and edition.kind is EditionKind.EVALUATION):
        return _evaluation(os, edition)
    if edition_id == "serverrdsh" or (edition is not None and edition.kind is EditionKind.MULTI_SESSION):
        return _refused(
            Refusal.MULTI_SESSION,
            f"{_described(os, edition)} does not activate against a KMS host of your own.",
            "It is licensed for Azure Virtual Desktop and activated there. Leave its key alone: a change of "
            "edition cannot be undone.",
        )
    return _without_gvlk(edition) if edition is not None else None


def _without_gvlk(edition: Edition) -> Selection | None:
    note = f" {edition.note}" if edition.note else ""
    if edition.kind is EditionKind.HOME:
        return _refused(
            Refusal.HOME,
            f"{edition.label} is a Home edition, which has no volume license and no client setup key.",
            "Upgrade the machine to a volume edition such as Pro or Enterprise first.",
        )
    if edition.kind is EditionKind.SUBSCRIPTION:
        return _refused(
            Refusal.SUBSCRIPTION,
            f"{edition.label} is licensed through a subscription, on top of another edition's license.",
            "Leave its key alone; a client setup key would change the basis of its license.",
        )
    if edition.kind is EditionKind.NO_GVLK:
        return _refused(
            Refusal.NO_GVLK,
            f"Microsoft publishes no client setup key for {edition.label}.{note}",
            "Use the key that came with the product, or a MAK.",
        )
    return None


def _evaluation(os: OperatingSystem, edition: Edition | None) -> Selection:
    sentence = f"{_described(os, edition)} is an evaluation, which does not accept a client setup key."
    if os.product_type == 2:
        advice = (
            "An evaluation cannot be converted while it is a domain controller: demote it first, or set up a new one."
        )
    elif os.is_server:
        advice = (
            "Convert the edition first: DISM /Online /Get-TargetEditions shows what is possible, then DISM "
            "/Online /Set-Edition:<edition> /ProductKey:<its GVLK> /AcceptEula, and restart."
        )
    else:
        advice = "No conversion of client evaluations is documented; install the volume edition."
    return _refused(Refusal.EVALUATION, sentence, advice)


def _by_edition_id(os: OperatingSystem, named: bool) -> Selection:
    """The SKU number says nothing (0, or 0xABCDABCD of an unlicensed system): EditionID and build remain."""
    rows = [row for row in _installable() if row.is_edition(os.edition_id) and row.fits(os)]
    if not rows:
        known = (
            f"EditionID {os.edition_id} at build {os.build} has no key" if os.edition_id else "no EditionID was read"
        )
        return _refused(
            Refusal.UNKNOWN_SKU,
            f"The machine does not say which edition it is (OperatingSystemSKU {_sku(os.sku)}), and {known}.",
            "Name the edition or give the key.",
        )
    if len(rows) > 1:
        return _ambiguous(os.edition_id or "", rows)
    if named:
        return _chosen(rows[0])
    return _ask(
        rows[0],
        f"The machine does not say which edition it is (OperatingSystemSKU {_sku(os.sku)}); by EditionID "
        f"{os.edition_id} and build {os.build} it would be {rows[0].label}.",
    )


def _cross_check(os: OperatingSystem, row: Gvlk, named: bool) -> Selection:
    """EditionID may not point to another key: it does with subscriptions and on semi-annual servers."""
    others = [
        other
        for other in _installable()
        if other.covers_build(os.build) and other.fits_type(os.product_type) and other.is_edition(os.edition_id)
    ]
    if others and row not in others and all(other.key != row.key for other in others):
        return _contradiction(
            os, f"the SKU number means {row.label}, but EditionID {os.edition_id} means {others[0].label}"
        )
    if row.choice is Choice.ASK and not named:
        return _ask(row, f"{row.label} gets its key only when you ask for it. {row.note}".strip())
    return _chosen(row)


def _no_such_build(os: OperatingSystem, edition: Edition) -> Selection:
    known = [row for row in _installable() if edition.sku in row.skus]
    newer = all(row.build_max is not None and row.build_max < os.build for row in known)
    # What the note of an edition says of keys is how it went on after those that are known.
    note = f" {edition.note}" if edition.note and newer else ""
    if os.build == _ANNUAL_CHANNEL_BUILD:
        note = " It is Windows Server, version 23H2 (annual channel), which has no published key."
    return _refused(
        Refusal.BUILD_OUT_OF_RANGE,
        f"No client setup key is published for {edition.label} at build {os.build}.{note} "
        f"Published are those of {', '.join(dict.fromkeys(row.version for row in known))}.",
        _without_key_advice(os),
    )


def _without_key_advice(os: OperatingSystem) -> str:
    if any(row.covers_build(os.build) and row.fits_type(os.product_type) for row in _installable()):
        return "Other editions of this release have one, this edition does not: use the key that came with the product."
    return "A preview or a newer release than this collection knows? Name the key if you know the right one."


def _only(name: str, rows: list[Gvlk]) -> Selection:
    return _chosen(rows[0]) if len({row.key for row in rows}) == 1 else _ambiguous(name, rows)


def _chosen(row: Gvlk) -> Selection:
    return Selection(row, None, f"The client setup key of {row.label}, ending in {row.key.partial}.", row.note)


def _refused(reason: Refusal, sentence: str, advice: str) -> Selection:
    return Selection(None, reason, sentence, advice)


def _ask(row: Gvlk, sentence: str) -> Selection:
    advice = f"If that is right, name the edition ({row.edition_id or row.product})."
    return Selection(None, Refusal.ASK, sentence, advice, candidate=row)


def _ambiguous(name: str, rows: list[Gvlk]) -> Selection:
    return _refused(
        Refusal.AMBIGUOUS,
        f"{name} has more than one client setup key: {_list(rows)}.",
        "Name the one that is installed.",
    )


def _contradiction(os: OperatingSystem, what: str) -> Selection:
    return _refused(
        Refusal.CONTRADICTION,
        f"What the machine reports is contradictory: {what} (build {os.build}, SKU {_sku(os.sku)}).",
        "A subscription on top of another edition looks like this. Check the machine, then give the key.",
    )


def _unknown_name(name: str) -> Selection:
    shown = mask(name)
    matches = close_names(name)
    return _refused(
        Refusal.UNKNOWN_NAME,
        f"There is no client setup key for a product or edition named {shown!r}.",
        f"Did you mean {', '.join(matches)}?" if matches else "Write the name as Microsoft's key tables do.",
    )


def _installable() -> Iterable[Gvlk]:
    return (row for row in catalogue() if row.choice in (Choice.YES, Choice.ASK))


def _described(os: OperatingSystem, edition: Edition | None) -> str:
    if edition is not None and edition.kind is not EditionKind.UNKNOWN:
        return edition.label
    return f"EditionID {os.edition_id}"


def _list(rows: Iterable[Gvlk]) -> str:
    return "; ".join(dict.fromkeys(_place(row) for row in rows))


def _place(row: Gvlk) -> str:
    if row.is_windows:
        return f"{row.label} (build {row.builds})"
    return f"{row.label} ({row.edition_id or row.version})"


def _sku(sku: int | None) -> str:
    return "unknown" if sku is None else str(sku & 0xFFFFFFFF)
