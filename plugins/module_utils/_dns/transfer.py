# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone transfer (RFC 5936), to find the domains of a zone that publish KMS hosts without being asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._kms import domain_of
from .._trace import measured
from .errors import DnsError, KeyRejected, NoAnswer, ServerRefused, Unintelligible, Unverified
from .exchange import Server, step_of
from .signing import TsigSigner
from .srv import from_name, to_name

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.tsig
    import dns.xfr
    from dns.transaction import Transaction, TransactionManager
except ImportError:
    # requirements.py tells the user.
    Transaction = TransactionManager = object  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    import dns.name
    import dns.rdataset

    from .signing import Signer


def publishing_domains(server: Server, zone: str, signer: Signer, timeout: float) -> tuple[str, ...]:
    """The domains of a zone that have a record ``_vlmcs._tcp``. Raises DnsError."""
    found = _Domains(to_name(zone))
    query = dns.message.make_query(to_name(zone), "AXFR", use_edns=False)
    query.flags &= ~dns.flags.RD
    if isinstance(signer, TsigSigner):
        query.use_tsig(signer.transfer_key())
    try:
        with measured("DNS", server.label, step_of(query, "TCP")):
            dns.query.inbound_xfr(
                server.address, found, query, port=server.port, timeout=timeout, lifetime=10 * timeout
            )
    except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
        raise _explain(server, zone, error) from error
    return tuple(sorted(found.whole))


class _Domains(TransactionManager):
    """Keeps of a transfer the domains alone, so that a large zone takes no more memory than a small one.

    ``whole``: empty until the transfer is over and its signature has proved to be right.
    """

    def __init__(self, origin: dns.name.Name) -> None:
        self._origin = origin
        self.whole: frozenset[str] = frozenset()

    def writer(self, replacement: bool = False) -> Transaction:
        return _Passing(self, replacement)

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        return self._origin, False, self._origin

    def get_class(self) -> dns.rdataclass.RdataClass:
        return dns.rdataclass.IN


class _Passing(Transaction):
    """Looks at each record as it comes, and lets it go."""

    def __init__(self, manager: _Domains, replacement: bool) -> None:
        super().__init__(manager, replacement)
        self._found = manager
        self._domains: set[str] = set()

    def _get_rdataset(self, name: object, rdtype: object, covers: object) -> None:
        """Nothing has been there before."""

    def _put_rdataset(self, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        if rdataset.rdtype == dns.rdatatype.SRV:
            domain = domain_of(from_name(name))
            if domain is not None:
                self._domains.add(domain)

    def _changed(self) -> bool:
        return True

    def _end_transaction(self, commit: bool) -> None:
        if commit:
            self._found.whole = frozenset(self._domains)

    def _set_origin(self, origin: object) -> None:
        """It is known."""


# What dnspython makes of the error in an answer's TSIG record (RFC 8945, section 3).
_TSIG_ERRORS = {"PeerBadKey": "BADKEY", "PeerBadSignature": "BADSIG", "PeerBadTime": "BADTIME"}


def _explain(server: Server, zone: str, error: Exception) -> DnsError:
    if isinstance(error, dns.xfr.TransferError):
        rcode = str(dns.rcode.to_text(error.rcode))
        what = f"the server does not hand over the zone {zone} ({rcode})"
        advice = f"Allow the transfer of {zone} to this machine or to the TSIG key (BIND: allow-transfer)"
        return ServerRefused(server.label, what, advice, rcode=rcode)
    if isinstance(error, dns.tsig.PeerError):
        code = _TSIG_ERRORS.get(type(error).__name__, type(error).__name__)
        advice = "Compare key_name, key_secret and key_algorithm with the server's key, and the clocks"
        return KeyRejected(server.label, f"the server rejects the TSIG key ({code})", advice, rcode=code)
    if isinstance(error, (dns.exception.Timeout, OSError, EOFError)):
        what = f"the transfer of {zone} broke off: {str(error) or type(error).__name__}"
        return NoAnswer(server.label, what, f"Check that TCP port {server.port} can be reached")
    if isinstance(error, dns.exception.FormError) and str(error) == "missing TSIG":
        what = f"the transfer of {zone} is not signed as it should be, so it proves nothing"
        return Unverified(server.label, what, "Check key_name and key_secret")
    return Unintelligible(server.label, f"the transfer of {zone} cannot be read ({type(error).__name__})")
