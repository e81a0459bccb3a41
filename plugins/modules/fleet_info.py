#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_info
short_description: Report the activation state of all hosts of a play in one pass
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Does for all hosts of a play at once what M(winfleet.activation.license_info) does for one. A single task on the
    controller reads hundreds of machines at a time, where an ordinary one forks a process for each. Ten thousand
    machines take about a minute.
  - It only reads. A machine that cannot be reached, is slow, or answers nonsense becomes a result with its reason. It
    does not become an unreachable or failed host of the play, and it does not hold up the others.
  - The result holds what M(winfleet.activation.license_info) would return for each host, sums, and lists of host names
    to go on with, so that the next play or task touches only what is wrong.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
  - winfleet.activation.spp.judges
  - winfleet.activation.spp.fleet
options:
  hosts:
    description:
      - Inventory names of the hosts to read. Without it, the hosts of the play that are still active, or of the batch
        when the play has C(serial).
      - Lets a play on C(localhost) read a whole group, for example V({{ groups['windows'] }}). C(--limit) does not
        narrow such a list.
    type: list
    elements: str
  office:
    description:
      - Whether to read the licensing platform of Office 2010, and of Office on Windows 7 and Windows Server 2008 R2,
        too, as with M(winfleet.activation.license_info).
    type: bool
    default: false
  published_hosts:
    description:
      - Names of KMS hosts that DNS publishes. A machine that may be one of them by its short name is asked for its full
        name, which P(winfleet.activation.cross_check#filter) then compares with the records.
    type: list
    elements: str
    default: []
  published:
    description:
      - What M(winfleet.activation.kms_srv_info) returned, also where it failed. What is wrong with the records is among
        RV(findings) then. Its names count as O(published_hosts).
    type: dict
    version_added: 1.0.0
  permissions:
    description:
      - What M(winfleet.activation.kms_srv_acl) returned in check mode, also where it failed. Records that others than
        the approved KMS hosts can change are among RV(findings) then.
    type: dict
    default: {}
    version_added: 1.0.0
  others:
    description:
      - What an earlier run returned as RV(hosts). Its machines are not read again, and count for RV(findings), so that
        these are of the whole fleet although only a part of it is read.
    type: dict
    default: {}
    version_added: 1.0.0
  diagnose:
    description:
      - Whether to find out why machines are not activated that should be. Only those that are not compliant, and not
        licensed or about to lose their activation, are asked. Each takes 12 requests over a connection of its own, the
        sign-in among them, and a KMS host of theirs 7, once for all of them.
      - The event log of a KMS host is not read for a fleet; M(winfleet.activation.license_diagnosis) reads it.
      - A diagnosis is not part of O(resume_file).
    type: bool
    default: false
  nameservers:
    description:
      - Addresses of resolvers that O(diagnose) asks instead of those of the control node. A port other than 53 follows
        after a colon.
    type: list
    elements: str
    default: []
  server_port:
    description: Port of the name servers of a zone, for O(diagnose).
    type: int
    default: 53
  in_flight:
    description:
      - How many machines are read at the same time.
      - Each one needs an open file. Where the limit of open files does not allow as many, fewer are used.
    type: int
    default: 256
  host_timeout:
    description: Seconds after which a machine is given up, from connecting to the last answer.
    type: float
    default: 60.0
  deadline:
    description:
      - Seconds after which the whole run ends. Machines that have not been read by then are results with
        C(not_reached=true).
      - Without it the run takes as long as it takes, which O(host_timeout) bounds too.
    type: float
  resume_file:
    description:
      - File on the controller in which every result is kept as soon as it is there. A run that was interrupted, or that
        met its O(deadline), goes on from it when it is started again with the same file and the same question.
      - Only machines that were read are kept; the others are asked again. A run that came to its end begins anew next
        time.
      - The file is readable only by its owner. It holds no password and no whole product key. One run at a time uses
        it; a second one waits ten seconds for the first to end, and then fails.
      - Whatever ends a run, be it an interrupt or the death of C(ansible-playbook), nothing that was read is lost.
    type: path
  resume_hours:
    description: How old the beginning of an interrupted run may be. After that the file is begun anew.
    type: float
    default: 24.0
  cacheable:
    description:
      - Whether the result of every host is kept in Ansible's fact cache, as its fact C(winfleet_activation), for later
        runs and for inventory plugins such as P(ansible.builtin.constructed#inventory). The fact has two entries more
        than the result, C(groups) with the host's names of RV(groups), and C(audited_at).
      - Needs a fact cache that lasts, such as C(fact_caching=jsonfile). The cache is written beside the running
        process, so that tasks of the same run should use what the task returns.
    type: bool
    default: false
notes:
  - Each machine is signed in to once, so that a password that is wrong on one machine counts once against the account.
  - Do not follow it with a task for each of thousands of hosts. Reports and conclusions belong into further tasks with
    C(run_once=true), and repairs into a play on the hosts of one of the RV(groups).
seealso:
  - ref: ansible_collections.winfleet.activation.docsite.guide_fleet
    description: The guide to large fleets.
  - module: winfleet.activation.fleet_repair
  - module: winfleet.activation.license_info
  - module: winfleet.activation.license_report
"""

EXAMPLES = r"""
- name: Read all hosts of the play
  winfleet.activation.fleet_info:
    approved_kms_hosts:
      - kms01.corp.example
  register: fleet
  run_once: true
  delegate_to: localhost

- name: Fail when anything is wrong
  ansible.builtin.assert:
    that: fleet.summary.compliant == fleet.summary.hosts
    fail_msg: "{{ fleet.groups | dict2items | rejectattr('key', 'match', 'role_') | items2dict }}"
  run_once: true
  delegate_to: localhost

- name: Say of every machine that is not activated why
  winfleet.activation.fleet_info:
    approved_kms_hosts:
      - kms01.corp.example
    diagnose: true
  register: fleet
  run_once: true
  delegate_to: localhost

- name: Write the report
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    path: report.csv
    format: csv
  run_once: true
  delegate_to: localhost

# A play takes its hosts from such a fact with
#   hosts: "{{ hostvars.localhost.fleet_groups.kms_unapproved | default([]) }}"
# which costs nothing, however many they are. The role license_audit does this.
- name: Hand the lists of hosts on to the next plays
  ansible.builtin.set_fact:
    fleet_groups: "{{ fleet.groups }}"
  run_once: true
  delegate_to: localhost
  delegate_facts: true

# A group of Ansible, with variables of its own, costs about six milliseconds for each host.
- name: Put the few hosts that are accidental KMS hosts into a group
  ansible.builtin.add_host:
    name: "{{ item }}"
    groups: to_repair
  loop: "{{ fleet.groups.kms_unapproved | default([]) }}"
  run_once: true

- name: Read a large fleet at night, within an hour, and go on where the last run was cut off
  winfleet.activation.fleet_info:
    hosts: "{{ groups['windows'] }}"
    in_flight: 500
    host_timeout: 30
    deadline: 3600
    resume_file: /var/lib/awx/winfleet.jsonl
  register: fleet
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
hosts:
  description:
    - By inventory name, what M(winfleet.activation.license_info) returns for the host.
    - With O(diagnose), C(diagnosis) has what M(winfleet.activation.license_diagnosis) says of a machine, without its
      steps. It is null for a machine that was not asked.
    - A host that was not read has C(msg), and either C(unreachable) or C(failed). C(not_reached) tells that the run
      ended before its turn.
  returned: always
  type: dict
  sample:
    srv2019-01:
      changed: false
      role: kms_host
      role_reason: The licensing service runs as a KMS host with the key ending in 7QQ8K.
      verdict: kms_unapproved
      compliant: false
    srv2012-off:
      unreachable: true
      changed: false
      msg: "srv2012-off (10.1.2.3:5985, ntlm): the connection was refused. Check that WinRM listens ..."
findings:
  description:
    - What is wrong with the fleet as a whole. KMS host keys on as many computers as they are good for, an activation
      object counting as one; with O(activation_objects), releases that no object seems to activate, objects of one key,
      and objects that others than administrators may write; records of KMS hosts in O(published_hosts) where
      O(activation) rules them out; releases that no approved KMS host activates; client machine IDs of several
      machines; with O(published), records that are wrong; with
      O(permissions), records that others can change; exceptions that have ended.
    - Each in the shape of RV(winfleet.activation.license_info#module:findings). Empty without a policy.
  returned: always
  type: list
  elements: dict
summary:
  description: How many hosts there are of each kind.
  returned: always
  type: dict
  contains:
    hosts:
      description: Hosts that were to be read.
      type: int
      returned: always
      sample: 10000
    read:
      description: Hosts that were read.
      type: int
      returned: always
      sample: 9871
    unreachable:
      description: Hosts that gave no answer, or none that made sense.
      type: int
      returned: always
      sample: 100
    failed:
      description: Hosts that answered and could not be read, or whose variables cannot be right.
      type: int
      returned: always
      sample: 29
    not_reached:
      description: Hosts whose turn had not come, or was not over, at the deadline.
      type: int
      returned: always
      sample: 0
    diagnosed:
      description: How many machines were asked why they are not activated, where O(diagnose) is set.
      type: int
      sample: 3
    resumed:
      description: Hosts that an earlier, interrupted run had read.
      type: int
      returned: always
      sample: 0
    compliant:
      description: Hosts that are compliant; null without O(approved_kms_hosts).
      type: int
      returned: always
      sample: 9764
    approved_unmatched:
      description:
        - Approved names that no machine of the run goes by, each with the names that may have been meant. Null without
          O(approved_kms_hosts).
      type: dict
      returned: always
      sample: {kms1.corp.example: [kms01.corp.example]}
    approved_serving:
      description: Approved KMS hosts that serve and are activated. Null without O(approved_kms_hosts).
      type: list
      elements: str
      returned: always
      sample: [kms01]
    can_activate:
      description:
        - Whether one of them has counted enough clients to activate any, or a machine proves an activation object of
          the directory, or RV(summary.directory_stands_in). Null without a policy.
      type: bool
      returned: always
      sample: true
    directory_stands_in:
      description:
        - Whether O(activation=adba) is wanted and O(activation_objects) has one that may activate Windows, so that no
          KMS host is needed. Null without a policy.
      type: bool
      returned: always
      sample: false
    verdicts:
      description: Hosts by verdict.
      type: dict
      returned: always
      sample: {kms_client_ok: 9763, kms_host_ok: 1, kms_unapproved: 107}
    roles:
      description: Hosts by role.
      type: dict
      returned: always
      sample: {kms_client: 9763, kms_host: 108}
    key_types:
      description: Hosts by the kind of key of their Windows license.
      type: dict
      returned: always
      sample: {CSVLK: 108, GVLK: 9763}
    license_statuses:
      description: Hosts by the status of their Windows license.
      type: dict
      returned: always
      sample: {licensed: 9871}
    requests:
      description:
        - HTTP requests that were sent. Those of O(diagnose) are among them, those of hosts that were read through
          pywinrm are not.
      type: int
      returned: always
      sample: 39612
    seconds:
      description: How long it took.
      type: float
      returned: always
      sample: 38.4
groups:
  description:
    - Sorted inventory names of hosts by verdict (such as C(kms_unapproved), C(kms_client_ok)), by role (such as
      C(role_kms_host)), and those that were not read (C(unreachable), C(failed), C(not_reached)).
    - A group without a host is absent.
  returned: always
  type: dict
  sample: {kms_unapproved: [srv2019-01], role_kms_host: [kms01, srv2019-01], unreachable: [srv2012-off]}
"""
