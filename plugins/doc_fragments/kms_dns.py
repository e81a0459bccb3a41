# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the plugins that read and write KMS records in DNS have in common: servers to ask, and what to ask them."""

    # For modules, beside their options.
    DOCUMENTATION = r"""
attributes:
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
  action_group:
    description: Use C(group/winfleet.activation.kms_dns) in C(module_defaults) to set defaults for all modules of this
      kind.
    support: full
    membership:
      - winfleet.activation.kms_dns
notes:
  - The module needs nothing on a Windows machine. Run it on the controller, with C(hosts=localhost) or
    C(delegate_to=localhost).
"""

    SERVERS = r"""
options:
  nameservers:
    description:
      - Addresses of resolvers to ask instead of those of this machine's C(/etc/resolv.conf). A port other than 53
        follows after a colon; an IPv6 address is then enclosed in brackets.
      - They find zones, servers and addresses of hosts. The records themselves are read from the servers of the zone.
    type: list
    elements: str
    default: []
  server_port:
    description: Port of the zone's servers, where none is given with their name.
    type: int
    default: 53
  timeout:
    description: Seconds to wait for an answer of a server, up to 3600.
    type: float
    default: 5.0
  key_name:
    description:
      - Name of a TSIG key (RFC 8945) that signs what is sent to the zone's servers, as their configuration names it.
      - Of a server that has the key, no answer without a signature is taken. Servers that the zone names and that do
        not know the key, such as the secondaries of a hidden primary, are read without it.
    type: str
  key_secret:
    description: The base64 text of the key. It is never shown.
    type: str
  key_algorithm:
    description: Algorithm of the key.
    type: str
    choices:
      - hmac-md5
      - hmac-sha1
      - hmac-sha224
      - hmac-sha256
      - hmac-sha256-128
      - hmac-sha384
      - hmac-sha384-192
      - hmac-sha512
      - hmac-sha512-256
    default: hmac-sha256
requirements:
  - dnspython >= 2.7
"""

    # Reading and judging: the module kms_srv_info and the inventory kms_srv.
    SURVEY = r"""
options:
  domains:
    description:
      - DNS domains to look in. Without it, those that O(domain_controller) knows of; without that too, the domains of
        the search list in C(/etc/resolv.conf).
      - Name every domain in which clients live and hosts publish themselves. With O(zone_transfer) the subdomains of a
        zone are found without being named.
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
    aliases: [approved_kms_hosts]
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
        domain controllers, or a primary that the zone hides. They must know the key, where one is given.
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
  patience:
    description:
      - Seconds to go on looking while the servers of a zone differ, up to 3600. After a change the secondaries fetch
        their copy, and domain controllers replicate, in their own time.
    type: int
    default: 0
"""
