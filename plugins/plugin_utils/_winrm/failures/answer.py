# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for an answer that fails to come, or is none.

HTTP statuses as WinRM uses them: MS-WSMV 2.1 and 3.1.4.
"""

from __future__ import annotations

import re

from ..errors import ConnectionLost, NotAuthenticated, NotWsman, RequestTooLarge, TimedOut, Unsealed, WinrmError
from .connection import goes_by_proxy, proxy_failed
from .situation import Situation

# Where a page has its title. A stranger's text is looked at no further, and each part of it once.
_HEAD = 8192
_OPENING, _CLOSING = re.compile("<title", re.IGNORECASE), re.compile("</title", re.IGNORECASE)


def read_timeout(s: Situation) -> WinrmError:
    waited = f"the host accepted the connection but did not answer in time ({s.timeout:g} seconds)"
    if not s.sent:
        advice = "Check the WinRM service there"
        if s.endpoint.scheme == "https":
            advice = f"{advice}; port {s.endpoint.port} may not speak https"
        return TimedOut(s.label, waited, advice, maybe_delivered=False)
    advice = f"The host may be busy; raise {s.variable('read_timeout')} and {s.variable('operation_timeout')}"
    return TimedOut(s.label, waited, advice)


def operation_timeout(s: Situation) -> WinrmError:
    what = "the host did not finish within the operation timeout (fault 2150858793)"
    advice = f"It may be busy; ask for less, or raise {s.variable('operation_timeout')} (Windows stops at 60 seconds)"
    return TimedOut(s.label, what, advice)


def not_unsealed(s: Situation, reason: object) -> WinrmError:
    what = f"the sealed answer cannot be opened ({s.quote(reason)})"
    advice = "It was altered on its way, or the connection is out of step; a proxy that shares connections does this"
    return ConnectionLost(s.label, what, advice, maybe_delivered=s.sent, reused=s.reused)


def no_wsman(s: Situation, what: str, *, maybe_delivered: bool = False) -> WinrmError:
    check = f"check {s.variable('port')}, {s.variable('path')} and proxies"
    advice = f"Something other than WinRM is answering there; {check}"
    return NotWsman(s.label, what, advice, maybe_delivered=maybe_delivered and s.sent)


def redirected(s: Situation) -> WinrmError:
    return no_wsman(s, "the answer redirects elsewhere, which was not followed")


def unsealed(s: Situation, text: str) -> WinrmError:
    what = f"the answer{_page(s, text)} came in the clear on a sealed connection, so it was not believed"
    advice = (
        "WinRM seals its answers, so a proxy or another machine answered in its place; use https, where the host must "
        "prove its identity"
    )
    return Unsealed(s.label, what, advice, maybe_delivered=s.sent)


def looks_like_soap(body: bytes) -> bool:
    """A cheap look whether the codec should judge the body of an HTTP error."""
    start = body[:4096].replace(b"\0", b"")
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and b"Envelope" in start


def _is_html(text: str) -> bool:
    return "<html" in text[:2000].lower()


def _page(s: Situation, text: str) -> str:
    if not _is_html(text):
        return ""
    title = _title(text)
    return f", an HTML page titled '{s.quote(title)}'," if title is not None else ", an HTML page,"


def _title(text: str) -> str | None:
    """The title of an HTML page, in time that grows with the length of the text and no faster (CWE-1333)."""
    head = text[:_HEAD]
    opening = _OPENING.search(head)
    begin = head.find(">", opening.end()) if opening else -1
    closing = _CLOSING.search(head, begin) if begin >= 0 else None
    return head[begin + 1 : closing.start()] if closing else None


def http_status(s: Situation, status: int, text: str = "") -> WinrmError:
    """An HTTP error without a SOAP fault in it."""
    html = _is_html(text)
    if status == 400 and s.sealed and s.sent and not html:
        return _out_of_step(s)
    if status == 407 and goes_by_proxy(s):
        return proxy_failed(s, "it requires its own sign-in: HTTP 407")
    if status == 407:
        return no_wsman(s, "the answer is HTTP 407, as of a proxy, but none is named for this host")
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
    title = _title(text)
    titled = f" titled '{s.quote(title)}'" if title is not None else ""
    page = f" with an HTML page{titled}" if html else ""
    detail = f"; there is no {s.endpoint.path} here" if status == 404 else ""
    # Who says 202 has taken it, and who says 502 may have passed it on.
    taken = status < 300 or (status > 500 and status != 503)
    return no_wsman(s, f"the answer is HTTP {status}{page}{detail}", maybe_delivered=taken)


def _out_of_step(s: Situation) -> WinrmError:
    what = "the host could not open the sealed message and did not act on it (HTTP 400: the session is out of step)"
    advice = "An idle connection that was closed does this once; a proxy that shares connections does it always"
    return ConnectionLost(s.label, what, advice, maybe_delivered=False, reused=s.reused)


def _empty_500(s: Situation) -> WinrmError:
    if s.endpoint.reveals_content(s.transport):
        what = "the answer is HTTP 500 without a body, as a host gives it that refuses unencrypted messages"
        advice = (
            f"Use https, or {s.variable('transports')} ntlm or kerberos with {s.variable('message_encryption')}: auto. "
            "AllowUnencrypted on the host would permit it, but the traffic could then be read on the network"
        )
        return NotWsman(s.label, what, advice)
    advice = (
        "Check its event log Microsoft-Windows-WinRM/Operational. A host that refuses a message as unencrypted "
        "(AllowUnencrypted=false) answers so too"
    )
    what = "the service failed without saying why (HTTP 500 without a body)"
    return NotWsman(s.label, what, advice, maybe_delivered=s.sent)
