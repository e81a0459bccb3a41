# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on the other end of a connection: Negotiate (NTLM or Kerberos inside), CredSSP, a certificate, and Basic.

RFC 4559 and MS-WSMV section 3.1.4.1.  Negotiate and CredSSP authenticate the TCP connection, Basic each request, and a
client certificate what came in its TLS connection.  The scheme `NTLM` is never offered: WinRM knows it only inside
Negotiate.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from .host import Account, Host
from .http1 import HttpRequest
from .mischief import Stage
from .ntlm_tokens import binds_channel, claimed_user

Headers = tuple[tuple[str, str], ...]

_STORE_VARIABLE = "NTLM_USER_FILE"
# What a client with a certificate says in its header (DSP0226, annex C.3.3).
_MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
# The mechanism of Kerberos, 1.2.840.113554.1.2.2, near the front of a first token, with or without SPNEGO around it.
_KERBEROS = bytes.fromhex("06092a864886f712010202")
_FRONT = 64
# The record of TLS that has more than its handshake in it (RFC 5246 section 6.2.1).
_TLS_DATA = b"\x17"
# GSS_C_CHANNEL_BOUND_FLAG of MIT Kerberos 1.19 and later: the client has bound its channel, to the right one.
_CHANNEL_BOUND = 2048


class Directory:
    """The accounts a machine knows, under every name they may be called by."""

    def __init__(self, machine: str, accounts: Sequence[Account]) -> None:
        self._names: dict[tuple[str, str], Account] = {}
        # A name without a domain means the local account first, then that of the machine's domain.
        for account in sorted(accounts, key=lambda one: one.domain is not None):
            for domain, user in _aliases(machine, account):
                self._names.setdefault((domain.upper(), user.upper()), account)

    def find(self, principal: str) -> Account | None:
        """The account for `user`, `DOMAIN\\user` or `user@dns.domain`."""
        domain, separator, user = principal.partition("\\")
        if not separator:
            domain, user = "", principal
        return self._names.get((domain.upper(), user.upper()))

    def credential_lines(self) -> str:
        """The credential file of the NTLM acceptor, one `DOMAIN:user:password` a line."""
        return "".join(f"{domain}:{user}:{one.password}\n" for (domain, user), one in self._names.items())


def _aliases(machine: str, account: Account) -> list[tuple[str, str]]:
    if account.domain is None:
        return [("", account.user), (".", account.user), (machine, account.user)]
    names = [(account.domain, account.user), ("", account.user)]
    if account.dns_domain:
        names += [(account.dns_domain, account.user), ("", f"{account.user}@{account.dns_domain}")]
    return names


class CredentialStore:
    """Hands the accounts of one machine at a time to pyspnego, which reads them from the file NTLM_USER_FILE names.

    The variable is set only around a synchronous step, so that the machines of one process do not see each other's.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="winlab-")
        self._path = Path(self._folder.name) / "accounts"
        self._path.touch(mode=0o600)
        self._written = ""

    def close(self) -> None:
        """Remove the file."""
        self._folder.cleanup()

    @contextmanager
    def lend(self, directory: Directory) -> Iterator[None]:
        """Inside this block the acceptor knows the accounts of this directory and no others."""
        lines = directory.credential_lines()
        if lines != self._written:
            self._path.write_text(lines, encoding="utf-8")
            self._written = lines
        before = os.environ.get(_STORE_VARIABLE)
        os.environ[_STORE_VARIABLE] = str(self._path)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_STORE_VARIABLE]
            else:
                os.environ[_STORE_VARIABLE] = before


def _decoded(credential: str) -> bytes:
    """The token, or nothing where it is none."""
    try:
        return base64.b64decode(credential.strip(), validate=True)
    except binascii.Error:
        return b""


@dataclass(frozen=True)
class Verdict:
    """What authentication makes of a request: an account to go on with, or a 401 with these headers."""

    account: Account | None = None
    headers: Headers = ()
    close: bool = False


@dataclass
class Authenticator:
    """The authentication state of one TCP connection."""

    host: Host
    store: CredentialStore
    encrypted_transport: bool
    channel_hash: bytes | None = None
    certificate_name: str = ""
    context: spnego.ContextProxy | None = field(default=None, init=False)
    account: Account | None = field(default=None, init=False)

    def judge(self, request: HttpRequest) -> Verdict:
        """Authenticate a request, or say what to send back with the 401."""
        scheme, _unused, credential = request.header("authorization").partition(" ")
        if not scheme:
            return Verdict(self.account) if self.account else self._refusal()
        if scheme.lower() in ("negotiate", "kerberos") and self.host.winrm.negotiate:
            return self._tokens(credential.strip(), "Negotiate")
        if scheme.lower() == "credssp" and self.host.winrm.credssp:
            return self._tokens(credential.strip(), "CredSSP")
        if scheme == _MUTUAL and self.host.winrm.client_certificates:
            account = self._directory(local_only=True).find(self.certificate_name) if self.certificate_name else None
            return Verdict(account) if account else self._refusal()
        if scheme.lower() == "basic" and self.basic_allowed:
            return self._basic(credential.strip())
        self.host.record("http_error", status=401, reason=f"scheme {scheme} is not accepted")
        return self._refusal(close=scheme.lower() not in ("negotiate", "basic"))

    def stage(self, request: HttpRequest) -> Stage:
        """How far the sign-in is that this request is part of."""
        scheme, _unused, credential = request.header("authorization").partition(" ")
        if not scheme:
            return Stage.SIGNED_IN if self.account else Stage.APPROACH
        if scheme.lower() in ("negotiate", "kerberos", "ntlm") and not credential:
            return Stage.TOKEN
        token = _decoded(credential)
        if scheme.lower() == "credssp":
            return Stage.PROOF if token[:1] == _TLS_DATA else Stage.TOKEN
        if scheme.lower() not in ("negotiate", "ntlm"):
            return Stage.PROOF
        return Stage.PROOF if _KERBEROS in token[:_FRONT] or claimed_user(token) is not None else Stage.TOKEN

    @property
    def basic_allowed(self) -> bool:
        """Basic needs to be enabled, and either TLS or AllowUnencrypted."""
        profile = self.host.winrm
        return profile.basic and (self.encrypted_transport or profile.allow_unencrypted)

    def offers(self) -> Headers:
        """The WWW-Authenticate lines of a bare 401."""
        schemes = ["Negotiate"] if self.host.winrm.negotiate else []
        schemes += ["CredSSP"] if self.host.winrm.credssp else []
        schemes += ['Basic realm="WSMAN"'] if self.basic_allowed else []
        return tuple(("WWW-Authenticate", scheme) for scheme in schemes)

    def _refusal(self, *, close: bool = False) -> Verdict:
        return Verdict(None, self.offers(), close)

    def _basic(self, credential: str) -> Verdict:
        try:
            user, _unused, password = base64.b64decode(credential, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return self._refusal()
        # Basic accepts local accounts only.
        account = self._directory(local_only=True).find(user)
        if account is None or account.password != password:
            return self._bad_password(user)
        return Verdict(account)

    def _tokens(self, credential: str, scheme: str) -> Verdict:
        try:
            token = base64.b64decode(credential, validate=True)
        except binascii.Error:
            return self._refusal()
        if self.context is None or self.context.complete:
            self.context = self.account = None
        try:
            answer = self._step(token, scheme)
        except (SpnegoError, ValueError, AttributeError):
            # gssapi asks a context that was refused for its flags.
            self.context = None
            user = claimed_user(token)
            return self._refusal() if user is None else self._bad_password(user)
        if self.context is not None and self.context.complete and self.account is None:
            return self._refusal()
        headers: Headers = ()
        if answer:
            headers = (("WWW-Authenticate", f"{scheme} {base64.b64encode(answer).decode()}"),)
        return Verdict(self.account, headers)

    def _step(self, token: bytes, scheme: str) -> bytes | None:
        directory = self._directory()
        with self.store.lend(directory):
            if self.context is None:
                self.context = self._acceptor(token, scheme)
            answer = self.context.step(token, channel_bindings=self._bindings(token))
        if self.context.complete:
            known = directory.find(self.context.client_principal or "")
            self.account = known if self._is_bound() else None
        return answer

    def _is_bound(self) -> bool:
        """With Kerberos a token without a binding is taken by the library, whatever is demanded."""
        demanded = self.channel_hash is not None and self.host.winrm.channel_binding == "strict"
        flags = getattr(getattr(self.context, "_context", None), "actual_flags", None)
        return not demanded or flags is None or bool(int(flags) & _CHANNEL_BOUND)

    def _acceptor(self, token: bytes, scheme: str) -> spnego.ContextProxy:
        ntlm = spnego.NegotiateOptions.use_negotiate | spnego.NegotiateOptions.use_ntlm
        if scheme == "CredSSP":
            return spnego.server(protocol="credssp", service="HTTP", options=ntlm)
        if self.host.winrm.kerberos and _KERBEROS in token[:_FRONT]:
            return spnego.server(self.host.winrm.kerberos, "HTTP", protocol="kerberos")
        return spnego.server(protocol="negotiate", service="HTTP", options=ntlm)

    def _bindings(self, token: bytes) -> GssChannelBindings | None:
        """CbtHardeningLevel: relaxed checks a binding that is there, strict demands one."""
        level = self.host.winrm.channel_binding
        if self.channel_hash is None or level == "none" or (level == "relaxed" and not binds_channel(token)):
            return None
        return GssChannelBindings(application_data=b"tls-server-end-point:" + self.channel_hash)

    def _directory(self, *, local_only: bool = False) -> Directory:
        accounts = self.host.winrm.accounts
        if local_only:
            accounts = [one for one in accounts if one.domain is None]
        return Directory(self.host.name, accounts)

    def _bad_password(self, user: str) -> Verdict:
        known = self._directory().find(user) is not None
        self.host.record("bad_password", user=user, known=known)
        return self._refusal()
