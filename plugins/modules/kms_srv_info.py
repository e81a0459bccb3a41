#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_srv_info
short_description: List the KMS hosts that DNS publishes, and judge them
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Reads the SRV records C(_vlmcs._tcp) of DNS domains, by which Windows clients find their KMS host, and compares them
    with the hosts that you have approved. The domains are those that you name, those of the search list, or those that
    a domain controller knows of.
  - Asks the resolver, which shows what clients see, and every server of the zone, which shows what is. Where the
    servers differ, one of them is stale, or has not replicated yet.
  - Replaces C(nslookup -type=all _vlmcs._tcp). Reads only.
extends_documentation_fragment:
  - winfleet.activation.kms_dns
  - winfleet.activation.kms_dns.servers
  - winfleet.activation.kms_dns.survey
  - winfleet.activation.kms_directory
  - winfleet.activation.kms_kerberos
  - winfleet.activation.kms_directory.forest
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: N/A
  idempotent:
    description: A second run changes nothing.
    support: full
seealso:
  - module: winfleet.activation.kms_srv
  - module: winfleet.activation.kms_probe
  - plugin: winfleet.activation.kms_srv
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Which KMS hosts does DNS publish?
  winfleet.activation.kms_srv_info:
    domains: [corp.example, emea.corp.example]
    approved_hosts: [kms01.corp.example, kms02.corp.example]
  delegate_to: localhost
  run_once: true
  register: published

- name: Stop when a machine publishes itself that is not a KMS host
  ansible.builtin.assert:
    that:
      - published.complete
      - published.unapproved_hosts | length == 0

- name: Look in every domain that Active Directory knows of, and in one of another DNS server
  winfleet.activation.kms_srv_info:
    domains: [factory.example]
    domain_controller: dc1.corp.example
    kerberos_principal: auditor@CORP.EXAMPLE
    kerberos_keytab: /etc/auditor.keytab
    approved_hosts: "{{ approved_kms_hosts }}"
  delegate_to: localhost

- name: Look at a zone whose servers answer only to a key, with all of its subdomains
  winfleet.activation.kms_srv_info:
    domains: [corp.example]
    servers: [192.0.2.53, "[2001:db8::53]:5353"]
    zone_transfer: true
    key_name: kms-admin
    key_secret: "{{ kms_dns_key }}"
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
  sample: ["DNS ns1.corp.example (192.0.2.53): question SRV by UDP: NOERROR, 59 bytes sent, 121 bytes received, 3.1 ms"]
domains:
  description:
    - One entry for each domain, in the order asked; those that O(domain_controller) knows of come after those in
      O(domains), and those that a zone transfer found come last.
  returned: success
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
      sample: corp.example
    owner:
      description: Name of the record.
      type: str
      sample: _vlmcs._tcp.corp.example
    zone:
      description: The zone that holds the record. Null when no server told.
      type: str
      sample: corp.example
    consistent:
      description: Whether all servers of the zone that answered say the same.
      type: bool
      sample: true
    complete:
      description: Whether every server that was asked answered.
      type: bool
      sample: true
    alias_of:
      description:
        - The name that C(_vlmcs._tcp) of the domain is an alias of (CNAME, DNAME). The records are those of that name
          then, and RV(domains[].zone) is its zone. M(winfleet.activation.kms_srv) changes them there only.
      type: str
      sample: null
    exists:
      description:
        - False when the servers of the zone say that there is no such domain and nothing in it. There is a warning, as
          its name is most likely misspelt.
      type: bool
      sample: true
    error:
      description: Why the servers of the zone could not be found. Null otherwise.
      type: str
      sample: null
    records:
      description: Every record that any server knows, in the order of priority and weight.
      type: list
      elements: dict
      contains: &record
        domain:
          description: The domain in which the record is published.
          type: str
          sample: corp.example
        record:
          description: Priority, weight, port and target as in a zone file.
          type: str
          sample: 0 0 1688 pc0815.corp.example
        priority:
          description: Lower ones come first.
          type: int
          sample: 0
        weight:
          description: Share among records of equal priority.
          type: int
          sample: 0
        port:
          description: Port of the KMS host.
          type: int
          sample: 1688
        target:
          description: Name of the KMS host.
          type: str
          sample: pc0815.corp.example
        ttl:
          description: Time to live in seconds.
          type: int
          sample: 3600
        verdict:
          description:
            - V(unapproved), V(wrong_port), V(duplicate) (the same host once more), V(unresolvable) or V(approved); the
              first of them that applies.
            - V(unjudged) when nothing is wrong and O(approved_hosts) was not given.
          type: str
          sample: unapproved
        problems:
          description: Everything that is wrong with it; also V(alias), which the target of an SRV record must not be.
          type: list
          elements: str
          sample: [unapproved, unresolvable]
        approved:
          description: Whether the host is among the approved ones. Null without O(approved_hosts).
          type: bool
          sample: false
        resolvable:
          description: Whether the host has an address. Null without O(resolve_targets).
          type: bool
          sample: true
        addresses:
          description: Addresses of the host.
          type: list
          elements: str
          sample: [192.0.2.15]
        alias_of:
          description: The name that the host's name is an alias of.
          type: str
          sample: null
        resolve_error:
          description: Why the host's name could not be looked up. Null when it was, even if it has no address.
          type: str
          sample: null
        seen_by:
          description: The servers that have the record, the resolver among them.
          type: list
          elements: str
          sample: [resolver 192.0.2.1, dc1.corp.example]
        missing_from:
          description: The servers of the zone that answered and do not have it.
          type: list
          elements: str
          sample: [dc2.corp.example]
        cached:
          description:
            - Whether only a resolver's cache still shows the record, which no server of the zone has any more. It is
              not published then, and goes when its time to live is over.
          type: bool
          sample: false
    servers:
      description: What each server said, the resolver first.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the server.
          type: str
          sample: dc2.corp.example
        address:
          description: The address that answered.
          type: str
          sample: 192.0.2.54
        authoritative:
          description: Whether it is a server of the zone, and not a resolver.
          type: bool
          sample: true
        answered:
          description: Whether it answered.
          type: bool
          sample: true
        error:
          description: Why not.
          type: str
          sample: null
        rcode:
          description: The server's response code, when it refused.
          type: str
          sample: null
        signed:
          description:
            - Whether its answer was proved by O(key_name). False for a server of the zone that does not know the key
              and answered without. Null when no key was given.
          type: bool
          sample: null
        serial:
          description: Serial number of its copy of the zone. In Active Directory every server counts for itself.
          type: int
          sample: 2026080101
        stale:
          description: Whether another server has a newer copy that holds other records.
          type: bool
          sample: true
        records:
          description: The records it has. Null when it did not answer.
          type: list
          elements: str
          sample: [0 0 1688 kms01.corp.example]
        missing:
          description: The records that another one has and it does not.
          type: list
          elements: str
          sample: [0 0 1688 pc0815.corp.example]
records:
  description: The records of all domains in one list, as in RV(domains[].records).
  returned: success
  type: list
  elements: dict
  contains: *record
complete:
  description:
    - Whether every server that was asked answered, and every zone transfer that was asked for came. Otherwise some
      records may have been missed.
  returned: success
  type: bool
  sample: true
consistent:
  description: Whether in every domain all servers say the same.
  returned: success
  type: bool
  sample: true
approved_hosts:
  description: Published hosts that are approved.
  returned: success
  type: list
  elements: str
  sample: [kms01.corp.example]
unapproved_hosts:
  description: Published hosts that are not approved.
  returned: success
  type: list
  elements: str
  sample: [pc0815.corp.example]
summary:
  description: How many records have which verdict.
  returned: success
  type: dict
  sample:
    unapproved: 197
    wrong_port: 0
    duplicate: 0
    unresolvable: 0
    approved: 3
    unjudged: 0
zone_transfers:
  description: What the transfers found, one entry for each zone.
  returned: success
  type: list
  elements: dict
  contains:
    zone:
      description: The zone.
      type: str
      sample: corp.example
    server:
      description: The server that handed it over. Null when none did.
      type: str
      sample: ns1.corp.example
    domains:
      description: The domains in it that have a record.
      type: list
      elements: str
      sample: [corp.example, lab.corp.example]
    error:
      description: Why no server did.
      type: str
      sample: null
    rcode:
      description: The response code with which the first one refused.
      type: str
      sample: null
forest:
  description: The domains that the domain controller knows of.
  returned: success, with O(domain_controller)
  type: dict
  contains:
    domain_controller:
      description: The domain controller that was asked.
      type: str
      sample: dc1.corp.example
    domains:
      description: The domains of the forest.
      type: list
      elements: str
      sample: [corp.example, emea.corp.example]
    zones:
      description: The DNS zones that the domain controller holds and that were looked in.
      type: list
      elements: str
      sample: [corp.example, labs.example]
    published:
      description: The domains inside these zones that have a record, also those named before.
      type: list
      elements: str
      sample: [corp.example, berlin.corp.example]
    unread_partitions:
      description:
        - The application partitions of the forest that the domain controller has no copy of. They may hold DNS zones
          that were not seen.
      type: list
      elements: str
      sample: ["DC=DomainDnsZones,DC=emea,DC=corp,DC=example"]
"""

from ansible_collections.winfleet.activation.plugins.module_utils._ad import errors as directory_errors
from ansible_collections.winfleet.activation.plugins.module_utils._ad import forest
from ansible_collections.winfleet.activation.plugins.module_utils._ad import options as directory_options
from ansible_collections.winfleet.activation.plugins.module_utils._ad import present as directory_present
from ansible_collections.winfleet.activation.plugins.module_utils._dns import (
    errors,
    inquiry,
    options,
    present,
    requirements,
)
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule


def main() -> None:
    module = TracedModule(
        argument_spec={**inquiry.SPEC, **directory_options.FOREST_SPEC},
        required_together=[*options.REQUIRED_TOGETHER, *directory_options.REQUIRED_TOGETHER],
        supports_check_mode=True,
    )
    requirements.require_dnspython(module)
    try:
        asked = inquiry.inquiry_of(module.params)
        known = forest.forest_of(module.params)
        published = inquiry.published(asked, None if known is None else known.names)
    except directory_errors.LibraryMissing as error:
        module.fail_json(msg=str(error), exception=error.details)
    except (errors.SettingWrong, directory_errors.AdError) as error:
        module.fail_json(msg=str(error))
    result = present.published(published)
    for doubt in published.doubts:
        module.warn(doubt)
    if known is not None:
        result["forest"] = directory_present.forest(known)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
