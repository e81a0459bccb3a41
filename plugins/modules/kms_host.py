#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host
short_description: Set what a KMS host listens on, publishes and tells its clients
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Sets the listening port, the intervals handed to clients, publishing in DNS with its list of domains, and the
    priority of the licensing service.
  - On Windows Vista, Windows Server 2008 and the KMS add-on of Windows Server 2003 these are values of the registry;
    the module writes them there.
  - The key of the host and its activation are handled by M(winfleet.activation.product_key) and
    M(winfleet.activation.license).
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  listening_port:
    description: TCP port on which the host listens. Windows uses 1688 where none is set.
    type: int
  activation_interval:
    description:
      - Minutes between attempts of a client that is not activated, from 15 to 43200. Windows sets it on an activated
        KMS host only.
    type: int
  renewal_interval:
    description: Minutes between renewals of an activated client, from 15 to 43200. Likewise on an activated KMS host
      only.
    type: int
  dns_publishing:
    description:
      - Whether the host publishes itself as C(_vlmcs._tcp) in DNS. Set to V(false), it keeps a machine that must not
        be a KMS host from ever publishing itself. A record that is there already stays until it is deleted.
    type: bool
  low_priority:
    description: Whether the licensing service runs with low priority.
    type: bool
  publish_list:
    description:
      - The DNS domains in which the host publishes itself. The machine's own domain (its primary DNS suffix) is always
        put into the list; an empty list returns to publishing there only.
      - Priority and weight need Windows 7, Windows Server 2008 R2 or later, and are refused on older machines.
      - Records in domains that are no longer listed stay until they are deleted.
    type: list
    elements: dict
    suboptions:
      domain:
        description: The DNS domain.
        type: str
        required: true
      priority:
        description: Priority of the SRV record.
        type: int
        default: 0
      weight:
        description: Weight of the SRV record.
        type: int
        default: 0
  firewall:
    description:
      - Whether the built-in firewall rule for KMS clients (C(SPPSVC-In-TCP), TCP 1688 inbound) is enabled. Windows
        ships with it disabled. The rule is for port 1688; another listening port needs a rule of your own, and
        the module warns so.
      - From Windows 8 and Windows Server 2012 on; on older machines, whose firewall WMI does not know, the module
        changes nothing and says which command to use instead.
    type: bool
  restart:
    description:
      - When to restart the licensing service, which reads listening port, publishing, publish list and priority at its
        start only. Intervals and the firewall rule need no restart.
      - A KMS host loses its client count by a restart, and activates no machine until the count is reached again. So
        without this option the service is restarted only when one of those four changes and RV(clients_counted) is
        V(0), as on a new host and on a machine that is not a KMS host. A host that has counted clients is left alone,
        and RV(restart_required) is reported.
      - V(never) never restarts. V(if_needed) restarts when one of those four changes, clients or not. V(always)
        restarts at every run, so that every run is a change.
      - Windows does not tell which settings the running service has read. A restart that was left out is therefore not
        made up for by a later run with V(if_needed); use V(always) once, or M(winfleet.activation.licensing_service)
        with O(winfleet.activation.licensing_service#module:force=true).
    type: str
    choices: [never, if_needed, always]
seealso:
  - module: winfleet.activation.license_info
  - module: winfleet.activation.licensing_service
"""

EXAMPLES = r"""
- name: Publish the KMS host in two domains
  winfleet.activation.kms_host:
    dns_publishing: true
    publish_list:
      - domain: corp.example
      - domain: branch.example
        priority: 10
        weight: 5

- name: Let clients through the firewall
  winfleet.activation.kms_host:
    firewall: true

- name: Keep a machine from ever publishing itself as a KMS host
  winfleet.activation.kms_host:
    dns_publishing: false

- name: Listen on another port, and restart whatever that costs
  winfleet.activation.kms_host:
    listening_port: 1689
    restart: if_needed
"""

RETURN = r"""
result:
  description:
    - V(verified) when the settings were read back, V(accepted) when Windows took them and does not show them yet,
      V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
restarted:
  description: Whether the licensing service was restarted, or would be in check mode.
  returned: success
  type: bool
  sample: false
restart_required:
  description:
    - Whether this run changed a setting that the running service reads at its start only, and did not restart it.
  returned: success
  type: bool
  sample: true
clients_counted:
  description: How many clients the host has counted, which a restart forgets. V(0) on a machine that is not a KMS host.
  returned: success
  type: int
  sample: 30
before:
  description: The settings as stored before.
  returned: when the machine could be read
  type: dict
  sample:
    listening_port: 1688
    activation_interval: 120
    renewal_interval: 10080
    dns_publishing: true
    low_priority: false
    publish_list: []
    firewall: null
after:
  description: The settings as stored after, or as planned in check mode.
  returned: when the machine could be read
  type: dict
  sample:
    listening_port: 1688
    activation_interval: 120
    renewal_interval: 10080
    dns_publishing: true
    low_priority: false
    publish_list:
      - domain: corp.example
        priority: 0
        weight: 0
    firewall: null
error:
  description: The code Windows gave, explained.
  returned: when Windows gave a code
  type: dict
  sample:
    code: '0xC004F039'
    symbol: SL_E_VL_BINDING_SERVICE_NOT_ENABLED
    meaning: The KMS is not enabled on this machine.
    likely_cause: The machine is not an activated KMS host.
    admin_action: Install and activate the KMS host key first.
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
"""
