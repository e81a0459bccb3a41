# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""InstallProductKey: which product a key belongs to, and why it is refused.

Codes in use: 0x80070057 for no key, 0xC004F050 for a key that is none here or needs an update first, 0xC004F069 for a
key of another edition, 0xC004E016 for a key of an older or other Windows. Which of them Windows answers for which
pair is not documented; the lab keeps to these rules.
"""

from __future__ import annotations

from ..cim import CimError
from ..errors import (
    E_INVALIDARG,
    SL_E_INVALID_PRODUCT_KEY,
    SL_E_MISMATCHED_PRODUCT_SKU,
    SL_E_PKEY_INVALID_CONFIG,
    licensing_error,
)
from ..keys import KeyKind, ProductKey, normalize
from .lab_keys import key_ring
from .releases import Release, catalog
from .rows import Row


def find_key(text: str | None) -> ProductKey:
    """The key of a text, or the refusal of what is no key."""
    if not text or not text.strip():
        raise CimError(E_INVALIDARG, "The parameter is incorrect.", operation="InstallProductKey")
    normal = normalize(text)
    key = key_ring().lookup(normal) if normal else None
    if key is None:
        raise _invalid()
    return key


def find_row(
    key: ProductKey,
    rows: list[Row],
    release: Release,
    edition: str,
    *,
    updated: bool = True,
    edition_change: bool = True,
) -> Row:
    """The row a key goes into."""
    texts = key_ring()
    fitting = [row for row in rows if any(_text(texts.named(name)) == key.text for name in row.license.keys)]
    own = [row for row in fitting if row.license.edition in (None, edition)]
    others = [row for row in fitting if row not in own]
    if own:
        if own[0].license.needs_update and not updated:
            raise _invalid()
        return own[0]
    if others and edition_change:
        return others[0]
    raise _refusal(key, release)


def _text(key: ProductKey | None) -> str | None:
    return None if key is None else key.text


def _refusal(key: ProductKey, release: Release) -> CimError:
    if release.name in key.releases:
        return _mismatched()
    if key.kind is KeyKind.CSVLK and release.client:
        return _mismatched()
    known = catalog().releases
    newer = any(known[name].build > release.build for name in key.releases if name in known)
    if newer or not key.releases:
        return _invalid()
    return licensing_error(
        SL_E_PKEY_INVALID_CONFIG,
        "The Software Licensing Service reported that the product key does not match the configuration.",
        operation="InstallProductKey",
    )


def _invalid() -> CimError:
    return licensing_error(
        SL_E_INVALID_PRODUCT_KEY,
        "The Software Licensing Service reported that the product key is invalid.",
        operation="InstallProductKey",
    )


def _mismatched() -> CimError:
    return licensing_error(
        SL_E_MISMATCHED_PRODUCT_SKU,
        "The Software Licensing Service reported that the product SKU is not found.",
        operation="InstallProductKey",
    )
