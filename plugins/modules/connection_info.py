#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connection_info
short_description: Say whether a Windows machine can be reached, signed in to, read and changed
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Tests the connection to a machine step by step, with the connection variables that all other modules use, and
    stops at the first step that fails. It says what is missing, why, and what to do next.
  - Also reports what the listener shows to anyone, so that you see what could be used instead, and how long its
    certificate is good for.
  - It changes nothing, except with O(changes). Whether the account may change something is asked of Windows, which is
    a method call like any change.
  - With O(report) it also asks one machine which of the things that this collection takes to be so about Windows hold
    there, and writes what it found into a file on the controller that names no machine or person.
options:
  report:
    description:
      - Whether to ask the machine, once it was reached, for everything in the list of doubts of this collection that
        can be asked without changing anything, and to write a report.
      - It takes up to about a hundred small requests, on one machine at a time.
      - Of the answers only what is listed as harmless is kept, and all else is replaced. Names, addresses, accounts,
        security identifiers, partial keys, product IDs and client machine IDs are in it nowhere.
    type: bool
    default: false
    version_added: 0.1.0
  path:
    description:
      - The file that O(report) writes on the controller, readable by its owner only. A relative path counts from the
        folder in which ansible was started.
    type: path
    default: first-contact.json
    version_added: 0.1.0
  changes:
    description:
      - Whether to go on with a second part that changes the machine, and ends where it began. It is for a machine that
        you have for tests, and shows what no question can show.
      - The published GVLK of its edition takes the place of itself, publishing in DNS is switched off and on again, and
        the licensing service restarts at the end. What is going to be done is said before it begins, and in check mode
        it is only said. The first step that does not go as expected ends it.
      - Whatever happened, the machine is then compared with how it was. What differs is put back, with an activation
        where the license was licensed and is not any more. What still differs makes the task a failed one, and stands
        in RV(changes.not_as_before) with its remedy.
      - Needs O(report) and O(test_machine). A machine that is or may be a KMS host, that carries another key than the
        published GVLK of its edition, or that was activated otherwise than by a KMS host, is refused.
    type: bool
    default: false
    version_added: 0.1.0
  test_machine:
    description:
      - The name, in the inventory, of the machine that O(changes) may change. Any other machine is refused, so write it
        out.
    type: str
    version_added: 0.1.0
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
notes:
  - A machine that is not ready is neither a failed nor an unreachable host, so that the whole fleet is reported. Use
    C(failed_when) where it should be one. Connection variables that cannot be right are still an error of the task.
  - It signs in once. A wrong password counts against the account on every machine that is asked; see
    M(winfleet.activation.fleet_info) for a whole fleet.
  - What the listener shows to anyone is asked in the clear or over TLS, without the account and without judging the
    certificate. The step RV(steps.reach) does judge it.
seealso:
  - module: winfleet.activation.license_info
  - module: winfleet.activation.fleet_info
  - name: Windows Remote Management
    description: How to set up WinRM for Ansible.
    link: https://docs.ansible.com/ansible/latest/os_guide/windows_winrm.html
"""

EXAMPLES = r"""
- name: See how far the way to the machine goes
  winfleet.activation.connection_info:
  register: way

- name: Say it in a sentence
  ansible.builtin.debug:
    msg: "{{ way.msg }}"

- name: Stop where a change would not be possible
  winfleet.activation.connection_info:
  register: way
  failed_when: not way.ready

- name: See which of the things that are taken to be so about Windows hold on this machine
  winfleet.activation.connection_info:
    report: true
    path: first-contact.json

- name: Try out on a machine for tests what only a change shows
  winfleet.activation.connection_info:
    report: true
    path: first-contact.json
    changes: true
    test_machine: win10-01

- name: Find certificates that end within a month
  ansible.builtin.debug:
    msg: "{{ way.certificate.subject }} ends on {{ way.certificate.not_after }}"
  when:
    - way.certificate is not none
    - way.certificate.not_after < '%Y-%m-%dT%H:%M:%SZ' | strftime(now().timestamp() + 30 * 86400, utc=true)
"""

RETURN = r"""
report:
  description: What came of the report; V(none) where the machine could not be read.
  returned: with O(report)
  type: dict
  contains:
    path:
      description: The file that was written; in check mode the one that would be.
      type: str
      sample: /home/ops/first-contact.json
    agrees:
      description: How many points are as expected.
      type: int
      sample: 19
    differs:
      description: How many are not.
      type: int
      sample: 1
    unsettled:
      description: How many this machine could not settle.
      type: int
      sample: 3
    noted:
      description: How many were only noted.
      type: int
      sample: 3
    what_differs:
      description: What is not as it was taken to be, and what that means.
      type: list
      elements: dict
      sample:
        - id: hive-missing
          doubt: WIN-012
          taken: a registry hive that does not exist draws the return code 6
          means: the words of a refused registry access are wrong
    what_is_unsettled:
      description: What could not be settled, and why.
      type: list
      elements: dict
      sample:
        - id: events
          doubt: WIN-022
          why: this machine does not show it
changes:
  description: What was changed, or would be in check mode; V(none) without O(changes).
  returned: with O(report)
  type: dict
  contains:
    steps:
      description: What is done, in this order.
      type: list
      elements: str
      sample:
        - install the published GVLK of Windows 10 Enterprise, ending in 2YT43, in place of itself
        - switch publishing in DNS off, without a restart
        - switch it on again
        - restart sppsvc
    failed_at:
      description: The point that did not go as expected, V(none) where all did.
      type: str
      sample: null
    failure:
      description: What Windows said to it.
      type: str
      sample: null
    as_before:
      description: Whether the machine is as it was; V(none) in check mode.
      type: bool
      sample: true
    not_as_before:
      description: What is not as it was.
      type: list
      elements: dict
      contains:
        point:
          description: V(service), V(publishing), V(key) or V(status).
          type: str
          sample: publishing
        before:
          description: How it was.
          type: raw
          sample: true
        now:
          description: How it is, V(none) where nobody knows.
          type: raw
          sample: false
        remedy:
          description: The module and its options that put it back.
          type: str
          sample: kms_host dns_publishing=true restart=never
state_known:
  description: Whether it is known what O(changes) has changed; where it is not, the task counts as changed.
  returned: with O(changes), outside check mode
  type: bool
  sample: true
ready:
  description: Whether all steps went well.
  returned: success
  type: bool
  sample: true
msg:
  description: What was found, in a sentence or two; where a step failed, why, and what to do next.
  returned: success
  type: str
  sample: "web1 (web1.corp.example:5986, ntlm): ready. Microsoft Windows Server 2022 Standard, signed in as CORP\\ops."
failed_at:
  description: The step that failed, V(none) when all went well.
  returned: success
  type: str
  sample: sign_in
steps:
  description: How each step went. V(none) for those that were not come to.
  returned: success
  type: dict
  contains:
    reach:
      description:
        - Whether WinRM answers at the address, over TLS that the connection variables trust.
        - V(none), too, when the sign-in failed on the controller, and nothing shows whether anything answers.
      type: bool
      sample: true
    sign_in:
      description: Whether the account was taken.
      type: bool
      sample: false
    read:
      description: Whether the operating system and the licensing service could be read.
      type: bool
      sample: null
    invoke:
      description: Whether methods can be called, and the account may change the settings of the licensing service.
      type: bool
      sample: null
connection:
  description: What the connection variables come to.
  returned: success
  type: dict
  contains:
    plugin:
      description: The connection plugin whose variables were used, V(winrm) or V(psrp).
      type: str
      sample: winrm
    host:
      description: Name or address.
      type: str
      sample: web1.corp.example
    port:
      description: Port.
      type: int
      sample: 5986
    scheme:
      description: V(http) or V(https).
      type: str
      sample: https
    path:
      description: Path of the listener.
      type: str
      sample: /wsman
    transports:
      description: How to sign in; the first that can be used is.
      type: list
      elements: str
      sample: [ntlm]
    username:
      description: The account, V(none) where a ticket or a certificate stands for it.
      type: str
      sample: CORP\ops
    encrypted:
      description: Whether what is sent is sealed, by TLS or by the sign-in.
      type: bool
      sample: true
offers:
  description:
    - The authentication schemes that the listener offers, as it calls them. V(Negotiate) means NTLM or Kerberos. Client
      certificates are not announced.
    - Empty when it did not say, and behind a proxy.
  returned: success
  type: list
  elements: str
  sample: [Negotiate, Kerberos]
certificate:
  description: The certificate that the listener shows; V(none) without TLS, and behind a proxy.
  returned: success
  type: dict
  contains:
    subject:
      description: Whom it names.
      type: str
      sample: CN=web1.corp.example
    issuer:
      description: Who issued it.
      type: str
      sample: CN=Corp Issuing CA
    names:
      description: DNS names and addresses that it is good for.
      type: list
      elements: str
      sample: [web1.corp.example]
    not_before:
      description: When it begins to be good.
      type: str
      sample: '2026-01-01T00:00:00Z'
    not_after:
      description: When it ends.
      type: str
      sample: '2027-01-01T00:00:00Z'
winrm:
  description: What answers there; V(none) when it did not say.
  returned: success
  type: dict
  contains:
    vendor:
      description: Who made it.
      type: str
      sample: Microsoft Corporation
    product_version:
      description: >-
        What it says of itself. Before a sign-in the version of Windows is C(0.0.0).
      type: str
      sample: "OS: 10.0.20348 SP: 0.0 Stack: 3.0"
    stack:
      description: The version of WinRM.
      type: str
      sample: '3.0'
os:
  description: The operating system; V(none) when it could not be read.
  returned: success
  type: dict
  contains:
    caption:
      description: Name of the system as Windows shows it.
      type: str
      sample: Microsoft Windows Server 2022 Standard
    version:
      description: Version.
      type: str
      sample: 10.0.20348
    build:
      description: Build number.
      type: int
      sample: 20348
    computer_name:
      description: What the machine calls itself.
      type: str
      sample: WEB1
service:
  description: The licensing service; V(none) when it could not be read.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: sppsvc
    version:
      description: Its version.
      type: str
      sample: 10.0.20348.1
clock_offset:
  description:
    - Seconds by which the machine's clock is ahead of the controller's; negative when it is behind.
    - Kerberos tolerates at most five minutes, a KMS host four hours (0xC004F06C).
  returned: success
  type: float
  sample: -0.4
"""
