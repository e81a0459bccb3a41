# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """As whom to sign in by Kerberos: at a name server or at a domain controller."""

    DOCUMENTATION = r"""
options:
  kerberos_principal:
    description:
      - Whose ticket, for example V(dnsadmin@CORP.EXAMPLE). Without O(kerberos_password), O(kerberos_keytab) or
        O(kerberos_ccache) the ticket must be in the cache of this machine (C(kinit)).
    type: str
  kerberos_password:
    description: Password of the principal. It is never shown.
    type: str
  kerberos_keytab:
    description: Keytab of the principal.
    type: path
  kerberos_ccache:
    description: Ticket cache, for example V(FILE:/run/krb5cc_kms).
    type: str
"""
