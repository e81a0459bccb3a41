#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: license
short_description: Activate Windows or another licensed product
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Brings a product that carries a key to the license status V(licensed), through the KMS host or Microsoft's
    service,
    whichever the key calls for, or by the confirmation ID of a telephone activation.
  - A product that is licensed is never activated again. A KMS host key is good for six computers with up to ten
    activations
    each, and a MAK for a counted number, so an unnecessary activation is wasted.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  state:
    description: The only state so far.
    type: str
    choices: [activated]
    default: activated
  product:
    description:
      - V(windows), V(office) for the one Office product that carries a key, or the activation ID, license family or
        name of a
        product, as RV(winfleet.activation.license_info#module:products) lists it.
    type: str
    default: windows
  confirmation_id:
    description:
      - Confirmation ID from the Microsoft Activation Center for the installation ID of this machine, which
        M(winfleet.activation.license_info) reports on request. Spaces and hyphens are ignored.
    type: str
  allow_kms_host_key:
    description:
      - Whether a KMS host key (CSVLK) may be activated. That makes the machine a KMS host, publishes it in DNS and
        uses up
        one of the activations of the key, so it is refused by default.
    type: bool
    default: false
seealso:
  - module: winfleet.activation.license_info
  - module: winfleet.activation.product_key
"""

EXAMPLES = r"""
- name: Activate Windows
  winfleet.activation.license:

- name: Activate the approved KMS host
  winfleet.activation.license:
    allow_kms_host_key: true
  when: inventory_hostname in approved_kms_hosts

- name: Activate by telephone
  winfleet.activation.license:
    confirmation_id: 123456-123456-123456-123456-123456-123456-123456-123456
  when: telephone_activation | default(false)
"""

RETURN = r"""
result:
  description:
    - V(verified) when the machine was read afterwards and is licensed, V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
method:
  description: V(online) or V(confirmation_id).
  returned: success
  type: str
  sample: online
license:
  description: The product as read last, in the shape of RV(winfleet.activation.license_info#module:license).
  returned: success
  type: dict
before:
  description: The product before.
  returned: when the machine could be read
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:GVLK
    key_type: GVLK
    partial_product_key: J464C
    license_status: notification
    role: kms_client
after:
  description: The product after, or as planned in check mode.
  returned: when the machine could be read
  type: dict
  sample:
    name: Windows(R), ServerStandard edition
    channel: Volume:GVLK
    key_type: GVLK
    partial_product_key: J464C
    license_status: licensed
    role: kms_client
error:
  description: The code Windows gave, explained.
  returned: when Windows gave a code
  type: dict
  sample:
    code: '0xC004F038'
    symbol: SL_E_VL_NOT_ENOUGH_COUNT
    meaning: The KMS host has not counted enough computers yet.
    likely_cause: Fewer than 25 clients, or 5 servers, have contacted the host in the last 30 days.
    admin_action: Let more machines ask the host; the same machine counts once.
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
"""
