#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_client
short_description: Set how a Windows machine finds its KMS host
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Sets the KMS host, its port, the DNS domain in which to look for it, the activation type and host caching, for the
    whole machine or for one product.
  - A KMS client needs none of these where DNS knows the KMS host; O(state=absent) returns to that.
  - Only what is given and different is sent. Naming a host without a port leaves the port alone, unlike C(slmgr.vbs
    /skms), which clears it.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  host:
    description: Name or address of the KMS host. Enclose an IPv6 address in brackets.
    type: str
  port:
    description: Port of the KMS host. Windows uses 1688 where none is set.
    type: int
  lookup_domain:
    description:
      - DNS domain in which to look for C(_vlmcs._tcp) records, instead of the usual suffixes. A host that is set wins
        over it.
      - From Windows 8 and Windows Server 2012 on.
    type: str
  activation_type:
    description:
      - What the machine may activate by. V(all) tries Active Directory first and KMS then.
      - From Windows 8 and Windows Server 2012 on.
    type: str
    choices: [all, ad, kms, token]
  host_caching:
    description:
      - Whether the client stays with the KMS host that answered last. Priorities of SRV records work only without it.
      - For the whole machine, from Windows 7 on.
    type: bool
  product:
    description:
      - V(general) for the whole machine, V(windows) for the Windows license, V(office) for the one Office product that
        carries a key, or the activation ID, license family or name of a product. A setting of a product wins over the
        general one; the module warns when the Windows license has one of its own.
      - A product without a setting of its own shows the general one, in RV(before) and RV(after) too.
      - Windows Vista and Windows Server 2008 know V(general) only.
    type: str
    default: general
  state:
    description:
      - V(present) sets what is given and leaves the rest.
      - V(absent) removes host, port and lookup domain of that scope, so that DNS is asked again. For a product it
        leaves what the product has from the whole machine.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: winfleet.activation.license
  - module: winfleet.activation.license_info
"""

EXAMPLES = r"""
- name: Use one KMS host by name, on a port of its own
  winfleet.activation.kms_client:
    host: kms01.corp.example
    port: 1689

- name: Look for the KMS host in another domain
  winfleet.activation.kms_client:
    lookup_domain: corp.example

- name: Return to DNS discovery
  winfleet.activation.kms_client:
    state: absent

- name: Let priorities of the SRV records work
  winfleet.activation.kms_client:
    host_caching: false
"""

RETURN = r"""
result:
  description:
    - V(verified) when the settings were read back, V(accepted) when Windows took them and does not show them yet,
      V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
scope:
  description: What the settings hold for.
  returned: success
  type: str
  sample: the whole machine
before:
  description: The settings before. Null means that a setting is not set.
  returned: when the machine could be read
  type: dict
  sample:
    host: null
    port: null
    lookup_domain: null
    activation_type: all
    host_caching: true
after:
  description: The settings after, or as planned in check mode.
  returned: when the machine could be read
  type: dict
  sample:
    host: kms01.corp.example
    port: 1689
    lookup_domain: null
    activation_type: all
    host_caching: true
error:
  description: The code Windows gave, explained.
  returned: when Windows gave a code
  type: dict
  sample:
    code: '0x80070057'
    symbol: E_INVALIDARG
    meaning: A parameter is not valid.
    likely_cause: A value that this version of Windows does not take.
    admin_action: Check the value.
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
"""
