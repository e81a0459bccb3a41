# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of the modules for DNS run as they stand, on BIND and on Active Directory.

Only what belongs to the site of an example is replaced: addresses, paths, and the name of the key where two use one
name with two algorithms.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.module_document import assert_documented, document

from .activation_objects import make
from .bind import SERVICE, Bind, Key, Zone, bind
from .running import Ansible
from .samba import ADMINISTRATOR, Samba, samba

BIND_ADDRESS, SAMBA_ADDRESS = "127.53.10.1", "127.60.3.1"
DOMAINS = ("corp.example", "emea.corp.example")
KEYS = {algorithm: Key(f"kms-admin-{algorithm}", algorithm) for algorithm in ("hmac-sha256", "hmac-sha512")}
USER, PASSWORD = "dnsadmin", "Dns-Adm1n-Passw0rd"
VARIABLES = {
    "approved_kms_hosts": ["kms01.corp.example", "kms02.corp.example"],
    "dnsadmin_password": PASSWORD,
    "auditor_password": PASSWORD,
    "forestadmin_password": PASSWORD,
    "fleet": {"hosts": {"pc1": {"products": []}}},
}
PUBLISHED = ("kms01.corp.example", "kms02.corp.example", "pc0815.corp.example")

# Modules that talk to a domain controller and to nobody else.
BY_LDAP = ("kms_srv_acl", "adba_info", "adba_object")

Task = dict[str, Any]


def examples(module: str, where: str) -> list[Any]:
    """The tasks of a module for one of the sites; a task with another module belongs to the one before it."""
    groups: list[list[Task]] = []
    for task in yaml.safe_load(document(module)["examples"]):
        if f"winfleet.activation.{module}" in task:
            groups.append([])
        groups[-1].append(task)
    chosen = []
    for tasks in groups:
        options = tasks[0][f"winfleet.activation.{module}"]
        directory = module in BY_LDAP or any(name.startswith("kerberos") for name in options)
        if directory == (where == "directory"):
            chosen.append(pytest.param(module, tasks, id=f"{module}-{tasks[0]['name']}"))
    return chosen


MODULES = ("kms_srv_info", "kms_srv", *BY_LDAP)
ON_BIND = [example for module in MODULES for example in examples(module, "bind")]
IN_DIRECTORY = [example for module in MODULES for example in examples(module, "directory")]


def play(ansible: Ansible, module: str, tasks: list[Task], variables: dict[str, Any], **environment: str) -> None:
    """Run the tasks and compare what comes back with what RETURN says."""
    answer = ansible.work / "answer.json"
    first, *others = tasks
    name = first.setdefault("register", "answer")
    keep = {"ansible.builtin.copy": {"content": f"{{{{ {name} | to_json }}}}", "dest": str(answer)}}
    playbook = ansible.work / "examples.yml"
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [first, {**keep, "check_mode": False}, *others]}]
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False))
    run = ansible.playbook(str(playbook), "localhost,", variables, "-c", "local", **environment)
    assert run.code == 0, run.output
    result = json.loads(answer.read_text())
    # ``register`` adds it.
    assert result.pop("failed") is False
    assert_documented(result, document(module)["return"], module)


# --- BIND -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def named(addresses: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    addresses(BIND_ADDRESS)
    grants = " ".join(f"grant {key.name} subdomain {DOMAINS[0]}. SRV;" for key in KEYS.values())
    transfer = " ".join(f'key "{key.name}";' for key in KEYS.values())
    records = "".join(f"{SERVICE} 3600 SRV 0 0 1688 {host}.\n" for host in PUBLISHED)
    zones = [
        Zone(domain, records, f"update-policy {{ {grants} }}; allow-transfer {{ {transfer} }};") for domain in DOMAINS
    ]
    with bind(tmp_path_factory.mktemp("bind") / "bind", BIND_ADDRESS, zones, KEYS.values()) as running:
        yield running


@pytest.mark.parametrize(("module", "tasks"), ON_BIND)
def test_on_bind(named: Bind, ansible: Ansible, module: str, tasks: list[Task]) -> None:
    options = tasks[0][f"winfleet.activation.{module}"]
    options["nameservers"] = [BIND_ADDRESS]
    if "servers" in options:
        options["servers"] = [BIND_ADDRESS]
    key = KEYS[options.get("key_algorithm", "hmac-sha256")]
    if "key_name" in options:
        options["key_name"] = key.name
    if "published" in json.dumps(tasks[1:]):
        # The next task stops the play where a host is not approved, which is what it is for.
        for domain in DOMAINS:
            rogue = f"update delete {SERVICE}.{domain}. SRV 0 0 1688 {PUBLISHED[2]}."
            assert named.nsupdate(domain, [rogue], key) == ""
    play(ansible, module, tasks, {**VARIABLES, "kms_dns_key": key.secret})


# --- Active Directory -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with samba(tmp_path_factory.mktemp("examples") / "dc", SAMBA_ADDRESS, DOMAINS[0]) as controller:
        controller.side(
            "populate",
            users={USER: PASSWORD},
            computers=dict.fromkeys(("kms01", "kms02"), "C0mputer-Passw0rd"),
            groups=["KMS Hosts"],
            members={"Domain Admins": [USER], "Enterprise Admins": [USER]},
            spns={"DC1$": [f"ldap/{controller.host}"]},
        )
        controller.tool("dns", "zonecreate", SAMBA_ADDRESS, DOMAINS[1])
        make(controller, "ao2016", "Corp AO 2016")
        for domain in DOMAINS:
            lines = [f"add {SERVICE}.{domain} 3600 SRV 0 0 1688 {host}." for host in PUBLISHED]
            assert controller.nsupdate(controller.ticket(ADMINISTRATOR), lines, domain) == ""
        yield controller


@pytest.mark.parametrize(("module", "tasks"), IN_DIRECTORY)
def test_in_active_directory(directory: Samba, ansible: Ansible, module: str, tasks: list[Task]) -> None:
    options = tasks[0][f"winfleet.activation.{module}"]
    if module not in BY_LDAP:
        options["nameservers"] = [SAMBA_ADDRESS]
    # LDAP finds the domain controller by the resolver of the machine, which knows nothing of this one.
    server = "server" if module == "kms_srv_acl" else "domain_controller"
    if server in options:
        options[server] = SAMBA_ADDRESS
        if "bind_user" not in options:
            options["kerberos_hostname"] = directory.host
    if "domain_controller" in options and "bind_user" not in options:
        options["kerberos_principal"] = f"{USER}@{directory.realm}"
    if "bind_user" in options:
        options["bind_user"] = f"{USER}@{DOMAINS[0]}"
    if "kerberos_keytab" in options:
        options["kerberos_keytab"] = str(directory.keytab(USER))
    if "ca_path" in options:
        options["ca_path"] = str(directory.ca)
    environment = {**directory.environment, "KRB5CCNAME": directory.ticket(USER)}
    play(ansible, module, tasks, VARIABLES, **environment)


def test_every_example_has_run_somewhere() -> None:
    for module in MODULES:
        tasks = [
            task for task in yaml.safe_load(document(module)["examples"]) if f"winfleet.activation.{module}" in task
        ]
        ran = [example for example in ON_BIND + IN_DIRECTORY if example.values[0] == module]
        assert len(tasks) == len(ran) > 1, module
