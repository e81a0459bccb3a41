# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can this machine be a KMS host at all? Found out before a host key is spent on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .clocks import TOLERANCE
from .model import Product, Snapshot
from .terms import KeyType

# Microsoft Learn, KMS activation planning: the Azure Edition of Windows Server cannot be a KMS host.
_AZURE_EDITION = frozenset({407, 408, 409})
_MULTI_SESSION = 175
# Windows Server 2003 takes a host key with its KMS add-on; nothing older does.
_FIRST_BUILD = 3790


@dataclass(frozen=True)
class Problem:
    """What stands in the way. A ``fatal`` one makes a host key pointless here."""

    reason: str
    advice: str
    fatal: bool = True


def problems(
    snapshot: Snapshot, primary: Product | None, names: tuple[str, ...], now: datetime | None
) -> tuple[Problem, ...]:
    """What speaks against this machine as a KMS host. ``names`` are its own; ``now`` is the controller's clock."""
    found = [_edition(snapshot, primary), _client_of_itself(snapshot, primary, names), _clock(snapshot, now)]
    return tuple(problem for problem in found if problem is not None)


def _edition(snapshot: Snapshot, primary: Product | None) -> Problem | None:
    system = snapshot.os
    if system.sku in _AZURE_EDITION:
        return Problem("Windows Server Datacenter: Azure Edition cannot be a KMS host.", "Choose another machine.")
    if system.sku == _MULTI_SESSION:
        return Problem("A multi-session edition cannot be a KMS host.", "Choose another machine.")
    if primary is not None and primary.key_type is KeyType.EVALUATION:
        return Problem(
            "An evaluation edition does not accept a KMS host key.", "Convert the edition with DISM /Set-Edition first."
        )
    if system.build < _FIRST_BUILD:
        return Problem(f"Build {system.build} is too old for the Key Management Service.", "Choose another machine.")
    if not system.is_server:
        return Problem(
            "A client edition can activate clients only, not servers.",
            "Use a Windows Server if servers have to be activated too.",
            fatal=False,
        )
    return None


def _client_of_itself(snapshot: Snapshot, primary: Product | None, names: tuple[str, ...]) -> Problem | None:
    configured = (primary.kms.configured_host if primary else None) or snapshot.service.kms.configured_host
    if configured is None:
        return None
    wanted = configured.rstrip(".").lower()
    if any(wanted == name.rstrip(".").lower() or wanted.split(".")[0] == name.lower() for name in names if name):
        return Problem(
            f"The machine is set to activate against itself ({configured}).",
            "Clear that with kms_client state=absent.",
            fatal=False,
        )
    return None


def _clock(snapshot: Snapshot, now: datetime | None) -> Problem | None:
    ahead = snapshot.os.ahead_of(now) if now is not None else None
    if ahead is None or abs(ahead) <= TOLERANCE:
        return None
    return Problem(
        f"Its clock differs from the controller's by {abs(ahead)}; clients would get 0xC004F06C.",
        "Correct the clock or time zone of whichever machine is wrong.",
        fatal=False,
    )
