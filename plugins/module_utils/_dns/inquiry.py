# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module kms_srv_info and the inventory kms_srv ask alike: options in, all that DNS publishes out.

The documentation of the same options is the fragments ``kms_dns.servers`` and ``kms_dns.survey``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._kms import DEFAULT_PORT
from . import options
from .errors import SettingWrong
from .resolve import Lookup
from .signing import Unsigned
from .survey import Finding, SurveySettings, Transfer, survey, transfers
from .verdict import RecordPolicy

SPEC: dict[str, Any] = {
    "domains": {"type": "list", "elements": "str", "aliases": ["domain"]},
    "approved_hosts": {"type": "list", "elements": "str", "aliases": ["approved_kms_hosts"]},
    "port": {"type": "int", "default": DEFAULT_PORT},
    "ask_resolver": {"type": "bool", "default": True},
    "ask_servers": {"type": "bool", "default": True},
    "servers": {"type": "list", "elements": "str", "default": []},
    "resolve_targets": {"type": "bool", "default": True},
    "zone_transfer": {"type": "bool", "default": False},
    "patience": {"type": "int", "default": 0},
    **options.SERVER_SPEC,
    **options.TSIG_SPEC,
}


@dataclass(frozen=True)
class Published:
    """What was found: the domains in the order asked, then those that a transfer found."""

    findings: tuple[Finding, ...]
    transfers: tuple[Transfer, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """What was looked at and is most likely not what was meant."""
        return tuple(
            f"{found.domain} does not exist in DNS, so no client can be in it: check its spelling."
            for found in self.findings
            if found.exists is False
        )

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


@dataclass(frozen=True)
class Inquiry:
    """What is asked. ``domains`` None: those of the forest, where there is one, or else those of the search list.

    ``patience``: seconds to go on looking while the servers of a zone differ.
    """

    settings: SurveySettings
    domains: tuple[str, ...] | None
    zone_transfer: bool
    patience: float = 0

    def in_which(self, forest: Iterable[str] | None) -> list[str]:
        """The domains to look in, each once. Raises SettingWrong."""
        if forest is not None:
            return list(dict.fromkeys((*(self.domains or ()), *forest)))
        if self.domains == ():
            raise SettingWrong("domains is empty, so nothing would be read: name the domains.")
        domains = self.settings.lookup.search_list() if self.domains is None else self.domains
        if self.domains is None and not domains:
            raise SettingWrong(
                "neither domains nor domain_controller is given, and /etc/resolv.conf has no search list: "
                "name the domains."
            )
        return list(domains)


def inquiry_of(params: Mapping[str, Any]) -> Inquiry:
    """Raises SettingWrong, so that nothing is sent on options that cannot be right."""
    options.check_texts(params)
    options.check_numbers(params)
    if not 0 <= params["patience"] <= options.LONGEST:
        raise SettingWrong(f"patience must be between 0 and {options.LONGEST} seconds.")
    if params["servers"] and not params["ask_servers"]:
        raise SettingWrong("servers is given and ask_servers is false: leave out the one or the other.")
    if not (params["ask_resolver"] or params["ask_servers"]):
        raise SettingWrong("ask_resolver and ask_servers are both false, so nothing would be queried.")
    domains, approved = params["domains"], params["approved_hosts"]
    settings = SurveySettings(
        lookup=Lookup(params["nameservers"], params["timeout"]),
        signer=options.tsig_of(params) or Unsigned(),
        policy=RecordPolicy(
            None if approved is None else options.endpoints_of(approved, "approved_hosts"), params["port"]
        ),
        servers=tuple(params["servers"]),
        server_port=params["server_port"],
        timeout=params["timeout"],
        ask_resolver=params["ask_resolver"],
        ask_servers=params["ask_servers"],
        resolve_targets=params["resolve_targets"],
    )
    # An empty list beside a forest: those of the forest, and none besides.
    named = None if domains is None else tuple(options.domains_of(domains)) if domains else ()
    return Inquiry(settings, named, params["zone_transfer"], params["patience"])


def published(asked: Inquiry, forest: Iterable[str] | None = None) -> Published:
    """Ask everybody. ``forest``: the domains that a domain controller knows of, where one was asked.

    Raises SettingWrong.
    """
    settings = asked.settings
    findings = _patiently(survey(asked.in_which(forest), settings), asked)
    done = transfers(findings, settings) if asked.zone_transfer else ()
    known = {found.domain for found in findings}
    more = [domain for transfer in done for domain in transfer.domains if domain not in known]
    return Published(findings + survey(more, settings), done)


# Seconds between two looks.
_PAUSE = 2.0


def _patiently(findings: tuple[Finding, ...], asked: Inquiry) -> tuple[Finding, ...]:
    """Look again where the servers of a zone differ: after an update the others fetch their copy in their own time."""
    deadline = time.monotonic() + asked.patience
    while time.monotonic() < deadline and any(found.consistent is False for found in findings):
        time.sleep(_PAUSE)
        again = {
            found.domain: found
            for found in survey([one.domain for one in findings if one.consistent is False], asked.settings)
        }
        findings = tuple(again.get(found.domain, found) for found in findings)
    return findings
