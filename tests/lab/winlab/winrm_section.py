# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of a scenario that is about reaching a machine: WinRM, certificates, mischief, accounts, login."""

from __future__ import annotations

from .answers import Answer, answers, parse_answer
from .host import Account, CertificateSpec, WinrmProfile
from .mischief import Mischief, Trick
from .section import Section
from .specs import Login
from .tricks import declared_fault
from .windows.releases import Release

DEFAULT_PASSWORD = "Lab-Passw0rd!"
_TRANSPORTS = ("ntlm", "kerberos", "basic", "credssp", "certificate", "ssl", "plaintext")


def read_winrm(
    section: Section, release: Release, connection: Section, accounts: list[Account], network: str
) -> WinrmProfile:
    """The WinRM service of a machine."""
    winrm = section.section("winrm")
    certificate = _certificate(winrm)
    profile = WinrmProfile(
        stack=winrm.choice("stack", ("1.1", "2.0", "3.0"), release.stack),  # type: ignore[arg-type]
        os_version=release.version,
        service_pack=f"{release.service_pack}.0",
        http=winrm.boolean("http", True),
        https=winrm.boolean("https", connection.boolean("https", False)),
        certificate=certificate,
        basic=winrm.boolean("basic", False),
        allow_unencrypted=winrm.boolean("allow_unencrypted", False),
        negotiate=winrm.boolean("negotiate", True),
        kerberos=winrm.text("kerberos", "") or "",
        credssp=winrm.boolean("credssp", False),
        client_certificates=winrm.boolean("client_certificates", False),
        tls=winrm.choice("tls", ("1.0", "1.1", "1.2", "1.3"), "1.3"),  # type: ignore[arg-type]
        http_port=winrm.integer("http_port", 5985, 1, 65535),
        https_port=winrm.integer("https_port", 5986, 1, 65535),
        max_envelope_kb=winrm.optional_integer("max_envelope_kb", 32),
        max_operations_per_user=winrm.optional_integer("max_operations_per_user", 1),
        enumeration_timeout=winrm.seconds("enumeration_timeout", 60.0),
        operation_timeout=winrm.seconds("operation_timeout", 60.0),
        fault_language=winrm.text("fault_language", "en-US") or "en-US",
        null_arrays=winrm.choice("null_arrays", ("absent", "nil"), "absent"),  # type: ignore[arg-type]
        extended_error=winrm.boolean("extended_error", True),
        generic_outer_code=winrm.boolean("generic_outer_code", False),
        subclass_items=winrm.optional_boolean("subclass_items"),
        refused_column=winrm.choice(  # type: ignore[arg-type]
            "refused_column", ("filter", "e_fail", "invalid_query"), "filter"
        ),
        channel_binding=winrm.choice(  # type: ignore[arg-type]
            "channel_binding", ("none", "relaxed", "strict"), "relaxed"
        ),
        blackhole=network == "blackhole",
        accounts=accounts,
        mischief=[_mischief(one) for one in section.sections("mischief")],
    )
    winrm.finish()
    return profile


def read_login(connection: Section, accounts: list[Account], domain: str | None, winrm: WinrmProfile) -> Login:
    """What the inventory will say."""
    transport = connection.choice("transport", _TRANSPORTS, "ntlm")
    local = transport in ("basic", "certificate", "plaintext", "ssl") or domain is None
    chosen = next((one for one in accounts if (one.domain is None) == local), accounts[0])
    user = connection.text("user") or chosen.label
    named = next((one for one in accounts if one.label == user), chosen)
    https = connection.boolean("https", winrm.https and not winrm.http)
    return Login(
        user=user,
        password=connection.text("password") or named.password,
        transport=transport,
        connection=connection.choice("plugin", ("winrm", "psrp"), "winrm"),
        https=https,
        validate=connection.boolean("validate", False),
        variables=dict(connection.raw("variables") or {}),
    )


def read_account(section: Section, domain: str, netbios: str) -> Account:
    """One account."""
    local = section.boolean("local", False)
    account = Account(
        user=section.required("user"),
        password=section.text("password", DEFAULT_PASSWORD) or "",
        domain=None if local else section.text("domain", netbios),
        dns_domain=None if local else domain,
        administrator=section.boolean("administrator", True),
        invoke=section.boolean("invoke", True),
        write=section.boolean("write", True),
    )
    section.finish()
    return account


def default_accounts(domain: str, netbios: str) -> list[Account]:
    """Without `accounts:` there are a domain administrator and a local one."""
    return [
        Account("fleetadmin", DEFAULT_PASSWORD, netbios, domain),
        Account("labadmin", DEFAULT_PASSWORD),
    ]


def _certificate(winrm: Section) -> CertificateSpec | None:
    if not winrm.has("certificate"):
        return None
    section = winrm.section("certificate")
    spec = CertificateSpec(
        tuple(section.words("names")), section.boolean("self_signed", False), section.boolean("expired", False)
    )
    section.finish()
    return spec


def _mischief(section: Section) -> Mischief:
    name = section.choice("trick", [one.value for one in Trick] + list(answers()), "")
    declared = name not in answers()
    trick = Trick(name) if declared else Trick.ANSWER
    endless = section.raw("times", 1) is None
    mischief = Mischief(
        trick=trick,
        on=section.text("on", "") or "",
        after=section.integer("after", 0),
        times=None if endless else section.integer("times", 1, 1),
        seconds=section.seconds("seconds", 0.0),
        answer=None if declared else answers()[name],
        name=name,
    )
    if trick is Trick.ANSWER and declared:
        mischief.answer = _own_answer(section)
    if trick in (Trick.FAULT, Trick.FAULT_AFTER):
        mischief.fault = _own_fault(section)
    section.finish()
    return mischief


def _own_fault(section: Section) -> str:
    """The fault that a scenario names."""
    text = section.required("fault")
    try:
        declared_fault(text)
    except ValueError as error:
        raise section.error("fault", str(error)) from error
    return text


def _own_answer(section: Section) -> Answer:
    """An answer that the scenario itself declares."""
    data = section.raw("answer")
    if not isinstance(data, dict):
        raise section.error("answer", "the trick answer needs its fields here, as in tricks.yml")
    try:
        return parse_answer(data)
    except ValueError as error:
        raise section.error("answer", str(error)) from error
