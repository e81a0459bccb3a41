# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page of all findings from the two files of data that the judgement and the report use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import rst

PAGE = rst.PAGES / "guide_findings.rst"

_HEAD = """..
  Copyright (c) 2026 the winfleet.activation contributors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Written by scripts/findings.py, do not edit.

.. _ansible_collections.winfleet.activation.docsite.guide_findings:

Findings
========

What the audit can find, each with an identifier that is never reused. The reason, the values it rests on, and the
remedy for the very machine come with each finding: in the result ``findings`` of
:ansplugin:`winfleet.activation.license_info#module` and :ansplugin:`winfleet.activation.fleet_info#module`, and in the
report.

Most of them rest on what an audit reads anyway, which is three requests to a machine and four to a KMS host. These take
more:

.. list-table::
  :header-rows: 1

  * - Findings
    - What they need
  * - DNS
    - ``kms_domains``: some queries to the name servers of each domain, none to the machines
  * - DNS-005
    - ``license_audit_permissions``: what :ansplugin:`winfleet.activation.kms_srv_acl#module` returned in check mode,
      which asks a domain controller by LDAP
  * - ADB
    - ``adba_domain_controller``, which is asked by LDAP; where ``activation`` is ``adba`` or ``both``, one request more
      to each machine
  * - KMS-008, KMS-009, KMS-011, KMS-012
    - :ansplugin:`winfleet.activation.kms_host_info#module` with ``client_days`` and ``event_days``, which reads the
      event log of a KMS host
  * - Office on Windows 7 and Windows Server 2008 R2, and Office 2010
    - ``license_audit_office``: one or two requests more to each machine

In the commands below ``MACHINES`` stands for the machines that were found and the approved KMS hosts, which must be
part of a repair unless the controller reaches their port. A report writes their names in its place.
"""

_ROOMS = {
    "KMS": "KMS hosts",
    "CLI": "Clients",
    "OFF": "Office",
    "ESU": "Extended Security Updates",
    "KEY": "The budget of a KMS host key",
    "DNS": "Records in DNS",
    "ADB": "Activation through Active Directory",
    "AUD": "The audit itself",
    "POL": "The policy",
}
_SUBJECTS = {"machine": "a machine", "record": "a record", "host": "a KMS host", "fleet": "the fleet as a whole"}
_POLICY, _LIMIT, _HOSTS = "@policy.yml", " --limit MACHINES", "MACHINES"


def page(kinds: Iterable[Any], guidance: Mapping[str, Any]) -> str:
    """The page. ``kinds`` are those of the policy room; ``guidance`` says by id why one matters and what to do."""
    text = [_HEAD]
    found = list(kinds)
    for room, title in _ROOMS.items():
        text += ["", title, "-" * len(title), ""]
        for kind in found:
            if kind.id.startswith(f"{room}-"):
                text += _entry(kind, guidance[kind.id])
    return "\n".join(text).rstrip("\n") + "\n"


def _entry(kind: Any, known: Any) -> list[str]:
    heading = f"{kind.id}: {kind.title}"
    label = f".. _ansible_collections.winfleet.activation.docsite.finding_{kind.id}:"
    lines = [label, "", heading, "~" * len(heading), ""]
    lines += [f"{kind.severity.value.capitalize()}, about {_SUBJECTS[kind.subject.value]}. {known.why}", ""]
    if known.commands:
        lines += [".. code-block:: console", ""]
        lines += [f"  $ {one.format(policy=_POLICY, limit=_LIMIT, hosts=_HOSTS)}" for one in known.commands]
        lines += [""]
    return [*lines, f"Source: `{known.source} <{known.url}>`__.", ""] if known.url else lines


def written() -> dict[Path, str]:
    """The page by its path."""
    rst.with_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.finding import kinds
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report.findings import guidance

    return {PAGE: page(kinds().values(), guidance())}
