# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module kms_srv_info and the inventory kms_srv ask alike: options in, all that DNS publishes out.

The documentation of the same options is the fragments ``kms_dns.servers`` and ``kms_dns.survey``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._kms import DEFAULT_PORT
from . import options
from .errors import SettingWrong
from .resolve import Lookup
from .signing import Unsigned
from .survey import Finding, Settings, Transfer, survey, transfers
from .verdict import Policy

SPEC: dict[str, Any] = {
    "domains": {"type": "list", "elements": "str", "aliases": ["domain"]},
    "approved_hosts": {"type": "list", "elements": "str"},
    "port": {"type": "int", "default": DEFAULT_PORT},
    "ask_resolver": {"type": "bool", "default": True},
    "ask_servers": {"type": "bool", "default": True},
    "servers": {"type": "list", "elements": "str", "default": []},
    "resolve_targets": {"type": "bool", "default": True},
    "zone_transfer": {"type": "bool", "default": False},
    **options.SERVER_SPEC,
    **options.TSIG_SPEC,
}


@dataclass(frozen=True)
class Published:
    """What was found: the domains in the order asked, then those that a transfer found."""

    findings: tuple[Finding, ...]
    transfers: tuple[Transfer, ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why there may be records that nobody saw; empty when there are none."""
        silent = [
            f"{found.domain}: {error}"
            for found in self.findings
            for error in (found.error, *(view.error for view in found.views))
            if error is not None
        ]
        withheld = [f"{done.zone}: {done.error}" for done in self.transfers if done.error is not None]
        return (*silent, *withheld)


def published(params: Mapping[str, Any]) -> Published:
    """Ask everybody. Raises SettingWrong."""
    settings = _settings(params)
    findings = survey(_domains(params, settings), settings)
    done = transfers(findings, settings) if params["zone_transfer"] else ()
    known = {found.domain for found in findings}
    more = [domain for transfer in done for domain in transfer.domains if domain not in known]
    return Published(findings + survey(more, settings), done)


def _settings(params: Mapping[str, Any]) -> Settings:
    options.check_numbers(params)
    if not (params["ask_resolver"] or params["ask_servers"]):
        raise SettingWrong("ask_resolver and ask_servers are both false, so that nobody would be asked.")
    approved = params["approved_hosts"]
    return Settings(
        lookup=Lookup(params["nameservers"], params["timeout"]),
        signer=options.tsig_of(params) or Unsigned(),
        policy=Policy(None if approved is None else options.endpoints_of(approved, "approved_hosts"), params["port"]),
        servers=tuple(params["servers"]),
        server_port=params["server_port"],
        timeout=params["timeout"],
        ask_resolver=params["ask_resolver"],
        ask_servers=params["ask_servers"],
        resolve_targets=params["resolve_targets"],
    )


def _domains(params: Mapping[str, Any], settings: Settings) -> list[str]:
    if params["domains"] is not None:
        return options.domains_of(params["domains"])
    domains = settings.lookup.search_list()
    if not domains:
        raise SettingWrong("domains is not given, and /etc/resolv.conf has no search list: name the domains.")
    return list(domains)
