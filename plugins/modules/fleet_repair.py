#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_repair
short_description: Repair the activation of all hosts of a play in one pass
version_added: 0.2.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Does for all hosts of a play at once what M(winfleet.activation.license_repair) does for one, with the same steps,
    in a single task on the controller.
  - First it reads all machines and makes their plans. An approved KMS host is left alone. Check mode ends here and
    shows every plan.
  - Then it looks for what forbids a repair - an approved name that no machine goes by and where nothing answers as a
    KMS host, no approved KMS host that serves, more changes than O(max_changes). If there is anything, nothing is
    changed.
  - Then a few machines go first, of different releases (O(canary)). Only if each of them could be repaired do the
    others follow, as many at a time as O(in_flight) says, until too many fail (O(max_failures)) or the time is up
    (O(deadline)).
  - A machine that was begun is brought to its end, whatever stops the run. One that could not be activated tries once
    more after all others, since until then it may have asked an accidental KMS host, or the right one may
    have counted too few clients.
  - A machine that cannot be reached is a result with its reason. It does not hold up the others.
  - SRV records in DNS are not touched; see playbook C(winfleet.activation.kms_dns).
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
  - winfleet.activation.spp.judges
  - winfleet.activation.spp.repairs
  - winfleet.activation.spp.fleet
options:
  hosts:
    description:
      - Inventory names of the hosts to repair. Without it, the hosts of the play that are still active, or of the batch
        when the play has C(serial).
      - A list that leaves the approved KMS hosts out needs O(audit), which tells what was seen of them.
    type: list
    elements: str
  audit:
    description:
      - The C(summary) of M(winfleet.activation.fleet_info), where that has read the whole fleet and O(hosts) are a part
        of it. What it has seen of the approved KMS hosts counts as if this task had seen it.
    type: dict
  served:
    description:
      - Whether an approved KMS host, or an activation object, can activate machines. Without that a license that does
        not end (MAK, retail, OEM) is not given up, and a KMS host that activates clients is not taken away from them.
      - Left out, it is what this task and O(audit) have seen.
    type: bool
  no_kms_host:
    description: Say true if the organization is to have no KMS host, so that none needs to serve.
    type: bool
    default: false
  client_settings_by_host:
    description: By inventory name, settings for some hosts in place of O(client_settings).
    type: dict
    default: {}
  canary:
    description:
      - How many machines go first. They are chosen over as many releases of Windows as there are. If one of them fails,
        the others are left as they were.
      - V(0) begins with all.
    type: int
    default: 1
  max_changes:
    description:
      - How many machines may be changed, as a number (V(200)) or a part of all (V(5%)). If more are due, nothing is
        changed. With O(audit) a part means a part of the machines that it has read.
      - Without it any number may.
    type: str
  max_failures:
    description:
      - After how many failures in a row (V(5)) no further machine is begun, or after which part of the machines to be
        repaired (V(2%)). Machines under way are brought to their end.
    type: str
    default: '5'
  activations_per_second:
    description: How many machines ask for their activation in a second, to spare the KMS host. V(0) for any number.
    type: float
    default: 20.0
  in_flight:
    description: How many machines are worked on at the same time.
    type: int
    default: 128
  host_timeout:
    description:
      - Seconds after which the reading of a machine is given up, and after which a machine that is being changed begins
        no further action. A restart that an installed key needs is still done.
    type: float
    default: 300.0
  deadline:
    description: Seconds after which no further machine is begun. Those under way are brought to their end.
    type: float
  journal:
    description:
      - File on the controller in which every action is noted before it is done, so that whatever ends a run, be it the
        death of the controller, the next one with the same file continues with the machines that were begun.
      - It is readable only by its owner, and holds names of machines and actions but no keys. One run at a time uses
        it.
      - A folder that exists gets a file for every run, so that several controllers and job slices can share it. Each
        run goes on with those of its machines that any of them has left in between.
      - Where it cannot be written, no further action is begun.
    type: path
  fail:
    description:
      - Whether the task fails when a machine is still wrong. RV(hosts) then holds ten machines at most, since Ansible
        prints all of a failure.
      - With V(false) a later task has to look at RV(still_wrong).
    type: bool
    default: true
seealso:
  - ref: ansible_collections.winfleet.activation.docsite.guide_fleet
    description: The guide to large fleets.
  - module: winfleet.activation.license_repair
  - module: winfleet.activation.fleet_info
"""

EXAMPLES = r"""
- name: Repair what is wrong in the play, one machine first, and never more than fifty
  winfleet.activation.fleet_repair:
    approved_kms_hosts: [kms01.corp.example]
    max_changes: 50
    journal: "{{ playbook_dir }}/repair.jsonl"
  run_once: true

- name: Show what would be done
  winfleet.activation.fleet_repair:
    approved_kms_hosts: [kms01.corp.example]
  run_once: true
  check_mode: true
  register: planned

- name: Convert machines with a MAK too, four machines first, and stop when two in a hundred fail
  winfleet.activation.fleet_repair:
    approved_kms_hosts: [kms01.corp.example]
    repair: [kms_unapproved, wrong_key_type]
    canary: 4
    max_failures: 2%
  run_once: true
"""

RETURN = r"""
msg:
  description: How many machines were changed, what stopped the run, and which machines are still wrong.
  returned: always
  type: str
  sample: 214 of 9871 machines were changed.
report:
  description: What was done to each machine, or would be; fifty lines at most.
  returned: always
  type: list
  elements: str
  sample: ["srv2019-01: Done: install_key, restart_service, activate. It carries the public client setup key."]
hosts:
  description:
    - By inventory name, what M(winfleet.activation.license_repair) returns for the host.
    - A host that was not read has C(msg), and either C(unreachable) or C(failed). C(held_back) tells that it was to be
      changed and was left as it was, or begun and not ended.
  returned: always
  type: dict
  sample:
    kms01:
      changed: false
      msg: It is an approved KMS host.
    srv2019-01:
      changed: true
      result: verified
      done: [install_key, restart_service, activate]
      verdict: kms_client_ok
      compliant: true
    srv2012-off:
      unreachable: true
      changed: false
      msg: "srv2012-off (10.1.2.3:5985, ntlm): the connection was refused. Check that WinRM listens ..."
still_wrong:
  description: A sentence for each host that was to be repaired and is not as the policy requires. Empty in check mode.
  returned: always
  type: list
  elements: str
  sample:
    - "srv2016-07 is not_activated: 0xC004F074: No KMS host could be contacted. Check the SRV records."
groups:
  description:
    - Sorted inventory names of hosts by verdict after the run, and C(changed), C(still_wrong), C(unreachable),
      C(failed), C(not_reached).
  returned: always
  type: dict
  sample: {kms_client_ok: [srv2019-01], kms_host_ok: [kms01], changed: [srv2019-01], still_wrong: []}
summary:
  description: How many hosts there are of each kind, and how the run went.
  returned: always
  type: dict
  contains:
    hosts:
      description: Hosts that were to be looked at.
      type: int
      returned: always
      sample: 10000
    due:
      description: Hosts that were to be changed.
      type: int
      returned: always
      sample: 214
    changed:
      description: Hosts that were changed, or would be. A host whose state is unknown counts as changed.
      type: int
      returned: always
      sample: 214
    still_wrong:
      description: Hosts that were to be repaired and are not as the policy requires.
      type: int
      returned: always
      sample: 0
    held_back:
      description: Hosts that were to be changed and were left as they were, or begun and not ended.
      type: int
      returned: always
      sample: 0
    unreachable:
      description: Hosts that gave no answer, or none that made sense.
      type: int
      returned: always
      sample: 12
    canaries:
      description: The hosts that went first, or would.
      type: list
      elements: str
      returned: always
      sample: [srv2008-03]
    stopped:
      description: Why not all hosts were begun. Null where they were.
      type: str
      returned: always
      sample: 5 machines failed in a row (max_failures)
    requests:
      description: HTTP requests that were sent, those of hosts that were reached through pywinrm not included.
      type: int
      returned: always
      sample: 43120
    seconds:
      description: How long it took.
      type: float
      returned: always
      sample: 61.4
"""
