# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a KMS host: what can be asked for, and what has to change.

Names, ranges and defaults: slmgr.vbs /sprt, /sai, /sri, /sdns, /cdns, /spri, /cpri; Microsoft, "Registry Settings for
Volume Activation" (DnsDomainPublishList).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .numbers import whole
from .settings import Change, SettingRefused, difference
from .terms import Provider

DEFAULT_PORT = 1688
SHORTEST_INTERVAL, LONGEST_INTERVAL = 15, 43200

_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
# Priority, weight and port of an SRV record have 16 bits (RFC 2782).
_LARGEST = 65535

NO_FIREWALL_CLASS = (
    "The firewall rule of this machine cannot be read over WMI, which has firewall rules from Windows 8 and Windows "
    'Server 2012 on. Open TCP 1688 there with: netsh advfirewall firewall set rule group="Key Management Service" new '
    "enable=yes (Windows Server 2003: netsh firewall set portopening TCP 1688 KMS), and leave out the option firewall."
)
NO_FIREWALL_RULE = (
    "The firewall rule SPPSVC-In-TCP of this machine cannot be read: it was deleted, or the Windows firewall "
    "service (MpsSvc) is not running. Start that service, or admit clients by a rule of your own for that port "
    "and leave out the option firewall."
)
OTHER_PORT = (
    "The built-in firewall rule admits clients on port 1688 only, but this host listens on port {port}; that needs a "
    "rule of your own."
)

# What a running licensing service reads at its start only (slmgr.vbs warns so after each of these).
NEEDS_RESTART = frozenset({"listening_port", "dns_publishing", "publish_list", "low_priority"})


@dataclass(frozen=True)
class PublishedDomain:
    """One domain in which the host publishes its SRV record. Priority and weight exist from Server 2008 R2 on."""

    domain: str
    priority: int = 0
    weight: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", self.domain.strip().rstrip(".").lower())

    @classmethod
    def parse(cls, line: str) -> PublishedDomain:
        """Read one line of DnsDomainPublishList: ``domain, priority, weight``, the numbers optional.

        Whatever somebody typed into the registry is shown as it is; numbers that are none count as 0.
        """
        parts = [part.strip() for part in line.split(",")]
        numbers = [int(part) if _is_number(part) else 0 for part in parts[1:3]]
        return cls(parts[0], *numbers)

    def check(self) -> None:
        """Raise SettingRefused for what cannot be published."""
        if not _DOMAIN.fullmatch(self.domain):
            raise SettingRefused(f"publish_list holds {self.domain!r}, which is not a DNS domain")
        for name in ("priority", "weight"):
            if not 0 <= getattr(self, name) <= _LARGEST:
                raise SettingRefused(f"{name} of {self.domain} is not between 0 and {_LARGEST}")

    def line(self, with_numbers: bool = True) -> str:
        return f"{self.domain}, {self.priority}, {self.weight}" if with_numbers else self.domain


@dataclass(frozen=True)
class HostSettings:
    """The settings as stored. ``publish_list`` is empty when only the machine's own domain is published.

    ``firewall`` says whether the built-in rule lets KMS clients through, None where that is not known.
    """

    listening_port: int = DEFAULT_PORT
    activation_interval: int | None = None
    renewal_interval: int | None = None
    dns_publishing: bool = True
    low_priority: bool = False
    publish_list: tuple[PublishedDomain, ...] = ()
    firewall: bool | None = None


@dataclass(frozen=True)
class HostRequest:
    """What the administrator asked for; None means "leave as it is". Intervals are minutes."""

    listening_port: int | None = None
    activation_interval: int | None = None
    renewal_interval: int | None = None
    dns_publishing: bool | None = None
    low_priority: bool | None = None
    publish_list: tuple[PublishedDomain, ...] | None = None
    firewall: bool | None = None

    def __post_init__(self) -> None:
        if self.listening_port is not None and not 1 <= self.listening_port <= _LARGEST:
            raise SettingRefused(f"listening_port {self.listening_port} is not between 1 and {_LARGEST}")
        for name in ("activation_interval", "renewal_interval"):
            minutes = getattr(self, name)
            if minutes is not None and not SHORTEST_INTERVAL <= minutes <= LONGEST_INTERVAL:
                raise SettingRefused(
                    f"{name} {minutes} is not between {SHORTEST_INTERVAL} and {LONGEST_INTERVAL} minutes"
                )
        if self.publish_list is not None:
            for entry in self.publish_list:
                entry.check()
            _refuse_doubles(self.publish_list)


def plan_host(
    current: HostSettings, request: HostRequest, own_domain: str | None, provider: Provider
) -> tuple[Change, ...]:
    """The changes to make. Raises SettingRefused for what this generation of Windows does not have.

    A publish list replaces the default, which is the machine's own domain only; Microsoft's texts contradict each
    other on whether the own domain is then still published, so it is always put into the list.
    """
    _refuse_unsupported(current, request, provider)
    wanted: dict[str, object] = {}
    names = ("listening_port", "activation_interval", "renewal_interval", "dns_publishing", "low_priority", "firewall")
    for name in names:
        if getattr(request, name) is not None:
            wanted[name] = getattr(request, name)
    if request.publish_list is not None:
        wanted["publish_list"] = _with_own_domain(request.publish_list, own_domain)
    return difference(vars(current), wanted)


def needs_restart(changes: Sequence[Change]) -> bool:
    """Whether the running licensing service has to restart to work with these changes."""
    return any(change.name in NEEDS_RESTART for change in changes)


def warnings_about(settings: HostSettings) -> tuple[str, ...]:
    """What is worth a word about settings that are all right by themselves."""
    closed = settings.firewall and settings.listening_port != DEFAULT_PORT
    return (OTHER_PORT.format(port=settings.listening_port),) if closed else ()


def _refuse_unsupported(current: HostSettings, request: HostRequest, provider: Provider) -> None:
    if request.firewall is not None and current.firewall is None:
        raise SettingRefused(NO_FIREWALL_RULE if provider is Provider.SPPWMI else NO_FIREWALL_CLASS)
    if provider is Provider.SLWMI and any(entry.priority or entry.weight for entry in request.publish_list or ()):
        raise SettingRefused(
            "publish_list takes priority and weight from Windows 7 and Windows Server 2008 R2 on, and this machine is "
            "older; give the domains alone."
        )


def _with_own_domain(wanted: tuple[PublishedDomain, ...], own: str | None) -> tuple[PublishedDomain, ...]:
    if not wanted or not own or any(entry.domain == own.lower() for entry in wanted):
        return wanted
    return (PublishedDomain(own), *wanted)


def _refuse_doubles(wanted: Sequence[PublishedDomain]) -> None:
    domains = [entry.domain for entry in wanted]
    doubles = sorted({domain for domain in domains if domains.count(domain) > 1})
    if doubles:
        raise SettingRefused(f"publish_list names {', '.join(doubles)} more than once")


def _is_number(text: str) -> bool:
    number = whole(text)
    return number is not None and number <= _LARGEST
