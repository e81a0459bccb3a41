#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host_info
short_description: Report the state of a KMS host
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Reports whether a machine serves as a KMS host, how many clients it has counted, what its key activates, its
    settings, and on request the clients it has heard from.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
options:
  client_days:
    description:
      - How many days back to read the log C(Key Management Service) of the host for its clients, 60 at the most. V(0)
        does not read it. On a busy host a month holds many thousand entries, so ask for as few days as will do.
      - Clients that have fallen silent are found with 22 days and more.
    type: int
    default: 0
  event_days:
    description:
      - How many days back to read what the host could not do itself (events 12291 to 12293), 60 at the most. V(0) does
        not read it. A host publishes itself every day, so two days show whether it still can.
    type: int
    default: 0
  hosts:
    description:
      - RV(winfleet.activation.fleet_info#module:hosts) of M(winfleet.activation.fleet_info), for
        RV(unheard_hosts). Needs O(client_days).
    type: dict
seealso:
  - module: winfleet.activation.kms_host
  - module: winfleet.activation.license_info
"""

EXAMPLES = r"""
- name: Read the KMS host
  winfleet.activation.kms_host_info:
  register: kms

- name: Show how far it is from activating clients
  ansible.builtin.debug:
    msg: "{{ kms.current_count }} of {{ kms.required_count }} clients counted"

- name: Find clones that share a client machine ID
  winfleet.activation.kms_host_info:
    client_days: 7
  register: week
  failed_when: week.duplicate_clients | length > 0

- name: Find clients that have fallen silent, and those that ask in vain and will soon be without a license
  winfleet.activation.kms_host_info:
    client_days: 30
  register: month

- name: Show them
  ansible.builtin.debug:
    msg: "{{ (month.overdue_clients + month.expiring_clients) | map(attribute='names') | flatten | unique }}"

- name: Watch a KMS host
  winfleet.activation.kms_host_info:
    client_days: 14
    event_days: 2
  register: watched

- name: Say what is wrong with it
  ansible.builtin.debug:
    msg: "{{ watched.findings | map(attribute='reason') }}"
"""

RETURN = r"""
enabled:
  description: Whether the running licensing service answers as a KMS host.
  returned: success
  type: bool
  sample: true
role:
  description: As in RV(winfleet.activation.license_info#module:role).
  returned: success
  type: str
  sample: kms_host
role_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: It carries a KMS host key and its licensing service answers KMS requests.
current_count:
  description: Clients counted in the last 30 days. The host remembers twice the required count at the most.
  returned: success
  type: int
  sample: 30
required_count:
  description: Clients that have to be counted before any is activated.
  returned: success
  type: int
  sample: 25
count_reached:
  description: Whether the count is reached. A client below it gets 0xC004F038.
  returned: success
  type: bool
  sample: true
requests:
  description: As in RV(winfleet.activation.license_info#module:kms_host).
  returned: success
  type: dict
  sample:
    total: 826
    failed: 0
    unlicensed: 0
    licensed: 826
    oob_grace: 0
    oot_grace: 0
    non_genuine_grace: 0
    notification: 0
settings:
  description: The settings as stored, in the shape of RV(winfleet.activation.kms_host#module:after).
  returned: success
  type: dict
  sample:
    listening_port: 1688
    activation_interval: 120
    renewal_interval: 10080
    dns_publishing: true
    low_priority: false
    publish_list: []
    firewall: true
suitable:
  description: Whether the machine can be a KMS host at all. V(false) when a problem is fatal.
  returned: success
  type: bool
  sample: true
problems:
  description: What speaks against the machine as a KMS host, such as its edition, its clock, or being set to itself
    as a client.
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
      description: Whether a KMS host key would be wasted here.
      type: bool
      sample: false
host_keys:
  description: The KMS host keys of the machine, for Windows and Office.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the license.
      type: str
      sample: Windows Server(R), ServerEnterprise edition
    channel:
      description: Its channel.
      type: str
      sample: VOLUME_KMS_C
    partial_product_key:
      description: The last five characters of the key.
      type: str
      sample: PYWKV
    license_status:
      description: Its status. A host whose key is not licensed answers clients with 0xC004F041.
      type: str
      sample: licensed
    group:
      description:
        - The product key group. Null when it is not known.
        - On Windows Vista, Server 2008 and Server 2003 it is that of the machine's own release. After an update they
          can carry the key of the next one, which bears the same channel and activates Windows 7 and Server 2008 R2 as
          well.
      type: str
      sample: Group C (Server 2008 R2)
    activates_servers:
      description: What it activates among servers.
      type: str
      sample: Server 2008 R2 and 2008 Datacenter, for Itanium and all of groups B and A
    activates_clients:
      description: What it activates among clients.
      type: str
      sample: Windows 7, Windows Vista
    activates_office:
      description: What it activates of Office. Each release of Office has a host key of its own.
      type: str
      sample: null
    current_count:
      description: Clients counted for this key. Windows and Office are counted apart. Null before Windows 7.
      type: int
      sample: 30
    required_count:
      description: Clients that have to be counted for this key.
      type: int
      sample: 25
    documented:
      description: Whether the group is from Microsoft's tables, not inferred from the name of the channel.
      type: bool
      sample: true
clients:
  description: The clients heard from, by client machine ID, the latest first.
  returned: success
  type: list
  elements: dict
  contains:
    client_machine_id:
      description: The CMID.
      type: str
      sample: e5c98033-aab6-4d0b-9af9-1d399597dd56
    names:
      description:
        - The names it came with. More than one means clones that are counted once, or a machine that was renamed.
      type: list
      elements: str
      sample: [pc07.corp.example]
    last_request:
      description: Time of the last request, in UTC.
      type: str
      sample: '2026-11-24T08:00:00Z'
    requests:
      description: How many requests the log holds.
      type: int
      sample: 2
    license_status:
      description: The status the client was in.
      type: str
      sample: licensed
    virtual_machine:
      description: Whether the client runs in a virtual machine.
      type: bool
      sample: true
    minimum_count:
      description: The count the client needs.
      type: int
      sample: 25
    error:
      description: What the host answered to the last request, explained. Null for success.
      type: dict
      sample: null
    products:
      description: The last request for each product of the machine, the latest first.
      type: list
      elements: dict
      contains:
        activation_id:
          description: The product, as in C(ID) of C(SoftwareLicensingProduct).
          type: str
          sample: cf67834d-db4a-402c-ab1f-2c134f02b700
        last_request:
          description: Time of the request, in UTC.
          type: str
          sample: '2026-11-24T08:00:00Z'
        license_status:
          description: The status the product was in when it asked.
          type: str
          sample: licensed
        minutes_left:
          description: How long that status would have lasted.
          type: int
          sample: 249120
        expires:
          description:
            - When the product needs the next success at the latest. 180 days after a success, otherwise when its status
              ends. Null when that is over.
          type: str
          sample: '2027-05-23T08:00:00Z'
        error:
          description: What the host answered, explained. Null for success.
          type: dict
          sample: null
duplicate_clients:
  description: Those of RV(clients) that came with several names.
  returned: success
  type: list
  elements: dict
overdue_clients:
  description:
    - Those of RV(clients) that have not asked for three weeks. They should every seven days, and the host forgets them
      after 30. Empty when O(client_days) is less than 22.
  returned: success
  type: list
  elements: dict
expiring_clients:
  description:
    - Those of RV(clients) with a product that was refused last, and whose license is over or ends within 30 days.
  returned: success
  type: list
  elements: dict
weekly_clients:
  description:
    - How many clients have asked in each whole week of O(client_days), the last week first. Every activated client asks
      every week, so this is what RV(current_count) comes to within 30 days.
  returned: success
  type: list
  elements: int
  sample: [27, 31, 30, 31]
unheard_hosts:
  description:
    - Machines of O(hosts) that have not asked this host in O(client_days), by inventory name, of those that carry a
      GVLK and are not activated by Active Directory. With several KMS hosts they may have asked another one. A clone
      whose client machine ID came with other names only is among them. Null without O(hosts).
  returned: success
  type: list
  elements: str
  sample: [pc0815]
last_request:
  description: Time of the newest request of any client, in UTC. Null where none was read.
  returned: success
  type: str
  sample: '2026-11-24T08:00:00Z'
idle_minutes:
  description: How long no client has asked the host, by its own clock. Null where no request was read.
  returned: success
  type: int
  sample: 12
failures:
  description:
    - What the host could not do and has not done since, the newest first, where O(event_days) is set.
  returned: success
  type: list
  elements: dict
  contains:
    event:
      description: V(12291) its service or V(12292) its timer could not be set up, V(12293) it could not publish itself.
      type: int
      sample: 12293
    when:
      description: When that was, in UTC.
      type: str
      sample: '2026-11-24T08:00:00Z'
    domain:
      description: Where it could not publish itself.
      type: str
      sample: corp.example
    error:
      description: The code, explained.
      type: dict
      sample: null
findings:
  description:
    - What is wrong with the host, in the shape of RV(winfleet.activation.license_info#module:findings).
    - Too few clients, and what O(event_days) finds. With O(client_days) also client machine IDs that came with several
      names, and clients that are refused and about to lose their activation; with 14 days and more, that no client has
      asked for two weeks, and that fewer ask than the count needs.
  returned: success
  type: list
  elements: dict
"""
