# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May a machine publish itself as a KMS host, should it ever become one? All may by default; a policy can forbid it.

Microsoft Learn, "Registry Settings for Volume Activation" (DisableDnsPublishing): without it, a machine with a host key
publishes itself whenever its licensing service starts.
"""

from __future__ import annotations

from collections.abc import Iterator

from .finding import Finding, finding
from .machine import Machine
from .policy import Policy


def findings(machine: Machine, policy: Policy, approved: bool) -> Iterator[Finding]:
    """That it may, where the policy forbids it; nothing where it does not say."""
    host = machine.snapshot.service.host
    if approved or not policy.prevents_publishing or host is None or not host.dns_publishing:
        return
    reason = "It may publish itself in DNS as soon as somebody installs a KMS host key, which the policy forbids."
    yield finding("CLI-012", reason, "Switch publishing off (kms_host with dns_publishing=false).", dns_publishing=True)
