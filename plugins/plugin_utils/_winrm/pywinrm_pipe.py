# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipe over pywinrm: its public ``Protocol`` carries our envelopes, its errors get our names here.

Rules of this file, from the sources of pywinrm 0.5.0:

- A ``Protocol`` is dropped after any exception. pywinrm stores its session before the security context stands, so that
  a second ``send_message`` after a failed set-up would send the envelope in clear, keys included.
- Nothing is sent unless the context that must seal it stands.
- One ``Protocol`` is one TCP connection with one key stream, so one exchange at a time.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from . import kerberos
from .endpoint import Endpoint
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
    WinrmError,
)

try:
    import requests.exceptions as http
    from winrm import exceptions as winrm_errors
    from winrm.protocol import Protocol
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None

_EXTRAS = {"kerberos": "pywinrm[kerberos]", "credssp": "pywinrm[credssp]", "ntlm": "pywinrm requests-ntlm"}
_ENVELOPE = re.compile(r"<\s*(?:[\w.-]+:)?Envelope[\s>]")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


class PywinrmPipe:
    """One connection to one host, opened with the first exchange."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport = endpoint.transports[0]
        self._protocol: Any = None
        self._ticket: kerberos.Ticket | None = None
        self._answered = False
        self._fault = b""

    def exchange(self, request: str, *, timeout: float | None = None) -> bytes:
        """Send one envelope and return the answer's body, that of a SOAP fault included. Raises a WinrmError."""
        if MISSING is not None:
            raise Misconfigured(
                self._endpoint.label,
                f"the Python library pywinrm is not installed on the control node ({MISSING})",
                "Install it for the Python that runs Ansible: python -m pip install 'pywinrm>=0.5.0'",
            )
        if self._protocol is None:
            self._open()
        with self._guarded():
            self._protocol.transport.read_timeout_sec = self._timeouts(timeout)
            answer: bytes = self._protocol.send_message(request)
            self._answered = True
            return answer
        return self._fault

    def close(self) -> None:
        """Let go of the connection and of a ticket obtained for it."""
        self._drop()
        if self._ticket is not None:
            self._ticket.close()
            self._ticket = None

    # --- opening

    def _open(self) -> None:
        """Set up the first transport that this control node can use at all.

        Only what was never tried on the host moves on to the next transport: repeating a refused password would count
        against the account's lock-out.
        """
        unusable: TransportUnusable | None = None
        for transport in self._endpoint.transports:
            self._transport = transport
            try:
                return self._open_transport()
            except TransportUnusable as error:
                unusable = unusable or error
        raise unusable or Misconfigured(self._label, "no transport is set")

    def _open_transport(self) -> None:
        if self._transport == "kerberos" and self._wants_ticket() and self._ticket is None:
            self._ticket = kerberos.obtain_ticket(self._endpoint)
        with self._guarded():
            self._protocol = Protocol(**self._arguments())
            transport = self._protocol.transport
            transport.credssp_auth_mechanism = self._endpoint.credssp_auth_mechanism
            transport.credssp_minimum_version = self._endpoint.credssp_minimum_version
            transport.read_timeout_sec = self._timeouts(None)
            session = transport.build_session()
            if self._endpoint.uses_certificate(self._transport):
                # An entry in ~/.netrc would otherwise replace the certificate's Authorization header.
                session.trust_env = False
            return
        raise NotWsman(
            self._label, "the sign-in was answered with a SOAP fault", "Look at the WinRM service of the host"
        )

    def _wants_ticket(self) -> bool:
        return self._endpoint.kinit is not None and self._endpoint.kinit.mode == "managed"

    def _arguments(self) -> dict[str, Any]:
        endpoint = self._endpoint
        return {
            "endpoint": endpoint.url,
            "transport": self._transport,
            "username": endpoint.username,
            "password": endpoint.password.reveal() if endpoint.password is not None else None,
            "service": endpoint.service,
            "ca_trust_path": endpoint.ca_trust_path,
            "cert_pem": endpoint.cert_pem,
            "cert_key_pem": endpoint.cert_key_pem,
            "server_cert_validation": endpoint.server_cert_validation,
            "kerberos_delegation": endpoint.kerberos_delegation,
            "kerberos_hostname_override": endpoint.kerberos_hostname_override,
            "read_timeout_sec": endpoint.read_timeout,
            "operation_timeout_sec": endpoint.operation_timeout,
            "message_encryption": endpoint.message_encryption,
            "credssp_disable_tlsv1_2": endpoint.credssp_disable_tlsv1_2,
            "send_cbt": endpoint.send_cbt,
            "proxy": endpoint.proxy,
        }

    def _timeouts(self, wanted: float | None) -> float | tuple[float, float]:
        """What ``requests`` takes: one number, or connect and read apart where the inventory tells them apart."""
        read = max(float(self._endpoint.read_timeout), wanted or 0.0)
        connect = self._endpoint.connect_timeout
        return read if connect is None else (float(connect), read)

    # --- the border: pywinrm's errors come in, ours go out

    @property
    def _label(self) -> str:
        return self._endpoint.label_with(self._transport)

    @property
    def _delivered(self) -> bool:
        """Whether the envelope itself can have left: not before the context that has to seal it stands."""
        if self._protocol is None or self._protocol.transport.session is None:
            return False
        return not self._endpoint.seals(self._transport) or self._protocol.transport.encryption is not None

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Drop the Protocol and rename the error. The body of a SOAP fault is kept in ``_fault`` instead."""
        ticket = self._ticket.in_environment() if self._ticket is not None else contextlib.nullcontext()
        try:
            with ticket:
                yield
        except WinrmError:
            self._drop()
            raise
        except Exception as error:
            reused, delivered = self._answered, self._delivered
            self._drop()
            body = _fault_body(error)
            if body is None:
                raise self._renamed(error, reused, delivered) from error
            self._fault = body

    def _drop(self) -> None:
        protocol, self._protocol = self._protocol, None
        self._answered = False
        if protocol is not None:
            with contextlib.suppress(Exception):
                protocol.transport.close_session()

    def _renamed(self, error: Exception, reused: bool, delivered: bool) -> WinrmError:
        """The one table of this border. Order matters: the special cases stand before their base classes."""
        if isinstance(error, (winrm_errors.InvalidCredentialsError, PermissionError)):
            return self._not_authenticated()
        if isinstance(error, winrm_errors.WinRMOperationTimeoutError):
            return TimedOut(
                self._label,
                "the host did not finish within the operation timeout",
                f"It may be busy; ask for less, or raise {self._endpoint.variable('operation_timeout')} and "
                f"{self._endpoint.variable('read_timeout')}",
            )
        if isinstance(error, winrm_errors.WinRMTransportError):
            return self._http_error(error, reused, delivered)
        if isinstance(error, http.RequestException):
            return self._connection_error(error, reused, delivered)
        return self._library_error(error, reused, delivered)

    def _not_authenticated(self) -> NotAuthenticated:
        advice = (
            f"Check {self._endpoint.variable('username')} and {self._endpoint.variable('password')}, that the account "
            f"is not locked, and that the host accepts {self._transport}"
        )
        if self._endpoint.scheme == "http" and not self._endpoint.seals(self._transport):
            advice += (
                "; over plain HTTP Windows refuses Basic and unencrypted messages (AllowUnencrypted=false), so use "
                f"{self._endpoint.variable('transports')}: ntlm"
            )
        account = self._endpoint.username or "the ticket's owner"
        return NotAuthenticated(self._label, f"the host refused the sign-in of {account} (HTTP 401)", advice)

    def _http_error(self, error: Any, reused: bool, delivered: bool) -> WinrmError:
        status, text = int(error.code), str(error.response_text or "")
        if status == 400 and self._endpoint.seals(self._transport):
            return ConnectionLost(
                self._label,
                "the host could not open the encrypted message (HTTP 400): the security context is out of step",
                "Try again",
                maybe_delivered=False,
                reused=reused,
            )
        if status == 413:
            return RequestTooLarge(
                self._label, "the request is larger than the host accepts (HTTP 413)", "Raise MaxEnvelopeSizekb there"
            )
        if status == 503:
            return NotWsman(
                self._label, "the service is not ready (HTTP 503)", "WinRM is starting, stopping or busy; try again"
            )
        if status == 500 and not text.strip():
            return NotWsman(
                self._label,
                "the host answered HTTP 500 without content",
                "It may refuse unencrypted messages (AllowUnencrypted=false): use https, or ntlm or kerberos over http",
                maybe_delivered=delivered,
            )
        found = _TITLE.search(text)
        shown = f", a page titled '{' '.join(found[1].split())[:80]}'" if found else ""
        return NotWsman(
            self._label,
            f"something answered that is not WinRM (HTTP {status}{shown})",
            f"Check {self._endpoint.variable('port')} and {self._endpoint.variable('path')}, and that no proxy stands "
            f"in between ({self._endpoint.variable('proxy')})",
            maybe_delivered=delivered,
        )

    def _connection_error(self, error: Exception, reused: bool, delivered: bool) -> WinrmError:
        said = self._endpoint.redact(str(_root(error)))
        if isinstance(error, http.SSLError):
            return self._tls_error(said)
        if isinstance(error, http.ProxyError):
            return Unreachable(
                self._label, f"the proxy refused or failed: {said}", f"Check {self._endpoint.variable('proxy')}"
            )
        if isinstance(error, http.ConnectTimeout):
            return Unreachable(
                self._label,
                "no connection came about in time",
                "Check that the host is up, its address, and that a firewall lets the port through",
            )
        if isinstance(error, http.ReadTimeout):
            advice = f"Raise {self._endpoint.variable('read_timeout')}, or look at the host"
            if self._endpoint.scheme == "https" and not reused:
                advice += f"; port {self._endpoint.port} may not speak https"
            return TimedOut(
                self._label,
                "the host took the connection and did not answer in time",
                advice,
                maybe_delivered=delivered,
            )
        if isinstance(error, (http.InvalidURL, http.MissingSchema, http.InvalidSchema)):
            return Misconfigured(
                self._label, f"the address cannot be used: {said}", "Check ansible_host and ansible_port"
            )
        if _never_connected(error):
            return Unreachable(self._label, f"no connection: {_plain(said)}", _connect_advice(said, self._endpoint))
        return ConnectionLost(
            self._label,
            f"the connection broke: {_plain(said)}",
            "Try again; if it happens again look at the host and at what stands between",
            maybe_delivered=delivered,
            reused=reused,
        )

    def _tls_error(self, said: str) -> TlsError:
        validation = self._endpoint.variable("server_cert_validation")
        if "doesn't match" in said or "not valid for" in said or "mismatch" in said.lower():
            return TlsError(
                self._label,
                f"the certificate is for another name than {self._endpoint.host}: {said}",
                f"Set ansible_host to a name that the certificate carries, or {validation} to ignore",
            )
        if "has expired" in said or "not yet valid" in said:
            return TlsError(
                self._label,
                f"the certificate has expired or is not valid yet: {said}",
                f"Renew it and check the clocks, or set {validation} to ignore",
            )
        if "CERTIFICATE_VERIFY_FAILED" in said or "certificate verify failed" in said:
            return TlsError(
                self._label,
                f"the certificate is not trusted: {said}",
                f"Give the issuing CA in {self._endpoint.variable('ca_trust_path')}, or set {validation} to ignore",
            )
        return TlsError(
            self._label,
            f"the TLS handshake failed: {said}",
            f"Check that {self._endpoint.port} is an https listener and that both sides share a TLS version",
        )

    def _library_error(self, error: Exception, reused: bool, delivered: bool) -> WinrmError:
        said = self._endpoint.redact(f"{error}")
        name = type(error).__name__
        if isinstance(error, winrm_errors.WinRMError) and "not installed" in said:
            return TransportUnusable(
                self._label,
                f"the Python library for {self._transport} is not installed on the control node",
                "Install it for the Python that runs Ansible: python -m pip install "
                f"'{_EXTRAS.get(self._transport, 'pywinrm')}'",
            )
        if name in ("KerberosExchangeError", "MutualAuthenticationError", "AuthenticationException"):
            return NotAuthenticated(
                self._label,
                f"{self._transport} failed: {said or name}",
                "Check the account, the clock, and for Kerberos the name of the host (kerberos_hostname_override) and "
                "that there is a ticket",
            )
        if isinstance(error, (AttributeError, KeyError, UnicodeDecodeError)):
            # pywinrm takes any 200 for a sign-in and then finds no security context, or no Content-Type to read.
            return NotWsman(
                self._label,
                "something answered without a sign-in or without encryption, as WinRM never does",
                "Look at what stands between the control node and the host",
                maybe_delivered=delivered,
            )
        if type(error).__module__.startswith("spnego") or "encrypt" in said.lower():
            return ConnectionLost(
                self._label,
                f"the answer could not be decrypted ({name})",
                "Try again",
                maybe_delivered=delivered,
                reused=reused,
            )
        if isinstance(error, OSError):
            return Misconfigured(
                self._label, f"a file cannot be used: {said}", f"Check {self._endpoint.variable('ca_trust_path')}"
            )
        return Unexpected(self._label, f"{name}: {said}", "", maybe_delivered=delivered)


def _fault_body(error: Exception) -> bytes | None:
    """The SOAP body inside an error of pywinrm, for the codec to read; None when there is none."""
    text = getattr(error, "response", None) if isinstance(error, winrm_errors.WSManFaultError) else None
    if text is None and isinstance(error, winrm_errors.WinRMTransportError):
        candidate = str(error.response_text or "")
        text = candidate if _ENVELOPE.search(candidate) else None
    if text is None:
        return None
    return text if isinstance(text, bytes) else str(text).encode("utf-8")


def _root(error: BaseException) -> BaseException:
    """The error at the bottom of what requests and urllib3 wrapped."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in error.args if isinstance(part, BaseException)), None)
        if inner is None:
            return error
        error = inner
    return error


def _never_connected(error: BaseException) -> bool:
    """Whether urllib3 never got a connection: refused, no route, no such name."""
    names = set()
    seen: set[int] = set()
    current: Any = error
    while isinstance(current, BaseException) and id(current) not in seen:
        seen.add(id(current))
        names.add(type(current).__name__)
        reason = getattr(current, "reason", None)
        if not isinstance(reason, BaseException):
            reason = next((part for part in current.args if isinstance(part, BaseException)), None)
        current = reason
    return bool(names & {"NewConnectionError", "NameResolutionError"})


def _plain(said: str) -> str:
    """The reason alone: without the object that urllib3 prints before it and without the number of the error."""
    reason = re.sub(r"^<?[\w.]*HTTPS?Connection[^:]*?>?(?:\([^)]*\))?:\s*", "", said)
    reason = re.sub(r"^Failed to establish a new connection:\s*", "", reason)
    reason = re.sub(r"\[Errno -?\d+\]\s*", "", reason)
    return "".join(character if character.isprintable() else "?" for character in reason)[:200]


def _connect_advice(said: str, endpoint: Endpoint) -> str:
    if "resolve" in said.lower() or "name or service not known" in said.lower():
        return f"Check {endpoint.variable('host')} and the name servers of the control node"
    return "Check that WinRM listens (winrm enumerate winrm/config/listener), the port, and the firewall"
