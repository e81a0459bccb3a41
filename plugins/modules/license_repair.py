#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: license_repair
short_description: Carry out what is planned for a machine
version_added: 0.2.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Reads the machine once, judges it as M(winfleet.activation.license_info) does, carries its plan out in order, proves
    each step, and judges it again. For an unapproved KMS host that means to take off every host key, install
    the GVLK of its edition in place of that of Windows, restart the licensing service, and activate it.
  - Check mode shows the plan. Nothing else is done than what it shows.
  - What has to be left alone is left alone with the reason, which is not a failure. RV(compliant) and RV(verdict) tell
    whether the machine is as the policy requires then.
  - O(approved_kms_hosts) has to be given, or O(activation) where that value rules out KMS hosts.
  - Its SRV record in DNS is not touched; see playbook C(winfleet.activation.kms_dns).
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
  - winfleet.activation.spp.judges
  - winfleet.activation.spp.repairs
options:
  served:
    description:
      - Say true once an approved KMS host serves, or an activation object exists, that can activate the machine.
      - Without that a license that does not end (MAK, retail, OEM) is not given up, and a KMS host that activates
        clients is not taken away from them.
    type: bool
    default: false
seealso:
  - module: winfleet.activation.fleet_repair
    description: The same for all hosts of a play at once.
  - module: winfleet.activation.license_info
  - module: winfleet.activation.product_key
  - module: winfleet.activation.licensing_service
"""

EXAMPLES = r"""
- name: Turn the machine into a KMS client if it is an unapproved KMS host
  winfleet.activation.license_repair:
    approved_kms_hosts: [kms01.corp.example]

- name: Convert machines with a MAK too, now that the KMS host serves
  winfleet.activation.license_repair:
    approved_kms_hosts: [kms01.corp.example]
    repair: [kms_unapproved, wrong_key_type]
    served: true
"""

RETURN = r"""
result:
  description: V(verified) when the machine was read back, V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
msg:
  description: What was done, or would be, and what is still wrong.
  returned: always
  type: str
  sample: "Done: install_key, restart_service, activate. It carries the public client setup key (ending in J464C)."
repair_plan:
  description: What was planned before anything was done, as RV(plan).
  returned: success
  type: list
  elements: dict
  sample:
    - action: restart_service
      words: Restart sppsvc (licensing_service with state=restarted).
      product: null
      partial_product_key: null
done:
  description: The actions that Windows has accepted and that were read back.
  returned: success
  type: list
  elements: str
  sample: [install_key, restart_service, activate]
before:
  description: The Windows license and the role of the machine before.
  returned: success, or failure after the machine was read
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:CSVLK
    key_type: CSVLK
    partial_product_key: MCHXF
    license_status: licensed
    role: kms_host
after:
  description: The same after. In check mode what is to be expected; null is for Windows to decide.
  returned: success, or failure after the machine was read again
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:GVLK
    key_type: GVLK
    partial_product_key: J464C
    license_status: licensed
    role: kms_client
role:
  description: The part that the machine plays now, as in M(winfleet.activation.license_info).
  returned: success
  type: str
  sample: kms_client
role_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: It carries the public client setup key (ending in J464C).
not_activated:
  description: Why an activation that was tried, and is not required, did not succeed. Null otherwise.
  returned: success
  type: dict
  contains:
    reason:
      description: What Windows said.
      type: str
      sample: "0xC004F038: The count reported by the KMS host is too low."
    advice:
      description: What to do.
      type: str
      sample: Let more clients ask the KMS host.
approved_kms_host:
  description: Whether the machine is in O(approved_kms_hosts).
  returned: success
  type: bool
  sample: false
verdict:
  description: The verdict now, as in M(winfleet.activation.license_info).
  returned: success
  type: str
  sample: kms_client_ok
compliant:
  description: Whether the machine is as the policy requires now.
  returned: success
  type: bool
  sample: true
verdict_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: It carries the public client setup key (ending in J464C).
advice:
  description: What is left to do, in words. Empty when there is nothing.
  returned: success
  type: str
  sample: ""
findings:
  description: What is wrong with the machine now, or worth knowing.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The kind of finding. An identifier is never reused.
      type: str
      sample: KMS-001
    severity:
      description: V(error), V(warning) or V(info).
      type: str
      sample: error
    title:
      description: What all findings of this kind have in common.
      type: str
      sample: KMS host that is not approved
    reason:
      description: Why, in a sentence.
      type: str
      sample: It carries a KMS host key. It is not an approved KMS host.
    remedy:
      description: What to do. Empty when there is nothing to do.
      type: str
      sample: Install the GVLK of Windows Server 2019 Standard (product_key with key=gvlk).
    evidence:
      description: The values that the finding rests on.
      type: dict
      sample:
        role: kms_host
    exception:
      description: Who has accepted it, why, and the last day on which that holds. Null without an exception.
      type: dict
      sample:
        owner: Jane Doe
        reason: The vendor supports no other key.
        until: "2027-03-31"
plan:
  description: What is left to do, as in M(winfleet.activation.license_info).
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(remove_key), V(install_key), V(restart_service), V(client_settings) and V(activate) change the machine.
        - V(leave_alone) and V(ask) change nothing; a person has to do what V(ask) says.
      type: str
      sample: install_key
    words:
      description: The action in words, with the module that does it.
      type: str
      sample: Install the GVLK of Windows Server 2019 Standard (product_key with key=gvlk).
    product:
      description: Activation ID of the product concerned. Null for the whole machine.
      type: str
      sample: 70512334-47b4-44db-a233-be5ea33b914c
    partial_product_key:
      description: Last five characters of the key to install.
      type: str
      sample: J464C
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
error:
  description: The code that Windows gave, with its meaning. Null where it gave none.
  returned: failure after something was tried
  type: dict
  sample: {code: "0xC004F069", meaning: The product SKU is not found.}
"""
