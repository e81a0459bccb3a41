# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for a connection that fails: it cannot be made, or it breaks."""

from __future__ import annotations

from urllib.request import getproxies

from ..endpoint import FROM_ENVIRONMENT
from ..errors import ConnectionLost, NotWsman, Unreachable, WinrmError
from ..http1 import NotHttp
from ..proxies import is_proxied
from .situation import Situation


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
    if goes_by_proxy(s):
        return proxy_failed(s, f"no connection to it after {seconds} seconds")
    advice = f"The machine is off, or a firewall drops port {s.endpoint.port}; check {s.variable('host')} too"
    return Unreachable(s.label, f"the connection attempt timed out after {seconds} seconds", advice)


def proxy_failed(s: Situation, reason: object) -> WinrmError:
    name, origin = _proxy(s)
    advice = f"It was named by {origin}; check it there, or exclude this host from it"
    return Unreachable(s.label, f"the proxy {name} did not connect to the host ({s.quote(reason)})", advice)


def goes_by_proxy(s: Situation) -> bool:
    """Whether anybody has named a proxy for this host."""
    return is_proxied(s.endpoint, getproxies())


def _proxy(s: Situation) -> tuple[str, str]:
    """The proxy's name and port, without an account that may stand before them, and who named it."""
    named, origin = s.endpoint.proxy, s.variable("proxy")
    if named == FROM_ENVIRONMENT:
        proxies = getproxies()
        named = proxies.get(s.endpoint.scheme) or proxies.get("all")
        origin = f"the environment ({s.endpoint.scheme}_proxy or all_proxy)"
    return s.quote((named or "in between").rpartition("@")[2].rpartition("//")[2].rstrip("/")), origin


def handshake_broken(s: Situation, reason: object) -> WinrmError:
    advice = (
        "The host may not speak TLS 1.2 (Windows 7, Server 2008 R2 and older need an update for it), "
        "or its listener has no usable certificate; or use http with ntlm or kerberos, which seals the messages"
    )
    what = f"the connection broke during the TLS handshake ({s.quote(reason)})"
    return ConnectionLost(s.label, what, advice, maybe_delivered=False)


# RFC 8446 5.1: an alert, or a part of a handshake, of any version.
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")


def not_http(s: Situation, exc: NotHttp) -> WinrmError:
    """Something other than HTTP: not WinRM, unless the host has answered before."""
    if s.reused or (s.sent and s.sealed):
        return connection_lost(s, exc)
    if exc.said.startswith(_TLS_RECORDS):
        advice = f"Set {s.variable('scheme')} to https, or {s.variable('port')} to the http listener (usually 5985)"
        return NotWsman(s.label, "the port expects TLS", advice, maybe_delivered=False)
    advice = f"Something other than WinRM is answering there; check {s.variable('port')} and proxies"
    return NotWsman(s.label, s.quote(exc), advice, maybe_delivered=s.sent)


def connection_lost(s: Situation, reason: object) -> WinrmError:
    if s.handshake:
        return handshake_broken(s, reason)
    where = "in the middle of an exchange" if s.sent else "while signing in"
    advice = "Check the host's event log Microsoft-Windows-WinRM/Operational, and whether the service restarted"
    if not s.reused and s.endpoint.scheme == "http":
        advice = f"{advice}; if the port expects TLS, set {s.variable('scheme')} to https"
    what = f"the connection broke {where} ({s.quote(reason)})"
    return ConnectionLost(s.label, what, advice, maybe_delivered=s.sent, reused=s.reused)
