# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GSS-TSIG (RFC 3645): a signature that proves who we are by Kerberos. The only importer of gssapi.

The ticket is for ``DNS/<host name of the server>``. The context is negotiated by TKEY queries (RFC 2930, mode 3) and
then signs any number of messages to that server. Credentials come from the user's ticket cache, a keytab or a password;
the latter two live in a cache in memory, so that no file and no kinit is needed.
"""

from __future__ import annotations

import contextlib
import re
import time
import traceback
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._text import printable
from .errors import DnsError, KerberosFailed, ServerRefused, SettingWrong
from .exchange import Answer, Server, ask_by_tcp

if TYPE_CHECKING:
    from collections.abc import Callable

with contextlib.suppress(ImportError):
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.rdtypes.ANY.TKEY
    import dns.rrset
    import dns.tsig

GSSAPI_ERROR: str | None = None
try:
    import gssapi
    import gssapi.exceptions
    import gssapi.raw
except ImportError:
    GSSAPI_ERROR = traceback.format_exc()

_SPNEGO = "1.3.6.1.5.5.2"
_MODE_GSSAPI = 3
_ROUNDS = 8
_LIFETIME = 3600


@dataclass(frozen=True)
class Credentials:
    """Whose ticket. All None: the ticket cache of the process, as ``klist`` shows it."""

    principal: str | None = None
    password: str | None = field(default=None, repr=False)
    keytab: str | None = None
    ccache: str | None = None
    hostname: str | None = None
    """The server's name in the ticket, where it is not the one by which the server is known."""

    def __post_init__(self) -> None:
        if sum(bool(way) for way in (self.password, self.keytab, self.ccache)) > 1:
            raise SettingWrong("give one of kerberos_password, kerberos_keytab and kerberos_ccache, not several.")
        if self.password and not self.principal:
            raise SettingWrong("kerberos_password needs kerberos_principal, for example admin@CORP.EXAMPLE.")


class GssSigner:
    """Signs with a Kerberos context for each server, negotiated at its first message."""

    kind = "gss_tsig"
    signs_queries = False

    def __init__(self, credentials: Credentials, timeout: float) -> None:
        self._credentials = credentials
        self._timeout = timeout
        self._contexts: dict[tuple[str, int], dns.tsig.Key] = {}
        self.label = f"Kerberos principal {credentials.principal}" if credentials.principal else "Kerberos ticket"

    def sign(self, message: dns.message.Message, server: Server) -> None:
        place = server.address, server.port
        if place not in self._contexts:
            key = negotiate(server, self._credentials, self._timeout)
            context: Any = _Context(key.secret, server)
            self._contexts[place] = dns.tsig.Key(key.name, context, dns.tsig.GSS_TSIG)
        message.use_tsig(self._contexts[place])


class _Context:
    """A negotiated context as dnspython uses it, which lets the errors of signing through as they are."""

    def __init__(self, context: Any, server: Server) -> None:
        self._context = context
        self._server = server

    def get_signature(self, data: bytes) -> bytes:
        """Raises KerberosFailed. Nothing has been sent by then."""
        try:
            signature: bytes = self._context.get_signature(data)
        except gssapi.exceptions.GSSError as error:
            what = f"the security context does not sign any more: {_said(error)}"
            raise KerberosFailed(
                self._server.label, what, "Run again, with a ticket that is valid for longer"
            ) from error
        return signature

    def verify_signature(self, data: bytes, signature: bytes) -> Any:
        return self._context.verify_signature(data, signature)


def memory_cache(credentials: Credentials) -> str:
    """A new cache in memory with the ticket of these credentials, for a library that knows only KRB5CCNAME.

    Raises KerberosFailed.
    """
    name = f"MEMORY:{uuid.uuid4().hex}"
    try:
        gssapi.raw.store_cred_into({b"ccache": name.encode()}, _acquire(credentials), usage="initiate", overwrite=True)
    except gssapi.exceptions.GSSError as error:
        who = credentials.principal or "Kerberos"
        said = _said(error)
        raise KerberosFailed(who, f"no ticket was given: {said}", _advice(said, "the server", credentials)) from error
    return name


def negotiate(server: Server, credentials: Credentials, timeout: float) -> dns.tsig.Key:
    """Come to a context with a server. Raises KerberosFailed, and what an exchange raises."""
    host = credentials.hostname or server.name
    if not host or "." not in host:
        what = "Kerberos needs the host name of the server, and only its address is known"
        raise KerberosFailed(server.label, what, "Give server by its full name, or set kerberos_hostname")
    try:
        context = _context(host, credentials)
        return _negotiate(server, context, timeout)
    except gssapi.exceptions.GSSError as error:
        raise _explain(server, host, credentials, error) from error


def _context(host: str, credentials: Credentials) -> Any:
    flag = gssapi.RequirementFlag
    return gssapi.SecurityContext(
        name=gssapi.Name(f"DNS/{host.rstrip('.')}", gssapi.NameType.kerberos_principal),
        creds=_acquire(credentials),
        usage="initiate",
        mech=gssapi.OID.from_int_seq(_SPNEGO),
        flags=flag.mutual_authentication | flag.integrity | flag.replay_detection,
    )


def _acquire(credentials: Credentials) -> Any:
    """None stands for the default: the ticket cache of the process."""
    name = None
    if credentials.principal:
        name = gssapi.Name(credentials.principal, gssapi.NameType.kerberos_principal)
    if credentials.password:
        memory = f"MEMORY:{uuid.uuid4().hex}"
        raw = gssapi.raw
        got = raw.acquire_cred_with_password(name, credentials.password.encode("utf-8"), usage="initiate").creds
        raw.store_cred_into({b"ccache": memory.encode()}, got, usage="initiate", overwrite=True)
        return gssapi.Credentials(usage="initiate", store={"ccache": memory})
    if credentials.keytab:
        store = {"client_keytab": credentials.keytab, "ccache": f"MEMORY:{uuid.uuid4().hex}"}
        return gssapi.Credentials(usage="initiate", store=store, name=name)
    if credentials.ccache:
        return gssapi.Credentials(usage="initiate", store={"ccache": credentials.ccache}, name=name)
    return gssapi.Credentials(usage="initiate", name=name) if name is not None else None


def _negotiate(server: Server, context: Any, timeout: float) -> dns.tsig.Key:
    # The key's name must share no suffix with a zone of the server: dnspython compresses it then, and a server that
    # computes the signature over the name as it stands in the message (Samba) takes that for BADSIG.
    name = dns.name.from_text(f"{uuid.uuid4().hex}.sig.")
    key = dns.tsig.Key(name, context, dns.tsig.GSS_TSIG)
    # Steps the context when the answer is signed: its token has to be taken in before its signature can be verified.
    adapter = dns.tsig.GSSTSigAdapter({name: key})  # type: ignore[no-untyped-call]
    token = context.step()
    for _round in range(_ROUNDS):
        answer = _ask_tkey(server, name, token, adapter, timeout)
        if answer.verified:
            break
        if answer.message.had_tsig:
            raise KerberosFailed(server.label, "the signature of the TKEY answer does not verify", _OTHER_SERVER)
        token = context.step(_token_of(server, answer, name))
        if context.complete and not token:
            break
    if not context.complete:
        raise KerberosFailed(server.label, "the negotiation of the security context did not finish")
    return key


_OTHER_SERVER = "Check that the address belongs to the server of that name"


def _ask_tkey(server: Server, name: dns.name.Name, token: bytes, adapter: Callable[..., Any], timeout: float) -> Answer:
    now = int(time.time())
    tkey = dns.rdtypes.ANY.TKEY.TKEY(  # type: ignore[no-untyped-call]
        dns.rdataclass.ANY, dns.rdatatype.TKEY, dns.tsig.GSS_TSIG, now, now + _LIFETIME, _MODE_GSSAPI, 0, token, b""
    )
    query = dns.message.make_query(name, dns.rdatatype.TKEY, dns.rdataclass.ANY)
    query.flags = dns.flags.Flag(0)
    query.additional.append(dns.rrset.from_rdata(name, 0, tkey))  # RFC 3645, 3.1.2: in the additional section
    answer = ask_by_tcp(server, query, timeout, keyring=adapter)
    if answer.message.rcode() != dns.rcode.NOERROR:
        what = f"the server does not accept Kerberos: it answered the TKEY query with {answer.rcode}"
        raise ServerRefused(server.label, what, _NO_GSS, rcode=answer.rcode)
    return answer


_NO_GSS = (
    "Kerberos works with AD-integrated zones, and with BIND where tkey-gssapi-keytab is set; otherwise use "
    "authentication=tsig"
)


def _token_of(server: Server, answer: Answer, name: dns.name.Name) -> bytes:
    rrset = answer.message.get_rrset(answer.message.answer, name, dns.rdataclass.ANY, dns.rdatatype.TKEY)
    if rrset is None:
        raise KerberosFailed(server.label, "the answer to the TKEY query holds no TKEY record", _NO_GSS)
    record: Any = rrset[0]
    if record.error:
        said = dns.rcode.to_text(record.error, True)
        raise KerberosFailed(
            server.label,
            f"the server did not accept the Kerberos ticket (TKEY error {said})",
            "Its keytab may be older than its account's key, or the clocks differ by more than five minutes; the "
            "server's log tells",
        )
    token: bytes = record.key
    return token


# What MIT krb5 and Heimdal say, and what to do about it. {host} and {principal} are filled in.
_HINTS = (
    (
        "server .*not found in kerberos database",
        "There is no principal DNS/{host}: set kerberos_hostname to the name that the server has in Kerberos, usually "
        "the host name in the zone's SOA record",
    ),
    ("contact any kdc|find kdc|reach any kdc", "Check the realm in krb5.conf (KRB5_CONFIG), and that port 88 answers"),
    ("preauthentication failed|password incorrect|decrypt integrity", "Check kerberos_principal and kerberos_password"),
    ("client .*not found", "Check kerberos_principal ({principal})"),
    ("skew", "Set the clocks: Kerberos allows a difference of five minutes"),
    ("expired", "Get a new ticket with kinit, or use kerberos_keytab"),
    ("keytab", "Check that kerberos_keytab can be read and holds {principal} (klist -k)"),
    ("", "Run kinit before, or give kerberos_keytab, or kerberos_principal with kerberos_password"),
)


def _explain(server: Server, host: str, credentials: Credentials, error: Any) -> DnsError:
    said = _said(error)
    return KerberosFailed(server.label, f"Kerberos for DNS/{host} failed: {said}", _advice(said, host, credentials))


def _said(error: Any) -> str:
    # "Major (851968): Unspecified GSS failure. ..., Minor (...): what really happened"
    said = printable(" ".join(str(error.gen_message()).split()))
    return re.sub(r"^Major \(\d+\): .*?Minor \(\d+\): ", "", said)


def _advice(said: str, host: str, credentials: Credentials) -> str:
    advice = next(advice for pattern, advice in _HINTS if re.search(pattern, said, re.IGNORECASE))
    return advice.format(host=host, principal=credentials.principal or "the principal")
