# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every target-side module has in common."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - pywinrm >= 0.5.0 on the controller, with its extra for the transport in use (C(pywinrm[kerberos]),
    C(pywinrm[credssp]))
notes:
  - The module speaks WMI over WS-Management itself. It takes the connection variables of the host as they are for
    C(ansible_connection=winrm) or C(ansible_connection=psrp), opens no shell and needs no PowerShell on the target,
    which is why it works from Windows Vista and Windows Server 2008 on.
  - The account must be a member of the local Administrators group of the target.
attributes:
  action:
    description: Runs as an action plugin on the controller; only WS-Management requests reach the target.
    support: full
  async:
    description: Supports being used with C(async).
    support: none
  delegation:
    description: Can be delegated to another host, whose connection variables are then used.
    support: full
  platform:
    description: Target the module works on.
    support: full
    platforms: windows
  action_group:
    description: Use C(group/winfleet.activation.spp) in C(module_defaults) to set defaults for all modules of this
      kind.
    support: full
    membership:
      - winfleet.activation.spp
"""

    READS = r"""
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: N/A
  idempotent:
    description: A second run changes nothing.
    support: full
"""

    JUDGES = r"""
options:
  approved_kms_hosts:
    description:
      - The organization's own KMS hosts, by full name, short name or address; a port, as in V(kms01.corp.example:1688),
        is tolerated. An empty list means that there is none.
      - A full name matches the inventory's name or address of a machine, or the full name that the machine itself has
        in its domain. A short name or an address matches the inventory's only, since any machine may call itself so.
      - With this list every machine is judged; without it the verdict is V(unjudged).
    type: list
    elements: str
  accepted_key_types:
    description: The kinds of key that a machine other than an approved KMS host may carry.
    type: list
    elements: str
    choices: [GVLK, CSVLK, MAK, RETAIL, OEM, AVMA, EVALUATION, SUBSCRIPTION]
    default: [GVLK]
  minimum_days:
    description:
      - How many days of activation a KMS client must have left at least. A client that reaches its KMS host renews
        every week, so that few days left mean that it has failed for months.
      - V(0) asks for nothing.
    type: int
    default: 14
"""

    CHANGES = r"""
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""
