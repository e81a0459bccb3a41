# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone transfer (RFC 5936), to find the domains of a zone that publish KMS hosts without being asked about."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .._kms import domain_of
from .errors import DnsError, KeyRejected, NoAnswer, ServerRefused, Unintelligible, Unverified
from .exchange import Server
from .signing import TsigSigner
from .srv import from_name, to_name

with contextlib.suppress(ImportError):
    import dns.exception
    import dns.query
    import dns.rdataclass
    import dns.rdatatype
    import dns.tsig
    import dns.xfr
    import dns.zone

if TYPE_CHECKING:
    from .signing import Signer


def publishing_domains(server: Server, zone: str, signer: Signer, timeout: float) -> tuple[str, ...]:
    """The domains of a zone that have a record ``_vlmcs._tcp``. Raises DnsError."""
    content = _transfer(server, zone, signer, timeout)
    owners = [name for name, node in content.nodes.items() if node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.SRV)]
    domains = (domain_of(from_name(name)) for name in owners)
    return tuple(sorted(domain for domain in domains if domain is not None))


def _transfer(server: Server, zone: str, signer: Signer, timeout: float) -> dns.zone.Zone:
    content = dns.zone.Zone(to_name(zone), relativize=False)
    query, _serial = dns.xfr.make_query(content)
    if isinstance(signer, TsigSigner):
        query.use_tsig(signer.transfer_key())
    try:
        dns.query.inbound_xfr(server.address, content, query, port=server.port, timeout=timeout, lifetime=10 * timeout)
    except (dns.exception.DNSException, OSError, EOFError) as error:
        raise _explain(server, zone, error) from error
    return content


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
