#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_srv_acl
short_description: Let only the approved KMS hosts update their record in AD-integrated DNS
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - In a DNS zone that Active Directory keeps, all KMS hosts of a domain are values of one object, C(_vlmcs._tcp), with
    one list of permissions. Whoever published first owns it. This module gives the right to update it to a security
    group, which holds the computer accounts of the approved KMS hosts, and removes it from everyone else, as
    Microsoft's article "KMS activation and 0xC004C008" advises. A machine that accidentally gets the KMS host key can
    then no longer publish itself.
  - Administrators (Domain Admins, Enterprise Admins, BUILTIN\Administrators, DnsAdmins), domain controllers and the
    system keep their rights. So do those named in O(keep).
  - The owner counts, because he can rewrite the list whatever it says; an owner who is none of these is replaced in the
    same write.
  - Where the zone lets other accounts inherit the right to update, the object stops inheriting, and its other entries
    stay as they are.
  - All domains are looked at before anything is written, including the rights of the account that signed in. When one
    of them cannot be done, nothing is written at all.
extends_documentation_fragment:
  - winfleet.activation.kms_directory
  - winfleet.activation.kms_directory.ldap
  - winfleet.activation.kms_kerberos
options:
  domains:
    description: DNS domains whose record to protect.
    type: list
    elements: str
    required: true
    aliases: [domain]
  zone:
    description:
      - Name of the zone that holds the record. When left out, the one from which the DNS server of O(server) answers;
        where that does not say, the nearest one of the directory, which may be C(_tcp.DOMAIN) or C(_vlmcs._tcp.DOMAIN).
      - When DNS answers from a zone that the directory does not hold, nothing is changed.
    type: str
  group:
    description:
      - The security group of the approved KMS hosts, by name (C(KMS Hosts) or C(CORP\KMS Hosts)), distinguished name
        or SID. It must exist.
      - Groups that contain nearly every account, such as Domain Computers, are refused.
    type: str
    required: true
  approved_hosts:
    description:
      - The organization's KMS hosts, by full name, as the other modules take them; a port is ignored. Their computer
        accounts, which must be in the domain of O(server), are made members of the group.
      - When left out, the members are neither changed nor judged. An empty list is refused.
    type: list
    elements: str
    aliases: [approved_kms_hosts]
  exclusive:
    description:
      - Remove every other direct member from the group. Only with O(approved_hosts).
    type: bool
    default: false
  rights:
    description:
      - V(update) is what publishing takes. V(full_control) lets members change the permissions as well, which is what
        Microsoft's instructions for the DNS console grant.
    type: str
    choices: [update, full_control]
    default: update
  owner:
    description:
      - Who becomes the owner where the owner is neither an administrator nor in O(keep); a name, a distinguished name
        or a SID. Domain Admins when left out.
    type: str
  keep:
    description:
      - Others who may go on updating the record, for example the account of a DHCP server or the DnsAdmins of another
        domain; names, distinguished names or SIDs.
    type: list
    elements: str
    default: []
  create_node:
    description:
      - When there is no record yet, create its object empty, with its permissions, so that no other host can be
        the first. Without this, a missing record is an error.
      - Proved on Samba. On Microsoft DNS, publishing an approved host first (M(winfleet.activation.kms_srv)) comes to
        the same.
    type: bool
    default: false
  server:
    description: A domain controller that holds the zone, by full name; or by address, with O(kerberos_hostname).
    type: str
    required: true
  port:
    description: TCP port. When left out, 636 with O(bind_user), otherwise 389.
    type: int
requirements:
  - dnspython >= 2.7, to compare the directory with DNS
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - Signs in, reads, and shows what would be done; refuses what would be refused.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
    details:
      - In names and words.
  idempotent:
    description: A second run changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
notes:
  - A computer's membership is in its Kerberos tickets. It takes effect, and ceases, with a new ticket; restart the
    machine, or wait ten hours.
  - The list is worthless as long as the zone accepts nonsecure updates. The module says so in RV(results[].problems),
    with a warning, and RV(results[].effective) is false then.
  - Zones in files and other DNS servers have no such list. On BIND, use C(update-policy).
  - The right to create objects in the zone is left alone, since every machine registers itself by it.
  - Verified on Samba 4.22. On Windows the same objects and rights apply, but it has not been tried there.
seealso:
  - module: winfleet.activation.kms_srv
  - module: winfleet.activation.kms_srv_info
  - module: microsoft.ad.group
"""

EXAMPLES = r"""
- name: Only the approved hosts may publish themselves (Kerberos, with a keytab)
  winfleet.activation.kms_srv_acl:
    domains: [corp.example, emea.corp.example]
    group: KMS Hosts
    approved_hosts: "{{ approved_kms_hosts }}"
    server: dc1.corp.example
    kerberos_principal: dnsadmin@CORP.EXAMPLE
    kerberos_keytab: /etc/dnsadmin.keytab
  delegate_to: localhost
  run_once: true

- name: Show what would change, in names and words
  winfleet.activation.kms_srv_acl:
    domains: [corp.example]
    group: CORP\KMS Hosts
    server: dc1.corp.example
  check_mode: true
  diff: true
  delegate_to: localhost

- name: Before any KMS host exists (password, LDAPS)
  winfleet.activation.kms_srv_acl:
    domains: [corp.example]
    group: KMS Hosts
    create_node: true
    server: dc1.corp.example
    bind_user: dnsadmin@corp.example
    bind_password: "{{ dnsadmin_password }}"
    ca_path: /etc/ssl/certs/corp-ca.pem
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
  sample: ["LDAP dc1.corp.example:389: search: done, 512 bytes received, 3.1 ms"]
results:
  description: One entry for each domain.
  returned: when the group was found
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
      sample: corp.example
    owner_name:
      description: Name of the record.
      type: str
      sample: _vlmcs._tcp.corp.example
    zone:
      description: The zone that holds the record.
      type: str
      sample: corp.example
    dns_zone:
      description: The zone from which the DNS server of O(server) answers. Null when it does not say.
      type: str
      sample: corp.example
    dn:
      description: The record's object.
      type: str
      sample: DC=_vlmcs._tcp,DC=corp.example,CN=MicrosoftDNS,DC=DomainDnsZones,DC=corp,DC=example
    result:
      description:
        - V(unchanged); V(planned) in check mode; V(verified) when it was changed and a second read confirmed it;
          V(failed); and V(not_attempted) when a failure elsewhere stopped all of it.
      type: str
      sample: verified
    changed:
      description: Whether the permissions were changed, or would be in check mode. What is not known counts as changed.
      type: bool
      sample: true
    state_known:
      description: Whether it is known what has become of the change, on a failure.
      type: bool
      sample: true
    actions:
      description: What was done, or would be. On a failure, what had been done by then.
      type: list
      elements: str
      sample:
        - set the owner to CORP\Domain Admins (was CORP\PC0815$)
        - "revoke from CORP\\PC0815$: full control"
        - "grant CORP\\KMS Hosts: read, write properties"
    before:
      description: The permissions before. Null when there was no object.
      type: dict
      contains: &permissions
        owner:
          description: The owner.
          type: str
          sample: CORP\Domain Admins
        inherits:
          description: Whether entries of the zone come down to the record.
          type: bool
          sample: true
        entries:
          description: The entries that count for the record.
          type: list
          elements: dict
          contains:
            type:
              description: V(allow) or V(deny).
              type: str
              sample: allow
            trustee:
              description: Who, by name where it can be found.
              type: str
              sample: CORP\KMS Hosts
            sid:
              description: The security identifier.
              type: str
              sample: S-1-5-21-3326730070-4196875585-1107275467-1106
            rights:
              description: The rights in words.
              type: str
              sample: read, write properties
            inherited:
              description: Whether the entry comes from the zone.
              type: bool
              sample: false
    after:
      description: The permissions after, as read back from the server, or as planned in check mode.
      type: dict
      contains: *permissions
    updates:
      description: Which dynamic updates the zone accepts, V(secure), V(nonsecure_and_secure), V(none) or V(unknown).
      type: str
      sample: secure
    records:
      description: How many KMS hosts the record publishes.
      type: int
      sample: 2
    tombstoned:
      description: Whether the last record was deleted, so that the object is about to go.
      type: bool
      sample: false
    effective:
      description: Whether only the group and administrators can change the record, as things are now.
      type: bool
      sample: true
    problems:
      description: What is or was not as it should be.
      type: list
      elements: dict
      contains:
        code:
          description:
            - One of V(nonsecure_updates), V(no_updates), V(unapproved_owner), V(other_writers), V(node_missing),
              V(tombstoned), V(no_records), V(group_denied).
          type: str
          sample: unapproved_owner
        message:
          description: The same in a sentence.
          type: str
          sample: CORP\PC0815$ owned the record and could give itself any right to it
    msg:
      description: What went wrong, and what to do.
      type: str
      sample: "dc1.corp.example: no AD-integrated zone of this server holds corp.example."
group:
  description: The group and its members.
  returned: when the group was found
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: CORP\KMS Hosts
    sid:
      description: Its security identifier.
      type: str
      sample: S-1-5-21-3326730070-4196875585-1107275467-1106
    dn:
      description: Its distinguished name.
      type: str
      sample: CN=KMS Hosts,OU=Groups,DC=corp,DC=example
    added:
      description: Accounts that were made members, or would be.
      type: list
      elements: str
      sample: ["CORP\\KMS01$"]
    removed:
      description: Members that were removed, or would be, by distinguished name.
      type: list
      elements: str
      sample: []
    other_members:
      description: Members, at any depth, that are not in O(approved_hosts) and stay.
      type: list
      elements: str
      sample: []
    changed:
      description: Whether the members were changed, or would be in check mode. What is not known counts as changed.
      type: bool
      sample: true
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winfleet.activation.plugins.module_utils._ad import (
    accounts,
    connection,
    directory,
    dns_node,
    dns_view,
    errors,
    options,
    present,
    protect,
    requirements,
    rights,
)
from ansible_collections.winfleet.activation.plugins.module_utils._dns.options import check_texts
from ansible_collections.winfleet.activation.plugins.module_utils._kms import domain_of, entries_of
from ansible_collections.winfleet.activation.plugins.module_utils._outcome import Outcome
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule

_MASKS = {"update": rights.UPDATE, "full_control": rights.FULL_CONTROL}
_NEW_TICKET = (
    "Membership of {group} takes effect, and ceases, with a new Kerberos ticket: restart {hosts}, or wait ten hours."
)

_Outcome = dict[str, Any]


def argument_spec() -> dict[str, Any]:
    return {
        "domains": {"type": "list", "elements": "str", "required": True, "aliases": ["domain"]},
        "zone": {"type": "str"},
        "group": {"type": "str", "required": True},
        "approved_hosts": {"type": "list", "elements": "str", "aliases": ["approved_kms_hosts"]},
        "exclusive": {"type": "bool", "default": False},
        "rights": {"type": "str", "choices": list(_MASKS), "default": "update"},
        "owner": {"type": "str"},
        "keep": {"type": "list", "elements": "str", "default": []},
        "create_node": {"type": "bool", "default": False},
        **options.CONNECTION_SPEC,
    }


def _request(params: dict[str, Any]) -> protect.ProtectionRequest:
    if params["approved_hosts"] == []:
        raise errors.SettingWrong(
            "approved_hosts is empty, so the group would have no members: name the hosts, or leave it out."
        )
    if params["exclusive"] and not params["approved_hosts"]:
        raise errors.SettingWrong("exclusive requires approved_hosts: the group would be left without members.")
    return protect.ProtectionRequest(
        group=params["group"],
        mask=_MASKS[params["rights"]],
        owner=params["owner"],
        keep=tuple(params["keep"]),
        zone=dns_node.domain_name(params["zone"], "zone") if params["zone"] else None,
        create_node=params["create_node"],
        approved=tuple(accounts.host_name(host) for host in entries_of(params["approved_hosts"] or ())),
        exclusive=params["exclusive"],
    )


def _domains(params: dict[str, Any]) -> list[str]:
    texts = [domain_of(text) or text for text in params["domains"]]
    domains = list(dict.fromkeys(dns_node.domain_name(text, "domains") for text in texts))
    if not domains:
        raise errors.SettingWrong("domains is empty.")
    return domains


# --- The work ---------------------------------------------------------------------------------------------------------


def _run(
    module: AnsibleModule,
    server: directory.Directory,
    view: dns_view.DnsView,
    request: protect.ProtectionRequest,
    domains: list[str],
) -> _Outcome:
    setting = protect.prepare(server, request)
    looks: dict[str, protect.Look] = {}
    failures: dict[str, _Outcome] = {}
    for domain in domains:
        try:
            looks[domain] = protect.look(server, domain, request, setting, view.zone_of(domain))
        except errors.AdError as error:
            failures[domain] = present.failure(domain, error)
    outcome: _Outcome = {"changed": False, "group": present.group(setting.membership, False)}
    if failures:
        failures.update({domain: present.not_attempted(seen) for domain, seen in looks.items()})
        return _failed(outcome, [failures[domain] for domain in domains])
    names = accounts.names_of(server, setting.domain, present.trustees(looks.values(), setting))
    joined = setting.membership.changes
    outcome.update(changed=joined, group=present.group(setting.membership, joined))
    if not module.check_mode:
        try:
            protect.change_members(server, setting.membership)
        except errors.AdError as error:
            return _members_failed(outcome, error, [looks[domain] for domain in domains])
    results = _carry_out_all(module, server, [looks[domain] for domain in domains], setting, names)
    outcome["changed"] = joined or any(one["changed"] for one in results)
    if any("msg" in one for one in results):
        return _failed(outcome, results)
    outcome.update(results=results, diff=present.diff(results, setting.membership))
    _warn(module, setting.membership, results)
    return outcome


def _members_failed(outcome: _Outcome, error: errors.AdError, looks: list[protect.Look]) -> _Outcome:
    """The first write of all. What is not known counts as changed."""
    known = Outcome(error.changed).result()
    group = {**outcome["group"], "changed": known["changed"]}
    results = [present.not_attempted(seen) for seen in looks]
    return {**outcome, **known, "group": group, "results": results, "failed": True, "msg": f"{group['name']}: {error}"}


def _carry_out_all(
    module: AnsibleModule,
    server: directory.Directory,
    looks: list[protect.Look],
    setting: protect.Setting,
    names: dict[str, str],
) -> list[_Outcome]:
    """One domain after the other, until there is no connection any more."""
    results: list[_Outcome] = []
    lost = False
    for seen in looks:
        if lost:
            results.append(present.not_attempted(seen))
            continue
        try:
            results.append(_carry_out(module, server, seen, setting, names))
        except errors.AdError as error:
            lost = isinstance(error, errors.NoAnswer)
            results.append({**present.place(seen), **present.failure(seen.place.node.domain, error, names)})
    return results


def _carry_out(
    module: AnsibleModule,
    server: directory.Directory,
    seen: protect.Look,
    setting: protect.Setting,
    names: dict[str, str],
) -> _Outcome:
    if module.check_mode:
        return present.report(protect.preview(seen), setting, names, check=True)
    return present.report(protect.protect(server, seen, setting.policy), setting, names, check=False)


def _failed(outcome: _Outcome, results: list[_Outcome]) -> _Outcome:
    bad = [one for one in results if "msg" in one]
    text = f"{bad[0]['domain']}: {bad[0]['msg']}"
    if len(bad) > 1:
        text += f" ({len(bad) - 1} more of {len(results)} domains failed: see results.)"
    return {**outcome, "results": results, "failed": True, "msg": text}


# Problems that the run has not solved, and that the user has to know of.
_WARNED = {"nonsecure_updates", "tombstoned", "group_denied"}


def _warn(module: AnsibleModule, membership: protect.Membership, results: list[_Outcome]) -> None:
    for one in results:
        for problem in one["problems"]:
            if problem["code"] in _WARNED:
                module.warn(f"{one['owner_name']}: {problem['message']}.")
    if membership.others:
        others = ", ".join(membership.others)
        module.warn(f"{membership.group.account.name} has members that are not approved and may publish: {others}.")
    if membership.changes and not module.check_mode:
        hosts = ", ".join([*(one.name for one in membership.join), *membership.leave])
        module.warn(_NEW_TICKET.format(group=membership.group.account.name, hosts=hosts))


def main() -> None:
    module = TracedModule(
        argument_spec=argument_spec(),
        required_together=options.REQUIRED_TOGETHER,
        supports_check_mode=True,
    )
    try:
        check_texts(module.params)
        place = options.settings_of(module.params)
        request, domains = _request(module.params), _domains(module.params)
        requirements.require(place)
        with connection.connected(place) as server:
            result = _run(module, server, dns_view.DnsView(place), request, domains)
    except errors.LibraryMissing as error:
        module.fail_json(msg=str(error), exception=error.details)
    except (errors.AdError, errors.SettingWrong) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
