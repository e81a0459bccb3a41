# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for TLS that fails: a certificate is not believed, or both sides do not come to an agreement."""

from __future__ import annotations

from ..errors import TlsError, WinrmError
from .situation import Situation


def tls_untrusted(s: Situation, reason: str) -> WinrmError:
    advice = (
        f"Set {s.variable('ca_trust_path')} to a PEM file with the issuing CA (the system's store is not used), "
        f"or {s.variable('server_cert_validation')}: ignore to skip the check"
    )
    return TlsError(s.label, f"the certificate is not trusted ({s.quote(reason)})", advice)


def tls_date(s: Situation, reason: str) -> WinrmError:
    advice = (
        "Renew the certificate of the WinRM listener and check both clocks, "
        f"or set {s.variable('server_cert_validation')}: ignore to skip the check"
    )
    return TlsError(s.label, f"the certificate has expired or is not valid yet ({s.quote(reason)})", advice)


def tls_name(s: Situation) -> WinrmError:
    names = s.names()
    holds = f"it was issued for {', '.join(names)}" if names else "its names could not be read"
    advice = (
        f"Set {s.variable('host')} to a name on the certificate, or issue one for {s.endpoint.host}; "
        f"{s.variable('server_cert_validation')}: ignore skips the check"
    )
    return TlsError(s.label, f"the certificate is for another name than {s.endpoint.host}: {holds}", advice)


def tls_not_spoken(s: Situation) -> WinrmError:
    advice = f"Set {s.variable('scheme')} to http, or {s.variable('port')} to the https listener (usually 5986)"
    return TlsError(s.label, "the port answers without TLS", advice)


def tls_version(s: Situation, reason: str) -> WinrmError:
    advice = (
        "The control node's OpenSSL and the host share no protocol version: enable TLS 1.2 on the host (an update on "
        "Windows 7, Server 2008 R2 and older), or use http with ntlm or kerberos, which seals the messages"
    )
    return TlsError(s.label, f"no common TLS version or cipher ({s.quote(reason)})", advice)


def tls_failed(s: Situation, reason: object) -> WinrmError:
    advice = f"Check that {s.variable('port')} is the https listener and what certificate it has"
    # On a connection that has answered before, TLS was up and the request may have left through it.
    delivered = s.sent and s.reused
    return TlsError(s.label, f"TLS failed ({s.quote(reason)})", advice, maybe_delivered=delivered)
