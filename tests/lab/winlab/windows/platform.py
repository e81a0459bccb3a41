# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One licensing platform of a machine: that of Windows, or that of Office on older Windows.

It keeps the products with their keys and states, and carries out what the licensing classes offer. Everything here
happens at once; waiting is the business of the provider that calls it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..activation import confirmation_id
from ..cim import CimError
from ..errors import (
    ERROR_INTERNET_NAME_NOT_RESOLVED,
    SL_E_CIDIID_INVALID_CHECK_DIGITS,
    SL_E_CIDIID_INVALID_DATA_LENGTH,
    SL_E_CIDIID_MISMATCHED,
    SL_E_INVALID_PRODUCT_KEY_TYPE,
    SL_E_MAX_REARM_REACHED,
    SL_E_PKEY_NOT_INSTALLED,
    SL_E_REARMED,
    SL_E_VALIDITY_PERIOD_EXPIRED,
    SL_E_VL_NOT_WINDOWS_SLP,
    SL_I_STORE_UPGRADE,
    licensing_error,
)
from ..identity import number
from ..keys import KeyKind, ProductKey
from .host_role import HostRole
from .key_entry import find_key, find_row
from .kms_client import activate_volume_client
from .licenses import License
from .registry import Registry
from .releases import Generation
from .rows import (
    Row,
    Status,
    enter_key,
    installation_id,
    lapse,
    remove_key,
    set_licensed,
)
from .settings import ClientSettings, HostSettings

if TYPE_CHECKING:
    from ..machine import Machine

_ONLINE = frozenset({KeyKind.CSVLK, KeyKind.MAK, KeyKind.RETAIL, KeyKind.OEM, KeyKind.ADDON})


class LicensingPlatform:
    """Products, keys, states and settings of one licensing service."""

    def __init__(self, machine: Machine, service: str, version: str, root: str, licenses: Iterable[License]) -> None:
        self.machine = machine
        self.service = service
        self.version = version
        self.root = root
        self.rows = {license.id: Row(license) for license in licenses}
        self.host_settings = HostSettings(machine.registry, root)
        self.role = HostRole(machine, self.host_settings)
        self.host_caching = True
        self.rearms = 3 if machine.release.generation < Generation.EIGHT else 1001
        self.rearm_pending = False
        self.token_only = False

    @property
    def registry(self) -> Registry:
        """The registry of the machine."""
        return self.machine.registry

    @property
    def generation(self) -> Generation:
        """Which form of the classes this platform has."""
        return self.machine.release.generation

    # -- settings ---------------------------------------------------------------------------------------

    def settings(self, row: Row | None = None) -> ClientSettings:
        """Settings of the platform, or the overrides of one product."""
        path = self.root
        if row is not None:
            path += rf"\{row.license.application_id}\{row.license.id}"
        return ClientSettings(self.registry, path)

    def configured_host(self, row: Row) -> tuple[str, int] | None:
        """Configured KMS host and port, the product's own first. Vista takes the port from the name."""
        for settings in (self.settings(row), self.settings()):
            if settings.machine:
                name, colon, port = settings.machine.rpartition(":")
                if colon and port.isdigit() and "]" not in port and not name.endswith(":"):
                    return name, int(port)
                return settings.machine, settings.port
        return None

    def lookup_domain(self, row: Row) -> str | None:
        """Configured lookup domain."""
        return self.settings(row).lookup_domain or self.settings().lookup_domain

    def activation_type(self, row: Row) -> int:
        """Configured activation type."""
        return self.settings(row).activation_type or self.settings().activation_type

    # -- life of the service ----------------------------------------------------------------------------

    def started(self) -> None:
        """The service has started: it reads keys and settings anew."""
        self.role.start([row for row in self.rows.values() if row.is_host])

    def stopped(self) -> None:
        """The service has stopped."""
        self.role.stop()

    @property
    def busy(self) -> bool:
        """Whether the service has a reason to stay up."""
        return self.role.listening

    # -- products ---------------------------------------------------------------------------------------

    def keyed(self) -> list[Row]:
        """Products with a key."""
        return [row for row in self.rows.values() if row.key is not None]

    def primary(self) -> Row | None:
        """The product that licenses Windows itself."""
        return next((row for row in self.keyed() if row.license.is_windows and not row.license.addon), None)

    def install_key(self, text: str | None) -> Row:
        """InstallProductKey."""
        return self.enter(find_key(text))

    def enter(self, key: ProductKey) -> Row:
        """Put a key into its product. The former key of the same product goes; the role stays as it is."""
        machine = self.machine
        row = find_row(
            key,
            list(self.rows.values()),
            machine.release,
            machine.edition.name,
            updated=machine.updated,
            edition_change=machine.edition_change,
        )
        if row.key is not None and row.key.text == key.text:
            return row
        for other in self._displaced_by(row):
            remove_key(other)
        enter_key(row, key, machine.release, machine.now(), machine.seed)
        if row.license.edition and row.license.edition != machine.edition.name:
            machine.change_edition(row.license.edition)
        self._schedule(row, first=True)
        machine.record("key_installed", key=key.name, partial=key.partial, product=row.license.description)
        return row

    def uninstall_key(self, row: Row) -> None:
        """UninstallProductKey."""
        if row.key is None:
            raise licensing_error(SL_E_PKEY_NOT_INSTALLED, "No product key is installed for this product.")
        remove_key(row)

    def activate(self, row: Row) -> None:
        """Activate."""
        if self.rearm_pending:
            raise licensing_error(SL_E_REARMED, "The trusted data store was rearmed; restart the system.")
        if row.key is None:
            raise licensing_error(SL_E_PKEY_NOT_INSTALLED, "A product key is not available.")
        try:
            self._activate(row)
        finally:
            self._schedule(row)
        if row.is_host:
            self.role.activated(row)

    def deposit(self, row: Row, iid: str | None, cid: str | None) -> None:
        """DepositOfflineConfirmationId."""
        current = installation_id(row, self.machine.hardware_id, self.generation)
        if current is None:
            raise licensing_error(SL_E_PKEY_NOT_INSTALLED, "A product key is not available.")
        if row.license.kind is KeyKind.GVLK:
            raise licensing_error(SL_E_INVALID_PRODUCT_KEY_TYPE, "A setup key is activated by a KMS host only.")
        if _digits(iid) != current:
            raise licensing_error(SL_E_CIDIID_MISMATCHED, "The installation ID is not that of the current key.")
        answer = _digits(cid)
        if len(answer) != len(confirmation_id(current)):
            raise licensing_error(SL_E_CIDIID_INVALID_DATA_LENGTH, "The confirmation ID has the wrong length.")
        if answer != confirmation_id(current):
            raise licensing_error(SL_E_CIDIID_INVALID_CHECK_DIGITS, "The confirmation ID is invalid.")
        set_licensed(row)
        if row.is_host:
            self.role.activated(row)

    def rearm(self) -> None:
        """ReArmWindows: takes effect after a restart of the machine."""
        if self.rearms <= 0:
            raise licensing_error(SL_E_MAX_REARM_REACHED, "The allowed number of re-arms has been exceeded.")
        self.rearms -= 1
        self.rearm_pending = True

    def rearm_row(self, row: Row) -> None:
        """ReArmSku, or ReArmApp for each of its products."""
        if row.rearms <= 0:
            raise licensing_error(SL_E_MAX_REARM_REACHED, "The allowed number of re-arms has been exceeded.")
        row.rearms -= 1
        self.rearm_pending = True

    def rebooted(self) -> None:
        """Finish a rearm: grace or notification begins anew, with a new client machine ID."""
        if not self.rearm_pending:
            return
        self.rearm_pending = False
        self.machine.new_client_machine_id()
        for row in self.keyed():
            if row.key is not None and row.license.kind is not KeyKind.OEM:
                enter_key(row, row.key, self.machine.release, self.machine.now(), self.machine.seed)
                self._schedule(row, first=True)

    # -- time -------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When something happens here by itself."""
        moments = [row.expires for row in self.keyed()] + [row.next_attempt for row in self.keyed()]
        moments.append(self.role.next_publish)
        return min((moment for moment in moments if moment is not None), default=None)

    def run_due(self, now: datetime) -> None:
        """Renewals first, so that a renewed license does not lapse; then lapses, then publishing."""
        for row in self.keyed():
            if row.next_attempt is not None and row.next_attempt <= now:
                self._attempt(row)
            if row.expires is not None and row.expires <= now:
                lapse(row, self.machine.release, now)
                self._schedule(row)
        if self.role.next_publish is not None and self.role.next_publish <= now:
            self.role.publish()

    def _attempt(self, row: Row) -> None:
        try:
            if self.machine.licensing_available(self):
                self.activate(row)
        except CimError as error:
            self.machine.record("automatic_activation_failed", code=f"0x{error.hresult:08X}")
        self._schedule(row)

    def _schedule(self, row: Row, *, first: bool = False) -> None:
        """Only KMS clients act by themselves: every two hours until activated, then every week."""
        if row.key is None or row.license.kind is not KeyKind.GVLK or not self.machine.automatic:
            row.next_attempt = None
            return
        interval = self.host_settings.activation_interval
        if row.status is Status.LICENSED:
            interval = row.binding.renewal_interval if row.binding else self.host_settings.renewal_interval
        elif row.binding:
            interval = row.binding.activation_interval
        # The first attempt comes at an arbitrary point within the interval, so that fleets do not march in step.
        wait = 1 + number(interval, self.machine.seed, "first attempt") if first else interval
        row.next_attempt = self.machine.now() + timedelta(minutes=wait)

    # -- details ----------------------------------------------------------------------------------------

    def _activate(self, row: Row) -> None:
        kind = row.license.kind
        if kind is KeyKind.GVLK:
            marker_needed = self.generation is Generation.SEVEN and self.machine.release.client
            if marker_needed and row.license.is_windows and not self.machine.firmware_marker:
                raise licensing_error(SL_E_VL_NOT_WINDOWS_SLP, "A qualifying operating system is required.")
            activate_volume_client(self, row)
        elif kind in _ONLINE:
            self._activate_online(row)
        elif row.status is not Status.LICENSED:
            raise licensing_error(SL_E_VALIDITY_PERIOD_EXPIRED, "The validity period has expired.")

    def _activate_online(self, row: Row) -> None:
        assert row.key is not None
        machine = self.machine
        if not machine.internet:
            raise licensing_error(ERROR_INTERNET_NAME_NOT_RESOLVED, "The server name or address could not be resolved.")
        machine.fleet.microsoft.activate(row.key, machine.hardware_id)
        set_licensed(row)
        if row.license.kind is KeyKind.RETAIL and self.generation >= Generation.TEN:
            row.reason = SL_I_STORE_UPGRADE

    def _displaced_by(self, row: Row) -> list[Row]:
        """Windows has one key; Office products and add-ons keep theirs beside each other."""
        if row.license.is_windows and not row.license.addon:
            return [
                other
                for other in self.keyed()
                if other is not row and other.license.is_windows and not other.license.addon
            ]
        return []


def _digits(text: str | None) -> str:
    return "".join(character for character in text or "" if character.isdigit())
