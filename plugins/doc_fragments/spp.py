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
  activation:
    description:
      - How the organization wants its machines to be activated. V(kms), by the KMS hosts in O(approved_kms_hosts).
        V(adba), through Active Directory by an activation object, so that there is no KMS host and each one that is
        found is wrong. V(both), which is usual where machines in workgroups or before Windows 8 and Windows Server 2012
        are left. V(none), by neither.
      - With V(adba) and V(none) O(approved_kms_hosts) may be left out, and must name no host.
      - When left out, KMS hosts are judged by O(approved_kms_hosts), and a machine that Active Directory activates is
        as it should be.
      - With V(adba) and V(both) each machine is asked for its domain, which takes one request more.
    type: str
    choices: [kms, adba, both, none]
  activation_objects:
    description:
      - The activation objects of the machines' forest, as M(winfleet.activation.adba_info) returns them. With them it
        is found which machines carry the key of one, were activated by one that is gone, or cannot be activated
        through Active Directory although they may use nothing else.
    type: dict
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
