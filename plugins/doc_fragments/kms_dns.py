# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules that read and write KMS records in DNS have in common."""

    DOCUMENTATION = r"""
options:
  nameservers:
    description:
      - Addresses of resolvers to ask instead of those of this machine's C(/etc/resolv.conf). A port other than 53
        follows after a colon; an IPv6 address stands in brackets then.
      - They find zones, servers and addresses of hosts. The records themselves are read from the servers of the zone.
    type: list
    elements: str
    default: []
  server_port:
    description: Port of the zone's servers, where none is given with their name.
    type: int
    default: 53
  timeout:
    description: Seconds to wait for an answer of a server.
    type: float
    default: 5.0
  key_name:
    description:
      - Name of a TSIG key (RFC 8945) that signs what is sent to the zone's servers, as their configuration names it.
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
