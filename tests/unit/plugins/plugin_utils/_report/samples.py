# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet as fleet_info returns it, and texts as a hostile machine may send them."""

from __future__ import annotations

from typing import Any

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Approved, Report
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.results import machines_of

TIME = "2026-11-27T17:09:00Z"

#: Markup, formulas, escape sequences, bidirectional overrides, ends of lines and of elements, and no characters at all.
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "]]><evil/>",
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "x;=1+1",
    "\uff1d1+1",
    "\x1b]0;owned\x07\x1b[31mred",
    "\u202egnp.exe\u2066",
    "line\nfeed\r\nreturn\u2028separator",
    "\x00\x08\ufffe\uffff\ud800",
    "{{ 7 * 7 }} {% raw %}",
    "[link](https://evil.example)",
    'quote " back \\ slash',
    "$(reboot); `reboot` | reboot",
)


def read(verdict: str = "kms_client_ok", **changes: Any) -> dict[str, Any]:
    """The result of a machine that was read."""
    product = {
        "activation_id": "1",
        "name": "Windows(R), Professional edition",
        "channel": "Volume:GVLK",
        "key_type": "GVLK",
        "partial_product_key": "T83GX",
        "license_status": "licensed",
        "grace_minutes": 250_000,
        "expires": "2027-05-19T08:00:00Z",
        "activation_method": "kms",
        **changes.pop("license", {}),
    }
    compliant = verdict.endswith("_ok") or verdict == "left_alone"
    return {
        "os": {"caption": "Microsoft Windows 11 Pro", "build": 26100},
        "license": product,
        "products": [product],
        "kms_client": {"configured_host": None, "discovered_host": "kms01.corp.example"},
        "kms_host": {"enabled": False},
        "role": "kms_client",
        "verdict": verdict,
        "compliant": None if verdict == "unjudged" else compliant,
        "verdict_reason": "Because.",
        "advice": "",
        "findings": [],
        **changes,
    }


def finding(id_: str = "KMS-001", severity: str = "error", **changes: Any) -> dict[str, Any]:
    """A finding as results have it."""
    title = {"KMS-001": "KMS host that is not approved", "CLI-002": "Not activated"}.get(id_, "Something")
    return {"id": id_, "severity": severity, "title": title, "reason": "Because.", "remedy": "Mend it.", **changes}


def rogue(**changes: Any) -> dict[str, Any]:
    """An accidental KMS host."""
    given = {
        "license": {"key_type": "CSVLK", "channel": "Volume:CSVLK", "partial_product_key": "MCHXF", "grace_minutes": 0},
        "role": "kms_host",
        "kms_host": {"enabled": True, "current_count": 2, "required_count": 25},
        "findings": [finding()],
        "advice": "Mend it.",
    }
    return read("kms_unapproved", **{**given, **changes})


FLEET: dict[str, Any] = {
    "pc02": read(),
    "pc01": {"unreachable": True, "msg": "pc01: connection refused"},
    "srv01": rogue(),
    "srv02": {"failed": True, "msg": "no rights"},
}


def report(hosts: dict[str, Any] | None = None, **changes: Any) -> Report:
    """A report of these results."""
    given = {"about": About(audited_at=TIME, version="0.2.0"), "approved": Approved(("kms01",), ()), **changes}
    columns = given.pop("variables", {})
    names = tuple(dict.fromkeys(name for own in columns.values() for name in own))
    return Report(tuple(machines_of(FLEET if hosts is None else hosts, columns)), columns=names, **given)


def hostile_report() -> Report:
    """A machine for each hostile text, which has it wherever a machine, or an inventory, can put one."""
    hosts = {f"host{number}{text}": hostile(text) for number, text in enumerate(HOSTILE)}
    about = About(HOSTILE[0], TIME, 1.5, HOSTILE[1], "0" * 64, ((HOSTILE[2], HOSTILE[5]),), "0.2.0")
    variables = {host: {"site": host[5:]} for host in hosts}
    return report(hosts, about=about, variables=variables)


def hostile(text: str) -> dict[str, Any]:
    """A result that has the text in every place that a machine fills."""
    words = {"channel": text, "key_type": text, "partial_product_key": text, "license_status": text, "expires": text}
    return {
        **rogue(),
        "os": {"caption": text, "build": text},
        "license": {**words, "name": text, "grace_minutes": text},
        "products": [{**words, "name": text, "activation_id": "2"}],
        "verdict": text,
        "verdict_reason": text,
        "advice": text,
        "role": text,
        "findings": [dict.fromkeys(("id", "severity", "title", "reason", "remedy"), text)],
    }
