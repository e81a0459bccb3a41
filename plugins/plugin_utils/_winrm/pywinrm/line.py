# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection over pywinrm: its HTTP, authentication and message encryption under envelopes of our own.

This file and its adapter are the only ones that import pywinrm, requests or their kin.

Three rules, each learned from how pywinrm 0.5 works:

* After *any* exception the ``Protocol`` is thrown away. It keeps its HTTP session before the sign-in has worked, so a
  second message on the same object would go out without encryption, whatever ``message_encryption`` says.
* One ``Protocol`` is one TCP connection is one security context: never shared, never used by two threads.
* What pywinrm would do with an answer is not left to it: it follows redirects, and it takes an answer that came
  unsealed on a sealed connection for a genuine one.
"""

from __future__ import annotations

from typing import Any

from ..bounds import body_limit
from ..certificate import names_shown
from ..endpoint import SEALING_TRANSPORTS, Endpoint
from ..errors import Misconfigured, Proof, TransportUnusable, WinrmError
from ..failures.answer import http_status, looks_like_soap, no_wsman, redirected, unsealed
from ..failures.local import local_file
from ..failures.situation import Situation
from ..failures.translation import chain
from ..kerberos import INSTALL_KINIT, Ticket
from ..pem_files import is_encrypted

try:
    import winrm.transport

    # Fault bodies reach the caller only since 0.5.0.
    from winrm.exceptions import WSManFaultError  # noqa: F401  # pylint: disable=unused-import
    from winrm.protocol import Protocol

    from .adapter import BoundedAdapter
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None

_INSTALL_PYWINRM = "Install it into the Python that runs Ansible: pip install 'pywinrm>=0.5.0'"

# transport -> (flag of winrm.transport, what is missing, how to install it)
_LIBRARIES = {
    "ntlm": ("HAVE_NTLM", "requests_ntlm", "pip install 'requests_ntlm>=1.3.0'"),
    "credssp": ("HAVE_CREDSSP", "requests-credssp", "pip install 'pywinrm[credssp]'"),
    "kerberos": (
        "HAVE_KERBEROS",
        "pykerberos",
        "pip install 'pywinrm[kerberos]'; it is compiled, which takes gcc, the Python headers and those of Kerberos "
        "(Debian/Ubuntu: apt-get install gcc python3-dev libkrb5-dev; RHEL/Fedora: dnf install gcc python3-devel "
        f"krb5-devel). {INSTALL_KINIT}",
    ),
}


class Line:
    """One ``Protocol`` on one transport, from its sign-in to its first exception."""

    def __init__(self, endpoint: Endpoint, transport: str, ticket: Ticket | None = None) -> None:
        self._endpoint = endpoint
        self._ticket = ticket
        self._transport = transport
        self._protocol: Protocol | None = None
        self._adapter: BoundedAdapter | None = None
        self._exchanges = 0
        self._sending = False
        self._timeout = float(endpoint.read_timeout)
        #: False from the moment a message goes out until its answer is in.
        self.intact = True

    @property
    def situation(self) -> Situation:
        """Where things stand, for wording an error."""
        return Situation(
            self._endpoint,
            self._transport,
            sent=self._sending,
            reused=self._exchanges > 0,
            timeout=self._timeout,
            handshake=self._endpoint.scheme == "https" and not (self._adapter and self._adapter.secured),
            names=lambda: names_shown(self._endpoint.address, self._endpoint.port),
            challenge=self._adapter.challenge if self._adapter else None,
            astray=self._adapter.astray if self._adapter else None,
            tunnelling=self._adapter is not None and self._adapter.tunnelling,
        )

    @property
    def proof(self) -> Proof:
        """What became of the account's proof in the last exchange, as far as the answers tell."""
        adapter = self._adapter
        if adapter is None or not adapter.proof_shown:
            return Proof.NOT_SHOWN
        return Proof.REFUSED if adapter.proof_refused else Proof.UNJUDGED

    def send(self, request: str, timeout: float | None) -> bytes:
        """Send one envelope, after signing in if that has not been done; the body of its answer."""
        self.intact = False
        self._timeout = max(timeout or 0.0, float(self._endpoint.read_timeout))
        protocol = self._protocol or self._sign_in()
        self._check_sealing(protocol)
        self._set_timeout(protocol)
        self._sending = True
        body: bytes = protocol.send_message(request)
        self._sending = False
        self._exchanges += 1
        self.intact = True
        return body

    def close(self) -> None:
        """Close the connection and forget its seal."""
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.transport.close_session()
            protocol.transport.encryption = None

    def safe_cause(self, exc: Exception) -> Exception | None:
        """The original for ``raise … from``, unless printing it would show a secret."""
        shown = " ".join(f"{link!r} {link}" for link in chain(exc))
        return exc if self._endpoint.redact(shown) == shown else None

    def _sign_in(self) -> Protocol:
        require_libraries(self._endpoint, self._transport)
        _refuse_encrypted_key(self.situation, self._transport)
        protocol = self._protocol = Protocol(**_arguments(self._endpoint, self._transport))
        # Protocol's constructor does not take these two.
        protocol.transport.credssp_auth_mechanism = _literal(self._endpoint.credssp_auth_mechanism)
        protocol.transport.credssp_minimum_version = self._endpoint.credssp_minimum_version
        self._set_timeout(protocol)
        transport = protocol.transport
        # build_session would sign in at once, before anything below holds.
        transport.message_encryption = "never"
        session = transport.build_session()
        session.headers["Accept-Encoding"] = "identity"
        self._adapter = BoundedAdapter(body_limit(self._endpoint), self._endpoint.label_with(self._transport))
        session.mount(f"{self._endpoint.scheme}://", self._adapter)
        session.hooks["response"].append(self._inspect)
        # What pywinrm takes from the environment it has merged by now. Left on, requests would also look into ~/.netrc,
        # and send what it finds there instead of the certificate's header.
        session.trust_env = False
        if self._ticket is not None:
            _use_ticket(session.auth, self._ticket)
        if self._endpoint.seals(self._transport):
            self._require_sealing(session)
            # Signs in with a POST without a body; transports that do not seal sign in with their first message.
            transport.setup_encryption(session)
            self._adapter.signed_in = True
        return protocol

    def _require_sealing(self, session: Any) -> None:
        if self._transport == "kerberos" and not session.auth.winrm_encryption_available:
            what = "this pykerberos cannot seal messages, and they would be sent in the clear"
            advice = "pip install 'pykerberos>=1.2.1', use https, or another transport"
            raise TransportUnusable(self._endpoint.label_with(self._transport), what, advice)

    def _inspect(self, response: Any, **_settings: Any) -> None:
        """Look at each answer before pywinrm does. Sign-ins of several steps show their last one only."""
        error = self._distrust(response)
        if error is not None:
            # Else its connection is nobody's and stays open.
            response.close()
            raise error

    def _distrust(self, response: Any) -> WinrmError | None:
        status = int(response.status_code)
        if 300 <= status < 400:
            return redirected(self.situation)
        if status != 200 and not 400 <= status < 600:
            # requests and pywinrm take it for a success.
            return http_status(self.situation, status, response.content.decode("utf-8", "replace"))
        if status == 200 and self._signs_in_unsealed() and self._adapter and not self._adapter.proof_shown:
            return no_wsman(self.situation, "the sign-in was answered without asking for credentials")
        encryption = self._protocol.transport.encryption if self._protocol is not None else None
        if encryption is None or status == 401 or (status != 200 and not response.content):
            return None
        # Exactly what pywinrm goes by when it decides whether to unseal.
        if f'protocol="{encryption.protocol_string.decode()}"' in response.headers.get("Content-Type", ""):
            return None
        if status >= 400 and not looks_like_soap(response.content):
            return http_status(self.situation, status, response.content.decode("utf-8", "replace"))
        return unsealed(self.situation, response.content.decode("utf-8", "replace"))

    def _signs_in_unsealed(self) -> bool:
        """Whether a sign-in has to come first, and the message travels with it: whoever answers may know nobody."""
        return self._transport in SEALING_TRANSPORTS and not self._endpoint.seals(self._transport)

    def _set_timeout(self, protocol: Protocol) -> None:
        # requests takes a pair: an exchange that may take long must not wait as long for a dead machine.
        connect = self._endpoint.connect_timeout or self._endpoint.read_timeout
        timeouts: Any = (connect, self._timeout)
        protocol.transport.read_timeout_sec = timeouts

    def _check_sealing(self, protocol: Protocol) -> None:
        """What must be sealed is never handed to pywinrm while it would send it as it is."""
        if not self._endpoint.seals(self._transport):
            return
        if protocol.transport.encryption is None:
            raise no_wsman(self.situation, "the sign-in established no key to seal messages with")
        auth = getattr(protocol.transport.session, "auth", None)
        if self._transport == "ntlm" and getattr(auth, "session_security", None) is None:
            raise no_wsman(self.situation, "the sign-in was answered without asking for credentials")


def _use_ticket(auth: Any, ticket: Ticket) -> None:
    """Let the Kerberos library find the ticket where it looks for it, which it does here and nowhere else.

    The environment belongs to all threads. It is changed for the length of this one call: not while a host is waited
    for, since others would wait with it.
    """
    made = auth.generate_request_header

    def generate_request_header(*args: Any, **settings: Any) -> Any:
        with ticket.in_environment():
            return made(*args, **settings)

    auth.generate_request_header = generate_request_header


def require_libraries(endpoint: Endpoint, transport: str) -> None:
    """Raise with the command that installs what this transport lacks: Misconfigured, or TransportUnusable."""
    label = endpoint.label_with(transport)
    if MISSING is not None:
        what = f"the Python library pywinrm is not installed on the control node, or too old ({MISSING})"
        raise Misconfigured(label, what, _INSTALL_PYWINRM)
    flag, library, install = _LIBRARIES.get(transport, ("", "", ""))
    if flag and not getattr(winrm.transport, flag):
        what = f"the transport {transport} needs the Python library {library}, which is not installed"
        raise TransportUnusable(label, what, f"Install it into the Python that runs Ansible: {install}")


def _refuse_encrypted_key(situation: Situation, transport: str) -> None:
    """OpenSSL would ask for the passphrase on the terminal, where nobody answers."""
    endpoint = situation.endpoint
    if endpoint.uses_certificate(transport) and endpoint.cert_key_pem and is_encrypted(endpoint.cert_key_pem):
        raise local_file(situation, "it is encrypted")


def _arguments(endpoint: Endpoint, transport: str) -> dict[str, Any]:
    return {
        "endpoint": endpoint.url,
        "transport": transport,
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


def _literal(value: str) -> Any:
    """pywinrm annotates a Literal; the endpoint has checked the value."""
    return value
