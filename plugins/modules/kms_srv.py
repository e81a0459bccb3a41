#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_srv
short_description: Publish KMS hosts in DNS, and withdraw those that are none
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Adds and deletes values of the SRV records C(_vlmcs._tcp) by dynamic update (RFC 2136), on Microsoft DNS, BIND,
    Samba and whatever else takes such updates.
  - Deletes by value and never the record itself. An update applies only to the record as it was read; when someone
    changes it meanwhile, the module reads and decides again, so that no change of others is lost.
  - Never leaves a domain without a KMS host. Such a request is refused before anything is sent.
  - Turn a machine into a KMS client and restart its licensing service before deleting its record
    (M(winfleet.activation.product_key)); otherwise it publishes itself again within a day.
extends_documentation_fragment:
  - winfleet.activation.kms_dns
  - winfleet.activation.kms_dns.servers
  - winfleet.activation.kms_kerberos
options:
  domains:
    description: DNS domains whose record to set.
    type: list
    elements: str
    required: true
    aliases: [domain]
  hosts:
    description:
      - Full names of KMS hosts, with a port after a colon where it is not O(port).
      - With O(state=present) a host counts as published if it has a record with the right port; its priority and
        weight do not matter unless O(priority) or O(weight) is given. With O(state=absent) all records of the host
        go, unless a port is given.
    type: list
    elements: str
  records:
    description: The same in full, one entry for each record.
    type: list
    elements: dict
    suboptions:
      target:
        description:
          - Full name of the KMS host.
          - With O(state=absent) it may be whatever a record holds, also V(.), when it ends with a dot.
        type: str
        required: true
      port:
        description: Port. When left out, as O(port).
        type: int
      priority:
        description: Priority; lower ones are tried first. When left out, as O(priority).
        type: int
      weight:
        description: Share among records of equal priority. When left out, as O(weight).
        type: int
  state:
    description: Whether the records must be there, or must not.
    type: str
    choices: [present, absent]
    default: present
  exclusive:
    description:
      - Delete every record that is not in the list. Only with O(state=present).
      - An empty list is refused.
    type: bool
    default: false
  add_missing:
    description:
      - Publish the hosts of the list that are not published. Turn it off where the KMS hosts do so themselves, as
        they do by default, and only the wrong records are to go.
      - The request is refused if then no host of the list would be left.
    type: bool
    default: true
  no_kms_host:
    description:
      - There is to be no KMS host at all, since Active Directory activates the machines
        (M(winfleet.activation.adba_info)) or nothing of the kind is wanted. With O(exclusive=true) and an empty list of
        O(hosts) every record is deleted, the last one too, which is refused otherwise.
      - The record's object in Active Directory goes with its last value, and whoever publishes first then owns the next
        one. See to it first that no machine is a KMS host any more, and keep the name by
        O(winfleet.activation.kms_srv_acl#module:create_node).
    type: bool
    default: false
  approved_hosts:
    description:
      - The organization's KMS hosts, as a safeguard. Their records stay, even if O(exclusive) is set and the list
        does not mention them; no other host is published; and a deletion is refused unless one of them stays published.
      - An empty list is refused, since it would protect no host.
    type: list
    elements: str
    aliases: [approved_kms_hosts]
  keep_hosts:
    description:
      - Other hosts whose records stay as they are, even if O(exclusive) is set, such as one that an exception of the
        policy leaves alone until a day. They are not published, and no deletion rests on them.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  port:
    description:
      - Port on which the hosts listen. 1688 when publishing; when deleting, the port does not matter unless it is
        given.
    type: int
  priority:
    description: Priority of new records. 0 when left out; records with another one count as well then.
    type: int
  weight:
    description: Weight of new records. 0 when left out; records with another one count as well then.
    type: int
  ttl:
    description:
      - Time to live of the record in seconds. When left out, as it is; 3600 for a new one.
    type: int
  server:
    description:
      - Name or address of the server to update, with a port where it is not O(server_port). In Active Directory, any
        domain controller that holds the zone.
      - When left out, the primary that the zone names (SOA record).
    type: str
  zone:
    description: Name of the zone, for servers that cannot tell it. It must be the one that holds the record.
    type: str
  retries:
    description: How many times to decide anew when others change the record at the same time.
    type: int
    default: 5
  authentication:
    description:
      - V(tsig) signs with the key of O(key_name), V(gss_tsig) with Kerberos, as Active Directory requires, V(none)
        not at all.
      - When left out, it follows from the options given; V(none) without any.
    type: str
    choices: [none, tsig, gss_tsig]
  kerberos_hostname:
    description:
      - Name of the server in Kerberos (C(DNS/NAME)). When left out, the name in O(server), or that of the primary
        which the zone names.
    type: str
requirements:
  - gssapi, for V(gss_tsig)
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - Shows the records that would be added and deleted, and refuses what would be refused.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
seealso:
  - module: winfleet.activation.kms_srv_info
  - module: winfleet.activation.product_key
  - module: community.general.nsupdate
"""

EXAMPLES = r"""
- name: Publish these KMS hosts and no others (BIND, TSIG)
  winfleet.activation.kms_srv:
    domains: [corp.example, emea.corp.example]
    hosts: [kms01.corp.example, kms02.corp.example]
    exclusive: true
    key_name: kms-admin
    key_secret: "{{ kms_dns_key }}"
  delegate_to: localhost
  run_once: true

- name: Delete what does not belong there, and leave publishing to the KMS hosts (Active Directory, Kerberos)
  winfleet.activation.kms_srv:
    domains: [corp.example]
    hosts: "{{ approved_kms_hosts }}"
    exclusive: true
    add_missing: false
    server: dc1.corp.example
    authentication: gss_tsig
    kerberos_principal: dnsadmin@CORP.EXAMPLE
    kerberos_keytab: /etc/dnsadmin.keytab
  delegate_to: localhost
  run_once: true

- name: Delete the record of one machine
  winfleet.activation.kms_srv:
    domains: [corp.example]
    hosts: [pc0815.corp.example]
    state: absent
    approved_hosts: "{{ approved_kms_hosts }}"
    kerberos_principal: dnsadmin@CORP.EXAMPLE
    kerberos_password: "{{ dnsadmin_password }}"
  delegate_to: localhost

- name: Publish a second host that is used when the first one fails
  winfleet.activation.kms_srv:
    domains: [corp.example]
    records:
      - target: kms01.corp.example
        priority: 0
      - target: kms02.corp.example
        priority: 10
        port: 1689
    exclusive: true
    ttl: 1800
    key_name: kms-admin
    key_secret: "{{ kms_dns_key }}"
    key_algorithm: hmac-sha512
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
results:
  description: One entry for each domain.
  returned: always
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
      description: The zone that holds the record.
      type: str
      sample: corp.example
    server:
      description: The server that was read from and updated.
      type: str
      sample: dc1.corp.example (192.0.2.53)
    result:
      description:
        - V(unchanged); V(planned) in check mode; V(verified) when it was changed and a second read confirmed it.
        - V(refused) when the request would do harm, V(failed), and V(not_attempted) when a refusal for another domain
          stopped all of it.
      type: str
      sample: verified
    changed:
      description: Whether the record was changed, or would be in check mode. What is not known counts as changed.
      type: bool
      sample: true
    state_known:
      description: Whether it is known what has become of the change, on a failure.
      type: bool
      sample: true
    before:
      description: The records before. On a failure, like the lists below, only when something had been changed by then.
      type: list
      elements: dict
      contains: &record
        record:
          description: Priority, weight, port and target as in a zone file.
          type: str
          sample: 0 0 1688 kms01.corp.example
        priority:
          description: Priority.
          type: int
          sample: 0
        weight:
          description: Weight.
          type: int
          sample: 0
        port:
          description: Port.
          type: int
          sample: 1688
        target:
          description: Name of the host.
          type: str
          sample: kms01.corp.example
    after:
      description:
        - The records after, as read back from the server, or as planned in check mode. On a failure, as they
          were last seen.
      type: list
      elements: dict
      contains: *record
    added:
      description: The records that were added, or would be.
      type: list
      elements: dict
      contains: *record
    removed:
      description: The records that were deleted, or would be.
      type: list
      elements: dict
      contains: *record
    ttl:
      description: Time to live afterwards.
      type: int
      sample: 3600
    attempts:
      description: How many updates were sent; more than one when others changed the record at the same time.
      type: int
      sample: 1
    msg:
      description: What went wrong, and what to do.
      type: str
      sample: "dc1.corp.example (192.0.2.53): Kerberos ticket may not change _vlmcs._tcp.corp.example (REFUSED)."
    rcode:
      description: The server's response code, or its error on the signature.
      type: str
      sample: REFUSED
"""

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.winfleet.activation.plugins.module_utils._dns import (
    change,
    errors,
    gss,
    options,
    plan,
    present,
    requirements,
)
from ansible_collections.winfleet.activation.plugins.module_utils._kms import endpoints_of_records
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule


def argument_spec() -> dict[str, Any]:
    return {
        "domains": {"type": "list", "elements": "str", "required": True, "aliases": ["domain"]},
        "hosts": {"type": "list", "elements": "str"},
        "records": {
            "type": "list",
            "elements": "dict",
            "options": {
                "target": {"type": "str", "required": True},
                "port": {"type": "int"},
                "priority": {"type": "int"},
                "weight": {"type": "int"},
            },
        },
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "exclusive": {"type": "bool", "default": False},
        "no_kms_host": {"type": "bool", "default": False},
        "add_missing": {"type": "bool", "default": True},
        "approved_hosts": {"type": "list", "elements": "str", "aliases": ["approved_kms_hosts"]},
        "keep_hosts": {"type": "list", "elements": "str", "default": []},
        "port": {"type": "int"},
        "priority": {"type": "int"},
        "weight": {"type": "int"},
        "ttl": {"type": "int"},
        "server": {"type": "str"},
        "zone": {"type": "str"},
        "retries": {"type": "int", "default": 5},
        **options.SERVER_SPEC,
        **options.TSIG_SPEC,
        **options.KERBEROS_SPEC,
    }


# --- Options to objects -----------------------------------------------------------------------------------------------


def _request(params: dict[str, Any]) -> plan.RecordRequest:
    if params["state"] == "absent" and params["exclusive"]:
        raise errors.SettingWrong("exclusive goes with state=present: it deletes what is not in the list.")
    if params["ttl"] is not None and not 0 <= params["ttl"] < 2**31:
        raise errors.SettingWrong("ttl must be between 0 and 2147483647.")
    if params["retries"] < 1:
        raise errors.SettingWrong("retries must be at least 1.")
    return plan.RecordRequest(
        wishes=tuple(_wishes(params)),
        present=params["state"] == "present",
        exclusive=params["exclusive"],
        add_missing=params["add_missing"],
        approved=options.safeguard_of(params["approved_hosts"], "approved_hosts"),
        ttl=params["ttl"],
        no_kms_host=params["no_kms_host"],
        kept=endpoints_of_records(params["keep_hosts"]),
    )


def _wishes(params: dict[str, Any]) -> list[plan.Wish]:
    if params["hosts"] is not None:
        entries = [
            {"target": endpoint.host, "port": endpoint.port}
            for endpoint in options.endpoints_of(params["hosts"], "hosts")
        ]
    else:
        entries = params["records"]
    return [_wish(entry, params) for entry in entries]


def _wish(entry: dict[str, Any], params: dict[str, Any]) -> plan.Wish:
    said = {name: params[name] if entry.get(name) is None else entry[name] for name in ("port", "priority", "weight")}
    options.check_numbers({**said, "timeout": params["timeout"]})
    target = entry["target"].strip()
    # Whatever somebody has put into DNS can be deleted; a final dot says that the text is all of it.
    exact = params["state"] == "absent" and target.endswith(".")
    try:
        return plan.Wish(options.target_name(target) if exact else options.host_name(target), **said, exact=exact)
    except ValueError as error:
        advice = " A record that holds it as it stands is deleted by that text with a final dot."
        raise errors.SettingWrong(f"target: {error}.{advice if params['state'] == 'absent' else ''}") from error


def _settings(params: dict[str, Any]) -> change.UpdateSettings:
    options.check_numbers(params)
    return change.UpdateSettings(
        signer=options.signer_of(params),
        nameservers=tuple(params["nameservers"]),
        server=params["server"],
        server_port=params["server_port"],
        zone=options.name_of(params["zone"], "zone") if params["zone"] else None,
        timeout=params["timeout"],
        tries=params["retries"],
    )


# --- The work ---------------------------------------------------------------------------------------------------------

_Outcome = dict[str, Any]


def _look_all(
    domains: list[str], request: plan.RecordRequest, settings: change.UpdateSettings
) -> tuple[dict[str, change.Look], dict[str, _Outcome]]:
    """Every domain before anything is sent to any of them."""
    looks: dict[str, change.Look] = {}
    failures: dict[str, _Outcome] = {}
    for domain in domains:
        try:
            looks[domain] = change.look(domain, request, settings)
        except (errors.DnsError, plan.PlanRefused) as error:
            failures[domain] = present.failure(domain, error)
    return looks, failures


def _carry_out(
    looks: dict[str, change.Look], work: Callable[[change.Look], change.Report]
) -> tuple[list[change.Report], dict[str, _Outcome]]:
    reports: list[change.Report] = []
    failures: dict[str, _Outcome] = {}
    for domain, found in looks.items():
        try:
            reports.append(work(found))
        except (errors.DnsError, plan.PlanRefused) as error:
            failures[domain] = present.failure(domain, error, found)
    return reports, failures


def _run(
    module: AnsibleModule, request: plan.RecordRequest, settings: change.UpdateSettings, domains: list[str]
) -> _Outcome:
    looks, outcomes = _look_all(domains, request, settings)
    for domain in [domain for domain, found in looks.items() if found.exists is False]:
        module.warn(f"{domain} does not exist in DNS, so no client can be in it: check its spelling.")
    if any(outcome["result"] == "refused" for outcome in outcomes.values()):
        outcomes.update({domain: present.planned(found) for domain, found in looks.items()})
        return _result(domains, outcomes, [])
    if module.check_mode:
        reports, failures = _carry_out(looks, change.preview)
    else:
        reports, failures = _carry_out(looks, lambda found: change.carry_out(found, request, settings.tries))
    outcomes.update(failures)
    outcomes.update({done.look.domain: present.report(done) for done in reports})
    return _result(domains, outcomes, reports)


def _result(domains: list[str], outcomes: dict[str, _Outcome], reports: list[change.Report]) -> _Outcome:
    results = [outcomes[domain] for domain in domains]
    result: _Outcome = {"changed": any(one["changed"] for one in results), "results": results}
    if reports:
        result["diff"] = present.diff(reports)
    bad = [one for one in results if "msg" in one]
    if bad:
        result["failed"] = True
        result["rcode"] = bad[0]["rcode"]
        result["msg"] = f"{bad[0]['domain']}: {bad[0]['msg']}"
        if len(bad) > 1:
            result["msg"] += f" ({len(bad) - 1} more of {len(domains)} domains failed: see results.)"
    return result


def main() -> None:
    module = TracedModule(
        argument_spec=argument_spec(),
        required_together=options.REQUIRED_TOGETHER,
        mutually_exclusive=[("hosts", "records")],
        required_one_of=[("hosts", "records")],
        supports_check_mode=True,
    )
    requirements.require_dnspython(module)
    try:
        options.check_texts(module.params)
        request = _request(module.params)
        plan.check(request)
        settings = _settings(module.params)
        domains = options.domains_of(module.params["domains"])
        if settings.signer.kind == "gss_tsig" and gss.GSSAPI_ERROR is not None:
            module.fail_json(msg=missing_required_lib("gssapi"), exception=gss.GSSAPI_ERROR, results=[])
        result = _run(module, request, settings, domains)
    except (errors.SettingWrong, plan.PlanRefused) as error:
        module.fail_json(msg=str(error), results=[])
    module.exit_json(**result)


if __name__ == "__main__":
    main()
