# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security contexts of pyspnego for the streams: NTLM from a cached hash, Kerberos from a cached ticket.

NTLM needs the hash of the password, not the password. pyspnego makes it from the password anew for each context, in
Python, which costs more than all the rest of a sign-in; so it is made once for each account of a run.
"""

from __future__ import annotations

import base64
import importlib.util
from typing import Any

from ..endpoint import Endpoint
from ..errors import TransportUnusable

try:
    import spnego
    from spnego.channel_bindings import GssChannelBindings
    from spnego.exceptions import SpnegoError
except ImportError as missing:
    MISSING: ImportError | None = missing

    class SpnegoError(Exception):  # type: ignore[no-redef]
        """Stands in where the library is not installed."""

else:
    MISSING = None
    # What is asked of a context. Put together once: operations on such flags are slow.
    _PLAIN = spnego.ContextReq.default
    _DELEGATING = _PLAIN | spnego.ContextReq.delegate

try:
    # Not among pyspnego's documented names. Without it a context is made from the password, which only takes longer.
    from spnego._ntlm_raw.crypto import ntowfv1
except ImportError:
    ntowfv1 = None  # type: ignore[assignment]

__all__ = ["Credentials", "SpnegoError", "has_kerberos", "has_seal"]


def has_kerberos() -> bool:
    """Whether this control node can do Kerberos here: pyspnego needs two more libraries for it."""
    return MISSING is None and all(importlib.util.find_spec(name) is not None for name in ("gssapi", "krb5"))


def has_seal(context: Any) -> bool:
    """Whether both sides of a finished sign-in agreed that messages are sealed."""
    return bool(context.context_attr & spnego.ContextReq.confidentiality)


class Credentials:
    """The accounts of one run."""

    def __init__(self) -> None:
        self._hashes: dict[tuple[str, str], Any] = {}

    def context(self, endpoint: Endpoint, transport: str, binding: bytes | None, cache: str | None) -> Any:
        """A new security context for one connection.

        ``cache`` names the Kerberos credential cache, None for the default one.
        Raises TransportUnusable where this control node lacks a library.
        """
        if MISSING is not None:
            raise TransportUnusable(
                endpoint.label_with(transport),
                f"the Python library pyspnego is not installed on the control node ({MISSING})",
                "Install it into the Python that runs Ansible: pip install pyspnego",
            )
        try:
            return spnego.client(
                self._ntlm(endpoint) if transport == "ntlm" else _ticket(cache),
                hostname=endpoint.kerberos_hostname_override or endpoint.address,
                service=endpoint.service,
                protocol=transport,
                channel_bindings=GssChannelBindings(application_data=binding) if binding else None,
                context_req=_DELEGATING if endpoint.kerberos_delegation else _PLAIN,
                options=spnego.NegotiateOptions.wrapping_winrm,
            )
        except ImportError as exc:
            raise TransportUnusable(
                endpoint.label_with(transport),
                f"pyspnego cannot do {transport} here ({exc})",
                "Install the libraries for it into the Python that runs Ansible: pip install 'pyspnego[kerberos]'",
            ) from exc

    def _ntlm(self, endpoint: Endpoint) -> Any:
        user, password = endpoint.username or "", endpoint.password.reveal() if endpoint.password else ""
        if ntowfv1 is None:
            return spnego.Password(user, password)
        found = self._hashes.get((user, password))
        if found is None:
            nt_hash = base64.b16encode(ntowfv1(password)).decode("ascii")
            found = self._hashes[(user, password)] = spnego.NTLMHash(user, nt_hash=nt_hash)
        return found


def _ticket(cache: str | None) -> Any:
    return spnego.CredentialCache() if cache is None else spnego.KerberosCCache(cache)
