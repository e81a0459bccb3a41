# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the clock of a machine agree with that of the controller?

Microsoft Learn, "Guidelines for troubleshooting KMS": a KMS host refuses clients whose clock differs from its own by
more than four hours (0xC004F06C).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from .._licensing.clocks import TOLERANCE, apart
from .finding import Finding, finding
from .machine import Machine

# Members of a domain agree within minutes, since Kerberos asks for it, so that an hour is worth a look.
_STRANGE = timedelta(hours=1)


def findings(machine: Machine) -> Iterator[Finding]:
    """What is wrong with its clock; nothing where it does not say, or where nobody knew the time."""
    ahead = machine.snapshot.os.ahead_of(machine.now) if machine.now is not None else None
    if ahead is None or abs(ahead) <= _STRANGE:
        return
    too_far = abs(ahead) > TOLERANCE
    then = (
        "A KMS host refuses clients whose clock differs from its own by more than four hours (0xC004F06C)."
        if too_far
        else "From four hours on a KMS host refuses it."
    )
    reason = f"Its clock is {apart(ahead)} {'ahead of' if ahead > timedelta() else 'behind'} the controller's. {then}"
    remedy = "Find out which of the two is wrong. On Windows, w32tm /query /status names the time source."
    yield finding(
        "CLI-007" if too_far else "CLI-014", reason, remedy, clock_offset_seconds=round(ahead.total_seconds())
    )
