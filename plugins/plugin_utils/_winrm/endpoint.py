# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and how to reach one host: the connection variables of an inventory as one value that has checked itself.

Field names follow pywinrm's ``Protocol`` where it has an argument of that meaning.
"""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urlsplit

from ...module_utils._text import printable
from .._wsman.envelope import SMALLEST_ENVELOPE
from . import address
from .errors import Misconfigured
from .variables import variable_of

#: Value of ``proxy`` and ``ca_trust_path``: take what the environment says (pywinrm's own word for it).
FROM_ENVIRONMENT = "legacy_requests"
# Eleven days. Clocks and timers take no number that is much larger.
LONGEST = 1_000_000

BASIC_TRANSPORTS = frozenset({"basic", "plaintext", "ssl"})
SEALING_TRANSPORTS = frozenset({"ntlm", "kerberos", "credssp"})
# Whatever is text, except the host, of which more is demanded, and what may be one of a few words.
_TEXTS = (
    "username",
    "path",
    "ca_trust_path",
    "cert_pem",
    "cert_key_pem",
    "kerberos_hostname_override",
    "service",
)
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Some scripts cannot be written without these two (Unicode Standard, 23.2).
_JOINERS = "\u200c\u200d"

TRANSPORTS = ("basic", "plaintext", "ssl", "certificate", "ntlm", "kerberos", "credssp")


class EndpointError(Misconfigured):
    """A connection option that cannot be right. ``option`` is the inventory variable to look at."""

    def __init__(self, host: str, what: str, advice: str = "", *, option: str = "") -> None:
        super().__init__(host, what, advice)
        self.option = option


class Secret:
    """A text that shows itself only when asked to."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = str(value)

    def reveal(self) -> str:
        """The text itself. For the one place that has to send it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))


@dataclass(frozen=True)
class Kinit:
    """How a Kerberos ticket is come by: ``managed`` runs kinit into a private cache, ``manual`` uses what is there."""

    mode: str = "manual"
    command: str = "kinit"
    args: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """One host's WinRM listener and the way to sign in to it."""

    inventory_name: str
    host: str
    port: int = 5986
    scheme: str = "https"
    path: str = "/wsman"
    transports: tuple[str, ...] = ("ntlm",)
    username: str | None = None
    password: Secret | None = None
    server_cert_validation: str = "validate"
    ca_trust_path: str | None = FROM_ENVIRONMENT
    cert_pem: str | None = None
    cert_key_pem: str | None = None
    message_encryption: str = "auto"
    read_timeout: int = 30
    operation_timeout: int = 20
    connect_timeout: int | None = None
    kerberos_delegation: bool = False
    kerberos_hostname_override: str | None = None
    service: str = "HTTP"
    send_cbt: bool = True
    proxy: str | None = field(default=FROM_ENVIRONMENT, repr=False)
    credssp_disable_tlsv1_2: bool = False
    credssp_auth_mechanism: str = "auto"
    credssp_minimum_version: int = 2
    max_envelope_size: int = 153600
    kinit: Kinit | None = None
    #: Connection plugin whose variables the user writes; it only chooses the names in error messages.
    connection: str = "winrm"

    def __post_init__(self) -> None:
        self._check_address()
        self._check_texts()
        self._check_timing()
        self._check_choices()
        for transport in self.transports:
            self._check_transport(transport)

    # --- what callers read

    @cached_property
    def address(self) -> str:
        """What is connected to: an address, or a name as DNS has it (RFC 5891), in small letters."""
        return address.dialled(self.host)

    @property
    def server_name(self) -> str:
        """What the host's certificate has to be for. A name's final dot is not on it."""
        return address.without_zone(self.address).rstrip(".")

    @property
    def netloc(self) -> str:
        """Host and port as a URL has them."""
        return f"{address.bracketed(self.address)}:{self.port}"

    @property
    def host_header(self) -> str:
        """Host and port as the header Host has them."""
        return f"{address.bracketed(address.without_zone(self.address))}:{self.port}"

    @cached_property
    def request_target(self) -> str:
        """What is posted to."""
        return address.request_target(self.path)

    @property
    def url(self) -> str:
        """The listener as pywinrm wants it."""
        return f"{self.scheme}://{self.netloc}{self.request_target}"

    @cached_property
    def label(self) -> str:
        """``name (host:port, ntlm)``, the way every error names this host."""
        return self.label_with("/".join(self.transports))

    def label_with(self, transport: str) -> str:
        """The label while one particular transport is in use."""
        return f"{printable(self.inventory_name)} ({_shown(self.host)}:{self.port}, {transport})"

    @property
    def cleartext(self) -> bool:
        """True when everything sent, a product key included, can be read on the network."""
        return any(self.reveals_content(transport) for transport in self.transports)

    def reveals_content(self, transport: str) -> bool:
        """Whether this transport would send requests readably."""
        if self.scheme == "https":
            return False
        return transport not in SEALING_TRANSPORTS or self.message_encryption == "never"

    def seals(self, transport: str) -> bool:
        """Whether messages must be sealed by the security context (MS-WSMV 2.2.9.1)."""
        if transport not in SEALING_TRANSPORTS or self.message_encryption == "never":
            return False
        return self.message_encryption == "always" or self.scheme == "http"

    def variable(self, name: str) -> str:
        """The inventory variable behind a field."""
        return variable_of(name, self.connection)

    def redact(self, text: str) -> str:
        """``text`` without the password, in any of the forms in which libraries quote it."""
        for form in self._secret_forms():
            text = text.replace(form, "***")
        return text

    # --- checks

    def _check_texts(self) -> None:
        """What steers a terminal, ends a header or cannot be seen is nowhere meant, and often came with a copied line.

        What is wrong is shown escaped.
        """
        for name in _TEXTS:
            value = getattr(self, name)
            if isinstance(value, str) and (found := _first_harmful(value)) is not None:
                raise self._error(name, f"{value!a} holds {found!a}", "Enter the value again, without that character")
        kinit = self.kinit or Kinit()
        for name, words in (("kinit_command", (kinit.command,)), ("kinit_args", kinit.args or ())):
            if any(_first_harmful(word) is not None for word in words):
                raise self._error(name, "holds a control character", "Type the value anew")
        # A password is never shown, and may be anything that can be typed.
        if self.password is not None and set(self.password.reveal()) & {"\0", "\r", "\n"}:
            what = "holds the end of a line, or a null"
            raise self._error("password", what, "A file or vault written with echo ends in one: use printf")

    def _check_address(self) -> None:
        if not _can_be_dialled(self.host):
            name, _colon, port = self.host.rpartition(":")
            if port.isdecimal() and _can_be_dialled(name):
                advice = f"Put {port} into {self.variable('port')}, and only {name} here"
                raise self._error("host", f"{self.host!a} holds a port", advice)
            # Escaped, because what is wrong with it may be invisible.
            what = f"{self.host!a} is not a host name or address"
            raise self._error("host", what, "Give a name or IP address")
        if not 1 <= self.port <= 65535:
            raise self._error("port", f"{self.port} is not a port", "WinRM listens on 5986 (https) or 5985 (http)")
        if self.scheme not in ("http", "https"):
            raise self._error("scheme", f"{self.scheme!r} is not a scheme", "Use http or https")
        if not self.path.startswith("/"):
            raise self._error("path", f"{self.path!r} does not begin with a slash", "The usual path is /wsman")

    def _check_timing(self) -> None:
        for name in ("operation_timeout", "read_timeout", "connect_timeout"):
            if (getattr(self, name) or 0) > LONGEST:
                raise self._error(name, f"is more than {LONGEST} seconds", "The usual value is 20 to 30")
        if self.operation_timeout < 1:
            raise self._error("operation_timeout", "must be at least 1 second", "The usual value is 20")
        if self.read_timeout <= self.operation_timeout:
            raise self._error(
                "read_timeout",
                f"{self.read_timeout} must exceed the operation timeout of {self.operation_timeout} seconds",
                f"Raise it, or lower {self.variable('operation_timeout')}",
            )
        if self.connect_timeout is not None and self.connect_timeout < 1:
            raise self._error("connect_timeout", "must be at least 1 second", "The usual value is 30")
        if self.max_envelope_size < SMALLEST_ENVELOPE:
            what = f"{self.max_envelope_size} is less than the {SMALLEST_ENVELOPE} bytes that WS-Management requires"
            raise self._error("max_envelope_size", what, "The usual value is 153600")

    def _check_choices(self) -> None:
        self._check_choice("server_cert_validation", ("validate", "ignore"))
        self._check_choice("message_encryption", ("auto", "always", "never"))
        if self.ca_trust_path == "":
            # requests takes an empty path for "do not check", which nobody means who leaves a variable empty.
            raise self._error("ca_trust_path", "is empty", "Name a PEM file, or leave the variable out")
        self._check_choice("credssp_auth_mechanism", ("auto", "ntlm", "kerberos"))
        if self.kinit is not None and self.kinit.mode not in ("managed", "manual"):
            raise self._error("kinit", f"{self.kinit.mode!r} is not a mode", "Use managed or manual")
        if not self.transports:
            raise self._error("transports", "is empty", f"Name one of {', '.join(TRANSPORTS)}")

    def _check_choice(self, name: str, choices: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in choices:
            raise self._error(name, f"{value!r} is not a value it can have", f"Use {' or '.join(choices)}")

    def _check_transport(self, transport: str) -> None:
        if transport not in TRANSPORTS:
            raise self._error("transports", f"{transport!r} is unknown", f"Name one of {', '.join(TRANSPORTS)}")
        if self.message_encryption == "always" and transport not in SEALING_TRANSPORTS:
            raise self._error(
                "message_encryption",
                f"'always' is impossible with {transport}, which cannot seal messages",
                f"Use auto, or set {self.variable('transports')} to ntlm, kerberos or credssp",
            )
        if self.uses_certificate(transport):
            self._check_certificate(transport)
        elif transport == "kerberos":
            self._check_kerberos()
        else:
            self._check_credentials(transport)

    def uses_certificate(self, transport: str) -> bool:
        """Whether the client signs in with a certificate rather than a password."""
        return transport == "certificate" or (transport == "ssl" and bool(self.cert_pem or self.cert_key_pem))

    def _check_certificate(self, transport: str) -> None:
        for name in ("cert_pem", "cert_key_pem"):
            if not getattr(self, name):
                raise self._error(name, f"is not set, and {transport} signs in with a certificate", "Give the PEM file")
        if self.scheme != "https":
            raise self._error("scheme", "must be https: a client certificate is shown in TLS", "Use port 5986")

    def _check_kerberos(self) -> None:
        if self.kinit is not None and self.kinit.mode == "managed" and not self.username:
            raise self._error("username", "is not set, and kinit needs a principal", "Set it to user@REALM")
        # kinit reads bytes, and gets those that were typed.
        self._check_coding("surrogateescape")

    def _check_credentials(self, transport: str) -> None:
        if not self.username:
            raise self._error("username", f"is not set, and {transport} needs an account", "Set it in the inventory")
        if self.password is None:
            raise self._error("password", f"is not set, and {transport} needs one", "Set it, from a vault if possible")
        if transport in BASIC_TRANSPORTS and not _fits_latin1(self.username, self.password):
            raise self._error(
                "transports",
                f"{transport} (HTTP Basic) cannot carry the characters of this account or password",
                f"Set {self.variable('transports')} to ntlm or kerberos",
            )
        self._check_coding("strict")

    def _check_coding(self, errors: str) -> None:
        try:
            (self.password.reveal() if self.password else "").encode("utf-8", errors)
        except UnicodeEncodeError:
            # From None: the original quotes the password.
            what = "holds bytes that are not text in UTF-8"
            raise self._error("password", what, "Store it, or set the terminal, in UTF-8") from None

    def _error(self, name: str, what: str, advice: str) -> EndpointError:
        option = self.variable(name)
        label = printable(self.inventory_name or self.host)
        return EndpointError(label, f"{option} {self.redact(what)}", advice, option=option)

    # --- helpers

    def _secret_forms(self) -> list[str]:
        forms: set[str] = set()
        for user, password in (
            (self.username, self.password.reveal() if self.password else None),
            _proxy_credentials(self.proxy),
        ):
            if password:
                pair = f"{user or ''}:{password}"
                forms |= {password, quote(password, safe="", errors="surrogatepass"), repr(password)[1:-1]}
                # Latin-1 is how requests, and so the streams, send it.
                codings = (("utf-8", "surrogatepass"), ("latin-1", "replace"))
                forms |= {base64.b64encode(pair.encode(*coding)).decode("ascii") for coding in codings}
        return sorted(forms, key=len, reverse=True)


def _shown(host: str) -> str:
    """As people read it in front of a port."""
    return host if host.startswith("[") else address.bracketed(host)


def _can_be_dialled(host: str) -> bool:
    try:
        address.dialled(host)
    except ValueError:
        return False
    return True


def _first_harmful(text: str) -> str | None:
    """The first character that has no place in a name: control and format (Unicode Standard, 4.5), and surrogates."""
    if text.isascii() and text.isprintable():
        return None
    return next((c for c in text if unicodedata.category(c) in _HARMFUL and c not in _JOINERS), None)


def _fits_latin1(username: str, password: Secret) -> bool:
    try:
        f"{username}{password.reveal()}".encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _proxy_credentials(proxy: str | None) -> tuple[str | None, str | None]:
    try:
        parts = urlsplit(proxy or "")
        return parts.username, parts.password
    except ValueError:
        return None, None
