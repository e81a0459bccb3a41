#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: adba_object
short_description: Remove an activation object from Active Directory
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Removes one activation object, as C(slmgr.vbs /del-ao) does on Windows, but by its exact distinguished name, and
    only while no machine of an audit is activated by it.
  - Nothing else is ever deleted. A name outside of the container of activation objects is refused, and so is an object
    of another class in there.
  - Creating an object takes the KMS host key and one of its activations. That stays with Microsoft's Volume Activation
    Tools.
extends_documentation_fragment:
  - winfleet.activation.kms_directory
  - winfleet.activation.kms_directory.ldap
  - winfleet.activation.kms_kerberos
options:
  dn:
    description: Distinguished name of the object, as M(winfleet.activation.adba_info) returns it.
    type: str
    required: true
  state:
    description: What is to become of it.
    type: str
    choices: [absent]
    default: absent
  hosts:
    description:
      - Results by host name of M(winfleet.activation.fleet_info), or of M(winfleet.activation.license_info). The object
        is not removed while a license of one of them, Office included, is activated by it, or through Active Directory
        by an object that is not known.
      - Machines that could not be read are named in a warning and in RV(unread).
      - This or O(without_audit) has to be given.
    type: dict
  without_audit:
    description: Remove it without knowing which machines it activates.
    type: bool
    default: false
  domain_controller:
    description: A domain controller of the forest that takes changes, by full name; or by address, with
      O(kerberos_hostname).
    type: str
    required: true
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - Signs in, reads, and refuses what would be refused. Whether the account has the right to delete shows only when
        it does.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
notes:
  - By default Enterprise Admins may remove activation objects.
  - A machine that the object has activated stays activated for up to 180 days. It asks Active Directory again every
    seven days, and is then activated by another object, or by a KMS host, where there is one.
  - A read-only domain controller accepts no changes and refers to another one, which is not followed.
  - Verified on Samba 4.22. On Windows it has not been tried.
seealso:
  - module: winfleet.activation.adba_info
  - module: winfleet.activation.fleet_info
"""

EXAMPLES = r"""
# fleet is what a task with winfleet.activation.fleet_info has registered.
- name: Show what would be removed
  winfleet.activation.adba_object:
    domain_controller: dc1.corp.example
    dn: CN=ao2016,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    hosts: "{{ fleet.hosts }}"
  check_mode: true
  diff: true
  delegate_to: localhost
  run_once: true

- name: Remove it (password, LDAPS)
  winfleet.activation.adba_object:
    domain_controller: dc1.corp.example
    bind_user: forestadmin@corp.example
    bind_password: "{{ forestadmin_password }}"
    ca_path: /etc/ssl/certs/corp-ca.pem
    dn: CN=ao2016,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    hosts: "{{ fleet.hosts }}"
  delegate_to: localhost
  run_once: true
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
result:
  description:
    - V(unchanged) where there is no such object, V(planned) in check mode, V(verified) when it was removed and a look
      afterwards shows it.
  returned: success
  type: str
  sample: verified
msg:
  description: The same in a sentence.
  returned: success
  type: str
  sample: Corp AO 2016 was removed.
object:
  description:
    - The object as it was, in the shape of RV(winfleet.activation.adba_info#module:objects). Null where there was none.
  returned: success
  type: dict
  sample:
    dn: CN=ao2016,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    name: Corp AO 2016
    partial_product_key: MFDHG
    csvlk_pid: 06401-02206-123-456789-03-1033-14393.0000-0012017
    sku_id: 11111111-2222-3333-4455-66778899aabb
    product:
    kms_ids: [01234567-89ab-cdef-0123-456789abcdef]
    created: "2017-01-31T12:00:00Z"
    changed: "2017-01-31T12:00:00Z"
    writable_by: []
left:
  description: The names of the objects that are left.
  returned: success
  type: list
  elements: str
  sample: [Corp AO 2022]
unread:
  description: Machines of O(hosts) that were not read, so nothing is known about them.
  returned: success
  type: list
  elements: str
  sample: [pc0815]
state_known:
  description: Whether it is known what has become of the object. Where it is not, the task counts as changed.
  returned: when the domain controller says no or nothing
  type: bool
  sample: true
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winfleet.activation.plugins.module_utils._ad import (
    accounts,
    activation_objects,
    activation_present,
    activation_removal,
    connection,
    directory,
    errors,
    options,
    requirements,
)
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule


def argument_spec() -> dict[str, Any]:
    return {
        "dn": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["absent"], "default": "absent"},
        "hosts": {"type": "dict"},
        "without_audit": {"type": "bool", "default": False},
        **options.ACTIVATION_SPEC,
    }


def _audit(params: dict[str, Any]) -> activation_removal.Audit:
    if params["without_audit"]:
        if params["hosts"] is not None:
            raise errors.SettingWrong("hosts and without_audit exclude each other.")
        return activation_removal.Audit()
    if params["hosts"] is None:
        raise errors.SettingWrong(
            "hosts is not given, so it is unknown which machines the object activates. Give hosts of "
            "fleet_info, or set without_audit=true."
        )
    return activation_removal.asked(params["hosts"], params["dn"])


def _run(module: AnsibleModule, server: directory.Directory, audit: activation_removal.Audit) -> dict[str, Any]:
    removal = activation_removal.look(server, module.params["dn"])
    activation_removal.guard(removal, audit)
    found = removal.found
    if found is not None and not module.check_mode:
        activation_removal.remove(server, found)
    for warning in activation_removal.warnings(removal, audit):
        module.warn(warning)
    shown = _shown(server, removal.seen, found)
    return {
        "changed": found is not None,
        "result": "unchanged" if found is None else "planned" if module.check_mode else "verified",
        "msg": _message(module, found),
        "object": shown,
        "left": [activation_present.name_of(one) for one in removal.left],
        "unread": list(audit.unread),
        "diff": {"before": shown or {}, "after": {}},
    }


def _shown(
    server: directory.Directory,
    seen: activation_objects.Activation,
    found: activation_objects.ActivationObject | None,
) -> dict[str, Any] | None:
    if found is None:
        return None
    names = accounts.names_of(server, seen.domain, activation_present.trustees(seen))
    return activation_present.activation_object(found, names)


def _message(module: AnsibleModule, found: activation_objects.ActivationObject | None) -> str:
    if found is None:
        return "There is no such activation object."
    name = activation_present.name_of(found)
    return f"{name} would be removed." if module.check_mode else f"{name} was removed."


def main() -> None:
    module = TracedModule(
        argument_spec=argument_spec(), required_together=options.REQUIRED_TOGETHER, supports_check_mode=True
    )
    try:
        place = options.named_controller_of(module.params)
        activation_removal.checked_name(module.params["dn"])
        audit = _audit(module.params)
        requirements.require(place)
        with connection.connected(place) as server:
            result = _run(module, server, audit)
    except errors.LibraryMissing as error:
        module.fail_json(msg=str(error), exception=error.details)
    except errors.AdError as error:
        # What is not known counts as changed.
        known = error.changed is not None
        module.fail_json(msg=str(error), changed=error.changed is not False, state_known=known)
    except errors.SettingWrong as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
