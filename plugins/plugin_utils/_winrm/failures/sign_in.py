# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for a sign-in that fails: HTTP 401 is about identity, a refused right is a SOAP fault.

MS-WSMV 2.1 and 3.1.4.
"""

from __future__ import annotations

from ..._wsman.envelope import parse
from ..._wsman.errors import ProtocolError
from ..authorization import as_text, shows_account
from ..endpoint import BASIC_TRANSPORTS, SEALING_TRANSPORTS
from ..errors import ConnectionLost, NotAuthenticated, TransportUnusable, WinrmError
from .answer import http_status, looks_like_soap, no_wsman, redirected
from .situation import Situation

_OFFER_OF = {"ntlm": {"ntlm", "negotiate"}, "kerberos": {"kerberos", "negotiate"}, "credssp": {"credssp"}}


def unauthorized(s: Situation, offered: tuple[str, ...], authorization: str | bytes | None) -> WinrmError:
    """HTTP 401 in the end, worded by what it answers: ``authorization`` is that header of the refused request.

    The scheme is not offered; or nothing of the account was shown yet; or it was shown, and turned down; or the account
    had been taken, and a sealed message was turned down.
    """
    if s.endpoint.uses_certificate(s.transport):
        return _certificate_rejected(s)
    wanted = _OFFER_OF.get(s.transport, {"basic"})
    if offered and wanted.isdisjoint(scheme.lower() for scheme in offered):
        return _scheme_refused(s, offered)
    shown = as_text(authorization)
    if s.sealed and s.sent and not shown:
        return message_refused(s)
    if not shows_account(shown):
        return _not_asked(s, offered)
    what = f"the host rejected the credentials of {s.endpoint.username or 'the ticket in the cache'} (HTTP 401)"
    return NotAuthenticated(s.label, what, " ".join(_why_rejected(s, offered)))


def _not_asked(s: Situation, offered: tuple[str, ...]) -> WinrmError:
    if not offered:
        what = "the host answers HTTP 401 and offers no way to sign in (no WWW-Authenticate)"
        advice = "Check winrm/config/service/auth on the host, and whether a proxy in between removes the header"
    else:
        what = f"the host offers {', '.join(offered)} but does not continue the sign-in (HTTP 401)"
        advice = "A proxy in between that shares connections or changes headers does this; so does a service under load"
    return NotAuthenticated(s.label, f"{what}; no credentials were shown to it", advice)


def message_refused(s: Situation) -> WinrmError:
    """HTTP 401 to a message after a sign-in that the host had taken."""
    if s.endpoint.reveals_content(s.transport):
        what = "the host accepted the sign-in but then refused a message that is not sealed (HTTP 401)"
        return NotAuthenticated(s.label, what, _unsealed_advice(s))
    refused = "a sealed message" if s.sealed else "a message"
    what = f"the host accepted the sign-in but then refused {refused} (HTTP 401), and did not act on it"
    advice = "It has lost the session: the service restarted, or a proxy in between shares connections"
    return ConnectionLost(s.label, what, advice, maybe_delivered=False, reused=s.reused)


def _certificate_rejected(s: Situation) -> WinrmError:
    advice = (
        "On the host, Auth/Certificate must be true and a mapping (winrm/config/service/certmapping) must lead from "
        "this certificate to a local account whose password still holds"
    )
    return NotAuthenticated(s.label, "the host rejected the client certificate (HTTP 401)", advice)


def _scheme_refused(s: Situation, offered: tuple[str, ...]) -> WinrmError:
    scheme = "HTTP Basic" if s.transport in BASIC_TRANSPORTS else s.transport
    advice = (
        f"Set {s.variable('transports')} to what it offers (Negotiate means ntlm or kerberos), "
        "or enable the scheme on the host under winrm/config/service/auth"
    )
    if s.endpoint.reveals_content(s.transport):
        advice = f"{advice}. Over http Windows refuses Basic and unencrypted messages (AllowUnencrypted=false)"
    return NotAuthenticated(
        s.label, f"the host does not accept {scheme} (HTTP 401); it offers {', '.join(offered)}", advice
    )


def _why_rejected(s: Situation, offered: tuple[str, ...]) -> list[str]:
    variables = f"{s.variable('username')} and {s.variable('password')}"
    reasons = []
    if s.transport in SEALING_TRANSPORTS and s.endpoint.reveals_content(s.transport):
        reasons.append(f"{_unsealed_advice(s)}.")
    if not offered and s.transport in BASIC_TRANSPORTS:
        reasons.append("It offers no way to sign in, so Basic may be disabled, or a proxy removes WWW-Authenticate.")
    reasons.append(f"Check {variables}, and that the account is not locked, disabled or expired.")
    if s.transport in BASIC_TRANSPORTS:
        reasons.append("Basic accepts local accounts only, and must be enabled on the host.")
    elif s.transport == "kerberos":
        reasons.append(
            f"The SPN {_spn(s)} must belong to the host (see {s.variable('kerberos_hostname_override')}), "
            "and the clocks may differ by five minutes."
        )
    else:
        reasons.append(r"Write a local account as HOST\user, a domain account as DOMAIN\user or user@domain.")
    if s.endpoint.scheme == "https" and s.transport in ("ntlm", "kerberos") and s.endpoint.send_cbt:
        reasons.append(f"Behind a proxy that ends TLS, {s.variable('send_cbt')}: false is needed.")
    reasons.append("It was not retried, so as not to lock the account out")
    return reasons


def _unsealed_advice(s: Situation) -> str:
    never = f"{s.variable('message_encryption')}: never"
    return f"Windows answers so to messages that are not sealed (AllowUnencrypted=false): remove {never}"


def _spn(s: Situation) -> str:
    return f"{s.endpoint.service}/{s.endpoint.kerberos_hostname_override or s.endpoint.address}"


def handshake_refused(s: Situation, reason: object) -> WinrmError:
    advice = (
        f"The host, or a proxy in between, does not support {s.transport}; try another {s.variable('transports')}. "
        "A proxy that shares connections breaks ntlm, kerberos and credssp"
    )
    return NotAuthenticated(s.label, f"the sign-in broke off ({s.quote(reason)})", advice)


def token_unreadable(s: Situation) -> WinrmError:
    """A token that no library can read; each has other words for it."""
    return handshake_refused(s, "the token that it answers with cannot be read")


def sign_in_fault(s: Situation, body: bytes) -> WinrmError:
    try:
        fault = parse(body).fault
    except ProtocolError:
        fault = None
    said = (fault.reason or fault.message) if fault is not None else "it cannot be read"
    advice = (
        "Use a member of the host's Administrators group; a local account other than the built-in one also needs "
        "LocalAccountTokenFilterPolicy set to 1 on the host (remote UAC)"
    )
    return NotAuthenticated(s.label, f"the sign-in was answered with a fault ({s.quote(said)})", advice)


def not_signed_in(s: Situation, status: int, body: bytes) -> WinrmError:
    """An answer to a token that is neither the next token nor a 401."""
    if 300 <= status < 400:
        return redirected(s)
    if status == 200:
        return no_wsman(s, "the sign-in was answered without asking for credentials")
    if 400 <= status < 600 and looks_like_soap(body):
        return sign_in_fault(s, body)
    return http_status(s, status, body.decode("utf-8", "replace"))


def identity_unproved(s: Situation) -> WinrmError:
    advice = "It may be another machine than the SPN says, or a proxy removed the header; do not ignore this"
    what = "the host did not prove its own identity (Kerberos mutual authentication)"
    return NotAuthenticated(s.label, what, advice, maybe_delivered=s.sent)


def no_ticket(s: Situation, reason: object) -> WinrmError:
    advice = (
        f"See with klist whether there is a ticket, and whether the SPN {_spn(s)} exists "
        f"(an address or alias needs {s.variable('kerberos_hostname_override')})"
    )
    return TransportUnusable(s.label, f"Kerberos gave no ticket for {_spn(s)} ({s.quote(reason)})", advice)
