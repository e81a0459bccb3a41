# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the clock of a machine agree with that of the controller?

Microsoft Learn, "Guidelines for troubleshooting KMS": a KMS host refuses clients whose clock differs from its own by
more than four hours (0xC004F06C).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta, timezone

from .finding import Finding, finding
from .machine import Machine

#: What a KMS host tolerates.
TOLERANCE = timedelta(hours=4)
# Members of a domain agree within minutes, since Kerberos asks for it, so that an hour is worth a look.
_STRANGE = timedelta(hours=1)


def findings(machine: Machine) -> Iterator[Finding]:
    """What is wrong with its clock; nothing where it does not say, or where nobody knew the time."""
    ahead = _ahead(machine)
    if ahead is None or abs(ahead) <= _STRANGE:
        return
    too_far = abs(ahead) > TOLERANCE
    then = (
        "A KMS host refuses clients whose clock differs from its own by more than four hours (0xC004F06C)."
        if too_far
        else "From four hours on a KMS host refuses it."
    )
    reason = f"Its clock is {told(ahead)} {'ahead of' if ahead > timedelta() else 'behind'} the controller's. {then}"
    remedy = "Find out which of the two is wrong. On Windows, w32tm /query /status names the time source."
    yield finding(
        "CLI-007" if too_far else "CLI-014", reason, remedy, clock_offset_seconds=round(ahead.total_seconds())
    )


def told(difference: timedelta) -> str:
    """A difference in words, without its direction."""
    minutes = round(abs(difference.total_seconds()) / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _ahead(machine: Machine) -> timedelta | None:
    shown, now = machine.snapshot.os.local_time, machine.now
    if shown is None or now is None:
        return None
    return (shown if shown.tzinfo is not None else shown.replace(tzinfo=timezone.utc)) - now
