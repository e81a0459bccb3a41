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
    with the hosts that you have approved.
  - Asks the resolver, which shows what clients see, and every server of the zone, which shows what is. Where the
    servers differ, one of them is stale, or has not replicated yet.
  - Replaces C(nslookup -type=all _vlmcs._tcp). Reads only.
extends_documentation_fragment:
  - winfleet.activation.kms_dns
options:
  domains:
    description:
      - DNS domains to look in. Without it, the domains of the search list in C(/etc/resolv.conf).
      - Name every domain in which clients live and hosts publish themselves; with O(zone_transfer) the module finds the
        subdomains of a zone by itself.
    type: list
    elements: str
    aliases: [domain]
  approved_hosts:
    description:
      - The organization's KMS hosts. Everything else that is published is V(unapproved). A host that does not listen on
        O(port) has its port after a colon.
      - A full name has to be equal to that of the record. A short name stands for that host in every domain.
      - Without this list the records are not judged by it.
    type: list
    elements: str
  port:
    description: Port on which the KMS hosts listen. A record with another one is V(wrong_port).
    type: int
    default: 1688
  ask_resolver:
    description: Ask the resolver what clients see.
    type: bool
    default: true
  ask_servers:
    description: Ask every server of the zone. Without it the answer may be as old as the record's time to live.
    type: bool
    default: true
  servers:
    description:
      - Names or addresses of servers of the zone to ask instead of those that the zone itself names, for example all
        domain controllers, or a primary that the zone hides.
    type: list
    elements: str
    default: []
  resolve_targets:
    description: Look up the addresses of the hosts.
    type: bool
    default: true
  zone_transfer:
    description:
      - Transfer the zones as well, and look into every domain of them that has a record. The servers must allow it to
        this machine, or to the TSIG key.
    type: bool
    default: false
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
"""

EXAMPLES = r"""
- name: Which KMS hosts does DNS publish?
  winfleet.activation.kms_srv_info:
    domains: [corp.example, emea.corp.example]
    approved_hosts: [kms01.corp.example, kms02.corp.example]
  delegate_to: localhost
  run_once: true
  register: published

- name: Stop when a machine publishes itself that is no KMS host
  ansible.builtin.assert:
    that:
      - published.complete
      - published.unapproved_hosts | length == 0

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
domains:
  description: One entry for each domain, in the order asked; domains that a zone transfer found follow.
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
        serial:
          description: Serial number of its copy of the zone.
          type: int
          sample: 2026080101
        stale:
          description: Whether another server has a newer copy.
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
  description: Whether every server that was asked answered. Otherwise there may be records that nobody saw.
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
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winfleet.activation.plugins.module_utils import _kms
from ansible_collections.winfleet.activation.plugins.module_utils._dns import (
    errors,
    options,
    present,
    requirements,
    resolve,
    signing,
    survey,
    verdict,
)


def argument_spec() -> dict[str, Any]:
    return {
        "domains": {"type": "list", "elements": "str", "aliases": ["domain"]},
        "approved_hosts": {"type": "list", "elements": "str"},
        "port": {"type": "int", "default": _kms.DEFAULT_PORT},
        "ask_resolver": {"type": "bool", "default": True},
        "ask_servers": {"type": "bool", "default": True},
        "servers": {"type": "list", "elements": "str", "default": []},
        "resolve_targets": {"type": "bool", "default": True},
        "zone_transfer": {"type": "bool", "default": False},
        **options.SERVER_SPEC,
        **options.TSIG_SPEC,
    }


def _settings(params: dict[str, Any]) -> survey.Settings:
    options.check_numbers(params)
    if not (params["ask_resolver"] or params["ask_servers"]):
        raise errors.SettingWrong("ask_resolver and ask_servers are both false, so that nobody would be asked.")
    approved = params["approved_hosts"]
    return survey.Settings(
        lookup=resolve.Lookup(params["nameservers"], params["timeout"]),
        signer=options.tsig_of(params) or signing.Unsigned(),
        policy=verdict.Policy(
            None if approved is None else options.endpoints_of(approved, "approved_hosts"), params["port"]
        ),
        servers=tuple(params["servers"]),
        server_port=params["server_port"],
        timeout=params["timeout"],
        ask_resolver=params["ask_resolver"],
        ask_servers=params["ask_servers"],
        resolve_targets=params["resolve_targets"],
    )


def _domains(params: dict[str, Any], settings: survey.Settings) -> list[str]:
    if params["domains"] is not None:
        return options.domains_of(params["domains"])
    domains = settings.lookup.search_list()
    if not domains:
        raise errors.SettingWrong("domains is not given, and /etc/resolv.conf has no search list: name the domains.")
    return list(domains)


def _result(params: dict[str, Any]) -> dict[str, Any]:
    settings = _settings(params)
    findings = survey.survey(_domains(params, settings), settings)
    transfers = survey.transfers(findings, settings) if params["zone_transfer"] else ()
    known = {found.domain for found in findings}
    more = [domain for done in transfers for domain in done.domains if domain not in known]
    findings += survey.survey(more, settings)
    domains = [present.finding(found) for found in findings]
    return {
        "changed": False,
        "domains": domains,
        "records": [record for domain in domains for record in domain["records"]],
        "complete": all(found.complete for found in findings),
        "consistent": all(found.consistent for found in findings),
        "approved_hosts": present.targets_with(findings, approved=True),
        "unapproved_hosts": present.targets_with(findings, approved=False),
        "summary": present.summary(findings),
        "zone_transfers": [present.transfer(done) for done in transfers],
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec=argument_spec(), required_together=options.REQUIRED_TOGETHER, supports_check_mode=True
    )
    requirements.require_dnspython(module)
    try:
        result = _result(module.params)
    except errors.SettingWrong as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
