#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host_setup
short_description: Set up the organization's own KMS host
version_added: 0.2.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Makes a machine a KMS host that serves, in the right order - host key, restart of the licensing service, port and
    publishing, activation, intervals - and proves it by reading it back.
  - Port and publishing come before the activation, which makes the machine publish itself in DNS.
  - Before anything is changed, a machine is refused that is not in O(approved_kms_hosts), that cannot be a KMS host
    (RV(problems)), or that carries no host key and is given none.
  - A key that turns out not to be a KMS host key is not activated.
  - What is done already is not done again. A second run changes nothing and uses up no activation.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  approved_kms_hosts:
    description:
      - The organization's own KMS hosts, by full name, short name or address, as with
        M(winfleet.activation.license_info). The machine has to be one of them.
    type: list
    elements: str
    required: true
  key:
    description:
      - The KMS host key (CSVLK), from a vault. It never appears in any output. It is good for 6 computers with up to 10
        activations each.
      - Not needed on a machine that carries its host key already.
    type: str
  settings:
    description: The settings of the KMS host. What is not given stays as it is. See M(winfleet.activation.kms_host).
    type: dict
    suboptions:
      listening_port:
        description: TCP port on which the host listens.
        type: int
      activation_interval:
        description: Minutes between attempts of a client that is not activated.
        type: int
      renewal_interval:
        description: Minutes between renewals of an activated client.
        type: int
      dns_publishing:
        description: Whether the host publishes itself in DNS.
        type: bool
      low_priority:
        description: Whether the licensing service runs with low priority.
        type: bool
      publish_list:
        description: The DNS domains in which the host publishes itself.
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
        description: Whether the built-in firewall rule lets clients through. From Windows Server 2012 on.
        type: bool
      restart:
        description: When to restart the licensing service for changed settings.
        type: str
        choices: [never, if_needed, always]
  activate:
    description:
      - Whether to activate the host key, unless it is activated. Without it RV(installation_id) is returned for an
        activation by telephone, and the machine is not proved to serve.
    type: bool
    default: true
  confirmation_id:
    description: Confirmation ID of a telephone activation, for a machine without Internet.
    type: str
seealso:
  - module: winfleet.activation.kms_host
  - module: winfleet.activation.kms_host_info
  - module: winfleet.activation.kms_probe
"""

EXAMPLES = r"""
- name: Set up the KMS host
  winfleet.activation.kms_host_setup:
    approved_kms_hosts: "{{ approved_kms_hosts }}"
    key: "{{ vault_kms_host_key }}"
    settings:
      dns_publishing: true

- name: See what a machine with a host key still lacks
  winfleet.activation.kms_host_setup:
    approved_kms_hosts: "{{ approved_kms_hosts }}"
  check_mode: true
"""

RETURN = r"""
result:
  description: V(verified) when the machine was read back, V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
msg:
  description: What was done, or would be, and what it cost.
  returned: always
  type: str
  sample: "Done: install_key, restart_service, activate. One activation of the key ending in 7QQ8K was used."
plan:
  description: What was planned before anything was done, in order.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(install_key), V(restart_service), V(host_settings) or V(activate).
      type: str
      sample: restart_service
    words:
      description: The action in words, with the module that does it.
      type: str
      sample: Restart sppsvc (licensing_service with state=restarted).
    product:
      description: Activation ID of the product whose key is replaced. Null where there is none.
      type: str
      sample: de32eafd-aaee-4662-9444-c1befb41bde2
    partial_product_key:
      description: Last five characters of the key to install.
      type: str
      sample: 7QQ8K
done:
  description: What was done, in order.
  returned: success
  type: list
  elements: str
  sample: [install_key, restart_service, host_settings, activate]
activation_used:
  description: Whether this run has used up an activation of the key.
  returned: success
  type: bool
  sample: true
installation_id:
  description: For an activation by telephone. Null where the key is activated, or is to be.
  returned: success
  type: str
  sample: "012345678901234567890123456789012345678901234567890123456789012"
problems:
  description: What speaks against the machine as a KMS host without making it impossible.
  returned: success
  type: list
  elements: dict
  contains:
    reason:
      description: What it is.
      type: str
      sample: A client edition can activate clients only, not servers.
    advice:
      description: What to do.
      type: str
      sample: Use a Windows Server if servers have to be activated too.
    fatal:
      description: Always V(false) here; a fatal one is refused.
      type: bool
      sample: false
role:
  description: The part that the machine plays now, as in M(winfleet.activation.license_info).
  returned: success
  type: str
  sample: kms_host
role_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: It carries a KMS host key and its licensing service answers KMS requests.
listening_port:
  description: The port on which the host listens now, or would.
  returned: success
  type: int
  sample: 1688
before:
  description: License, role and settings of the machine before.
  returned: success, or failure after the machine was read
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:GVLK
    key_type: GVLK
    partial_product_key: J464C
    license_status: licensed
    role: kms_client
    listening_port: 1688
    activation_interval: 120
    renewal_interval: 10080
    dns_publishing: true
    low_priority: false
    publish_list: []
    firewall: false
after:
  description: The same after. In check mode what is to be expected; null is for Windows to decide.
  returned: success, or failure after the machine was read again
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:CSVLK
    key_type: CSVLK
    partial_product_key: 7QQ8K
    license_status: licensed
    role: kms_host
    listening_port: 1688
    activation_interval: 120
    renewal_interval: 10080
    dns_publishing: true
    low_priority: false
    publish_list: []
    firewall: true
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
error:
  description: The code that Windows gave, with its meaning. Null where it gave none.
  returned: failure after something was tried
  type: dict
  sample: {code: "0xC004C008", meaning: The activation server determined that the product key could not be used.}
"""
