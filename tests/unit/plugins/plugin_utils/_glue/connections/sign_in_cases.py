# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-ins as inventories write them, usual and unusual: variables, and what is to become of them.

Four kinds: all clients send the same; all refuse; ansible-core would go on where nothing can come of it and we refuse;
we differ from ansible-core on purpose. The first is the rule, and of each other case the reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var

Variables = dict[str, Any]

USER, PASSWORD = "CORP\\adm", "Pw-12345"
UPN = "adm@CORP.EXAMPLE"
_COMMON: Variables = {"ansible_host": "srv01.corp.example", "ansible_user": USER, "ansible_password": PASSWORD}
BARE: Variables = {**_COMMON, "ansible_connection": "winrm"}
NTLM: Variables = {**BARE, "ansible_winrm_transport": "ntlm"}
BASIC: Variables = {**BARE, "ansible_winrm_transport": "basic"}
CREDSSP: Variables = {**BARE, "ansible_winrm_transport": "credssp"}
KERBEROS: Variables = {**BARE, "ansible_winrm_transport": "kerberos", "ansible_user": UPN}
PSRP: Variables = {**_COMMON, "ansible_connection": "psrp", "ansible_psrp_auth": "ntlm"}
PSRP_BASIC: Variables = {**PSRP, "ansible_psrp_auth": "basic"}
PSRP_KERBEROS: Variables = {**PSRP, "ansible_psrp_auth": "kerberos", "ansible_user": UPN}
PSRP_CREDSSP: Variables = {**PSRP, "ansible_psrp_auth": "credssp"}
PSRP_NEGOTIATE: Variables = {**_COMMON, "ansible_connection": "psrp"}

BOTH = (NTLM, PSRP)
EVERY_WAY = (NTLM, BASIC, CREDSSP, KERBEROS, PSRP, PSRP_BASIC, PSRP_CREDSSP, PSRP_KERBEROS)


@dataclass(frozen=True)
class Case:
    """One host's variables, in an environment.

    ``refused`` is the variable that our refusal names; ``alone`` means that ansible-core's plugin would go on.
    ``differs`` are the fields in which we send something else than that plugin, on purpose.
    """

    variables: Variables
    environment: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    alone: bool = False
    differs: frozenset[str] = frozenset()

    def __str__(self) -> str:
        base = self.variables.get("ansible_winrm_transport") or self.variables.get("ansible_psrp_auth") or "default"
        told = {name.removeprefix("ansible_"): value for name, value in self.variables.items() if name not in _COMMON}
        told |= {name: value for name, value in self.variables.items() if value != _COMMON.get(name, value)}
        return f"{base} {told} {dict(self.environment) or ''}".encode("unicode_escape").decode("ascii")


def each(base: Variables, name: str, values: Iterable[Any], **more: Any) -> Iterator[Case]:
    """One case for each value; a name without ansible_ is one of the connection's own."""
    for value in values:
        yield Case(with_(base, **{name: value}), **more)


def with_(base: Variables, **changes: Any) -> Variables:
    """The variables with these changed."""
    prefix = f"ansible_{base['ansible_connection'].rpartition('.')[2]}_"
    return {**base, **{name if name.startswith("ansible_") else prefix + name: v for name, v in changes.items()}}


def without(base: Variables, *names: str) -> Variables:
    """The variables but for these."""
    return {name: value for name, value in base.items() if name not in names}


def _same() -> Iterator[Case]:
    yield from (Case(base) for base in EVERY_WAY)
    for base in BOTH:
        yield from each(base, "ansible_port", (None, 1, 80, 443, 5985, "5985", " 5985 ", 5985.0, 5986, True, 65535))
        yield from each(base, "port", (5985, "8080"))
        yield Case(with_(base, ansible_port=8080, port=8443))
        yield from each(base, "ansible_host", _HOSTS)
        yield from each(without(base, "ansible_host"), "host", ("10.1.2.3", "Alias"))
        yield Case(without(base, "ansible_host"))
    for scheme in ("http", "https", None):
        for port in (5985, 5986, 80, None):
            yield Case(with_(NTLM, scheme=scheme, ansible_port=port))
            yield Case(with_(PSRP, protocol=scheme, ansible_port=port))
    yield from each(BASIC, "path", ("/wsman", *_PATHS))
    yield from each(PSRP_BASIC, "path", _PATHS)
    yield from _same_accounts()
    yield from _same_sign_ins()
    yield from _same_options()
    yield from _same_proxies()


_HOSTS = (
    "srv01",
    "SRV01.Corp.Example",
    "srv01.corp.example.",
    "srv_01",
    "10.1.2.3",
    "127.1",
    "0x7f.1",
    "1.2.3.4.",
    12345,
    "::1",
    "[::1]",
    "2001:DB8::0:1",
    "::ffff:10.1.2.3",
    "fe80::1%eth0",
    "[fe80::1%eth0]",
    "münchen.example",
    "straße.example",
    "łódź.example",
    "日本.example",
    "xn--mnchen-3ya.example",
)
_PATHS = (
    "wsman",
    "wsman/",
    "wsman?x=1",
    "wsman#f",
    "a/../wsman",
    "wsman/./x",
    "ws man",
    "wsmän",
    "ws%20man",
    "ws%2fman",
    "%zz",
    "a;b'c",
    'a"<>|^`{}',
    7,
)


# What is marked as text may look like a template.
_USERS = (
    "adm",
    USER,
    UPN,
    ".\\adm",
    "\\adm",
    "CORP\\a\\b",
    "a@b@c",
    "ädm",
    "CORP/adm",
    " a ",
    7,
    "@",
    wrap_var("{{x}}"),
)
_PASSWORDS = ("", "x", "ä", "a:b", "a\\b", "'\"", "%41", " x ", wrap_var("a{{b}}c"), "a" * 300, 12345, 1.5, True)


def _same_accounts() -> Iterator[Case]:
    for base in (NTLM, BASIC, CREDSSP, KERBEROS, BARE, PSRP, PSRP_BASIC, PSRP_CREDSSP):
        users = (
            "adm",
            USER,
            UPN,
            ".\\adm",
            "\\adm",
            "CORP\\a\\b",
            "a@b@c",
            "ädm",
            "CORP/adm",
            " adm ",
            7,
            "@",
            wrap_var("{{x}}"),
        )
        yield from each(base, "ansible_user", users)
        yield from each(base, "ansible_password", _PASSWORDS)
    for base in (NTLM, CREDSSP, KERBEROS, PSRP, PSRP_CREDSSP):
        yield from each(base, "ansible_password", ("ł", "😀"))
        yield Case({**base, "ansible_user": "łdm"})
    for base in BOTH:
        nobody = without(base, "ansible_user", "ansible_password")
        for user in ("ansible_user", "ansible_winrm_user", "ansible_psrp_user"):
            for password in ("ansible_password", "ansible_winrm_pass", "ansible_winrm_password", "ansible_ssh_pass"):
                yield Case({**nobody, "ansible_user": "common", "ansible_password": "x", user: "me", password: "y"})
        yield Case({**nobody, "ansible_user": "me", "ansible_ssh_pass": "x"})
    yield Case({**BASIC, "ansible_ssh_user": "nobody", "ansible_ssh_host": "elsewhere", "ansible_ssh_port": 22})
    yield from each(KERBEROS, "ansible_password", (None, "", "pass\udce4"))


def _same_sign_ins() -> Iterator[Case]:
    transports = ("basic", "plaintext", "ssl", "ntlm", "kerberos", "credssp", ["ntlm"], " ntlm ", None, [None])
    lists = ("kerberos,ntlm", "kerberos, ntlm", ["kerberos", "ntlm"], "kerberos,credssp")
    for user in (USER, UPN):
        for port in (5985, 5986):
            base = {**BARE, "ansible_user": user, "ansible_port": port}
            yield from each(base, "transport", (*transports, *lists))
    for name in ("winrm", "ansible.builtin.winrm", "ansible.legacy.winrm"):
        yield Case({**NTLM, "ansible_connection": name})
    for name in ("ansible.builtin.psrp", "ansible.legacy.psrp"):
        yield Case({**PSRP, "ansible_connection": name})
    certificate = {"cert_pem": "/dev/null", "cert_key_pem": "/dev/null"}
    yield from each(with_(BARE, **certificate), "transport", ("certificate", "ssl", None, "ntlm"))
    files = {"certificate_pem": "/dev/null", "certificate_key_pem": "/dev/null"}
    yield from each(with_(PSRP, **files), "auth", ("certificate", "ntlm"))
    for base, service, alias in (
        (KERBEROS, "service", "kerberos_hostname_override"),
        (PSRP_KERBEROS, "negotiate_service", "negotiate_hostname_override"),
    ):
        yield from each(base, service, ("HTTP", "host", "cifs"))
        yield from each(base, alias, ("alias.corp.example", "ALIAS"))
    yield from each(KERBEROS, "kinit_mode", ("managed", "manual", None))
    yield from each({**KERBEROS, "ansible_password": None}, "kinit_mode", ("managed", "manual", None))
    yield from each(KERBEROS, "kinit_cmd", ("/opt/kinit", "kinit -x", None))
    for delegation in (True, False):
        words = ("-f", "-A -l '1 h'", "", " ", "''", "-f ''", None, 7)
        yield from each(with_(KERBEROS, kerberos_delegation=delegation), "kinit_args", words)
    variables = ("A,B", ["A", "B"], "A, B", "", [], None, ["PATH", "KRB5CCNAME", "HOME"])
    yield from each(KERBEROS, "kinit_env_vars", variables, environment={"A": "1", "B": "2"})
    yield Case({**PSRP_KERBEROS, "ansible_user": None})


def _same_options() -> Iterator[Case]:
    for name in ("connection_timeout", "read_timeout_sec"):
        yield from each(NTLM, name, (45, "45", 60, 100000))
    yield from each(NTLM, "connection_timeout", (0, 1, "7", True, None))
    yield from each(NTLM, "operation_timeout_sec", (1, 7, "7", True))
    yield from each(NTLM, "read_timeout_sec", (30.5,))
    yield Case(with_(NTLM, connection_timeout=45, read_timeout_sec=90, operation_timeout_sec=60))
    yield Case(with_(NTLM, read_timeout_sec="90", operation_timeout_sec="60"))
    yield from each(PSRP, "connection_timeout", (1, "7", 100000, None))
    yield from each(PSRP, "read_timeout", (45, "45", None))
    yield from each(PSRP, "operation_timeout", (1, 7, "7", None))
    yield from each(PSRP, "max_envelope_size", (8192, "512000", None))
    yield from each(PSRP_CREDSSP, "credssp_minimum_version", (5, "6"))
    yield from each(PSRP_CREDSSP, "credssp_auth_mechanism", ("ntlm", "kerberos", "auto"))
    for name in ("reconnection_retries", "reconnection_backoff", "configuration_name"):
        yield from each(PSRP, name, (3, "4"))
    yield from each(KERBEROS, "kerberos_delegation", (True, False, "yes", "no", "True", "off", 1, 0))
    for flag in (True, False):
        yield Case(with_(NTLM, send_cbt=flag))
        yield Case(with_(CREDSSP, credssp_disable_tlsv1_2=flag))
    for name, base in (("negotiate_send_cbt", PSRP), ("negotiate_delegate", PSRP_KERBEROS)):
        yield from each(base, name, (True, False, "yes", "no", "True", "off", 1, 0, None))
    yield from each(PSRP_CREDSSP, "credssp_disable_tlsv1_2", (True, "no", None))
    for port in (5985, 5986):
        for base in BOTH:
            yield from each({**base, "ansible_port": port}, "message_encryption", ("auto", "always", "never"))
    yield Case(with_(PSRP_BASIC, message_encryption="never", ansible_port=5985))
    yield from _same_trust()
    for name in ("realm", "keytab", "username", "password", "endpoint", "auth_method", "raed_timeout"):
        yield Case(with_(NTLM, **{name: "x"}))


def _same_trust() -> Iterator[Case]:
    for bundle in ({}, {"REQUESTS_CA_BUNDLE": "/env.pem"}, {"CURL_CA_BUNDLE": "/env.pem"}):
        for validation in ("validate", "ignore"):
            yield Case(with_(NTLM, server_cert_validation=validation), bundle)
            yield Case(with_(NTLM, server_cert_validation=validation, ca_trust_path="/ca.pem"), bundle)
            yield Case(with_(PSRP, cert_validation=validation), bundle)
            yield Case(with_(PSRP, cert_validation=validation, ca_cert="/ca.pem"), bundle)
        yield from each(NTLM, "ca_trust_path", ("ca.pem", "~/ca.pem", "/", None, "legacy_requests"), environment=bundle)
        yield from each(PSRP, "ca_cert", ("ca.pem", "~/ca.pem", "/", None), environment=bundle)
        yield from each(PSRP, "cert_trust_path", ("/ca.pem", "$HOME/ca.pem"), environment=bundle)


def _same_proxies() -> Iterator[Case]:
    from_there: tuple[dict[str, str], ...] = (
        {},
        *({name: "http://env:1"} for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")),
        *({"https_proxy": "http://env:1", "no_proxy": hosts} for hosts in _EXCEPTIONS),
        {"https_proxy": "http://env:1", "NO_PROXY": "corp.example"},
        {"https_proxy": "http://env:1", "HTTPS_PROXY": "http://other:2"},
        {"https_proxy": "http://env:1", "no_proxy": "", "NO_PROXY": "corp.example"},
        {"https_proxy": "env:1"},
        {"all_proxy": "socks5://env:1"},
        # These are nobody's variables here.
        {"SSL_CERT_FILE": "/x.pem", "SSL_CERT_DIR": "/x", "NETRC": "/x", "PYTHONHTTPSVERIFY": "0"},
    )
    for environment in from_there:
        yield from (Case(base, environment) for base in BOTH)
        yield Case(with_(NTLM, ansible_port=5985), environment)
        yield from each(NTLM, "proxy", ("http://named:3128", "", None, False), environment=environment)
        yield from each(PSRP, "proxy", ("http://named:3128", ""), environment=environment)
        yield from each(PSRP, "ignore_proxy", (True, "no"), environment=environment)
    yield Case(with_(PSRP, proxy="http://named:1", ignore_proxy=True))
    yield from each(NTLM, "proxy", ("named:3128", "https://named:1", "http://u:p@named:1", "http://[::1]:3128"))
    for host in ("10.1.2.3", "::1", "localhost", "srv01"):
        for hosts in ("10.0.0.0/8", "10.1.2.3", "10.1.2", "::1", "[::1]", "localhost", "<local>"):
            yield Case({**NTLM, "ansible_host": host}, {"https_proxy": "http://env:1", "no_proxy": hosts})


_EXCEPTIONS = (
    "*",
    "",
    "corp.example",
    ".corp.example",
    "orp.example",
    "SRV01.corp.example",
    "srv01.corp.example:5986",
    "srv01.corp.example:1",
    "other.example, corp.example",
    "*.corp.example",
    "corp.example.",
    " srv01.corp.example ",
)


def _all_refuse() -> Iterator[Case]:
    for base in BOTH:
        yield from each(base, "ansible_port", (-1, 65536, "", "0x10", "many", [5985]), refused="ansible_port")
        hosts = (" srv01 ", "a b", "srv01\u200b", "\ufeffsrv01", "", "ﬁle.example", "ⅷ.example", "a。b.example")
        hosts = (*hosts, "*.example", "srv01\t", "srv 01", ".", "::1%", "[srv01")
        yield from each(base, "ansible_host", hosts, refused="ansible_host")
        yield from each(base, "ansible_user", ([USER], {"a": 1}), refused="ansible_user")
        yield from each(base, "ansible_password", (["x"], {"a": 1}), refused="ansible_password")
    for base, scheme in ((NTLM, "ansible_winrm_scheme"), (PSRP, "ansible_psrp_protocol")):
        yield from each(base, scheme, ("HTTP", "", "ftp", True), refused=scheme)
    for base in (NTLM, BASIC, CREDSSP):
        yield from each(base, "ansible_user", ("", None), refused="ansible_user")
        yield Case({**base, "ansible_password": None}, refused="ansible_password")
    yield Case({**PSRP_BASIC, "ansible_user": None}, refused="ansible_user")
    yield Case({**PSRP_BASIC, "ansible_password": None}, refused="ansible_password")
    for base, name in ((BASIC, "ansible_winrm_transport"), (PSRP_BASIC, "ansible_psrp_auth")):
        yield Case({**base, "ansible_user": "łdm"}, refused=name)
        yield Case({**base, "ansible_password": "ł"}, refused=name)
    transports = ("auto", "NTLM", "ntlm,", ["ntlm", None], ["kerberos, ntlm"], "", [], "carrier", 5)
    yield from each(BARE, "transport", transports, refused="ansible_winrm_transport")
    yield from each(PSRP, "auth", ("NTLM", "", "auto", ["ntlm"]), refused="ansible_psrp_auth")
    yield Case(with_(BARE, transport="certificate"), refused="ansible_winrm_cert_pem")
    yield Case(with_(PSRP, auth="certificate"), refused="ansible_psrp_certificate_pem")
    yield from each(NTLM, "connection_timeout", (-1, "soon", "", []), refused="ansible_winrm_connection_timeout")
    yield from each(NTLM, "read_timeout_sec", (0, 7, 20, -1, "30.5", "soon"), refused="ansible_winrm_read_timeout_sec")
    yield from each(
        NTLM, "operation_timeout_sec", (0, -1, 30, 45, "7.5"), refused="ansible_winrm_operation_timeout_sec"
    )
    for name in ("connection_timeout", "read_timeout", "operation_timeout", "max_envelope_size"):
        yield from each(PSRP, name, ("soon", ""), refused=f"ansible_psrp_{name}")
    # Nobody reads these here, and still they are wrong.
    yield from each(PSRP, "reconnection_retries", ("soon", ""), refused="ansible_psrp_reconnection_retries")
    yield from each(NTLM, "kinit_mode", ("auto", ""), refused="ansible_winrm_kinit_mode")
    yield Case(with_(NTLM, kinit_args=["-f"]), refused="ansible_winrm_kinit_args")
    yield Case(with_(KERBEROS, kinit_args="-A '"), refused="ansible_winrm_kinit_args")
    yield Case(with_(KERBEROS, kerberos_delegation="perhaps"), refused="ansible_winrm_kerberos_delegation")
    for base, name in ((NTLM, "ansible_winrm_message_encryption"), (PSRP, "ansible_psrp_message_encryption")):
        yield from each(base, name, ("Auto", True, "yes"), refused=name)
    yield Case(with_(BASIC, message_encryption="always"), refused="ansible_winrm_message_encryption")
    yield Case(with_(PSRP_BASIC, message_encryption="always"), refused="ansible_psrp_message_encryption")
    yield Case({**PSRP_BASIC, "ansible_port": 5985}, refused="ansible_psrp_auth")
    yield from each(NTLM, "server_cert_validation", ("Ignore", True), refused="ansible_winrm_server_cert_validation")
    yield from each(PSRP, "cert_validation", ("Ignore", "", True), refused="ansible_psrp_cert_validation")
    yield Case(with_(PSRP, ca_cert=True), refused="ansible_psrp_ca_cert")


def _we_refuse() -> Iterator[Case]:
    """Nothing could come of these: the plugin meets the operating system, the library or the host."""
    for base in BOTH:
        yield Case({**base, "ansible_port": 0}, refused="ansible_port", alone=True)
        # No name that DNS could hold; another host, or an account, than the variable is for.
        hosts = ("a..b", ".example", f"{'x' * 64}.example", "http://srv01", "user@srv01", "127.0.0.1:5985")
        for host in hosts:
            core_refuses = host == ".example" or host.endswith(":5985")
            yield Case({**base, "ansible_host": host}, refused="ansible_host", alone=not core_refuses)
    # What a terminal or a header would obey, and what was not meant to be copied.
    for base in EVERY_WAY:
        for user in ("adm\n", "\ufeffadm", "a\x1b[31m", "adm\u202e", "adm\udce4"):
            # Basic can only carry Latin-1.
            sendable = max(user) < "\u0100" or base not in (BASIC, PSRP_BASIC)
            yield Case({**base, "ansible_user": user}, refused="ansible_user", alone=sendable)
        for password in ("Pw-12345\n", "Pw\x00"):
            yield Case({**base, "ansible_password": password}, refused="ansible_password", alone=True)
    yield from each(BASIC, "path", ("/wsman\r\nX: y", "/ws\x00"), refused="ansible_winrm_path", alone=True)
    # The libraries cannot encode it.
    for base in (NTLM, CREDSSP, PSRP, PSRP_CREDSSP):
        yield Case({**base, "ansible_password": "pass\udce4"}, refused="ansible_password", alone=True)
    # pypsrp would take the account of the process, which only Windows has.
    yield from each(PSRP, "ansible_user", ("", None), refused="ansible_user", alone=True)
    yield Case({**PSRP, "ansible_password": None}, refused="ansible_password", alone=True)
    for name, values in (
        # requests refuses these once it connects, and a host the last.
        ("connection_timeout", (0, -1)),
        ("read_timeout", (0, -1)),
        ("operation_timeout", (0, -1)),
        ("max_envelope_size", (0, -1, 8191)),
    ):
        yield from each(PSRP, name, values, refused=f"ansible_psrp_{name}", alone=True)
    # Neither clock nor timer takes it.
    for name in ("read_timeout_sec", "operation_timeout_sec"):
        yield from each(NTLM, name, (2**31, 2**63), refused="ansible_winrm", alone=name == "read_timeout_sec")
    yield from each(NTLM, "connection_timeout", (2**31, 2**63), refused="ansible_winrm", alone=True)
    for name in ("connection_timeout", "read_timeout", "operation_timeout"):
        yield from each(PSRP, name, (2**31, 2**63), refused="ansible_psrp", alone=True)
    # requests meets a list or bytes once it connects, and takes false for "do not check".
    not_text = (["/ca.pem"], {"a": 1}, b"/ca.pem", True, False)
    for name in ("ca_trust_path", "service", "kerberos_hostname_override"):
        yield from each(KERBEROS, name, not_text, refused=f"ansible_winrm_{name}", alone=True)
    yield from each(NTLM, "proxy", (["http://p:1"], b"http://p:1", True), refused="ansible_winrm_proxy", alone=True)
    # pywinrm takes any text for true.
    yield Case(with_(NTLM, send_cbt="perhaps"), refused="ansible_winrm_send_cbt", alone=True)
    # pywinrm cannot open such a key.
    files = {"certificate_pem": "/dev/null", "certificate_key_pem": "/dev/null", "certificate_key_password": "x"}
    yield Case(with_(PSRP, auth="certificate", **files), refused="certificate_key_password", alone=True)


def _we_differ() -> Iterator[Case]:
    def on_purpose(variables: Variables, *fields: str, **environment: str) -> Case:
        return Case(variables, environment, differs=frozenset(fields))

    # An empty variable counts as not set: in an extra ansible-core refuses it, sends an SPN without a name, or stops
    # looking at certificates.
    for name in ("read_timeout_sec", "operation_timeout_sec", "message_encryption"):
        yield from (on_purpose(with_(NTLM, **{name: value}), "everything") for value in ("", None))
    yield on_purpose(with_(NTLM, server_cert_validation=""), "everything")
    yield on_purpose(with_(NTLM, server_cert_validation=None), "verify")
    yield on_purpose(with_(NTLM, ca_trust_path=""), "verify")
    yield on_purpose(with_(KERBEROS, kinit_cmd=""), "kinit")
    yield from (on_purpose(with_(KERBEROS, service=value), "sign_in") for value in ("", None))
    yield on_purpose(with_(KERBEROS, kerberos_hostname_override=""), "sign_in")
    yield on_purpose(with_(PSRP_KERBEROS, negotiate_hostname_override=""), "sign_in")
    yield from (on_purpose(with_(KERBEROS, kerberos_delegation=value), "everything") for value in ("", None))
    yield on_purpose(with_(BASIC, path=""), "path")
    yield on_purpose(with_(PSRP_BASIC, path=""), "path")
    # yes and no are what they say; pywinrm takes any text for true.
    yield from (on_purpose(with_(NTLM, send_cbt=value), "sign_in") for value in ("yes", "no", "off", "True", None))
    yield on_purpose(with_(CREDSSP, credssp_disable_tlsv1_2="no"), "sign_in")
    # One slash: pypsrp puts a second one before a path that has one, which Windows does not know.
    yield from (on_purpose(with_(PSRP_BASIC, path=path), "path") for path in ("/wsman", "//wsman", "/"))
    yield on_purpose(with_(BASIC, path="//wsman"), "path")
    # pywinrm has no negotiate: NTLM, or Kerberos first where there is a realm.
    yield on_purpose(PSRP_NEGOTIATE, "sign_in")
    yield on_purpose({**PSRP_NEGOTIATE, "ansible_port": 5985}, "sign_in")
    yield on_purpose({**PSRP_NEGOTIATE, "ansible_user": UPN}, "sign_in", "ways")
    # A client that gives up before the host does learns nothing.
    yield from (on_purpose(with_(PSRP, read_timeout=value), "read_seconds") for value in (1, 7, 20))
    yield from (on_purpose(with_(PSRP, operation_timeout=value), "read_seconds") for value in (30, 45))


def all_cases() -> list[Case]:
    """Every one, in the order of this file."""
    return [*_same(), *_all_refuse(), *_we_refuse(), *_we_differ()]
