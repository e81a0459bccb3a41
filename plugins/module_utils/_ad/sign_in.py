# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in on a connection: by password through TLS, or by Kerberos (SASL GSSAPI, RFC 4752)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any

from .._dns import gss
from .._dns.errors import KerberosFailed
from .errors import AdError, NotSignedIn, TlsFailed
from .explain import explained, said_by
from .settings import Password, Settings

with contextlib.suppress(ImportError):
    import ldap

CHECK_CA = "Check that ca_path names a file with the certificate of the authority that signed the server's, in PEM"
# In bits. Less than a real cipher has; more than none.
LEAST_STRENGTH = 56


def sign_in(connection: Any, settings: Settings) -> None:
    if isinstance(settings.sign_in, Password):
        _by_password(connection, settings, settings.sign_in)
    else:
        _by_kerberos(connection, settings, settings.sign_in)


def _by_password(connection: Any, settings: Settings, sign_in: Password) -> None:
    try:
        if settings.start_tls:
            connection.start_tls_s()
    except ldap.LDAPError as error:
        what = "TLS could not be established after StartTLS; usually the certificate is not trusted"
        raise TlsFailed(settings.label, what, CHECK_CA) from error
    try:
        connection.simple_bind_s(sign_in.user, sign_in.password)
    except ldap.INVALID_CREDENTIALS as error:
        raise NotSignedIn(settings.label, _why_not(sign_in.user, error), "Check bind_user and bind_password") from error
    except ldap.SERVER_DOWN as error:
        what = "libldap and the server could not agree on TLS"
        raise TlsFailed(settings.label, what, CHECK_CA) from error
    except ldap.LDAPError as error:
        raise explained(settings.label, f"signing in as {sign_in.user}", error) from error


# Microsoft's detail of "invalid credentials", in hexadecimal: system error codes (MS-ERREF 2.2).
_LOGON_ERRORS = {
    "525": "there is no such user",
    "52e": "the user name or the password is wrong",
    "530": "the account may not sign in at this time",
    "531": "the account may not sign in at this computer",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password has to be changed first",
    "775": "the account is locked out",
}


def _why_not(user: str, error: Any) -> str:
    found = re.search(r"data ([0-9a-f]+)", said_by(error))
    return f"{user} cannot sign in: {_LOGON_ERRORS.get(found[1] if found else '52e', said_by(error))}"


def _by_kerberos(connection: Any, settings: Settings, credentials: gss.Credentials) -> None:
    try:
        with _ticket(credentials):
            connection.sasl_non_interactive_bind_s("GSSAPI")
    except KerberosFailed as error:
        raise NotSignedIn(settings.label, f"{error.server}: {error.what}", error.advice) from error
    except ldap.LDAPError as error:
        raise _kerberos_failed(settings, error) from error
    if connection.get_option(ldap.OPT_X_SASL_SSF) < LEAST_STRENGTH:
        raise NotSignedIn(settings.label, "the connection would not be encrypted", "Check the SASL settings")


@contextlib.contextmanager
def _ticket(credentials: gss.Credentials) -> Iterator[None]:
    """SASL takes the ticket from the cache that the environment names, and from nowhere else."""
    if credentials.principal or credentials.keytab:
        cache: str | None = gss.memory_cache(credentials)
    else:
        cache = credentials.ccache
    before = os.environ.get("KRB5CCNAME")
    if cache is not None:
        os.environ["KRB5CCNAME"] = cache
    try:
        yield
    finally:
        if cache is not None:
            os.environ.pop("KRB5CCNAME")
            if before is not None:
                os.environ["KRB5CCNAME"] = before


# What libsasl2 and the Kerberos library below it say, and what to do about it.
_KERBEROS_HINTS = (
    (
        "no worthy mechs|unknown authentication",
        "Install the GSSAPI plugin of Cyrus SASL (Debian: libsasl2-modules-gssapi-mit, Red Hat: cyrus-sasl-gssapi)",
    ),
    (
        "server .*not found in kerberos database",
        "There is no principal ldap/{host}: set kerberos_hostname to the full name of the domain controller",
    ),
    ("contact any kdc|find kdc|reach any kdc", "Check the realm in krb5.conf (KRB5_CONFIG), and that port 88 answers"),
    ("skew", "Set the clocks: Kerberos allows a difference of five minutes"),
    ("expired", "Get a new ticket with kinit, or use kerberos_keytab"),
    ("", "Run kinit before, or give kerberos_keytab, or kerberos_principal with kerberos_password"),
)


def _kerberos_failed(settings: Settings, error: Any) -> AdError:
    if isinstance(error, (ldap.SERVER_DOWN, ldap.TIMEOUT)):
        return explained(settings.label, "signing in by Kerberos", error)
    said = said_by(error)
    # "SASL(-1): generic failure: GSSAPI Error: Unspecified GSS failure.  Minor code may ... (what really happened)"
    reason = re.search(r"GSSAPI Error: .*?\((.*)\)\s*$", said[:2000])
    what = f"Kerberos for ldap/{settings.host} failed: {reason[1] if reason else said}"
    advice = next(text for pattern, text in _KERBEROS_HINTS if re.search(pattern, said, re.IGNORECASE))
    return NotSignedIn(settings.label, what, advice.format(host=settings.host))
