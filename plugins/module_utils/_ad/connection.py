# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One LDAP connection to one domain controller, always encrypted.

The library is python-ldap, not ldap3: it is maintained (ldap3 has had no release since 2021), distributions package it,
community.general's LDAP modules need it as well, and it signs and seals a Kerberos connection (MS-ADTS 5.1.1.1.2), so
that a domain without certificates on its controllers can be managed too. ldap3 cannot.

Kerberos signs and seals plain LDAP; a password goes through TLS and nothing else.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import traceback
from collections.abc import Iterator
from typing import Any

from .._trace import measured
from .directory import Directory
from .errors import NoAnswer, TlsFailed
from .settings import Password, Settings
from .sign_in import CHECK_CA, LEAST_STRENGTH, sign_in

LDAP_ERROR: str | None = None
try:
    import ldap
except ImportError:
    LDAP_ERROR = traceback.format_exc()


@contextlib.contextmanager
def connected(settings: Settings) -> Iterator[Directory]:
    """A directory for the length of the block. Raises AdError."""
    with measured("LDAP", settings.label, "connection"):
        connection = _open(settings, _reach(settings))
    try:
        with measured("LDAP", settings.label, "sign-in"):
            sign_in(connection, settings)
        yield Directory(connection, settings)
    finally:
        # It may have been lost by then, and nothing more is wanted of it.
        with contextlib.suppress(ldap.LDAPError):
            connection.unbind_s()


def _reach(settings: Settings) -> socket.socket:
    """A connection to the port. Raises NoAnswer, with the reason, which libldap does not tell."""
    place = (settings.server.strip("[]"), settings.tcp_port)
    try:
        stream = socket.create_connection(place, settings.timeout)
    except socket.gaierror as error:
        what = f"the name cannot be resolved: {error.strerror}"
        raise NoAnswer(settings.label, what, "Name a domain controller by its full name, or by address") from error
    except TimeoutError as error:
        what = f"no answer on TCP port {place[1]} within {settings.timeout:g} seconds"
        raise NoAnswer(settings.label, what, "Check the address, and that a firewall lets LDAP through") from error
    except ConnectionRefusedError as error:
        what = f"nothing listens on TCP port {place[1]}"
        raise NoAnswer(settings.label, what, "Check that this is a domain controller, and the port") from error
    except OSError as error:
        what = f"no connection to TCP port {place[1]}: {error.strerror or error}"
        raise NoAnswer(settings.label, what, "Check the address and the route to it") from error
    # libldap wants a blocking one. What it reads may still not take for ever.
    stream.settimeout(None)
    seconds, rest = divmod(settings.timeout, 1)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        stream.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(seconds), int(rest * 1_000_000)))
    return stream


def _open(settings: Settings, stream: socket.socket) -> Any:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    if settings.by_tls:
        # libldap starts this kind of TLS only on connections that it has made itself. It says nothing of what is wrong
        # with a certificate, and waits without limit for a server that keeps silent, so we look before.
        _check_tls(settings, stream)
        connection = ldap.initialize(f"ldaps://{host}:{settings.tcp_port}")
    else:
        # The name is for Kerberos and the certificate; it need not be one that this machine can resolve. libldap closes
        # the descriptor itself, so it must not be closed here as well.
        connection = ldap.initialize(f"ldap://{host}:{settings.tcp_port}", fileno=stream.detach())
    options: list[tuple[int, Any]] = [
        (ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3),
        (ldap.OPT_REFERRALS, ldap.OPT_OFF),
        (ldap.OPT_NETWORK_TIMEOUT, settings.timeout),
        (ldap.OPT_TIMEOUT, settings.timeout),
    ]
    if isinstance(settings.sign_in, Password):
        options.append(
            (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND if settings.validate else ldap.OPT_X_TLS_NEVER)
        )
        if settings.ca_path:
            options.append((ldap.OPT_X_TLS_CACERTFILE, settings.ca_path))
        options.append((ldap.OPT_X_TLS_NEWCTX, 0))
    else:
        # The name is taken as it was given, and not as some DNS server's reverse zone has it.
        options += [(ldap.OPT_X_SASL_NOCANON, ldap.OPT_ON), (ldap.OPT_X_SASL_SSF_MIN, LEAST_STRENGTH)]
    try:
        for option, value in options:
            connection.set_option(option, value)
    except (ldap.LDAPError, ValueError) as error:
        raise TlsFailed(settings.label, "libldap rejected the TLS options", CHECK_CA) from error
    return connection


def _check_tls(settings: Settings, stream: socket.socket) -> None:
    try:
        context = ssl.create_default_context(cafile=settings.ca_path)
    except (OSError, ssl.SSLError) as error:
        raise TlsFailed(settings.label, f"{settings.ca_path} cannot be read as certificates", CHECK_CA) from error
    if not settings.validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    stream.settimeout(settings.timeout)
    try:
        context.wrap_socket(stream, server_hostname=settings.host.strip("[]")).close()
    except ssl.SSLCertVerificationError as error:
        what = f"the server's certificate is not trusted: {error.verify_message}"
        advice = (
            "Give the certificate of the authority in ca_path, and the server by a name that is in its certificate; or "
            "use Kerberos, which needs no certificate"
        )
        raise TlsFailed(settings.label, what, advice) from error
    except TimeoutError as error:
        what = f"no answer to the beginning of TLS within {settings.timeout:g} seconds"
        raise NoAnswer(settings.label, what, _NO_LDAPS) from error
    except OSError as error:  # ssl.SSLError is one
        raise TlsFailed(settings.label, "the server does not speak TLS on this port", _NO_LDAPS) from error


_NO_LDAPS = (
    "A domain controller speaks TLS on port 636 once it has a certificate; Kerberos needs none (leave out bind_user)"
)
