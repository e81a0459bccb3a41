# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the DNS modules share: their specification, and the objects made of them.

The documentation of the same options is the fragment ``kms_dns``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._kms import KmsEndpoint, domain_of, entries_of, normal_name
from . import gss, hosts
from .errors import SettingWrong
from .exchange import DNS_PORT
from .signing import ALGORITHMS, DEFAULT_ALGORITHM, TsigSigner, Unsigned
from .srv import to_name

if TYPE_CHECKING:
    from .signing import Signer

SERVER_SPEC: dict[str, Any] = {
    "nameservers": {"type": "list", "elements": "str", "default": []},
    "server_port": {"type": "int", "default": DNS_PORT},
    "timeout": {"type": "float", "default": 5.0},
}

TSIG_SPEC: dict[str, Any] = {
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "choices": list(ALGORITHMS), "default": DEFAULT_ALGORITHM},
}

KERBEROS_SPEC: dict[str, Any] = {
    "authentication": {"type": "str", "choices": ["none", "tsig", "gss_tsig"]},
    "kerberos_principal": {"type": "str"},
    "kerberos_password": {"type": "str", "no_log": True},
    "kerberos_keytab": {"type": "path"},
    "kerberos_ccache": {"type": "str"},
    "kerberos_hostname": {"type": "str"},
}

# In seconds.
LONGEST = 3600

REQUIRED_TOGETHER = [("key_name", "key_secret")]


def check_numbers(params: Mapping[str, Any]) -> None:
    """Raises SettingWrong."""
    for name in ("server_port", "port"):
        if params.get(name) is not None and not 1 <= params[name] <= 65535:
            raise SettingWrong(f"{name} must be between 1 and 65535.")
    for name in ("priority", "weight"):
        if params.get(name) is not None and not 0 <= params[name] <= 65535:
            raise SettingWrong(f"{name} must be between 0 and 65535.")
    # Not a number, which YAML and text can say, is neither more nor less.
    if not 0 < params["timeout"] <= LONGEST:
        raise SettingWrong(f"timeout must be more than 0 and at most {LONGEST} seconds.")


def check_texts(params: Mapping[str, Any]) -> None:
    """Refuse an option that is there and says nothing, as a variable does that came out empty.

    Taken for left out, it would leave out a signature or a safeguard. Raises SettingWrong.
    """
    for name, value in params.items():
        if isinstance(value, str) and not value.strip():
            raise SettingWrong(f"{name} is empty: give it a value, or leave it out.")


def safeguard_of(texts: Iterable[str] | None, option: str) -> tuple[KmsEndpoint, ...]:
    """A list of hosts that protects them. Empty, it would protect nobody, so it has to be left out for that.

    Raises SettingWrong.
    """
    found = endpoints_of(texts or (), option)
    if texts is not None and not found:
        raise SettingWrong(f"{option} is empty, so nothing would be protected: name the hosts, or leave it out.")
    return found


def domains_of(texts: Iterable[str]) -> list[str]:
    """Domains as we write them, each once. Raises SettingWrong."""
    # Some name the record where its domain is asked for.
    domains = [domain_of(text) or name_of(text, "domains") for text in entries_of(texts)]
    services = [domain for domain in domains if domain.startswith("_")]
    if services:
        raise SettingWrong(f"domains: {services[0]} is not a domain that a client can be in: name the domain below it.")
    if not domains:
        raise SettingWrong("domains is empty, so nothing would be read: name the domains.")
    return list(dict.fromkeys(domains))


def name_of(text: str, option: str) -> str:
    """The name of a domain or zone as we write it. Raises SettingWrong."""
    name = normal_name(text)
    try:
        to_name(name)
    except ValueError as error:
        raise SettingWrong(f"{option}: {error}") from error
    if not name:
        raise SettingWrong(f"{option}: a domain is empty.")
    return name


def endpoints_of(texts: Iterable[str], option: str) -> tuple[KmsEndpoint, ...]:
    """KMS hosts given as ``host`` or ``host:port``. Raises SettingWrong."""
    try:
        return tuple(dict.fromkeys(map(_endpoint, entries_of(texts))))
    except ValueError as error:
        raise SettingWrong(f"{option}: {error}.") from error


def _endpoint(text: str) -> KmsEndpoint:
    """Letters outside ASCII are compared in the form in which DNS has them. Records hold no addresses (RFC 2782)."""
    endpoint = KmsEndpoint.parse(text)
    if endpoint.is_address:
        raise ValueError(f"{text} is an address, but the records hold names: give the full name of the host")
    return KmsEndpoint(host_name(endpoint.host), endpoint.port)


def host_name(text: str) -> str:
    """A host's name as records have it, short or full. Raises ValueError."""
    name = target_name(text)
    why = hosts.why_no_host_name(name) if "." in name else hosts.why_not_spelled(name)
    if why is not None:
        raise ValueError(f"{text!r} names no host: {why}")
    return name


def target_name(text: str) -> str:
    """The target of a record as it stands, which may be anything that DNS can hold. Raises ValueError."""
    return normal_name(to_name(normal_name(text)).to_text())


def tsig_of(params: Mapping[str, Any]) -> TsigSigner | None:
    """The shared key, where one is given. Raises SettingWrong."""
    if not params["key_name"]:
        if params["key_secret"]:
            raise SettingWrong("key_secret is given without key_name: name the key as the server's configuration does.")
        return None
    return TsigSigner(params["key_name"], params["key_secret"] or "", params["key_algorithm"])


def signer_of(params: Mapping[str, Any]) -> Signer:
    """As ``authentication`` says, or as the other options imply. Raises SettingWrong."""
    kind = params["authentication"] or _implied(params)
    if kind == "tsig":
        tsig = tsig_of(params)
        if tsig is None:
            raise SettingWrong("authentication=tsig needs key_name and key_secret.")
        return tsig
    if kind == "gss_tsig":
        return gss.GssSigner(_credentials(params), params["timeout"])
    return Unsigned()


def _implied(params: Mapping[str, Any]) -> str:
    kerberos = any(params[name] for name in KERBEROS_SPEC if name.startswith("kerberos_"))
    if params["key_name"] and kerberos:
        raise SettingWrong("both a TSIG key and Kerberos are given: say which in authentication.")
    return "tsig" if params["key_name"] else "gss_tsig" if kerberos else "none"


def _credentials(params: Mapping[str, Any]) -> gss.Credentials:
    return gss.Credentials(
        principal=params["kerberos_principal"],
        password=params["kerberos_password"],
        keytab=params["kerberos_keytab"],
        ccache=params["kerberos_ccache"],
        hostname=params["kerberos_hostname"],
    )
