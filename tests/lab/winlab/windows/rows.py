# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one product: its key, its license status and what a KMS host told it.

Status numbers: Microsoft Learn, SoftwareLicensingProduct (LicenseStatus). An activation by KMS lasts 180 days; the
out-of-box grace of 30 days exists for Windows up to 7 and Server 2008 R2 and for Office, later Windows goes to
notification at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from ..errors import (
    SL_E_EUL_NOT_AVAILABLE,
    SL_E_GRACE_TIME_EXPIRED,
    SL_E_PKEY_NOT_INSTALLED,
    SL_E_VALIDITY_PERIOD_EXPIRED,
    SL_E_VL_MACHINE_NOT_BOUND,
    SL_I_OOB_GRACE_PERIOD,
    SL_I_OOT_GRACE_PERIOD,
    SL_I_STORE_UPGRADE,
    SL_I_VL_ACTIVATED,
)
from ..identity import digits, number
from ..keys import KeyKind, ProductKey
from ..kms import ClientCounter
from .licenses import License
from .releases import Generation, Release

VOLUME_VALIDITY = timedelta(days=180)
GRACE = timedelta(days=30)
REARMS = 1001


class Status(IntEnum):
    """LicenseStatus."""

    UNLICENSED = 0
    LICENSED = 1
    OOB_GRACE = 2
    OOT_GRACE = 3
    NON_GENUINE_GRACE = 4
    NOTIFICATION = 5
    EXTENDED_GRACE = 6


@dataclass(frozen=True)
class KmsBinding:
    """The KMS host that last answered."""

    name: str
    port: int
    address: str
    pid: str
    activation_interval: int
    renewal_interval: int
    found_by_dns: bool


@dataclass(frozen=True)
class DirectoryBinding:
    """The activation object that activated the product."""

    name: str
    dn: str
    csvlk_pid: str
    csvlk_sku: str


@dataclass
class Row:
    """One product of one machine."""

    license: License
    key: ProductKey | None = None
    status: Status = Status.UNLICENSED
    reason: int = SL_E_PKEY_NOT_INSTALLED
    expires: datetime | None = None
    pid: str | None = None
    pid2: str | None = None
    keyed: int = 0
    binding: KmsBinding | None = None
    directory: DirectoryBinding | None = None
    activation_type: int = 0
    rearms: int = REARMS
    next_attempt: datetime | None = None
    counter: ClientCounter | None = None
    evaluation_ends: datetime | None = None
    previous_keys: set[str] = field(default_factory=set)

    def minutes_left(self, now: datetime) -> int:
        """GracePeriodRemaining: a started minute counts."""
        if self.expires is None:
            return 0
        return max(0, math.ceil((self.expires - now).total_seconds() / 60))

    @property
    def is_host(self) -> bool:
        """Whether the key in this row is a KMS host key."""
        return self.key is not None and self.license.kind is KeyKind.CSVLK


def enter_key(row: Row, key: ProductKey, release: Release, now: datetime, seed: object) -> None:
    """The state of a row right after a key was installed into it."""
    row.key = key
    row.keyed += 1
    row.pid = extended_pid(row.license, release, now, seed)
    row.pid2 = classic_pid(row.license, seed)
    row.binding = None
    row.directory = None
    row.activation_type = 0
    row.counter = ClientCounter() if row.license.kind is KeyKind.CSVLK else None
    _fresh_status(row, release, now)


def remove_key(row: Row) -> None:
    """A row without key: unlicensed, 0xC004F014."""
    row.key = None
    row.pid = row.pid2 = None
    row.status, row.reason, row.expires = Status.UNLICENSED, SL_E_PKEY_NOT_INSTALLED, None
    row.binding = row.directory = None
    row.activation_type = 0
    row.next_attempt = None
    row.counter = None


def set_licensed(row: Row, until: datetime | None = None, *, volume: bool = False) -> None:
    """Licensed for ever, or until a moment."""
    row.status, row.expires = Status.LICENSED, until
    row.reason = SL_I_VL_ACTIVATED if volume else 0


def begin_grace(row: Row, now: datetime, *, out_of_tolerance: bool = False) -> None:
    """Thirty days of grace, out-of-box or out-of-tolerance."""
    row.status = Status.OOT_GRACE if out_of_tolerance else Status.OOB_GRACE
    row.reason = SL_I_OOT_GRACE_PERIOD if out_of_tolerance else SL_I_OOB_GRACE_PERIOD
    row.expires = now + GRACE


def notify(row: Row, reason: int) -> None:
    """Notification: not activated and no grace left."""
    row.status, row.reason, row.expires = Status.NOTIFICATION, reason, None


def lapse(row: Row, release: Release, now: datetime) -> None:
    """What happens when the time of a status is over."""
    if row.license.kind is KeyKind.EVALUATION:
        notify(row, SL_E_VALIDITY_PERIOD_EXPIRED)
    elif row.status is Status.LICENSED and (release.grace or row.license.office):
        begin_grace(row, now, out_of_tolerance=True)
    else:
        notify(row, SL_E_GRACE_TIME_EXPIRED)


def _fresh_status(row: Row, release: Release, now: datetime) -> None:
    kind = row.license.kind
    if kind is KeyKind.EVALUATION:
        days = release.editions[row.license.edition or ""].evaluation
        set_licensed(row, now + timedelta(days=days))
        row.evaluation_ends = row.expires
    elif kind is KeyKind.OEM:
        # Pre-installation keys are activated by the firmware, without a server.
        set_licensed(row)
        row.reason = SL_I_STORE_UPGRADE if release.generation >= Generation.TEN else 0
    elif release.grace or (row.license.office and kind is KeyKind.GVLK):
        begin_grace(row, now)
    else:
        notify(row, SL_E_VL_MACHINE_NOT_BOUND if kind is KeyKind.GVLK else SL_E_EUL_NOT_AVAILABLE)


_VOLUME = frozenset({KeyKind.GVLK, KeyKind.CSVLK, KeyKind.MAK, KeyKind.ADDON})


def extended_pid(license: License, release: Release, now: datetime, seed: object) -> str:
    """The extended PID, in the form seen in public output; the last part is day and year of the installation."""
    channel = "03" if license.kind in _VOLUME else "02" if license.kind is KeyKind.OEM else "00"
    product = f"{number(5000, 'range', license.id):05d}"
    public = license.kind is KeyKind.GVLK
    serial = "000-000001" if public else f"{digits(3, seed, license.id)}-{digits(6, license.id, seed)}"
    group = "05426" if license.office else release.pid_group
    day = f"{now.timetuple().tm_yday:03d}{now.year}"
    return f"{group}-{product}-{serial}-{channel}-1033-{release.build}.0000-{day}"


def classic_pid(license: License, seed: object) -> str:
    """The product ID of twenty characters."""
    head = f"00{digits(3, 'pid2', license.id)}-{digits(5, 'pid2b', license.id)}"
    return f"{head}-{digits(5, 'pid2c', seed)}-AA{digits(3, 'pid2d', license.id, seed)}"


def installation_id(row: Row, hardware: str, generation: Generation) -> str | None:
    """The installation ID of the current key on this hardware: 54 digits, 63 from Windows 10 on."""
    if row.key is None:
        return None
    length = 63 if generation >= Generation.TEN else 54
    return digits(length, "installation id", row.key.name, row.license.id, hardware, row.keyed)
