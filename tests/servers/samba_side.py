# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Samba's Python bindings do: runs with Debian's Python, JSON in, JSON out. Imports nothing of ours.

It fills the directory, and it is the oracle for security descriptors: Samba's own reading of the same bytes.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

# Samba's bindings exist for Debian's Python alone, and carry no types.
from ldb import FLAG_MOD_ADD, FLAG_MOD_REPLACE, SCOPE_BASE, Dn, LdbError, Message, MessageElement  # type: ignore
from samba.auth import system_session  # type: ignore
from samba.dcerpc import security  # type: ignore
from samba.ndr import ndr_pack, ndr_unpack  # type: ignore
from samba.param import LoadParm  # type: ignore
from samba.samdb import SamDB  # type: ignore


def _database(asked: dict[str, Any]) -> Any:
    settings = LoadParm()
    settings.load(asked["conf"])
    return SamDB(url=asked["db"], session_info=system_session(), lp=settings)


def populate(asked: dict[str, Any]) -> None:
    """Users and computers with passwords, groups with members, service principal names."""
    database = _database(asked)
    for name, password in asked.get("users", {}).items():
        database.newuser(name, password)
    for name, password in asked.get("computers", {}).items():
        database.newcomputer(name)
        database.setpassword(f"(sAMAccountName={name}$)", password, force_change_at_next_login=False)
        database.enable_account(f"(sAMAccountName={name}$)")
    for name in asked.get("groups", []):
        database.newgroup(name)
    for name in asked.get("distribution_groups", []):
        database.newgroup(name, grouptype=2)
    for name, members in asked.get("members", {}).items():
        database.add_remove_group_members(name, members, add_members_operation=True)
    for account, names in asked.get("spns", {}).items():
        _change(database, _account(database, account), {"servicePrincipalName": names}, FLAG_MOD_ADD)


def replace(asked: dict[str, Any]) -> None:
    """Attributes of an object; the values are base64, except under "text"."""
    database = _database(asked)
    values = {name: [base64.b64decode(value) for value in found] for name, found in asked.get("bytes", {}).items()}
    _change(database, Dn(database, asked["dn"]), {**values, **asked.get("text", {})}, FLAG_MOD_REPLACE)


def add(asked: dict[str, Any]) -> None:
    """A new object; the values are base64, except under "text"."""
    database = _database(asked)
    message = Message(Dn(database, asked["dn"]))
    values = {name: [base64.b64decode(value) for value in found] for name, found in asked.get("bytes", {}).items()}
    for attribute, value in {**values, **asked.get("text", {})}.items():
        message[attribute] = MessageElement(value, FLAG_MOD_ADD, attribute)
    database.add(message)


def know_domain(asked: dict[str, Any]) -> None:
    """Let a directory know another domain of its forest: its identifiers, and the reference to it.

    Samba shows a reference only to what it holds, so it gets the head of that domain too, as a global catalog has it.
    """
    settings = LoadParm()
    settings.load(asked["conf"])
    # Without flags it may make the file of the partition.
    database = SamDB(url=asked["db"], session_info=system_session(), lp=settings, flags=0)
    configuration = str(database.get_config_basedn())
    head = {"objectClass": ["top", "domainDNS"], "instanceType": "13", "objectSid": ndr_pack(_sid(asked["sid"]))}
    reference = {"objectClass": "crossRef", "nCName": asked["base"], "dnsRoot": asked["name"], "systemFlags": "3"}
    named = f"CN={asked['netbios']},CN=Partitions,{configuration}"
    for dn, values in ((asked["base"], head), (named, {**reference, "nETBIOSName": asked["netbios"]})):
        message = Message(Dn(database, dn))
        for attribute, value in values.items():
            message[attribute] = MessageElement(value, FLAG_MOD_ADD, attribute)
        database.add(message, ["relax:0"])


def _sid(text: str) -> Any:
    return security.dom_sid(text)


def delete(asked: dict[str, Any]) -> None:
    _database(asked).delete(asked["dn"])


def rename(asked: dict[str, Any]) -> None:
    _database(asked).rename(asked["dn"], asked["to"])


def exists(asked: dict[str, Any]) -> bool:
    """Whether there is such an object, in whatever partition."""
    database = _database(asked)
    try:
        return bool(database.search(base=asked["dn"], scope=SCOPE_BASE, attrs=["name"]))
    except LdbError:
        return False


def members(asked: dict[str, Any]) -> None:
    _database(asked).add_remove_group_members(asked["group"], asked["names"], add_members_operation=asked["add"])


def set_sddl(asked: dict[str, Any]) -> None:
    """Give an object a descriptor, as an administrator's tool could."""
    database = _database(asked)
    descriptor = security.descriptor.from_sddl(asked["sddl"], security.dom_sid(database.get_domain_sid()))
    _change(database, Dn(database, asked["dn"]), {"nTSecurityDescriptor": [ndr_pack(descriptor)]}, FLAG_MOD_REPLACE)


def sddl(asked: dict[str, Any]) -> str:
    database = _database(asked)
    found = database.search(base=asked["dn"], scope=SCOPE_BASE, attrs=["nTSecurityDescriptor"])
    return _as_sddl(database, found[0]["nTSecurityDescriptor"][0])


def sid(asked: dict[str, Any]) -> str:
    """The identifier of an account; of the domain without a name."""
    database = _database(asked)
    if not asked["name"]:
        return str(database.get_domain_sid())
    found = database.search(base=_account(database, asked["name"]), scope=SCOPE_BASE, attrs=["objectSid"])
    return str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))


def attributes(asked: dict[str, Any]) -> dict[str, list[str]] | None:
    """Every attribute of an object, as base64; None when it is not there."""
    database = _database(asked)
    found = database.search(base=database.get_default_basedn(), expression=f"(distinguishedName={asked['dn']})")
    if not found:
        parent, name = Dn(database, asked["dn"]).parent(), Dn(database, asked["dn"]).get_rdn_value()
        found = database.search(base=parent, expression=f"(name={name})", attrs=["*", "nTSecurityDescriptor"])
    if not found:
        return None
    return {name: [base64.b64encode(bytes(v)).decode() for v in found[0][name]] for name in found[0] if name != "dn"}


def descriptors(asked: dict[str, Any]) -> list[str]:
    """Every different descriptor of the directory, in base64."""
    database = _database(asked)
    bases = [str(database.get_default_basedn())]
    bases += [f"DC=DomainDnsZones,{bases[0]}", f"CN=Configuration,{bases[0]}"]
    found = {
        bytes(entry["nTSecurityDescriptor"][0])
        for base in bases
        for entry in database.search(base=base, attrs=["nTSecurityDescriptor"])
        if "nTSecurityDescriptor" in entry
    }
    return sorted(base64.b64encode(value).decode() for value in found)


def read(asked: dict[str, Any]) -> list[str]:
    """What the given descriptors mean, as SDDL."""
    database = _database(asked)
    return [_as_sddl(database, base64.b64decode(value)) for value in asked["descriptors"]]


def parts(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The given descriptors in their parts: what the bindings show of each entry."""
    return [_parts(ndr_unpack(security.descriptor, base64.b64decode(value))) for value in asked["descriptors"]]


def _parts(descriptor: Any) -> dict[str, Any]:
    entries = descriptor.dacl.aces if descriptor.dacl is not None else ()
    return {
        "owner": str(descriptor.owner_sid),
        "group": str(descriptor.group_sid),
        "control": descriptor.type,
        "entries": [[ace.type, ace.flags, ace.access_mask, str(ace.trustee), _limit(ace)] for ace in entries],
    }


def _limit(ace: Any) -> str | None:
    return str(ace.object.type) if ace.type in (5, 6) and ace.object.flags & 1 else None


def _as_sddl(database: Any, value: bytes) -> str:
    text: str = ndr_unpack(security.descriptor, value).as_sddl(security.dom_sid(database.get_domain_sid()))
    return text


def _account(database: Any, name: str) -> Any:
    return database.search(base=database.get_default_basedn(), expression=f"(sAMAccountName={name})")[0].dn


def _change(database: Any, name: Any, values: dict[str, Any], kind: int) -> None:
    message = Message(name)
    for attribute, value in values.items():
        message[attribute] = MessageElement(value, kind, attribute)
    database.modify(message)


_VERBS = (populate, replace, add, delete, rename, exists, members, set_sddl, sddl, sid, attributes, descriptors)
VERBS = {verb.__name__: verb for verb in (*_VERBS, know_domain, read, parts)}

if __name__ == "__main__":
    json.dump(VERBS[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
