# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts about keys, products and machines, from what the licensing provider says.

The rules for descriptions are those of slmgr.vbs (IsKmsClient, IsKmsServer, IsMAK, GetIsPrimaryWindowsSKU).
The channel words are those of SoftwareLicensingProduct.ProductKeyChannel, which exists from Windows 8 on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import extended_updates
from .catalogue import catalogue
from .model import OperatingSystem, Product, Snapshot
from .terms import KeyType, Provider, Role

_CHANNELS = {
    "VOLUME:GVLK": KeyType.GVLK,
    "VOLUME:CSVLK": KeyType.CSVLK,
    "VOLUME:MAK": KeyType.MAK,
    "RETAIL": KeyType.RETAIL,
    "RETAIL:TB:EVAL": KeyType.EVALUATION,
    "RETAIL:TB:SUB": KeyType.SUBSCRIPTION,
    "VT:IA": KeyType.AVMA,
}
_OEM_CHANNEL = "OEM:"

# First match wins. VOLUME_KMSCLIENT stands before VOLUME_KMS, which it begins with.
_WORDS = (
    ("VOLUME_KMSCLIENT", KeyType.GVLK),
    ("VOLUME_KMS", KeyType.CSVLK),
    ("TIMEBASED_EVAL", KeyType.EVALUATION),
    ("TIMEBASED_SUB", KeyType.SUBSCRIPTION),
    ("VIRTUAL_MACHINE_ACTIVATION", KeyType.AVMA),
    ("MAK", KeyType.MAK),
    ("OEM_", KeyType.OEM),
    ("RETAIL", KeyType.RETAIL),
)

_DESCRIBED_FIRST: tuple[tuple[str, KeyType], ...] = tuple(
    pair for pair in _WORDS if pair[1] in (KeyType.EVALUATION, KeyType.SUBSCRIPTION, KeyType.AVMA)
)

# The words are never translated, the prose around them may be, so they are sought anywhere.
_TOKEN = re.compile(
    r"(?<![A-Z0-9_])"
    r"(?:(?:VOLUME|OEM|TIMEBASED)_[A-Z0-9_-]+|VIRTUAL_MACHINE_ACTIVATION"
    r"|RETAIL[A-Z0-9_]*(?:\([A-Z0-9_ ]+\))?)",
    re.IGNORECASE,
)
# A word without a comma: else each comma of a text would begin a search to its end.
_LAST_WORD = re.compile(r",\s*(?P<token>[^\s,]+)\s+channel\s*$", re.IGNORECASE)


def key_type(description: str | None, channel: str | None = None) -> KeyType:
    """The kind of key a product carries: by ProductKeyChannel where it is a known word, else by Description.

    Only meaningful for a product that carries a key; a product without one has ``KeyType.NONE``.
    """
    word = (channel or "").strip().upper()
    described = (_token(description) or "").upper()
    for start, kind in _DESCRIBED_FIRST:
        # slmgr.vbs decides by the description, and a key of this kind must not be taken for one to replace.
        if described.startswith(start):
            return kind
    if word in _CHANNELS:
        return _CHANNELS[word]
    if word.startswith(_OEM_CHANNEL):
        return KeyType.OEM
    if ":TB:" in word:  # time-based in a way nobody has named yet: surely not plain RETAIL
        word = ""
    for candidate in (_token(description), word):
        for start, kind in _WORDS:
            if start in (candidate or "").upper():
                return kind
    return KeyType.UNKNOWN


def channel_of(description: str | None, channel: str | None = None) -> str | None:
    """ProductKeyChannel, or the word of the Description (``VOLUME_KMS_C``) on Vista and 7, which lack it."""
    return (channel or "").strip() or _token(description)


def _token(description: str | None) -> str | None:
    text = description or ""
    found = _TOKEN.search(text)
    if found:
        return found[0]
    last = _LAST_WORD.search(text)
    return last["token"] if last else None


class AmbiguousProduct(Exception):
    """Several Windows licenses carry a key and none of them can be called the main one."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.products = tuple(products)
        listed = "; ".join(f"{product.name or product.activation_id} ({_ending(product)})" for product in products)
        super().__init__(
            f"{len(self.products)} Windows licenses of this machine carry a key, and the provider does not "
            f"say which one is the main one: {listed}. Check `slmgr.vbs /dlv all` on the machine, and name the "
            "activation ID of the license you mean."
        )


def primary_product(products: Iterable[Product], os: OperatingSystem | None = None) -> Product | None:
    """The main Windows license: it has the Windows application ID, carries a key and is not an add-on.

    The oldest provider does not know add-ons (``is_addon`` is None there). slmgr.vbs is then certain only of
    a product with a KMS description. Where several carry a key, the one of the running edition is the main one.
    ``None`` when no Windows license has a key.

    Raises :class:`AmbiguousProduct`.
    """
    candidates = _candidates(products)
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    certain = [product for product in candidates if product.is_addon is False or _is_kms(product)]
    if len(certain) == 1:
        return certain[0]
    running = [product for product in certain or candidates if os is not None and _is_running(product, os)]
    if len(running) == 1:
        return running[0]
    raise AmbiguousProduct(certain or candidates)


def _is_running(product: Product, os: OperatingSystem) -> bool:
    """Whether a license is the one of the edition that runs, by its family and the SKU number of the system."""
    families = {(row.edition_id or "").casefold() for row in catalogue() if os.sku in row.skus}
    return (product.license_family or "").casefold() in families - {""}


def _candidates(products: Iterable[Product]) -> list[Product]:
    return [
        product for product in products if product.is_windows and product.partial_product_key and not is_addon(product)
    ]


def is_addon(product: Product) -> bool:
    """Where the provider does not say, extended security updates are known by their identifiers, or by their name."""
    if product.is_addon is not None:
        return product.is_addon
    return extended_updates.is_one(product)


def _is_kms(product: Product) -> bool:
    return product.key_type in (KeyType.GVLK, KeyType.CSVLK)


def serves_as_host(snapshot: Snapshot) -> bool:
    """Whether the running service answers KMS requests (IsKeyManagementServiceMachine)."""
    return bool(snapshot.serving)


def _service_serves(snapshot: Snapshot) -> bool:
    return snapshot.service.host is not None and snapshot.service.host.enabled


def _serves(product: Product) -> bool:
    return product.host is not None and product.host.enabled


@dataclass(frozen=True)
class RoleVerdict:
    """The part a machine plays, and why, in a sentence for an administrator."""

    role: Role
    reason: str


def role(snapshot: Snapshot) -> RoleVerdict:
    """What the machine is: the installed keys and the running service together decide.

    A key change takes effect in the running service only after its restart (slmgr.vbs warns so after each
    change), hence the pending verdict in both directions.
    """
    keyed = [product for product in snapshot.products if product.partial_product_key]
    host_keys = [product for product in keyed if product.key_type is KeyType.CSVLK]
    serving = [product for product in host_keys if _serves(product)]
    if _service_serves(snapshot) and not any(_serves(product) for product in keyed):
        serving = host_keys
    if serving:
        return _host(snapshot, serving)
    if serves_as_host(snapshot):
        return _still_host(snapshot, keyed)
    if host_keys:
        return _not_yet_host(snapshot, host_keys)
    return _no_host(_candidates(keyed), keyed)


def _host(snapshot: Snapshot, serving: Sequence[Product]) -> RoleVerdict:
    names = _names(serving)
    if not any(product.is_windows for product in serving):
        return RoleVerdict(
            Role.KMS_HOST,
            f"It carries a KMS host key for {names}, no host key for Windows, and answers KMS requests.",
        )
    return RoleVerdict(
        Role.KMS_HOST,
        f"It carries a KMS host key ({names}) and its licensing service ({snapshot.service.service_name}) "
        "answers KMS requests.",
    )


def _still_host(snapshot: Snapshot, keyed: Sequence[Product]) -> RoleVerdict:
    service = snapshot.service.service_name
    flagged = [product for product in keyed if _serves(product)] or _candidates(keyed)
    carried = f"It carries {_kinds(flagged)}" if flagged else "It carries no Windows key"
    return RoleVerdict(
        Role.KMS_HOST_PENDING,
        f"{carried}, but its licensing service ({service}) still runs as a KMS host and can go on publishing "
        f"itself in DNS: restart {service}, or the machine.",
    )


def _not_yet_host(snapshot: Snapshot, host_keys: Sequence[Product]) -> RoleVerdict:
    service = snapshot.service.service_name
    unlicensed = [product for product in host_keys if product.license_status != "licensed"]
    missing = "the key is not activated" if unlicensed else f"{service} was not restarted after the key change"
    if not unlicensed and snapshot.os.provider is Provider.SPPWMI:
        missing += ", or the key was only used to create an activation object in Active Directory"
    return RoleVerdict(
        Role.KMS_HOST_PENDING,
        f"A KMS host key is installed ({_names(host_keys)}), but the machine does not answer KMS requests "
        f"yet; most likely {missing}. It becomes a KMS host unless the key is replaced.",
    )


def _no_host(windows: Sequence[Product], keyed: Sequence[Product]) -> RoleVerdict:
    if not windows:
        others = f" Keys were found for {_names(keyed)} only." if keyed else ""
        return RoleVerdict(Role.UNLICENSED, f"No Windows license carries a product key.{others}")
    if all(product.key_type is KeyType.GVLK for product in windows):
        return _client(windows[0])
    return RoleVerdict(Role.OTHER, f"It carries {_kinds(windows)}, and does not take part in KMS activation.")


def _client(product: Product) -> RoleVerdict:
    if product.by_directory:
        name = product.directory.object_name if product.directory else None
        how = f"was activated through Active Directory{f' ({name})' if name else ''}"
    elif product.token_activated:
        how = "is licensed by a token, with a certificate of its own"
    else:
        how = "gets its activation from a KMS host or from Active Directory"
    return RoleVerdict(Role.KMS_CLIENT, f"It carries the public client setup key ({_ending(product)}) and {how}.")


_KIND_NAMES = {
    KeyType.GVLK: "the public client setup key (GVLK)",
    KeyType.CSVLK: "a KMS host key (CSVLK)",
    KeyType.MAK: "a multiple activation key (MAK)",
    KeyType.RETAIL: "a retail key",
    KeyType.OEM: "an OEM key",
    KeyType.AVMA: "a key for activation by its Hyper-V host (AVMA)",
    KeyType.EVALUATION: "an evaluation key",
    KeyType.SUBSCRIPTION: "a subscription key",
}


def _kinds(products: Sequence[Product]) -> str:
    return " and ".join(f"{_kind(product)}, {_ending(product)}" for product in products)


def _kind(product: Product) -> str:
    known = _KIND_NAMES.get(product.key_type)
    return known or f"a key of an unknown kind (channel {product.channel or product.description or 'not given'})"


def _names(products: Sequence[Product]) -> str:
    return "; ".join(
        f"{product.name or product.activation_id}, channel {product.channel}, {_ending(product)}"
        for product in products
    )


def _ending(product: Product) -> str:
    return f"ending in {product.partial_product_key}"
