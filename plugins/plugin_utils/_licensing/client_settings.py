# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a machine, or one product of it, finds its KMS host: what can be asked for, and what has to change.

Names and meaning: slmgr.vbs /skms, /ckms, /skms-domain, /ckms-domain, /act-type, /skhc, /ckhc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .settings import Change, SettingRefused, difference
from .terms import Provider

GENERAL = "general"

# What decides where a client looks for its host; all of it unset is DNS discovery.
DISCOVERY = ("host", "port", "lookup_domain")
ACTIVATION_TYPES = ("all", "ad", "kms", "token")

_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])")


@dataclass(frozen=True)
class ClientSettings:
    """The settings of one scope. None means "not set", which is DNS discovery for host and port."""

    host: str | None = None
    port: int | None = None
    lookup_domain: str | None = None
    activation_type: str | None = None
    host_caching: bool | None = None


@dataclass(frozen=True)
class ClientRequest:
    """What the administrator asked for; None means "leave as it is".

    ``product`` is ``general`` (the whole machine), ``windows`` or an activation ID. ``absent`` returns the scope
    to DNS discovery: no host, no port, no lookup domain.
    """

    product: str = GENERAL
    host: str | None = None
    port: int | None = None
    lookup_domain: str | None = None
    activation_type: str | None = None
    host_caching: bool | None = None
    absent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "product", self.product.strip().lower())
        _check_host(self.host)
        if self.port is not None and not 1 <= self.port <= 65535:
            raise SettingRefused(f"port {self.port} is not between 1 and 65535; KMS hosts listen on 1688 by default")
        if self.lookup_domain is not None and not _HOST.fullmatch(self.lookup_domain):
            raise SettingRefused(f"lookup_domain {self.lookup_domain!r} is not a DNS domain")
        if self.absent and any(getattr(self, name) is not None for name in DISCOVERY):
            raise SettingRefused("state=absent does not accept host, port or lookup_domain: it clears all three")

    @property
    def is_general(self) -> bool:
        return self.product == GENERAL


def plan_client(current: ClientSettings, request: ClientRequest, provider: Provider) -> tuple[Change, ...]:
    """The changes to make. A host without a port leaves the port alone, unlike slmgr.vbs, which clears it.

    Raises SettingRefused for what this generation of Windows does not have.
    """
    _refuse_unsupported(request, provider)
    wanted: dict[str, object] = {}
    if request.absent:
        wanted = dict.fromkeys(DISCOVERY)
    for name in (*DISCOVERY, "activation_type", "host_caching"):
        value = getattr(request, name)
        if value is not None:
            wanted[name] = value
    return difference(vars(current), wanted)


def inherited(product: ClientSettings, general: ClientSettings) -> tuple[str, ...]:
    """Names of the settings a product may have from the whole machine: it shows those where it has none of its own.

    So slmgr.vbs /dlv, which looks at the product only, prints the host that /skms set for the machine.
    """
    return tuple(
        name
        for name in DISCOVERY
        if getattr(product, name) is not None and getattr(product, name) == getattr(general, name)
    )


def overrides(primary: ClientSettings, general: ClientSettings) -> dict[str, object]:
    """What the Windows license has of its own, by the same token: what it shows and the whole machine does not."""
    shown = {name: getattr(primary, name) for name in DISCOVERY}
    return {name: own for name, own in shown.items() if own is not None and own != getattr(general, name)}


def warnings_about(settings: ClientSettings, overriding: Mapping[str, object]) -> tuple[str, ...]:
    """What keeps settings from having an effect."""
    found = []
    if settings.host and settings.lookup_domain:
        found.append(
            f"lookup_domain {settings.lookup_domain} has no effect while the host {settings.host} is set, which wins."
        )
    for name, own in overriding.items():
        if own != getattr(settings, name):
            found.append(
                f"The Windows license has a {name} of its own, {own}, which wins over the one of the whole machine. "
                "Change it with product=windows."
            )
    return tuple(found)


def _check_host(host: str | None) -> None:
    if host is None or _HOST.fullmatch(host):
        return
    if ":" in host:
        raise SettingRefused(
            f"host {host!r} holds a colon: give the port in the option port, and an IPv6 address in brackets"
        )
    raise SettingRefused(f"host {host!r} is not a host name or address")


def _refuse_unsupported(request: ClientRequest, provider: Provider) -> None:
    if provider is Provider.SLWMI and not request.is_general:
        raise SettingRefused(
            "Windows Vista and Server 2008 have these settings for the whole machine only; use product=general."
        )
    if request.host_caching is not None and (provider is Provider.SLWMI or not request.is_general):
        raise SettingRefused("host_caching exists from Windows 7 on, for the whole machine only (product=general).")
    if provider is Provider.SPPWMI:
        return
    for name in ("lookup_domain", "activation_type"):
        if getattr(request, name) is not None:
            raise SettingRefused(f"{name} exists from Windows 8 and Windows Server 2012 on, and this machine is older.")
