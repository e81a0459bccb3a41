# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The border: exceptions of pywinrm, requests, pyspnego and their kin are renamed here, by one table, and nowhere else.

The table is keyed by dotted class name and looked up along the exception's MRO, most specific class first. So this
file imports none of those libraries, of which some may not be installed.
"""

from __future__ import annotations

import dataclasses
import errno
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

from .. import http1
from ..challenge import schemes_offered, token_of
from ..errors import WinrmError
from .answer import http_status, looks_like_soap, no_wsman, not_unsealed, operation_timeout, read_timeout
from .connection import connect_timeout, connection_lost, name_unknown, no_route, not_http, proxy_failed, refused
from .local import bad_option, local_file, unexpected
from .sign_in import (
    handshake_refused,
    identity_unproved,
    no_ticket,
    not_signed_in,
    token_unreadable,
    unauthorized,
)
from .situation import Situation
from .tls import tls_date, tls_failed, tls_name, tls_not_spoken, tls_untrusted, tls_version

_Rename = Callable[[Situation, Any], WinrmError]


def translate(situation: Situation, exc: BaseException) -> WinrmError:
    """The error of ours for a foreign exception."""
    if isinstance(exc, WinrmError):
        return exc
    if situation.tunnelling:
        return proxy_failed(situation, _of_tunnel(exc))
    for kind in type(exc).__mro__:
        rename = TABLE.get(f"{kind.__module__}.{kind.__qualname__}")
        if rename is not None:
            return rename(situation, exc)
    return unexpected(situation, exc)


def soap_body(exc: BaseException) -> bytes | None:
    """The SOAP envelope that came with an HTTP error, for the codec to judge; None when there is none.

    pywinrm parses some faults itself and may stumble over them; the text it stumbled over is still in the chain.
    An operation timeout is not among them: pywinrm gives it a class of its own.
    """
    if _is_a(exc, "winrm.exceptions.WinRMOperationTimeoutError"):
        return None
    for link in chain(exc):
        text = None
        if _is_a(link, "winrm.exceptions.WSManFaultError"):
            text = link.response
        elif _is_a(link, "winrm.exceptions.WinRMTransportError"):
            text = link.response_text
        if isinstance(text, str) and looks_like_soap(text.encode("utf-8", "surrogateescape")):
            return text.encode("utf-8", "surrogateescape")
    return None


def chain(exc: BaseException) -> Iterator[Any]:
    """The exception and all it was made from: causes, contexts, arguments, urllib3's ``reason``; each once."""
    seen: set[int] = set()
    waiting: list[object] = [exc]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [getattr(link, "reason", None), *link.args, link.__cause__, link.__context__]


def _is_a(exc: BaseException, name: str) -> bool:
    return any(f"{kind.__module__}.{kind.__qualname__}" == name for kind in type(exc).__mro__)


def _find(exc: BaseException, *names: str) -> Any:
    return next((link for link in chain(exc) if any(_is_a(link, name) for name in names)), None)


# --- one function for each class that needs a closer look


def _status(s: Situation, exc: Any) -> WinrmError:
    return http_status(s, int(exc.code), str(exc.response_text))


def _unauthorized(s: Situation, exc: BaseException) -> WinrmError:
    response = getattr(_find(exc, "requests.exceptions.HTTPError"), "response", None)
    if response is None:
        # Without an HTTP answer this class means that the constructor missed something, mostly a certificate file.
        return local_file(s, exc) if "not found" in str(exc) else bad_option(s, exc)
    offered = schemes_offered(response.headers.get("WWW-Authenticate", ""))
    return unauthorized(s, offered, response.request.headers.get("Authorization"))


def _undecodable(s: Situation, exc: BaseException) -> WinrmError:
    response = getattr(_find(exc, "requests.exceptions.HTTPError"), "response", None)
    if response is None:
        return not_unsealed(s, exc.__class__.__name__)
    return http_status(s, int(response.status_code), response.content.decode("latin-1"))


# requests wraps a certificate or key that cannot be read like a network failure; it is opened before anything is sent.
_FILE_ERRORS = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM}
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


def _connection(s: Situation, exc: BaseException) -> WinrmError:
    if any(isinstance(link, socket.gaierror) for link in chain(exc)):
        return name_unknown(s)
    numbers = {link.errno for link in chain(exc) if isinstance(link, OSError)}
    if _find(exc, "urllib3.exceptions.NewConnectionError"):
        return refused(s) if errno.ECONNREFUSED in numbers else no_route(s, _innermost(exc))
    if numbers & _FILE_ERRORS:
        return local_file(s, _innermost(exc))
    if _find(exc, "urllib3.exceptions.ReadTimeoutError"):
        return _read_timeout(s, exc)
    if numbers & _NO_ROUTE and not s.reused:
        return no_route(s, _innermost(exc))
    return connection_lost(s, _innermost(exc))


def _read_timeout(s: Situation, exc: BaseException) -> WinrmError:
    # Python says so when the TLS handshake was not over: then no request has left.
    if any("handshake operation timed out" in str(link) for link in chain(exc)):
        s = _unsent(s)
    return read_timeout(s)


def _unsent(s: Situation) -> Situation:
    return dataclasses.replace(s, sent=False)


def _innermost(exc: BaseException) -> str:
    """What the operating system or the HTTP parser said, without the layers around it."""
    for link in chain(exc):
        if isinstance(link, OSError) and link.strerror:
            return str(link.strerror)
        if _is_a(link, "http.client.IncompleteRead"):
            got = link.partial if isinstance(link.partial, int) else len(link.partial)
            return f"the answer was cut off after {got} bytes"
        if _is_a(link, "http.client.HTTPException"):
            said, name = str(link), type(link).__name__
            return said if said.startswith(name) else f"{name}: {said}"
    return f"{type(exc).__name__}: {exc}"


# As http.client puts it.
_REFUSED_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")


def _of_tunnel(exc: BaseException) -> str:
    """What a proxy did that was asked for a way to a host (RFC 9110 9.3.6)."""
    for link in chain(exc):
        if refused_with := _REFUSED_TUNNEL.search(str(link)):
            status = refused_with[1]
            return "it requires its own sign-in: HTTP 407" if status == "407" else f"it answers HTTP {status}"
        if _is_a(link, "http.client.RemoteDisconnected"):
            return "it closed the connection without an answer"
        if _is_a(link, "http.client.HTTPException"):
            return f"its answer is not HTTP: {link}"
    timed_out = isinstance(exc, TimeoutError) or _find(exc, *_READ_TIMEOUTS) is not None
    return "it did not answer in time" if timed_out else _innermost(exc)


_READ_TIMEOUTS = ("requests.exceptions.Timeout", "urllib3.exceptions.ReadTimeoutError", "builtins.TimeoutError")

# X509_V_ERR_ numbers of OpenSSL (x509_vfy.h).
_DATE_ERRORS = {9, 10}
_NAME_ERRORS = {62, 64}
_NO_COMMON_VERSION = re.compile("UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|NO_PROTOCOLS|DH_KEY_TOO_SMALL")

_UNUSABLE_FILE = re.compile(
    "PEM[_ ]lib|PEM_LIB|NO_START_LINE|KEY_VALUES_MISMATCH|NO_CERTIFICATE_OR_CRL_FOUND|BAD_BASE64_DECODE"
)


def is_another_name(exc: BaseException) -> bool:
    """Whether a certificate is refused for the names on it, and for nothing else."""
    return isinstance(exc, ssl.SSLCertVerificationError) and exc.verify_code in _NAME_ERRORS


def _tls(s: Situation, exc: BaseException) -> WinrmError:
    failure = next((link for link in chain(exc) if isinstance(link, ssl.SSLError)), None)
    if isinstance(failure, ssl.SSLCertVerificationError):
        if is_another_name(failure):
            return tls_name(s)
        make = tls_date if failure.verify_code in _DATE_ERRORS else tls_untrusted
        return make(s, failure.verify_message)
    if _find(exc, "urllib3.util.ssl_match_hostname.CertificateError"):
        return tls_name(s)
    reason = getattr(failure, "reason", None) or ""
    if unusable := _UNUSABLE_FILE.search(f"{reason} {failure}"):
        return local_file(s, f"OpenSSL: {unusable[0]}")
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return tls_not_spoken(s)
    if _NO_COMMON_VERSION.search(reason):
        return tls_version(s, reason)
    if isinstance(failure, ssl.SSLEOFError) or "EOF" in reason:
        return connection_lost(s, "end of data inside TLS")
    return tls_failed(s, reason or exc)


def _file_or_stranger(s: Situation, exc: OSError) -> WinrmError:
    # requests has no class of its own for a CA bundle or certificate that is not there.
    if "TLS" in str(exc) or exc.filename is not None:
        return local_file(s, exc)
    return unexpected(s, exc)


def _permission(s: Situation, exc: PermissionError) -> WinrmError:
    # requests-ntlm raises this class, without a number, when the host answers its token with none.
    return _sign_in_broken(s, exc) if exc.errno is None else local_file(s, exc)


def _sign_in_broken(s: Situation, exc: BaseException) -> WinrmError:
    """A library stumbled over an answer in the middle of the sign-in. What was answered says more than how it fell."""
    if s.astray is not None:
        return not_signed_in(s, *s.astray)
    if s.challenge is None:
        return handshake_refused(s, f"{type(exc).__name__}: {exc}")
    header, shown = s.challenge
    if token_of(header, _NEGOTIATED) is not None:
        return token_unreadable(s)
    return unauthorized(s, schemes_offered(header), shown)


def _credssp_broken(s: Situation, exc: BaseException) -> WinrmError:
    if s.astray is not None:
        return not_signed_in(s, *s.astray)
    if s.challenge is not None and token_of(s.challenge[0], _CREDSSP) is None:
        return _sign_in_broken(s, exc)
    return handshake_refused(s, exc)


def _wrong_key_error(s: Situation, exc: KeyError) -> WinrmError:
    missing = str(exc.args[0]).lower() if exc.args else ""
    if missing == "www-authenticate":
        return _sign_in_broken(s, exc)
    if missing == "content-type":
        return no_wsman(s, "the answer has no Content-Type", maybe_delivered=True)
    return unexpected(s, exc)


def _winrm_error(s: Situation, exc: BaseException) -> WinrmError:
    if "Encrypted length" in str(exc):
        return not_unsealed(s, "its length is not the one announced")
    return bad_option(s, exc)


def _malformed(s: Situation, exc: BaseException) -> WinrmError:
    # pywinrm takes the parts of a sealed answer apart without checking that they are there.
    if s.sent and s.sealed:
        return not_unsealed(s, "its parts are malformed")
    if s.challenge is not None:
        # Where nothing is sealed, the message travels with the sign-in.
        return _sign_in_broken(s, exc)
    return unexpected(s, exc)


def _spnego(s: Situation, exc: BaseException) -> WinrmError:
    if s.sent and s.sealed:
        return not_unsealed(s, type(exc).__name__)
    return _sign_in_broken(s, exc)


_NEGOTIATED = frozenset({"negotiate", "ntlm", "kerberos"})
_CREDSSP = frozenset({"credssp"})

TABLE: dict[str, _Rename] = {
    # the bounds of this house, which both pipes keep
    f"{http1.__name__}.Broken": connection_lost,
    f"{http1.__name__}.NotHttp": not_http,
    f"{http1.__name__}.Oversized": lambda s, exc: no_wsman(s, f"the answer is too large: {exc}", maybe_delivered=True),
    f"{http1.__name__}.Encoded": lambda s, exc: no_wsman(
        s, f"the answer is compressed, which was not asked for ({s.quote(exc)})", maybe_delivered=True
    ),
    f"{http1.__name__}.Closing": handshake_refused,
    # pywinrm
    "winrm.exceptions.InvalidCredentialsError": _unauthorized,
    "winrm.exceptions.WinRMOperationTimeoutError": lambda s, _exc: operation_timeout(s),
    "winrm.exceptions.WinRMTransportError": _status,
    "winrm.exceptions.WinRMError": _winrm_error,
    "winrm.vendor.requests_kerberos.exceptions.KerberosExchangeError": no_ticket,
    "winrm.vendor.requests_kerberos.exceptions.MutualAuthenticationError": lambda s, _exc: identity_unproved(s),
    # requests
    "requests.exceptions.SSLError": _tls,
    "requests.exceptions.ProxyError": lambda s, exc: proxy_failed(s, _innermost(exc)),
    "requests.exceptions.ConnectTimeout": lambda s, _exc: connect_timeout(s),
    "requests.exceptions.ReadTimeout": _read_timeout,
    "requests.exceptions.ConnectionError": _connection,
    "requests.exceptions.ChunkedEncodingError": lambda s, exc: connection_lost(s, _innermost(exc)),
    "requests.exceptions.ContentDecodingError": lambda s, exc: no_wsman(s, s.quote(exc), maybe_delivered=True),
    # two lengths that differ, of an answer (a header that cannot be sent is found by the endpoint)
    "requests.exceptions.InvalidHeader": lambda s, exc: no_wsman(s, s.quote(exc), maybe_delivered=True),
    "requests.exceptions.InvalidURL": bad_option,
    "requests.exceptions.MissingSchema": bad_option,
    "requests.exceptions.InvalidSchema": bad_option,
    "requests.exceptions.InvalidProxyURL": bad_option,
    "requests.exceptions.RequestException": unexpected,
    # the security libraries
    "spnego.exceptions.SpnegoError": _spnego,
    "requests_credssp.exceptions.AuthenticationException": _credssp_broken,
    "requests_credssp.exceptions.NTStatusException": handshake_refused,
    "requests_credssp.exceptions.InvalidConfigurationException": bad_option,
    # Python's own, raised by those libraries
    # a connection that is reset where no library catches it
    "builtins.ConnectionError": lambda s, exc: connection_lost(s, _innermost(exc)),
    "builtins.PermissionError": _permission,
    "builtins.UnicodeDecodeError": _undecodable,
    "builtins.UnicodeEncodeError": unexpected,
    "builtins.KeyError": _wrong_key_error,
    "builtins.IndexError": _malformed,
    "builtins.ValueError": _malformed,
    "struct.error": _malformed,
    "ssl.SSLError": _tls,
    "builtins.OSError": _file_or_stranger,
}
