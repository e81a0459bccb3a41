#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: adba_info
short_description: Activation objects of a forest, which activate machines through Active Directory
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Active Directory-based activation (ADBA) needs no KMS host. An activation object in the configuration partition,
    made once with a KMS host key, activates the machines of the forest that have a GVLK of a release which that key
    covers, from Windows 8 and Windows Server 2012 on, and Office from 2013 on. They need not be counted.
  - This module reads these objects by LDAP, as C(slmgr.vbs /ao-list) does on Windows. Every domain controller of the
    forest holds the configuration partition, so that any of them will do.
  - Any account of the forest may read them by default. The licenses in the objects, up to megabytes each, are never
    asked for, and neither are installation and confirmation IDs.
  - That a forest has no such objects, or cannot have any, is an answer and no error.
extends_documentation_fragment:
  - winfleet.activation.kms_directory
  - winfleet.activation.kms_directory.ldap
  - winfleet.activation.kms_kerberos
options:
  domain_controller:
    description: A domain controller of the forest, by full name; or by address, with O(kerberos_hostname).
    type: str
    required: true
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - It never changes anything.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: none
  idempotent:
    description: A second run changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
notes:
  - Verified on Samba 4.22, whose schema has these objects. On Windows the same names apply, but it has not been tried
    there.
seealso:
  - module: winfleet.activation.adba_object
  - module: winfleet.activation.license_info
  - module: winfleet.activation.fleet_info
"""

EXAMPLES = r"""
- name: What activates machines of this forest (Kerberos, with the ticket of whoever runs this)
  winfleet.activation.adba_info:
    domain_controller: dc1.corp.example
  delegate_to: localhost
  run_once: true
  register: adba

- name: Show them as slmgr /ao-list does
  ansible.builtin.debug:
    msg: >-
      {{ item.name }} ({{ item.product or item.sku_id }}), key ending in {{ item.partial_product_key }},
      made {{ item.created }}
  loop: "{{ adba.objects }}"
  loop_control:
    label: "{{ item.dn }}"

- name: The same with a password, LDAPS
  winfleet.activation.adba_info:
    domain_controller: dc1.corp.example
    bind_user: auditor@corp.example
    bind_password: "{{ auditor_password }}"
    ca_path: /etc/ssl/certs/corp-ca.pem
  delegate_to: localhost
"""

RETURN = r"""
exchanges:
  description:
    - Each exchange with a server in its order, at most a thousand; with its step, status, bytes and milliseconds, and
      nothing of its content. For finding out where time goes.
  returned: with C(-vvv)
  type: list
  elements: str
  sample: ["LDAP dc1.corp.example:389: search: done, 512 bytes received, 3.1 ms"]
domain_controller:
  description: Who was asked.
  returned: success
  type: str
  sample: dc1.corp.example
forest:
  description: The forest, by the name of its first domain.
  returned: success
  type: str
  sample: corp.example
present:
  description: Whether the forest has the container of activation objects. It may still be empty.
  returned: success
  type: bool
  sample: true
missing:
  description: What there is none of, V(schema) or V(container). Null when both are there.
  returned: success
  type: str
  sample: container
reason:
  description: The same in a sentence, and what to do. Null when both are there.
  returned: success
  type: str
  sample: >-
    The schema of the forest has version 47 and does not define activation objects. They were introduced with
    Windows Server 2012, whose schema has version 56: raise it with that release's adprep /forestprep or a later one's.
schema_version:
  description: C(objectVersion) of the schema; 56 is that of Windows Server 2012.
  returned: success
  type: int
  sample: 88
container:
  description: Distinguished name of the container, whether it is there or not.
  returned: success
  type: str
  sample: CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
container_writable_by:
  description:
    - Who can add or delete objects, besides the administrators of the forest and of the domain controller's domain, the
      domain controllers and the system.
    - Null when the account that signed in may not see it.
  returned: success
  type: list
  elements: dict
  contains: &writers
    trustee:
      description: Who, by name where it can be found.
      type: str
      sample: CORP\helpdesk
    sid:
      description: The security identifier.
      type: str
      sample: S-1-5-21-3326730070-4196875585-1107275467-1106
    rights:
      description: The rights that make it possible, in words. Denials are not counted against them.
      type: str
      sample: write properties, delete
objects:
  description: The activation objects, by name. A value is null where the account that signed in may not see it.
  returned: success
  type: list
  elements: dict
  contains:
    dn:
      description: Distinguished name.
      type: str
      sample: >-
        CN=01234-5678,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    name:
      description: The name that was given to it, or its common name.
      type: str
      sample: Corp AO 2022
    partial_product_key:
      description: The last five characters of the KMS host key that it was made with.
      type: str
      sample: MFDHG
    csvlk_pid:
      description: Extended product ID of that key. A machine that shows the same carries the same key.
      type: str
      sample: 06401-02206-123-456789-03-1033-20348.0000-0012026
    sku_id:
      description: Activation ID of that key.
      type: str
      sample: 47f3b983-7c53-4d45-abc6-bcd91e2dd90a
    product:
      description: The product of that activation ID; null where it is not known, as for all of Windows.
      type: str
      sample: Office LTSC 2021
    kms_ids:
      description:
        - Identifiers of the groups of products that it activates; null where the account may not see them.
      type: list
      elements: str
      sample: [01234567-89ab-cdef-0123-456789abcdef]
    created:
      description: When it was made, in UTC.
      type: str
      sample: "2026-01-31T12:00:00Z"
    changed:
      description: When it was changed last, in UTC.
      type: str
      sample: "2026-01-31T12:00:00Z"
    writable_by:
      description:
        - Who can change or delete it, besides the administrators of the forest and of the domain controller's domain,
          the domain controllers and the system.
      type: list
      elements: dict
      contains: *writers
"""

from typing import Any

from ansible_collections.winfleet.activation.plugins.module_utils._ad import (
    accounts,
    activation_objects,
    activation_present,
    connection,
    directory,
    errors,
    options,
    requirements,
)
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule


def _read(server: directory.Directory) -> dict[str, Any]:
    found = activation_objects.read_activation(server)
    names = accounts.names_of(server, found.domain, activation_present.trustees(found))
    return activation_present.activation(found, names)


def main() -> None:
    module = TracedModule(
        argument_spec=options.ACTIVATION_SPEC, required_together=options.REQUIRED_TOGETHER, supports_check_mode=True
    )
    try:
        place = options.named_controller_of(module.params)
        requirements.require(place)
        with connection.connected(place) as server:
            result = _read(server)
    except errors.LibraryMissing as error:
        module.fail_json(msg=str(error), exception=error.details)
    except (errors.AdError, errors.SettingWrong) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
