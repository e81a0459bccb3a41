# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for each way in which an exchange fails: facts in, one ``WinrmError`` out.

HTTP statuses as WinRM uses them: MS-WSMV 2.1 and 3.1.4; 401 is about identity, a refused right is a SOAP fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .._wsman.envelope import parse
from .._wsman.errors import ProtocolError
from .endpoint import BASIC_TRANSPORTS, Endpoint
from .errors import (
    ConnectionLost,
    Misconfigured,
    NotAuthenticated,
    NotWsman,
    RequestTooLarge,
    TimedOut,
    TlsError,
    TransportUnusable,
    Unexpected,
    Unreachable,
    Unsealed,
    WinrmError,
)

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def _no_names() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Situation:
    """Where an exchange stood when it failed.

    ``sent``: the request itself, not only the sign-in, may have left. ``reused``: the connection had carried an
    answer before. ``names`` looks up the names on the host's certificate, when somebody needs them.
    """

    endpoint: Endpoint
    transport: str
    sent: bool = False
    reused: bool = False
    timeout: float = 30.0
    names: Callable[[], tuple[str, ...]] = _no_names

    @property
    def label(self) -> str:
        return self.endpoint.label_with(self.transport)

    @property
    def sealed(self) -> bool:
        return self.endpoint.seals(self.transport)

    def variable(self, name: str) -> str:
        return self.endpoint.variable(name)

    def quote(self, problem: object) -> str:
        """Foreign text on one line, of bounded length, without a secret."""
        text = " ".join(self.endpoint.redact(str(problem)).split())
        return text if len(text) <= 300 else f"{text[:300]}…"


# --- no connection


def name_unknown(s: Situation) -> WinrmError:
    what = f"the name {s.endpoint.host!r} cannot be resolved by DNS"
    return Unreachable(s.label, what, f"Correct the name or set {s.variable('host')} to its address")


def refused(s: Situation) -> WinrmError:
    advice = (
        f"Check that WinRM listens (winrm enumerate winrm/config/listener on the host), the firewall, and"
        f" {s.variable('port')} "
        "(5986 for https, 5985 for http, 443 and 80 on the oldest systems)"
    )
    return Unreachable(s.label, "the connection was refused", advice)


def no_route(s: Situation, reason: str) -> WinrmError:
    advice = f"Check {s.variable('host')}, the network and the firewalls on the way"
    return Unreachable(s.label, f"no connection could be made ({s.quote(reason)})", advice)


def connect_timeout(s: Situation) -> WinrmError:
    seconds = s.endpoint.connect_timeout or s.endpoint.read_timeout
    advice = f"The machine is off, or a firewall drops port {s.endpoint.port}; check {s.variable('host')} too"
    return Unreachable(s.label, f"no connection came about in time ({seconds} seconds)", advice)


def proxy_failed(s: Situation, reason: object) -> WinrmError:
    advice = f"Check {s.variable('proxy')} and the proxy variables of the environment"
    return Unreachable(s.label, f"the proxy did not connect to the host ({s.quote(reason)})", advice)


# --- TLS


def tls_untrusted(s: Situation, reason: str) -> WinrmError:
    advice = (
        f"Set {s.variable('ca_trust_path')} to a PEM file with the issuing CA (the system's store is not used), "
        f"or {s.variable('server_cert_validation')}: ignore to do without the check"
    )
    return TlsError(s.label, f"the certificate is not trusted ({s.quote(reason)})", advice)


def tls_date(s: Situation, reason: str) -> WinrmError:
    advice = (
        "Renew the certificate of the WinRM listener and check both clocks, "
        f"or set {s.variable('server_cert_validation')}: ignore to do without the check"
    )
    return TlsError(s.label, f"the certificate has expired or is not valid yet ({s.quote(reason)})", advice)


def tls_name(s: Situation) -> WinrmError:
    names = s.names()
    holds = f"it was issued for {', '.join(names)}" if names else "its names could not be read"
    advice = (
        f"Set {s.variable('host')} to a name on the certificate, or issue one for {s.endpoint.host}; "
        f"{s.variable('server_cert_validation')}: ignore does without the check"
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


# --- signing in

_OFFER_OF = {"ntlm": {"ntlm", "negotiate"}, "kerberos": {"kerberos", "negotiate"}, "credssp": {"credssp"}}


def unauthorized(s: Situation, offered: tuple[str, ...]) -> WinrmError:
    """HTTP 401 in the end: the scheme is not offered, or it is and the account was turned down."""
    if s.endpoint.uses_certificate(s.transport):
        return _certificate_rejected(s)
    wanted = _OFFER_OF.get(s.transport, {"basic"})
    if offered and wanted.isdisjoint(scheme.lower() for scheme in offered):
        return _scheme_refused(s, offered)
    what = f"the host rejected the credentials of {s.endpoint.username or 'the ticket in the cache'} (HTTP 401)"
    return NotAuthenticated(s.label, what, " ".join(_why_rejected(s)))


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


def _why_rejected(s: Situation) -> list[str]:
    variables = f"{s.variable('username')} and {s.variable('password')}"
    reasons = [f"Check {variables}, and that the account is not locked, disabled or expired."]
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
    reasons.append("It was not tried again, to spare the account's lockout counter")
    return reasons


def _spn(s: Situation) -> str:
    return f"{s.endpoint.service}/{s.endpoint.kerberos_hostname_override or s.endpoint.host}"


def handshake_refused(s: Situation, reason: object) -> WinrmError:
    advice = (
        f"The host or a proxy in between does not take part in {s.transport}; try another {s.variable('transports')}. "
        "A proxy that shares connections breaks ntlm, kerberos and credssp"
    )
    return NotAuthenticated(s.label, f"the sign-in broke off ({s.quote(reason)})", advice)


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


# --- the answer


def read_timeout(s: Situation) -> WinrmError:
    waited = f"the host took the connection and did not answer in time ({s.timeout:g} seconds)"
    if not s.sent:
        advice = "Look at the WinRM service there"
        if s.endpoint.scheme == "https":
            advice = f"{advice}; port {s.endpoint.port} may not speak https"
        return TimedOut(s.label, waited, advice, maybe_delivered=False)
    advice = f"The host may be busy; raise {s.variable('read_timeout')} and {s.variable('operation_timeout')}"
    return TimedOut(s.label, waited, advice)


def operation_timeout(s: Situation) -> WinrmError:
    what = "the host did not finish within the operation timeout (fault 2150858793)"
    advice = f"It may be busy; ask for less, or raise {s.variable('operation_timeout')} (Windows stops at 60 seconds)"
    return TimedOut(s.label, what, advice)


def connection_lost(s: Situation, reason: object) -> WinrmError:
    where = "in the middle of an exchange" if s.sent else "while signing in"
    advice = "See the host's event log Microsoft-Windows-WinRM/Operational, and whether the service restarted"
    if not s.reused and s.endpoint.scheme == "http":
        advice = f"{advice}; if the port expects TLS, set {s.variable('scheme')} to https"
    what = f"the connection broke {where} ({s.quote(reason)})"
    return ConnectionLost(s.label, what, advice, maybe_delivered=s.sent, reused=s.reused)


def not_unsealed(s: Situation, reason: object) -> WinrmError:
    what = f"the sealed answer cannot be opened ({s.quote(reason)})"
    advice = "It was altered on its way, or the connection is out of step; a proxy that shares connections does this"
    return ConnectionLost(s.label, what, advice, maybe_delivered=s.sent, reused=s.reused)


def no_wsman(s: Situation, what: str, *, maybe_delivered: bool = False) -> WinrmError:
    advice = f"Something else than WinRM answers there; check {s.variable('port')}, {s.variable('path')} and proxies"
    return NotWsman(s.label, what, advice, maybe_delivered=maybe_delivered and s.sent)


def redirected(s: Situation) -> WinrmError:
    return no_wsman(s, "the answer is a redirect to elsewhere, which was not followed")


def unsealed(s: Situation, text: str) -> WinrmError:
    what = f"the answer{_page(s, text)} came in the clear on a sealed connection, so it was not believed"
    advice = (
        "WinRM seals its answers: a proxy or a stranger answered in its place; use https, where it has to prove itself"
    )
    return Unsealed(s.label, what, advice, maybe_delivered=s.sent)


def _is_html(text: str) -> bool:
    return "<html" in text[:2000].lower()


def _page(s: Situation, text: str) -> str:
    if not _is_html(text):
        return ""
    found = _TITLE.search(text)
    return f", an HTML page titled '{s.quote(found[1])}'," if found else ", an HTML page,"


def http_status(s: Situation, status: int, text: str = "") -> WinrmError:
    """An HTTP error without a SOAP fault in it."""
    html = _is_html(text)
    if status == 400 and s.sealed and s.sent and not html:
        return _out_of_step(s)
    if status == 407:
        return proxy_failed(s, "it wants a sign-in of its own: HTTP 407")
    if status == 413:
        advice = "Send less at once, or raise MaxEnvelopeSizekb in winrm/config on the host"
        return RequestTooLarge(s.label, "the request is larger than the host accepts (HTTP 413)", advice)
    if status == 403:
        advice = "With a client certificate: check its mapping on the host. Otherwise a proxy or filter refuses"
        return NotAuthenticated(s.label, "access to the service is forbidden (HTTP 403)", advice)
    if status == 500 and not text.strip():
        return _empty_500(s)
    if status == 503 and not html:
        advice = "WinRM is starting, stopping or busy; try again"
        return NotWsman(s.label, "the service is not ready (HTTP 503)", advice)
    found = _TITLE.search(text)
    titled = f" titled '{s.quote(found[1])}'" if found else ""
    page = f" with an HTML page{titled}" if html else ""
    detail = f"; there is no {s.endpoint.path} here" if status == 404 else ""
    return no_wsman(s, f"the answer is HTTP {status}{page}{detail}", maybe_delivered=status > 500 and status != 503)


def _out_of_step(s: Situation) -> WinrmError:
    what = "the host could not open the sealed message and did not act on it (HTTP 400: the session is out of step)"
    advice = "An idle connection that was closed does this once; a proxy that shares connections does it always"
    return ConnectionLost(s.label, what, advice, maybe_delivered=False, reused=s.reused)


def _empty_500(s: Situation) -> WinrmError:
    if s.endpoint.reveals_content(s.transport):
        what = "the host refuses unencrypted messages (HTTP 500 without a body)"
        advice = (
            f"Use https, or {s.variable('transports')} ntlm or kerberos with {s.variable('message_encryption')}: auto. "
            "AllowUnencrypted on the host would permit it, readable by everybody on the way"
        )
        return NotWsman(s.label, what, advice)
    advice = (
        "See its event log Microsoft-Windows-WinRM/Operational. A host that refuses a message as unencrypted "
        "(AllowUnencrypted=false) answers so too"
    )
    what = "the service failed without saying why (HTTP 500 without a body)"
    return NotWsman(s.label, what, advice, maybe_delivered=s.sent)


# --- this side


def local_file(s: Situation, reason: object) -> WinrmError:
    fields = ("ca_trust_path", "cert_pem", "cert_key_pem")
    advice = f"Check {', '.join(s.variable(name) for name in fields)}, and REQUESTS_CA_BUNDLE in the environment"
    return Misconfigured(s.label, f"a file cannot be used ({s.quote(reason)})", advice)


def bad_option(s: Situation, reason: object) -> WinrmError:
    advice = "Compare the connection variables of this host with the documentation of its connection plugin"
    return Misconfigured(s.label, f"the connection options do not fit together ({s.quote(reason)})", advice)


def unexpected(s: Situation, exc: BaseException) -> WinrmError:
    what = f"{type(exc).__module__}.{type(exc).__qualname__}: {s.quote(exc)}"
    advice = "This failure is not known yet; please report it with this text"
    return Unexpected(s.label, what, advice, maybe_delivered=s.sent)
