# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of the directory: from the names that people use to identifiers, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .._kms import KmsEndpoint, normal_name
from . import filters, sid
from .directory import Directory
from .entry import Entry
from .errors import NotFound, Refused, SettingWrong

_SECURITY_GROUP = 0x80000000  # MS-ADTS 2.2.12, GROUP_TYPE_SECURITY_ENABLED


@dataclass(frozen=True)
class Domain:
    """The domain of the controller that we talk to. ``root_sid`` is the first domain of the forest."""

    base: str
    sid: str
    root_sid: str
    netbios: str

    @property
    def dns_name(self) -> str:
        """As the distinguished name has it (RFC 2247)."""
        labels = [part.partition("=")[2] for part in self.base.split(",")]
        return normal_name(".".join(labels))


@dataclass(frozen=True)
class Account:
    """A computer, a user or a group."""

    dn: str
    sid: str
    name: str


@dataclass(frozen=True)
class Group:
    """A security group, and its direct members by distinguished name."""

    account: Account
    members: tuple[str, ...]
    writable: bool
    """Whether we may change its members."""


def read_domain(directory: Directory) -> Domain:
    """Raises AdError."""
    root = directory.root
    base, forest = root.text("defaultNamingContext"), root.text("rootDomainNamingContext")
    if not base:
        raise NotFound(directory.label, "this is not an Active Directory server", "Name a domain controller")
    partitions = f"CN=Partitions,{root.text('configurationNamingContext')}"
    wanted = filters.every(filters.equals("nCName", base), "(nETBIOSName=*)")
    named = directory.children(partitions, wanted, ["nETBIOSName"])
    own = _sid_of(directory, base)
    first = own if forest.lower() == base.lower() else _sid_of_root(directory, partitions, forest)
    return Domain(base, own, first, named[0].text("nETBIOSName") if named else "")


def _sid_of(directory: Directory, dn: str) -> str:
    entry = directory.read(dn, ["objectSid"])
    values = entry.values("objectSid") if entry is not None else ()
    if not values:
        raise NotFound(
            directory.label, f"{dn} has no security identifier that this account may read", "Use another account"
        )
    return sid.from_bytes(values[0])[0]


_SID = re.compile(r"<SID=(S-1-[0-9-]{1,200})>")


def _sid_of_root(directory: Directory, partitions: str, forest: str) -> str:
    """Of the first domain, whose object other domain controllers hold. The reference to it is on every one.

    Raises Refused: without it, the forest's administrators would be taken for strangers, and lose their right.
    """
    found = directory.references(partitions, filters.equals("nCName", forest), "nCName") if forest else []
    identifiers = [match[1] for entry in found if (match := _SID.match(entry.text("nCName").partition(";")[2]))]
    if len(identifiers) != 1 or not sid.is_text(identifiers[0]):
        what = f"the security identifier of the forest's first domain ({forest or 'unknown'}) cannot be read"
        advice = "Name a domain controller of that domain, or use an account that may read CN=Partitions"
        raise Refused(directory.label, what, advice)
    return identifiers[0]


# --- From names to identifiers ----------------------------------------------------------------------------------------


def find_group(directory: Directory, domain: Domain, text: str) -> Group:
    """The security group of that name. Raises NotFound, Refused."""
    entry = _find(directory, domain, text, ["groupType", "member", "allowedAttributesEffective"])
    account = _account(entry, domain)
    if "group" not in entry.texts("objectClass"):
        advice = "Make a security group of the approved KMS hosts"
        raise Refused(directory.label, f"{account.name} is not a group", advice)
    if not int(entry.text("groupType") or "0") & _SECURITY_GROUP:
        what = f"{account.name} is a distribution group, which cannot grant rights to its members"
        raise Refused(directory.label, what, "Make a security group of the approved KMS hosts")
    if sid.is_crowd(account.sid):
        what = f"{account.name} contains more than the approved KMS hosts, so it would protect nothing"
        raise Refused(directory.label, what, "Make a security group of their computer accounts")
    # A constructed attribute (MS-ADTS 3.1.1.4.5): computed for whoever asks, and absent where nothing is allowed.
    allowed = [name.lower() for name in entry.texts("allowedAttributesEffective")]
    return Group(account, _members(directory, entry), "member" in allowed)


def find_sid(directory: Directory, domain: Domain, text: str) -> str:
    """The identifier of any account. An identifier stands for itself. Raises NotFound, Refused."""
    return text if sid.is_text(text) else _account(_find(directory, domain, text), domain).sid


def host_name(text: str) -> str:
    """The name of a KMS host, given as for the DNS modules. Raises SettingWrong."""
    try:
        endpoint = KmsEndpoint.parse(text)
    except ValueError as error:
        raise SettingWrong(f"approved_hosts: {error}.") from error
    if endpoint.is_address:
        raise SettingWrong(f"approved_hosts: {text} is an address, but accounts have names: give the host name.")
    return endpoint.host


def find_computer(directory: Directory, domain: Domain, host: str) -> Account:
    """The computer account of a host. Raises NotFound, Refused."""
    by_account = filters.equals("sAMAccountName", f"{host.split('.')[0][:15]}$")
    wanted = by_account if "." not in host else filters.any_of([filters.equals("dNSHostName", host), by_account])
    found = directory.below(
        domain.base, filters.every("(objectClass=computer)", wanted), ["objectSid", "sAMAccountName", "dNSHostName"]
    )
    # An account of that name whose host name is another one is another machine.
    fitting = [entry for entry in found if "." not in host or _is_host(entry, host, domain)]
    if not fitting:
        what = f"there is no computer account of {host} in {domain.base}"
        advice = "Join it to the domain, or check its name; add accounts of other domains to the group yourself"
        raise NotFound(directory.label, what, advice)
    if len(fitting) > 1:
        what = f"{host} may be any of {', '.join(sorted(entry.dn for entry in fitting))}"
        raise Refused(directory.label, what, "Give its full name")
    return _account(fitting[0], domain)


def _is_host(entry: Entry, host: str, domain: Domain) -> bool:
    """An account that was made before its machine has no host's name yet, which will be in the domain's own."""
    name = normal_name(entry.text("dNSHostName"))
    return name == host or (not name and host.partition(".")[2] == domain.dns_name)


def _find(directory: Directory, domain: Domain, text: str, attributes: Iterable[str] = ()) -> Entry:
    wanted = ["objectSid", "sAMAccountName", "objectClass", *attributes]
    if sid.is_text(text):
        found = directory.below(domain.base, filters.equals("objectSid", sid.to_bytes(text)), wanted)
    elif "=" in text:
        entry = directory.read(text, wanted)
        found = [entry] if entry is not None else []
    else:
        found = directory.below(
            domain.base, filters.equals("sAMAccountName", _own_name(directory, domain, text)), wanted
        )
    found = [entry for entry in found if entry.values("objectSid")]
    if not found:
        what = f"there is no account or group {text!r} in {domain.base}"
        raise NotFound(directory.label, what, "Check the name, or create it first; a group of another domain by its DN")
    return found[0]


def _own_name(directory: Directory, domain: Domain, text: str) -> str:
    """``DOMAIN\\name`` without its domain, which has to be this one."""
    prefix, separator, name = text.rpartition("\\")
    if separator and prefix.lower() not in (domain.netbios.lower(), "builtin"):
        what = f"{text} belongs to the domain {prefix}, and this server to {domain.netbios}"
        raise Refused(directory.label, what, "Give its distinguished name or its SID")
    return name


def _account(entry: Entry, domain: Domain) -> Account:
    identifier = sid.from_bytes(entry.values("objectSid")[0])[0]
    return Account(entry.dn, identifier, _display(identifier, entry.text("sAMAccountName"), domain))


def _members(directory: Directory, entry: Entry) -> tuple[str, ...]:
    members, start = entry.ranged("member")
    while start is not None:
        more = directory.read(entry.dn, [f"member;range={start}-*"])
        part, start = more.ranged("member") if more is not None else ((), None)
        members += part
    return members


# --- From identifiers to names ----------------------------------------------------------------------------------------


def names_of(directory: Directory, domain: Domain, identifiers: Iterable[str]) -> dict[str, str]:
    """What people call these trustees. One that cannot be found goes by its identifier."""
    wanted = set(identifiers)
    names = {one: sid.WELL_KNOWN.get(one, one) for one in wanted}
    unknown = sorted(one for one in wanted if one not in sid.WELL_KNOWN)
    for start in range(0, len(unknown), 50):
        some = [filters.equals("objectSid", sid.to_bytes(one)) for one in unknown[start : start + 50]]
        for entry in directory.below(domain.base, filters.any_of(some), ["objectSid", "sAMAccountName"]):
            identifier = sid.from_bytes(entry.values("objectSid")[0])[0]
            if entry.text("sAMAccountName"):
                names[identifier] = _display(identifier, entry.text("sAMAccountName"), domain)
    return names


def effective_members(directory: Directory, domain: Domain, group: Account) -> dict[str, str]:
    """Computers and users that are in the group at any depth: name by distinguished name in lower case."""
    accounts = filters.every("(objectSid=*)", "(!(objectClass=group))", filters.member_of(group.dn))
    found = directory.below(domain.base, accounts, ["objectSid", "sAMAccountName"])
    return {entry.dn.lower(): _account(entry, domain).name for entry in found}


def _display(identifier: str, name: str, domain: Domain) -> str:
    if identifier in sid.WELL_KNOWN:
        return sid.WELL_KNOWN[identifier]
    own = sid.domain_of(identifier) == domain.sid
    return f"{domain.netbios}\\{name}" if own and domain.netbios else name
