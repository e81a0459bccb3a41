# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the plugins that sign in to a domain controller have in common: as whom, and what to ask it."""

    DOCUMENTATION = r"""
options:
  bind_user:
    description:
      - Sign in on the domain controller with a password by TLS as this user, for example V(admin@corp.example) or
        V(CORP\\admin). When left out, Kerberos is used, which encrypts by itself and needs no certificate on the domain
        controller.
    type: str
  bind_password:
    description: Password of the user. It is never shown.
    type: str
  start_tls:
    description: Begin TLS on port 389 instead of connecting to port 636.
    type: bool
    default: false
  ca_path:
    description: File with the certificate of the authority that signed the domain controller's, in PEM.
    type: path
  validate_certs:
    description: Whether to check the domain controller's certificate. Do not turn it off where others can reach the
      network.
    type: bool
    default: true
  kerberos_hostname:
    description: Full name of the domain controller, where it is given by its address.
    type: str
"""

    # For the modules that speak to nothing but a domain controller.
    LDAP = r"""
options:
  timeout:
    description: Seconds to wait for the domain controller.
    type: float
    default: 10.0
requirements:
  - python-ldap >= 3.4
  - for Kerberos, the GSSAPI plugin of Cyrus SASL (Debian C(libsasl2-modules-gssapi-mit), Red Hat C(cyrus-sasl-gssapi))
  - gssapi, for O(kerberos_principal) and O(kerberos_keytab)
"""

    # In which domains to look: the module kms_srv_info and the inventory kms_srv.
    FOREST = r"""
options:
  domain_controller:
    description:
      - A domain controller of Active Directory, by full name; or by address, with O(kerberos_hostname). It is asked by
        LDAP for domains to look in, which come after those in O(domains).
      - These are the domains of its forest; the AD-integrated DNS zones that it holds, since clients may be in domains
        that are none of Active Directory; and the domains inside these zones that have a record. Reverse zones,
        conditional forwarders, stub zones, and those that the DNS server or the domain controllers keep for themselves
        are left out.
      - Zones that it does not hold are not seen, as those which only the domain controllers of another domain of the
        forest have. Name a domain controller that is a DNS server, and such zones in O(domains).
      - More than 1000 domains are refused.
      - Any account of the forest may read them by default.
    type: str
requirements:
  - python-ldap >= 3.4, for O(domain_controller)
  - for O(domain_controller) by Kerberos, the GSSAPI plugin of Cyrus SASL (Debian C(libsasl2-modules-gssapi-mit), Red
    Hat C(cyrus-sasl-gssapi))
  - gssapi, for O(kerberos_principal) and O(kerberos_keytab)
"""
