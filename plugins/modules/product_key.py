#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: product_key
short_description: Install a product key on a Windows machine
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Makes the machine carry a product key, by default the KMS client setup key (GVLK) that Microsoft publishes for
    exactly its
    edition and build. That turns an accidental KMS host, a MAK or a retail installation into a KMS client.
  - The key is installed, the license status refreshed, and the machine read again to prove the result. It is neither
    activated nor is its licensing service restarted; see M(winfleet.activation.license) and
    M(winfleet.activation.licensing_service).
  - Where there is no published GVLK for an edition, the module says why and changes nothing.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  key:
    description:
      - V(gvlk) chooses the GVLK of the machine's edition from Microsoft's published list.
      - Otherwise a product key of 25 characters. A published GVLK of another edition is refused, because Windows
        would
        refuse it or change its edition.
      - A MAK or KMS host key never appears in any output; its last five characters may.
    type: str
    default: gvlk
  edition:
    description:
      - Names the edition of the machine, by its EditionID or as Microsoft's key tables write it, where O(key=gvlk)
        does not
        choose a key unattended, such as on the Azure Edition of Windows Server or on an IoT edition.
      - It must be the edition that is installed.
    type: str
  product:
    description:
      - Which product the key is for.
      - V(windows), V(office) for the one Office product that carries a key, or the activation ID, license family or
        name of a
        product, as RV(winfleet.activation.license_info#module:products) lists it.
      - With O(key=gvlk), an Office product gets the published key of its suite and release; retail and subscription
        installations are left alone.
    type: str
    default: windows
  allow_kms_host_key:
    description:
      - Whether the machine may carry a KMS host key (CSVLK).
      - Windows reveals the type of a key only after it is installed. Without this option a KMS host key is detected
        at that point, the GVLK is put back, and the task fails. No activation is used up by that.
    type: bool
    default: false
  state:
    description:
      - V(present) makes the product carry the key.
      - V(absent) removes the key of an add-on, an Office product or an Office host key. The Windows license itself
        is refused,
        because Microsoft says to replace its key, not to remove it; a machine without one is unlicensed.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: winfleet.activation.license_info
  - module: winfleet.activation.licensing_service
  - module: winfleet.activation.license
  - name: KMS client activation and product keys
    description: Microsoft's list of client setup keys.
    link: https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys
"""

EXAMPLES = r"""
- name: Make the machine a KMS client
  winfleet.activation.product_key:
  register: key

- name: Let the licensing service work with the new key
  winfleet.activation.licensing_service:
    state: restarted
    force: "{{ key is changed }}"

- name: Install a multiple activation key
  winfleet.activation.product_key:
    key: "{{ vault_mak }}"

- name: Make Office a KMS client, where it is a volume product
  winfleet.activation.product_key:
    product: office
  when: office_volume | default(false)

- name: Remove the key of an Office product that was licensed in another way before
  winfleet.activation.product_key:
    product: Office16ProPlusVL_MAK
    state: absent

- name: Install the KMS host key on the approved host
  winfleet.activation.product_key:
    key: "{{ vault_kms_host_key }}"
    allow_kms_host_key: true
  when: inventory_hostname in approved_kms_hosts
"""

RETURN = r"""
result:
  description:
    - V(verified) when the machine was read afterwards and carries the key.
    - V(accepted) when Windows took the key and does not show it yet.
    - V(planned) in check mode, V(failed) when it went wrong.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
product:
  description: The product the key belongs to, when it is a published one.
  returned: success
  type: str
  sample: Windows Server 2008 R2 Enterprise
partial_product_key:
  description: The last five characters of the wanted key. Null with O(state=absent).
  returned: success
  type: str
  sample: CPX3Y
restart_required:
  description:
    - Whether the licensing service has to be restarted before it works with the installed key. Microsoft asks for
      that
      after every change of a key; on a machine that was a KMS host it decides whether it goes on publishing itself.
  returned: success
  type: bool
  sample: true
before:
  description: The Windows license before the change.
  returned: when the machine could be read
  type: dict
  sample:
    name: Windows Server(R), ServerEnterprise edition
    channel: VOLUME_KMS_C
    key_type: CSVLK
    partial_product_key: PYWKV
    license_status: licensed
    role: kms_host
after:
  description: The same after it, or as planned in check mode.
  returned: when the machine could be read
  type: dict
  sample:
    name: Windows Server(R), ServerEnterprise edition
    channel: VOLUME_KMSCLIENT
    key_type: GVLK
    partial_product_key: CPX3Y
    license_status: oob_grace
    role: kms_host_pending
error:
  description: The code Windows gave, explained.
  returned: when Windows gave a code
  type: dict
  sample:
    code: '0xC004F069'
    symbol: SL_E_PRODUCT_SKU_NOT_INSTALLED
    meaning: The key belongs to a product that is not installed.
    likely_cause: The key is for another edition.
    admin_action: Use the key of the installed edition.
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
"""
