#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: license_info
short_description: Report the activation state of a Windows machine
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Reports what C(slmgr.vbs /dlv) and C(/xpr) print, and what VAMT calls the license status, as data and in any
    display language.
  - Above all it says which kind of key the machine carries and whether the machine is a KMS host, meant to be one
    or not.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
  - winfleet.activation.spp.judges
options:
  installation_id:
    description:
      - Whether to report the installation ID of the Windows license too, which telephone activation needs.
      - Windows computes it on demand, so asking costs one request more.
    type: bool
    default: false
  office:
    description:
      - Whether to read the licensing platform of Office 2010, and of Office on Windows 7 and Windows Server 2008
        R2, too. It costs two requests more. Office 2013 and later on newer Windows is among RV(products) in any case.
    type: bool
    default: false
seealso:
  - module: winfleet.activation.product_key
  - module: winfleet.activation.license
  - name: Slmgr.vbs options for obtaining volume activation information
    description: The options that this module replaces.
    link: https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options
"""

EXAMPLES = r"""
- name: Read the activation state
  winfleet.activation.license_info:
  register: activation

- name: Show machines that carry the KMS host key
  ansible.builtin.debug:
    msg: "{{ inventory_hostname }} is a KMS host with the key ending in {{ activation.license.partial_product_key }}"
  when: activation.role in ['kms_host', 'kms_host_pending']

- name: Judge the machine against the list of approved KMS hosts
  winfleet.activation.license_info:
    approved_kms_hosts:
      - kms01.corp.example
      - kms02.corp.example
  register: activation
  failed_when: not activation.compliant

- name: Read the installation ID for a telephone activation
  winfleet.activation.license_info:
    installation_id: true
"""

RETURN = r"""
msg:
  description: The machine in one line.
  returned: success
  type: str
  sample: "win11-01: Windows 11 Pro, KMS client (GVLK ...T83GX), licensed until 2027-05-23, by kms01.corp.example"
os:
  description: The operating system.
  returned: success
  type: dict
  contains:
    caption:
      description: Name of the system as Windows shows it, possibly translated.
      type: str
      sample: Microsoft Windows Server 2008 R2 Enterprise
    version:
      description: Version number.
      type: str
      sample: 6.1.7601
    build:
      description: Build number.
      type: int
      sample: 7601
    sku:
      description: Number of the edition (OperatingSystemSKU). Null on Windows Server 2003.
      type: int
      sample: 10
    product_type:
      description: V(1) for a workstation, V(2) for a domain controller, V(3) for a server.
      type: int
      sample: 3
    edition_id:
      description: Identifier of the edition, from the license of the machine.
      type: str
      sample: ServerEnterprise
    full_name:
      description:
        - Host and domain of a machine that is joined to a domain. Null unless it was asked which machine it is, because
          its short name is that of an approved KMS host.
      type: str
      sample: srv2019-01.corp.example
    domain_member:
      description: Whether it is joined to a domain. Null where it was not asked, for the same reason.
      type: bool
      sample: true
    domain:
      description: The domain that it is joined to.
      type: str
      sample: corp.example
    computer_name:
      description: The name the machine itself goes by (NetBIOS, 15 characters at the most).
      type: str
      sample: SRV2008R2-01
service:
  description: The licensing service.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the Windows service, C(slsvc) or C(sppsvc).
      type: str
      sample: sppsvc
    version:
      description: Version of the licensing service.
      type: str
      sample: 6.1.7601.17514
    client_machine_id:
      description: The CMID by which a KMS host counts this machine.
      type: str
      sample: 5f0c1e7a-3d4b-4f6f-9d5e-2b1a7c9e0f11
    remaining_windows_rearms:
      description: How often Windows can still be rearmed. Null before Windows 7.
      type: int
      sample: 3
license:
  description: The Windows license that is in force. Its values are null on a machine without a key.
  returned: success
  type: dict
  contains:
    activation_id:
      description: Activation ID, the GUID of the license.
      type: str
      sample: 8fe15d04-fc66-40e6-bf34-942481e06fd8
    application_id:
      description: GUID of the application; Windows and each generation of Office have their own.
      type: str
      sample: 55c92734-d682-4d71-983e-d6ec3f16059f
    name:
      description: Name of the license.
      type: str
      sample: Windows Server(R), ServerEnterprise edition
    description:
      description: Description of the license, which ends with the channel.
      type: str
      sample: Windows Operating System - Windows Server(R), VOLUME_KMS_C channel
    channel:
      description: Channel as Windows calls it, C(ProductKeyChannel) from Windows 8 on, else the token of the
        description.
      type: str
      sample: VOLUME_KMS_C
    key_type:
      description: >-
        Kind of the installed key: V(GVLK) (KMS client), V(CSVLK) (KMS host), V(MAK), V(RETAIL), V(OEM), V(AVMA),
        V(EVALUATION), V(SUBSCRIPTION), V(NONE) or V(UNKNOWN).
      type: str
      sample: CSVLK
    partial_product_key:
      description: The last five characters of the key. Windows shows no more.
      type: str
      sample: PYWKV
    license_family:
      description: Family of the license.
      type: str
      sample: ServerEnterprise
    is_addon:
      description: Whether the license is an add-on, such as extended security updates.
      type: bool
      sample: false
    product_key_id:
      description: Extended product ID.
      type: str
      sample: 55041-00168-305-190595-03-1033-7601.0000-0992011
    license_status:
      description: >-
        V(unlicensed), V(licensed), V(oob_grace), V(oot_grace), V(non_genuine_grace), V(notification),
        V(extended_grace) or
        V(unknown).
      type: str
      sample: licensed
    license_status_code:
      description: The number Windows gives for the status.
      type: int
      sample: 1
    license_status_reason:
      description: Why the license has this status, explained. Null when Windows gives no reason.
      type: dict
      contains:
        code:
          description: The code.
          type: str
          sample: '0xC004F00F'
        symbol:
          description: Its symbol in the Windows SDK.
          type: str
          sample: SL_E_HWID_CHANGED
        meaning:
          description: What it means.
          type: str
          sample: The hardware has changed beyond what the license tolerates.
        likely_cause:
          description: What usually leads to it.
          type: str
          sample: The machine was cloned or moved.
        admin_action:
          description: What to do.
          type: str
          sample: Activate again.
    grace_minutes:
      description: Minutes until the status lapses; V(0) for a licensed product means for ever.
      type: int
      sample: 0
    expires:
      description: When the status lapses, in UTC. Null for ever or unknown.
      type: str
      sample: '2027-05-23T08:00:00Z'
    activation_method:
      description: >-
        How the license is activated by its kind: V(kms), V(ad), V(token), V(microsoft) (online or by telephone),
        V(oem),
        V(avma) or V(subscription).
      type: str
      sample: microsoft
    activation_type:
      description: >-
        What may activate a volume client, V(all), V(ad), V(kms) or V(token), whatever has activated it. Null before
        Windows 8.
      type: str
      sample: all
    activation_object:
      description: >-
        The activation object that activated the license through Active Directory the last time that happened. It stays
        when a KMS host activates the license later; RV(license.activation_method) says what counts. Null where Active
        Directory has never done it, and before Windows 8.
      type: dict
      contains:
        object_name:
          description: Its name.
          type: str
          sample: Corp AO 2022
        object_dn:
          description: Its distinguished name.
          type: str
          sample: >-
            CN=01234-5678,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
        csvlk_pid:
          description: Extended product ID of the KMS host key in it.
          type: str
          sample: 06401-02206-123-456789-03-1033-20348.0000-0012026
        csvlk_sku_id:
          description: Activation ID of that key.
          type: str
          sample: 47f3b983-7c53-4d45-abc6-bcd91e2dd90a
        product:
          description: The product of that activation ID; null where it is not known, as for all of Windows.
          type: str
          sample: Office LTSC 2021
    remaining_app_rearms:
      description: Rearms left for the application, from Windows 8 on.
      type: int
      sample: 1000
    remaining_sku_rearms:
      description: Rearms left for this license, from Windows 8 on.
      type: int
      sample: 1001
    installation_id:
      description: Installation ID for telephone activation.
      returned: when O(installation_id=true)
      type: str
      sample: '013764250143295763241176429536801426935241768350142695'
products:
  description: Every license that carries a key, Windows, add-ons and Office, each in the shape of RV(license).
  returned: success
  type: list
  elements: dict
kms_client:
  description: How the Windows license finds its KMS host. A setting of the license wins over one of the machine.
  returned: success
  type: dict
  contains:
    configured_host:
      description: KMS host an administrator has set. Null means that DNS is asked.
      type: str
      sample: kms01.corp.example
    configured_port:
      description: Its port.
      type: int
      sample: 1688
    lookup_domain:
      description: DNS domain in which the host is looked up instead of the usual ones.
      type: str
      sample: corp.example
    discovered_host:
      description: KMS host found in DNS the last time.
      type: str
      sample: kms01.corp.example
    discovered_port:
      description: Its port.
      type: int
      sample: 1688
    discovered_ip_address:
      description: Its address, from Windows 8 on.
      type: str
      sample: 192.0.2.10
    host_product_key_id:
      description: Extended product ID of the KMS host that activated the machine.
      type: str
      sample: 06401-00206-491-411285-03-1031-9600.0000-0802017
    host_caching:
      description: Whether the client stays with the host that answered last. Null before Windows 7.
      type: bool
      sample: true
    activation_type:
      description: What the client may use, V(all), V(ad), V(kms) or V(token). Null before Windows 8.
      type: str
      sample: all
    activation_interval_minutes:
      description: Minutes between attempts while not activated.
      type: int
      sample: 120
    renewal_interval_minutes:
      description: Minutes between renewals once activated.
      type: int
      sample: 10080
kms_host:
  description:
    - The KMS host side of the machine. A machine that neither serves nor carries a KMS host key has only
      RV(kms_host.enabled).
  returned: success
  type: dict
  contains:
    enabled:
      description: Whether the running licensing service answers as a KMS host.
      type: bool
      sample: true
    listening_port:
      description: TCP port it listens on, or would listen on.
      type: int
      sample: 1688
    dns_publishing:
      description: Whether it publishes itself in DNS. Null before Windows 7, where only the registry knows.
      type: bool
      sample: true
    low_priority:
      description: Whether it runs with low priority.
      type: bool
      sample: false
    current_count:
      description: Clients counted now. Null when the machine has never been a host.
      type: int
      sample: 2
    required_count:
      description: Clients it must have counted before it activates any.
      type: int
      sample: 5
    requests:
      description: >-
        Requests answered since the host was set up: C(total), C(failed), and by the state of the client
        C(unlicensed),
        C(licensed), C(oob_grace), C(oot_grace), C(non_genuine_grace), C(notification).
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
role:
  description: >-
    The part the machine plays: V(kms_client), V(kms_host), V(kms_host_pending) (key and running service disagree),
    V(other) or V(unlicensed).
  returned: success
  type: str
  sample: kms_host
role_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: A KMS host key (VOLUME_KMS_C) is installed and the licensing service answers as a KMS host.
approved_kms_host:
  description: Whether the machine is in O(approved_kms_hosts). Null without that list.
  returned: success
  type: bool
  sample: false
verdict:
  description:
    - The short word for the worst finding.
    - V(kms_client_ok), V(kms_host_ok) and V(accepted_key_ok) are as the policy requires. V(left_alone) is licensed in a
      way that is not KMS and right as it is, such as automatic virtual machine activation, a subscription, or a cloud
      provider's KMS.
    - V(kms_unapproved) carries a KMS host key, or serves as a KMS host, and is not approved. V(kms_host_not_serving) is
      an approved KMS host that does not serve.
    - V(not_activated) carries an accepted key only. V(wrong_key_type) carries a kind of key that is not accepted,
      V(no_key) none at all, and V(no_gvlk) likewise on an edition for which there is no GVLK.
    - V(wrong_kms_host) is activated, but follows a KMS host that is not approved. V(wrong_activation_type) may be
      activated by KMS only, or through Active Directory only, which cannot work. V(implausible_validity) is activated
      for longer than KMS or Active Directory activate. V(validity_ends_soon) has less than O(minimum_days) left.
    - V(excepted) is not as the policy requires, and O(exceptions) accepts that.
    - V(unjudged) means that neither O(approved_kms_hosts) nor O(activation) is set.
  returned: success
  type: str
  sample: kms_unapproved
compliant:
  description: Whether the machine is as the policy requires. Null without a policy.
  returned: success
  type: bool
  sample: false
verdict_reason:
  description: Why, in a sentence.
  returned: success
  type: str
  sample: It carries a KMS host key and its licensing service answers KMS requests. It is not an approved KMS host.
advice:
  description: The plan in words. Empty when there is nothing to do.
  returned: success
  type: str
  sample: Install the GVLK of Windows Server 2019 Standard (product_key with key=gvlk).
findings:
  description: What is wrong with the machine, or worth knowing.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The kind of finding. An identifier is never reused.
      type: str
      sample: KMS-001
    severity:
      description: V(error), V(warning) or V(info).
      type: str
      sample: error
    title:
      description: What all findings of this kind have in common.
      type: str
      sample: KMS host that is not approved
    reason:
      description: Why, in a sentence.
      type: str
      sample: It carries a KMS host key. It is not an approved KMS host.
    remedy:
      description: What to do. Empty when there is nothing to do.
      type: str
      sample: Install the GVLK of Windows Server 2019 Standard (product_key with key=gvlk).
    evidence:
      description: The values that the finding rests on.
      type: dict
      sample:
        role: kms_host
    exception:
      description: Who has accepted it, why, and the last day on which that holds. Null without an exception.
      type: dict
      sample:
        owner: Jane Doe
        reason: The vendor supports no other key.
        until: "2027-03-31"
plan:
  description: What a repair does to the machine, in this order. Check mode shows it; nothing else is done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(remove_key), V(install_key), V(restart_service), V(client_settings) and V(activate) change the machine.
        - V(leave_alone) and V(ask) change nothing; a person has to do what V(ask) says.
      type: str
      sample: install_key
    words:
      description: The action in words, with the module that does it.
      type: str
      sample: Install the GVLK of Windows Server 2019 Standard (product_key with key=gvlk).
    product:
      description: Activation ID of the product concerned. Null for the whole machine.
      type: str
      sample: 70512334-47b4-44db-a233-be5ea33b914c
    partial_product_key:
      description: Last five characters of the key to install.
      type: str
      sample: J464C
"""
