# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes how a machine, or one product of it, finds its KMS host.

Vista and Server 2008 have no WMI property or method for the port; theirs is a registry value.
"""

from __future__ import annotations

from dataclasses import replace

from .._licensing.client_settings import ClientSettings, inherited
from .._licensing.model import KmsClientSettings, Product, Snapshot
from .._licensing.numbers import whole
from .._licensing.settings import Change
from .._licensing.terms import Provider
from . import registry, schema
from .steps import Work
from .writer import clear_value, set_value

_TYPE_NUMBERS = {name: number for number, name in schema.ACTIVATION_TYPES.items()}


def read_client_settings(snapshot: Snapshot, product: Product | None, primary: Product | None) -> Work[ClientSettings]:
    """The settings of one scope: a product, or the whole machine when ``product`` is None.

    The service has no property for the activation type, so for the whole machine it is read at the ``primary``
    product, which shows what is in force.
    """
    kms = product.kms if product else snapshot.service.kms
    typed = product or primary
    return ClientSettings(
        host=kms.configured_host,
        port=(yield from _port(snapshot, kms)),
        lookup_domain=kms.lookup_domain,
        activation_type=schema.ACTIVATION_TYPES.get(typed.kms.activation_type or 0) if typed else None,
        host_caching=kms.host_caching if product is None else None,
    )


def of_kms(kms: KmsClientSettings) -> ClientSettings:
    """Host, port and lookup domain as the snapshot has them."""
    return ClientSettings(kms.configured_host, kms.configured_port, kms.lookup_domain)


def without_inherited(product: Product, shown: ClientSettings, general: ClientSettings) -> Work[ClientSettings]:
    """The settings of a product less those that it has from the whole machine, which only the registry tells apart."""
    key = rf"{schema.REGISTRY_KEYS[Provider.SPPWMI]}\{product.application_id}\{product.activation_id}"
    names = []
    for name in inherited(shown, general):
        if (yield from registry.read_text(key, schema.REGISTRY_CLIENT_VALUES[name])) is None:
            names.append(name)
    return replace(shown, **dict.fromkeys(names))


def write_client_setting(snapshot: Snapshot, product: Product | None, change: Change) -> Work[None]:
    """Apply one change. Raises MethodFailed and RegistryRefused."""
    target = product or snapshot.service
    if change.name == "host_caching":
        return set_value(target, schema.DISABLE_HOST_CACHING, not change.after)
    if change.name == "port" and snapshot.os.provider is Provider.SLWMI:
        return _write_port(change)
    setter, parameter, clearer = schema.CLIENT_METHODS[change.name]
    if change.after is None or (change.name == "activation_type" and change.after == "all"):
        return clear_value(target, clearer)
    if change.name == "activation_type":
        return set_value(target, (setter, parameter), _TYPE_NUMBERS[str(change.after)])
    return set_value(target, (setter, parameter), change.after if isinstance(change.after, int) else str(change.after))


def _port(snapshot: Snapshot, kms: KmsClientSettings) -> Work[int | None]:
    if snapshot.os.provider is not Provider.SLWMI:
        return kms.configured_port
    text = yield from registry.read_text(schema.REGISTRY_KEYS[Provider.SLWMI], schema.REGISTRY_CLIENT_PORT)
    return whole(text or "")


def _write_port(change: Change) -> Work[None]:
    key = schema.REGISTRY_KEYS[Provider.SLWMI]
    if change.after is None:
        return registry.delete(key, schema.REGISTRY_CLIENT_PORT)
    return registry.set_text(key, schema.REGISTRY_CLIENT_PORT, str(change.after))
