# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated Windows machine: its identity, clock, registry, services and licenses, and its classes for the wire."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .host import WinrmProfile
from .identity import generator, guid
from .windows.licenses import License, office_host_license, office_licenses, windows_licenses
from .windows.licensing_classes import licensing_classes
from .windows.licensing_provider import LicensingProvider
from .windows.platform import LicensingPlatform
from .windows.providers import Providers
from .windows.registry import Registry
from .windows.registry_content import CURRENT_VERSION, write_edition, write_registry
from .windows.releases import Edition, Generation, Release, catalog
from .windows.service_list import common_services, licensing_service, office_service
from .windows.services import STOPPED, ServiceControl, WindowsService
from .windows.settings import OFFICE_ROOT, SL_ROOT, SPP_ROOT

if TYPE_CHECKING:
    from .fleet import Fleet

_LOG_LIMIT = 5000


@dataclass(frozen=True)
class Delays:
    """How long things take, in seconds of real time."""

    service_start: float = 0.3
    service_stop: float = 0.3
    activation: float = 0.05
    timeout: float = 0.3


@dataclass(frozen=True)
class NameResolution:
    """What the DNS client of a machine goes by. ``suffix`` None: the domain of the machine.

    ``connection`` is the suffix that DHCP gave the network connection (option 15).
    """

    suffix: str | None = None
    connection: str | None = None
    search_list: tuple[str, ...] = ()
    policy_suffix: str | None = None
    policy_search_list: tuple[str, ...] = ()
    servers: tuple[str, ...] = ("10.0.0.53",)


@dataclass(frozen=True)
class LoggedEvent:
    """One entry of the Windows event log."""

    record: int
    time: datetime
    log: str
    code: int
    strings: tuple[str, ...]


@dataclass
class Machine:
    """A machine. Scenario fields are plain attributes; `build` finishes what depends on them."""

    fleet: Fleet
    name: str
    address: str
    release: Release
    edition: Edition
    winrm: WinrmProfile
    domain: str | None = None
    seed: str = "0"
    core: bool = False
    domain_controller: bool = False
    internet: bool = True
    automatic: bool = True
    updated: bool = True
    edition_change: bool = True
    firmware_marker: bool = True
    firmware_key: str = ""
    powered: bool = True
    clock_skew: timedelta = timedelta()
    time_zone: int = 0
    office: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resolution: NameResolution = field(default_factory=NameResolution)
    vendor: tuple[str, str] = ("winlab", "Simulated Machine")
    delays: Delays = field(default_factory=Delays)
    client_machine_id: str = ""
    hardware_id: str = ""
    description: str = ""
    volume_name: str = "System"
    discoveries: int = 0
    rearmed: int = 0
    open_rules: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client_machine_id = self.client_machine_id or guid(self.seed, self.name, "cmid")
        self.hardware_id = self.hardware_id or guid(self.seed, self.name, "hardware")
        age = generator(self.seed, self.name, "age")
        self.installed = self.now() - timedelta(days=age.randint(90, 900), minutes=age.randint(0, 1440))
        self.booted = self.now() - timedelta(days=age.randint(0, 30), minutes=age.randint(1, 1440))
        self.event_logs: dict[str, deque[LoggedEvent]] = {}
        self.registry = Registry()
        self.services = ServiceControl(
            self.now,
            timedelta(seconds=self.delays.service_start),
            timedelta(seconds=self.delays.service_stop),
            self._service_started,
            self._service_stopped,
            self._service_busy,
        )
        self.services.add([*common_services(self.release), licensing_service(self.release)])
        self.platforms = [self._windows_platform()]
        providers = [LicensingProvider(self, self.platform, licensing_classes(self.release.generation))]
        if office := self._office_platform():
            self.services.add([office_service()])
            self.platforms.append(office)
            classes = licensing_classes(Generation.SEVEN, office=True)
            providers.append(LicensingProvider(self, office, classes))
        write_registry(self)
        self.cim = Providers(self, providers)

    # -- identity ---------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"Machine({self.name!r}, {self.release.title} {self.edition.title}, {self.address})"

    @property
    def fqdn(self) -> str:
        """Name with the DNS suffix."""
        return f"{self.name}.{self.domain}" if self.domain else self.name

    @property
    def primary_suffix(self) -> str | None:
        """The primary DNS suffix: by policy, as set, or that of the domain."""
        found = self.resolution.policy_suffix or self.resolution.suffix
        return (self.domain if found is None else found) or None

    def kms_domains(self) -> list[str]:
        """Where its licensing service looks for service records when nobody says otherwise, in order.

        The primary suffix, the domain it is a member of, the suffix of the connection on a machine of a workgroup, and
        the search list (Microsoft Learn, "Common troubleshooting procedures for KMS and DNS issues"; deployment guide).
        """
        wanted = [self.primary_suffix, self.domain, *self.resolution.policy_search_list, *self.resolution.search_list]
        if self.domain is None:
            wanted.insert(1, self.resolution.connection)
        return list(dict.fromkeys(domain.lower() for domain in wanted if domain))

    @property
    def sku(self) -> int:
        """OperatingSystemSKU."""
        return self.edition.core if self.core and self.edition.core is not None else self.edition.sku

    @property
    def product_type(self) -> int:
        """1 workstation, 2 domain controller, 3 server."""
        if self.edition.product_type is not None:
            return self.edition.product_type
        if self.release.client:
            return 1
        return 2 if self.domain_controller else 3

    @property
    def caption(self) -> str:
        """Caption of the operating system."""
        return self.release.caption.format(title=self.edition.title)

    @property
    def platform(self) -> LicensingPlatform:
        """The licensing platform of Windows."""
        return self.platforms[0]

    # -- time and logs ----------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The machine's own idea of the time."""
        return self.fleet.clock.now() + self.clock_skew

    def record(self, kind: str, **data: object) -> None:
        """Note something in the log of the lab."""
        self.fleet.record(self.name, kind, **data)

    def log_event(self, log: str, code: int, strings: list[str], ago: timedelta = timedelta()) -> None:
        """Write to a Windows event log; each numbers its own entries and forgets the oldest ones."""
        entries = self.event_logs.setdefault(log, deque(maxlen=_LOG_LIMIT))
        number = entries[-1].record + 1 if entries else 1
        entries.append(LoggedEvent(number, self.now() - ago, log, code, tuple(strings)))

    # -- services ---------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Bring the licensing services into the state they have when the lab opens."""
        for platform in self.platforms:
            service = self._service_of(platform)
            service.state = STOPPED
            needed = not service.trigger_started or any(row.is_host for row in platform.rows.values())
            if needed and service.start_mode == "Auto":
                self.services.demand(service)

    def reboot(self) -> None:
        """Restart Windows: every service starts anew and a rearm takes effect."""
        self.booted = self.now()
        for platform in self.platforms:
            self.services.restart(self._service_of(platform))
            platform.rebooted()
        self.record("rebooted")

    def licensing_available(self, platform: LicensingPlatform) -> bool:
        """Start the licensing service on demand; False while it cannot answer."""
        return self.services.demand(self._service_of(platform))

    def settle(self) -> None:
        """Let everything happen that is due by now."""
        self.services.all()
        now = self.now()
        for platform in self.platforms:
            due = platform.next_due()
            if due is not None and due <= now and self.powered:
                platform.run_due(now)

    def next_due(self) -> datetime | None:
        """When something happens by itself next, in the time of the fleet."""
        moments = [due for due in (platform.next_due() for platform in self.platforms) if due is not None]
        return min(moments) - self.clock_skew if moments and self.powered else None

    def platform_of(self, service: WindowsService) -> LicensingPlatform | None:
        """The platform a service belongs to."""
        return next((one for one in self.platforms if one.service.lower() == service.name.lower()), None)

    def _service_of(self, platform: LicensingPlatform) -> WindowsService:
        return self.services.services[platform.service.lower()]

    def _service_started(self, service: WindowsService) -> None:
        if platform := self.platform_of(service):
            platform.started()
            self.record("service_started", service=service.name)

    def _service_stopped(self, service: WindowsService) -> None:
        if platform := self.platform_of(service):
            platform.stopped()
            self.record("service_stopped", service=service.name)

    def _service_busy(self, service: WindowsService) -> bool:
        platform = self.platform_of(service)
        return platform is not None and platform.busy

    # -- licenses ---------------------------------------------------------------------------------------

    def new_client_machine_id(self) -> None:
        """What a rearm gives a machine."""
        self.rearmed += 1
        self.client_machine_id = guid(self.seed, self.name, "cmid", self.rearmed)

    def change_edition(self, name: str) -> None:
        """A setup key of another edition has turned this machine into it."""
        before = self.edition.name
        self.edition = self.release.editions[name]
        write_edition(self)
        self.record("edition_changed", before=before, after=name)

    def clear_registry_key(self) -> None:
        """ClearProductKeyFromRegistry: the recoverable copy goes, the key stays in use."""
        self.registry.delete(CURRENT_VERSION, "DigitalProductId")

    def _windows_platform(self) -> LicensingPlatform:
        licenses: list[License] = list(windows_licenses(self.release, self.edition.name))
        for office in catalog().office.values():
            if host := office_host_license(office, self.release):
                licenses.append(host)
        for version, products in self.office.items():
            if not self._on_office_platform(version):
                licenses.extend(office_licenses(catalog().office[version], products))
        root = SL_ROOT if self.release.generation is Generation.VISTA else SPP_ROOT
        return LicensingPlatform(self, self.release.service, self.release.service_version, root, licenses)

    def _office_platform(self) -> LicensingPlatform | None:
        licenses: list[License] = []
        for version, products in self.office.items():
            if self._on_office_platform(version):
                licenses.extend(office_licenses(catalog().office[version], products))
        if not licenses:
            return None
        return LicensingPlatform(self, "osppsvc", "14.0.370.400", OFFICE_ROOT, licenses)

    def _on_office_platform(self, version: str) -> bool:
        return version == "2010" or self.release.generation <= Generation.SEVEN
