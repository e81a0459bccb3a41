# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change that ``kms_srv`` would make, for another team to make: as lines of a zone file, for nsupdate, for dnscmd.

Takes results of ``kms_srv`` (check mode). Names come from DNS, where anybody may have put them, and the lines are meant
for a shell: a name with any other character than those of host names becomes a comment. Pure.

Sources: RFC 1035 section 5.1 and RFC 2782 (zone file), nsupdate(1) of BIND 9, Microsoft Learn "dnscmd".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._kms import normal_name

_HOST_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
# The TTL that kms_srv gives a new record.
_TTL = 3600

Change = Mapping[str, Any]


def zone_file(changes: Iterable[Change]) -> list[str]:
    """The lines to delete, and those to add."""
    lines = []
    for change in _real(changes):
        for title, records in (("delete", change.get("removed")), ("add", change.get("added"))):
            if records:
                lines.append(f"; {title} in zone {_plain(change.get('zone') or change['domain'])}")
                lines += [_zone_line(change, record) for record in records]
    return lines


def nsupdate(changes: Iterable[Change]) -> list[str]:
    """Input for nsupdate, one update for each domain. Each line deletes or adds one value and no other."""
    lines = []
    for change in _real(changes):
        owner = f"{change['owner']}."
        block = []
        for record in change.get("removed") or ():
            block.append(_guarded(change, record, "; ", f"update delete {owner} SRV {_value(record)}"))
        for record in change.get("added") or ():
            block.append(_guarded(change, record, "; ", f"update add {owner} {_ttl(change)} SRV {_value(record)}"))
        if block:
            zone = [f"zone {change['zone']}"] if change.get("zone") and _is_name(change["zone"]) else []
            lines += [*zone, *block, "send"]
    return lines


def dnscmd(changes: Iterable[Change]) -> list[str]:
    """Command lines for a Microsoft DNS server; ``.`` is the server on which they run."""
    lines = []
    for change in _real(changes):
        zone = str(change.get("zone") or change["domain"])
        node = _node(change["owner"], zone)
        server = str(change.get("server") or "").partition(" ")[0]
        head = f"dnscmd {server if _is_name(server) else '.'}"
        for record in change.get("removed") or ():
            command = f"{head} /RecordDelete {zone} {node} SRV {_value(record)} /f"
            lines.append(_guarded(change, record, "rem ", command))
        for record in change.get("added") or ():
            command = f"{head} /RecordAdd {zone} {node} {_ttl(change)} SRV {_value(record)}"
            lines.append(_guarded(change, record, "rem ", command))
    return lines


FORMS: dict[str, Callable[[Iterable[Change]], list[str]]] = {
    "zone_file": zone_file,
    "nsupdate": nsupdate,
    "dnscmd": dnscmd,
}


def _real(changes: Iterable[Change]) -> list[Change]:
    """Those that change anything. What a domain that failed lists has been done already."""
    real = [change for change in changes if change.get("removed") or change.get("added")]
    return [change for change in real if change.get("result") not in ("failed", "refused")]


def _zone_line(change: Change, record: Mapping[str, Any]) -> str:
    return _guarded(change, record, "; ", f"{change['owner']}. {_ttl(change)} IN SRV {_value(record)}")


def _value(record: Mapping[str, Any]) -> str:
    target = normal_name(str(record["target"]))
    return f"{int(record['priority'])} {int(record['weight'])} {int(record['port'])} {target}."


def _ttl(change: Change) -> int:
    return _TTL if change.get("ttl") is None else int(change["ttl"])


def _node(owner: str, zone: str) -> str:
    name, end = normal_name(owner), f".{normal_name(zone)}"
    return name[: -len(end)] if name.endswith(end) else name


def _guarded(change: Change, record: Mapping[str, Any], comment: str, line: str) -> str:
    names = (str(record["target"]), str(change["owner"]), str(change.get("zone") or change["domain"]))
    doubtful = [name for name in names if name and not _is_name(name)]
    # The root as a target says that there is no KMS host (RFC 2782); its text is empty.
    return f"{comment}by hand, the name is not a host name: {_plain(doubtful[0])}" if doubtful else line


def _is_name(text: str) -> bool:
    # Octets outside ASCII are such in the record, and not the A-label that the same letters would be compared as.
    return text.isascii() and _HOST_NAME.fullmatch(normal_name(text)) is not None


def _plain(text: str) -> str:
    """For a comment: nothing that could end the line or mean something to a shell."""
    return re.sub(r"[^A-Za-z0-9_.\-\\]", "?", text)
