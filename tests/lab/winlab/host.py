# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a machine that the wire sees: its address, its WinRM configuration and its CIM provider.

Defaults are those of MS-WSMV section 2.2.4.2 (`winrm get winrm/config`) for each protocol stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from .cim import CimProvider
from .mischief import Mischief

Stack = Literal["1.1", "2.0", "3.0"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]

DEFAULT_ENVELOPE_KB: dict[str, int] = {"1.1": 150, "2.0": 150, "3.0": 500}
DEFAULT_OPERATIONS_PER_USER: dict[str, int] = {"1.1": 15, "2.0": 15, "3.0": 1500}


@dataclass
class Account:
    """Somebody who can log on: a local account, or a domain account known to every machine it is listed on.

    `domain` is None for a local account, else the NetBIOS name; with `dns_domain` the form `user@dns.domain`
    works too.  An account without `administrator` authenticates and is then refused everything but Identify;
    one that may not `invoke` reads but cannot call methods, one that may not `write` cannot Put.
    """

    user: str
    password: str
    domain: str | None = None
    dns_domain: str | None = None
    administrator: bool = True
    invoke: bool = True
    write: bool = True

    def __post_init__(self) -> None:
        if any(letter in self.password for letter in ":\r\n"):
            # The credential file of the NTLM acceptor has one `DOMAIN:user:password` a line.
            raise ValueError(f"the lab password of {self.label} must not contain a colon or a line break")

    def __repr__(self) -> str:
        return f"Account({self.label!r})"

    @property
    def label(self) -> str:
        """`DOMAIN\\user`, or the bare name of a local account."""
        return f"{self.domain}\\{self.user}" if self.domain else self.user


@dataclass(frozen=True)
class CertificateSpec:
    """The certificate of the HTTPS listener: the names on it, and whether the lab's authority signed it.

    Without names it carries the name and the address of its machine.
    """

    names: tuple[str, ...] = ()
    self_signed: bool = False
    expired: bool = False


@dataclass
class WinrmProfile:
    """How the WinRM service of one machine is configured and which habits its version has.

    `null_arrays`, `extended_error`, `generic_outer_code` and `subclass_items` choose among forms that different
    versions of Windows use for the same thing; `refused_column` among the three forms on public record of the fault
    for a column that a class lacks.  `channel_binding` is CbtHardeningLevel.  A machine with neither `http` nor
    `https` listens nowhere; `kerberos` is the host in the principal of its service, whose keytab the environment
    names (KRB5_KTNAME); with `client_certificates` a certificate of the lab's authority stands for the local
    account of its common name; `tls` is the newest version that it speaks, and those before 1.2 it speaks alone; a
    `blackhole` accepts and never answers; while the service is not `running` every new connection is reset.
    """

    stack: Stack = "3.0"
    os_version: str = "10.0.20348"
    service_pack: str = "0.0"
    http: bool = True
    https: bool = False
    certificate: CertificateSpec | None = None
    basic: bool = False
    allow_unencrypted: bool = False
    negotiate: bool = True
    kerberos: str = ""
    credssp: bool = False
    client_certificates: bool = False
    tls: TlsVersion = "1.3"
    http_port: int = 5985
    https_port: int = 5986
    max_envelope_kb: int | None = None
    max_operations_per_user: int | None = None
    enumeration_timeout: float = 60.0
    operation_timeout: float = 60.0
    fault_language: str = "en-US"
    null_arrays: Literal["absent", "nil"] = "absent"
    extended_error: bool = True
    generic_outer_code: bool = False
    subclass_items: bool | None = None
    refused_column: Literal["filter", "e_fail", "invalid_query"] = "filter"
    channel_binding: Literal["none", "relaxed", "strict"] = "relaxed"
    blackhole: bool = False
    running: bool = True
    accounts: list[Account] = field(default_factory=list)
    mischief: list[Mischief] = field(default_factory=list)

    @property
    def envelope_limit(self) -> int:
        """The largest envelope in bytes: MaxEnvelopeSizekb."""
        return (self.max_envelope_kb or DEFAULT_ENVELOPE_KB[self.stack]) * 1024

    @property
    def operation_limit(self) -> int:
        """How many enumerations one user may hold open: MaxConcurrentOperationsPerUser."""
        return self.max_operations_per_user or DEFAULT_OPERATIONS_PER_USER[self.stack]

    @property
    def batch_limit(self) -> int:
        """The most items one response carries: MaxBatchItems."""
        return 20 if self.stack == "1.1" else 32000

    @property
    def names_subclasses(self) -> bool:
        """Whether an instance of a subclass appears under its own class name in a query of its base."""
        return self.stack == "3.0" if self.subclass_items is None else self.subclass_items

    @property
    def knows_dmtf_uris(self) -> bool:
        """Whether a class may be named as DMTF has it: from Windows 8 and Server 2012, 6.2, on."""
        major, minor = self.os_version.split(".")[:2]
        return (int(major), int(minor)) >= (6, 2)

    @property
    def pages_one_first(self) -> bool:
        """Stack 3.0 answers Enumerate with a single item and leaves the rest to Pull."""
        return self.stack == "3.0"


class Host(Protocol):
    """A machine as the listener needs it."""

    @property
    def name(self) -> str:
        """The computer name."""

    @property
    def address(self) -> str:
        """The 127.x.y.z address its listeners are bound to."""

    @property
    def winrm(self) -> WinrmProfile:
        """The configuration of its WinRM service."""

    @property
    def cim(self) -> CimProvider:
        """Its classes and instances."""

    def record(self, kind: str, **data: object) -> None:
        """Note one thing that happened on the wire."""
