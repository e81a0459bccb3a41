#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: license_diagnosis
short_description: Say why a Windows machine is not activated
version_added: 0.2.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Asks the questions that an administrator asks, in a fixed order, of the machine, of DNS and of the KMS host, and
    names the first answer that explains why the license is not activated, or has not been renewed for weeks.
  - Every step is V(passed), V(failed), V(unknown) or V(not_asked), with what it rests on. What could not be read is
    V(unknown), never V(passed).
  - The code that Windows shows often stands for another one. What the machine has logged of its request to the KMS host
    (event 12288) names the real one, and that is believed.
  - DNS and TCP port 1688 are asked from the control node, not from the machine. A firewall between the machine and its
    KMS host, or a name server that only the machine uses, may differ; the evidence says who was asked.
notes:
  - "Cost: a machine that is activated is read in 3 requests. One that is not takes 11, of which one reads the event log
    and may go on for several pages. A KMS host that is in the inventory takes 5 to 10 more. DNS and the port are asked
    in passing, each server and host once."
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
  - winfleet.activation.spp.judges
options:
  product:
    description:
      - What is to be explained. V(windows), V(office) for the one Office product with a key, or the activation ID or
        name of a product with a key.
    type: str
    default: windows
  event_days:
    description:
      - How many days back to read the machine's events of activation, 60 at the most. V(0) does not read them. A client
        that is not activated tries again every two hours.
    type: int
    default: 7
  ask_dns:
    description: Whether to look up what DNS publishes where the machine looks. It needs dnspython on the control node.
    type: bool
    default: true
  probe:
    description: Whether to ask KMS hosts on their port, from the control node, if they answer as one. Nothing is
      counted.
    type: bool
    default: true
  read_kms_host:
    description:
      - Whether to read the KMS host that the machine asks, where the inventory has it under its name or address and the
        account may read it.
    type: bool
    default: true
  directory_objects:
    description:
      - The activation objects of Active Directory, where you have looked them up, for example with C(slmgr.vbs
        /ao-list). An empty list says that there are none; without this option it is not known.
      - Each has a C(name), and C(covers), V(true) or V(false), says whether it activates the release of the machine.
        Leave C(covers) out where you do not know. Anything else in it is passed over.
    type: list
    elements: dict
  nameservers:
    description:
      - Addresses of resolvers to ask instead of those of the control node. A port other than 53 follows after a colon.
      - Name those that the machine uses to see what it sees.
    type: list
    elements: str
    default: []
  servers:
    description: The servers of the zone to ask, instead of those that the zone names.
    type: list
    elements: str
    default: []
  server_port:
    description: Port of the zone's servers, where none is given with their name.
    type: int
    default: 53
  timeout:
    description: Seconds to wait for a name server or a port.
    type: float
    default: 5.0
seealso:
  - module: winfleet.activation.license_info
  - module: winfleet.activation.kms_host_info
  - module: winfleet.activation.kms_probe
  - plugin: winfleet.activation.explain_error
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say why the machine is not activated
  winfleet.activation.license_diagnosis:
    approved_kms_hosts:
      - kms01.corp.example
  register: why

- name: Show it in two sentences
  ansible.builtin.debug:
    msg: "{{ why.msg }}"

- name: Show the ten lines for a ticket
  ansible.builtin.debug:
    msg: "{{ why.report }}"

- name: Look with the eyes of a branch office
  winfleet.activation.license_diagnosis:
    approved_kms_hosts:
      - kms01.corp.example
    nameservers:
      - 10.20.0.53

- name: Ask for Office
  winfleet.activation.license_diagnosis:
    product: office

- name: Ask the machine alone
  winfleet.activation.license_diagnosis:
    ask_dns: false
    probe: false
    read_kms_host: false
"""

RETURN = r"""
msg:
  description: What is wrong and why, and what to do about it, in two sentences.
  returned: success
  type: str
  sample: >-
    pc07 is not activated: no KMS host is published in corp.example. Publish the KMS host in that domain: kms_srv, or
    the publish list of the host (kms_host).
report:
  description: Ten lines for a ticket.
  returned: success
  type: list
  elements: str
  sample:
    - "Machine: pc07, Microsoft Windows 10 Enterprise (build 19045)"
    - "License: Windows(R), Enterprise edition, GVLK key ending in 2YT43, notification (0xC004F074)"
    - "Problem: is not activated"
    - "Code: 0x8007232B (DNS_ERROR_RCODE_NAME_ERROR): The DNS name does not exist. Event 8233 of 2026-11-24 07:12."
    - "Cause: srv_records: no KMS host is published in corp.example"
    - "Remedy: Publish the KMS host in that domain: kms_srv, or the publish list of the host (kms_host)."
    - "Also wrong: nothing seen"
    - "Looks for its KMS host: in DNS, in corp.example; published: none"
    - "KMS host: not looked at: which host it asks is not known"
    - "Steps: 9 passed, 1 failed, 4 unknown, 8 not asked; unknown: directory, host_product, host_activated, host_count"
problem:
  description:
    - V(not_activated), also where it cannot be read whether it is, or V(not_renewed) for a volume client that is
      activated and has not renewed for three weeks. Null where there is nothing to explain; then no step is asked.
  returned: success
  type: str
  sample: not_activated
product:
  description: The license that is explained. Null where none carries a key or none could be read.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: Windows(R), Enterprise edition
    activation_id:
      description: Its activation ID.
      type: str
      sample: 73111121-5638-40f6-bc11-f1d7b0d64300
    key_type:
      description: Kind of its key.
      type: str
      sample: GVLK
    partial_product_key:
      description: The last five characters of the key.
      type: str
      sample: 2YT43
    license_status:
      description: Its status.
      type: str
      sample: notification
cause:
  description:
    - The first step that failed and explains the state. The step C(unexplained) where none does. Null where there is
      nothing to explain.
  returned: success
  type: dict
  contains: &step
    id:
      description: The step. An identifier keeps its meaning.
      type: str
      sample: srv_records
    question:
      description: What it asks.
      type: str
      sample: Do all servers of that domain publish a KMS host?
    status:
      description: V(passed), V(failed), V(unknown) or V(not_asked).
      type: str
      sample: failed
    evidence:
      description: What the answer rests on.
      type: str
      sample: no KMS host is published in corp.example
    remedy:
      description: What to do, for a step that failed.
      type: str
      sample: "Publish the KMS host in that domain: kms_srv, or the publish list of the host (kms_host)."
    source:
      description: Short names of Microsoft's texts behind the question; the data file C(causes.tsv) has their titles.
      type: list
      elements: str
      sample: [DNS]
also:
  description: Other steps that failed and would explain it, in their order. Look at them once the cause is gone.
  returned: success
  type: list
  elements: dict
  contains: *step
code:
  description:
    - The code that is believed, explained. That of the last request to a KMS host, or of the last attempt, since the
      last success; else the reason that the license gives. Null where there is none.
  returned: success
  type: dict
  contains:
    code:
      description: The code.
      type: str
      sample: "0x8007232B"
    symbol:
      description: Its name in the Windows headers.
      type: str
      sample: DNS_ERROR_RCODE_NAME_ERROR
    meaning:
      description: What it says.
      type: str
      sample: The DNS name does not exist.
    likely_cause:
      description: What usually causes it.
      type: str
      sample: The domain has no SRV records of KMS hosts.
    admin_action:
      description: What to do about it.
      type: str
      sample: Publish the KMS host.
    event:
      description: The event that it is from. Null for the reason that the license gives.
      type: int
      sample: 8233
    when:
      description: When that was, in UTC.
      type: str
      sample: '2026-11-24T07:12:00Z'
    kms_host:
      description: The KMS host that was asked, where the event names it.
      type: str
      sample: kms01.corp.example
unknown:
  description: The steps that are V(unknown).
  returned: success
  type: list
  elements: str
  sample: [directory]
steps:
  description: Every step in its order. Empty where there is nothing to explain.
  returned: success
  type: list
  elements: dict
  contains: *step
"""
