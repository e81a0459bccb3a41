# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kms_srv
short_description: The KMS hosts that DNS publishes, as an inventory
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Every host that a record C(_vlmcs._tcp) names becomes a host of the inventory, in groups that say whether it is one
    of yours. It asks the same servers and judges as M(winfleet.activation.kms_srv_info) does.
  - The configuration is a file whose name ends in C(kms_srv.yml) or C(kms_srv.yaml).
  - "Groups: C(kms_approved) and C(kms_unapproved) for whether O(approved_hosts) names the host, C(kms_unjudged) instead
    of both without that list; besides C(kms_unresolvable) for hosts without an address, C(kms_wrong_port) and
    C(kms_duplicate) as the verdicts of M(winfleet.activation.kms_srv_info). A host is in all groups that apply, so
    that C(kms_unapproved:!kms_unresolvable) are the machines that can be repaired. They exist even when they are empty,
    except C(kms_unresolvable) without O(resolve_targets)."
  - The variable C(kms_srv) of a host has C(target), C(domains), C(verdict), C(problems), C(approved), C(resolvable),
    C(addresses), C(alias_of), C(resolve_error), and in C(records) each of its records as the module returns it
    (RV(winfleet.activation.kms_srv_info#module:records)). A host that several domains name is one host with several
    records, and its verdict is the first of the module's order that one of them has.
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - winfleet.activation.kms_dns.servers
  - winfleet.activation.kms_dns.survey
  - winfleet.activation.kms_directory
  - winfleet.activation.kms_kerberos
  - winfleet.activation.kms_directory.forest
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [winfleet.activation.kms_srv]
  allow_incomplete:
    description:
      - What to do when a server does not answer, or O(zone_transfer) fails, so that some hosts may have been missed.
        By default the inventory is refused; with this option there is a warning, and an inventory of what was seen.
      - What is incomplete is not kept in the cache.
    type: bool
    default: false
notes:
  - Ansible goes on without an inventory that was refused, and only warns. Set C(any_unparsed_is_failed) in the section
    C([inventory]) of C(ansible.cfg), or E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED), so that it stops.
  - The options may be templates, except those by which variables and groups are made, which are expressions anyway.
    They see extra variables and lookups, for example to read O(key_secret) or O(bind_password) from the environment.
  - Whoever may write the record decides which hosts are in this inventory. What they wrote is never taken for
    a template, and a target that is not a full host name (V(localhost), an address, the name of a group) is left out
    with a warning. But a play that signs in to the hosts shows them its credentials. C(hosts=kms_unapproved:&windows)
    stays with the machines of your own group C(windows), where these have the same names.
  - "C(ansible_host) is not set, because the host's name is its name in DNS, and another inventory may know better. To
    use the published address, O(compose) has C(ansible_host: kms_srv.addresses[0])."
  - The cache is not used when other options have been given since. It holds no secret.
seealso:
  - module: winfleet.activation.kms_srv_info
  - module: winfleet.activation.kms_srv
"""

EXAMPLES = r"""
# corp.kms_srv.yml: which machines publish themselves, and which of them should not?
#   ansible-inventory -i corp.kms_srv.yml --graph
plugin: winfleet.activation.kms_srv
domains: [corp.example, emea.corp.example]
approved_hosts: [kms01.corp.example, kms02.corp.example]

---
# With this playbook the machines that should not become KMS clients again:
#   ansible-playbook -i windows.yml -i corp.kms_srv.yml repair.yml
- name: Turn accidental KMS hosts into KMS clients
  hosts: kms_unapproved:!kms_unresolvable
  gather_facts: false
  roles:
    - winfleet.activation.kms_client

---
# The list as the playbooks get it, further groups, variables to connect with, and a cache that outlives the command:
#   ansible-inventory -i corp.kms_srv.yml -e '{"approved_kms_hosts": ["kms01.corp.example"]}' --list
plugin: winfleet.activation.kms_srv
domains: [corp.example, emea.corp.example]
approved_hosts: "{{ approved_kms_hosts }}"
keyed_groups:
  - key: kms_srv.domains
    prefix: publishes_in
groups:
  kms_stranger: not kms_srv.target.endswith('.corp.example')
compose:
  ansible_connection: "'winrm'"
  ansible_host: kms_srv.addresses[0]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/kms_srv
cache_timeout: 600

---
# Every domain of a zone that hands itself over to a key
plugin: winfleet.activation.kms_srv
domains: [corp.example]
approved_hosts: [kms01]
servers: [dc1.corp.example, dc2.corp.example]
zone_transfer: true
key_name: kms-admin
key_secret: "{{ lookup('ansible.builtin.env', 'KMS_DNS_KEY') }}"

---
# Every domain that Active Directory knows of
plugin: winfleet.activation.kms_srv
domain_controller: dc1.corp.example
bind_user: auditor@corp.example
bind_password: "{{ lookup('ansible.builtin.env', 'AUDITOR_PASSWORD') }}"
ca_path: /etc/ssl/certs/corp-ca.pem
approved_hosts: [kms01.corp.example, kms02.corp.example]
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.winfleet.activation.plugins.module_utils._ad import errors as directory_errors
from ansible_collections.winfleet.activation.plugins.module_utils._ad import forest
from ansible_collections.winfleet.activation.plugins.module_utils._ad import options as directory_options
from ansible_collections.winfleet.activation.plugins.module_utils._dns import (
    errors,
    hosts,
    inquiry,
    present,
    requirements,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue import tracing

_VARIABLE = "kms_srv"
_PREFIX = "kms_"
_SPEC = {**inquiry.SPEC, **directory_options.FOREST_SPEC}
_OPTIONS = (*_SPEC, "domain", "allow_incomplete")
_SECRETS = {name for name, entry in _SPEC.items() if entry.get("no_log")}
_SHOWN = 10


def _safe_group_name(name: str) -> str:
    """Groups are made of what strangers wrote into DNS: only letters, digits and the underscore are left of it."""
    return str(to_safe_group_name(name, force=True, silent=True))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "winfleet.activation.kms_srv"

    _sanitize_group_name = staticmethod(_safe_group_name)

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("kms_srv.yml", "kms_srv.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        problem = requirements.missing_dnspython()
        if problem is not None:
            raise AnsibleParserError(problem)
        self._read_config_data(path)
        found = hosts.by_host(self._records(self.get_cache_key(path), cache))
        for word in hosts.all_groups(self.get_option("approved_hosts") is not None, self.get_option("resolve_targets")):
            inventory.add_group(_PREFIX + word)
        self._add_hosts(found)

    def set_options(
        self,
        task_keys: Mapping[str, Any] | None = None,
        var_options: Mapping[str, Any] | None = None,
        direct: Mapping[str, Any] | None = None,
    ) -> None:
        """Templates are filled in here, before Ansible turns the options into the types that they are to have."""
        rendered = {name: self._rendered(name, value) for name, value in (direct or {}).items()}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=rendered or direct)

    def _rendered(self, name: str, value: Any) -> Any:
        if name not in _OPTIONS:
            return value
        self.templar.available_variables = self._vars
        try:
            return self.templar.template(value)
        except AnsibleError as error:
            raise AnsibleParserError(f"{name}: {error}") from error

    # --- Records ------------------------------------------------------------------------------------------------------

    def _records(self, key: str, cache: bool) -> list[dict[str, Any]]:
        """From the cache, where it is allowed and has the answer to the same question; else from those who know."""
        params = {name: _texts(self.get_option(name)) for name in _SPEC}
        asked = _fingerprint(params)
        keep = self.get_option("cache")
        kept = self._cache.get(key) if keep and cache else None
        if isinstance(kept, Mapping) and kept.get("asked") == asked:
            records: list[dict[str, Any]] = kept["records"]
            return records
        records, complete = self._ask(params)
        if keep and complete:
            self._cache[key] = {"asked": asked, "records": records}
        return records

    def _ask(self, params: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        tracing.begin()
        try:
            asked = inquiry.inquiry_of(params)
            known = forest.forest_of(params)
            published = inquiry.published(asked, None if known is None else known.names)
        except (errors.SettingWrong, directory_errors.LibraryMissing, directory_errors.AdError) as error:
            raise AnsibleParserError(str(error)) from error
        for doubt in published.doubts:
            self.display.warning(doubt)
        if published.gaps:
            self._tell_of_gaps(published.gaps)
        records = present.published(published)["records"]
        # What only a cache still shows is not published.
        return [record for record in records if not record["cached"]], not published.gaps

    def _tell_of_gaps(self, gaps: tuple[str, ...]) -> None:
        what = f"DNS was not read completely, so some KMS hosts may have been missed. {_some(gaps)}"
        if not self.get_option("allow_incomplete"):
            raise AnsibleParserError(
                f"{what} Fix that; or list in servers only those that answer (and set ask_resolver=false to skip the "
                "resolver); or accept the gap with allow_incomplete=true."
            )
        self.display.warning(what)

    # --- Hosts --------------------------------------------------------------------------------------------------------

    def _add_hosts(self, found: dict[str, dict[str, Any]]) -> None:
        unusable = {name: why for name in found if (why := self._why_unusable(name))}
        for name, host in found.items():
            if name not in unusable:
                self._add_host(name, host)
        if unusable:
            told = [
                f"{record['record']} in {record['domain']}: {why}."
                for name, why in unusable.items()
                for record in found[name]["records"]
            ]
            self.display.warning(
                f"{len(told)} KMS records name no usable host and are not in the inventory; "
                f"the module kms_srv deletes them. {_some(told)}"
            )

    def _why_unusable(self, name: str) -> str | None:
        # Where a host has a group's name, ansible adds the whole group in its place.
        return hosts.why_no_host_name(name) or ("it is the name of a group" if name in self.inventory.groups else None)

    def _add_host(self, name: str, host: dict[str, Any]) -> None:
        self.inventory.add_host(name)
        for word in hosts.groups_of(host):
            self.inventory.add_host(name, group=_PREFIX + word)
        self.inventory.set_variable(name, _VARIABLE, wrap_var(host))
        variables = self.inventory.get_host(name).get_vars()
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)


def _texts(value: Any) -> Any:
    """Ansible does not look into the lists of a plugin's options, as it does for a module."""
    return [str(item) for item in value] if isinstance(value, list) else value


def _fingerprint(params: Mapping[str, Any]) -> str:
    """Changes with the question. A secret proves who asks, it is not part of what is asked."""
    asked = {name: value for name, value in params.items() if name not in _SECRETS}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _some(texts: tuple[str, ...] | list[str]) -> str:
    more = f" And {len(texts) - _SHOWN} more." if len(texts) > _SHOWN else ""
    return " ".join(texts[:_SHOWN]) + more
