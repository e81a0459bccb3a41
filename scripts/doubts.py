# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the page of doubts from plugins/plugin_utils/_spp/data/doubts.tsv."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rst

PAGE = rst.PAGES / "doubts.rst"

_INTRODUCTION = f"""
This collection was developed against a simulation written from Microsoft's specifications and recorded WinRM
answers, not against Windows machines. Each fact about Windows that it rests on has a line, with its sources and how
sure it is, in ``facts.tsv`` of ``plugins/plugin_utils/_spp/data`` and ``_wsman/data``. The points below rest on
documents and inference. Their identifiers never change, so that a report of a real machine can name them.

One run of :ansplugin:`winfleet.activation.connection_info#module` with ``report: true`` against a real machine
settles many of them. It is read only and writes a file that names no machine or person; with ``changes: true`` it tries
out on a machine for tests what only a change shows: :ref:`{rst.PREFIX}.guide_first_contact`.

Settled so far by public programs that run against real machines (networkoptix/nx_system_tests, SAGSA/SystemInfo):
the return codes of ``StdRegProv`` (1 no such value, 2 no such key, 0x80041005 another type), the firewall rule
selected by ``InstanceID`` with three of its keys empty, and that ``StopService`` may still succeed after it has
answered 7.
"""


def page(doubts: Iterable[Any]) -> str:
    """The page: identifier, what is taken to be so, what rests on it, and what is known."""
    text = [rst.head("doubts", "doubts", "What only real Windows can prove"), _INTRODUCTION.strip("\n"), ""]
    for one in doubts:
        text += [f".. _{rst.PREFIX}.doubt_{one.id}:", "", rst.heading(one.id, "-")]
        text += [f"Taken to be so: {rst.plain(one.text)}.", ""]
        text += [f"What rests on it: {rst.plain(one.rests)}.", ""]
        text += [f"Known so far: {rst.plain(one.evidence)}.", ""]
        text += [f"What would settle it: {_settled_by(one)}.", ""]
    return "\n".join(text).rstrip("\n") + "\n"


def _settled_by(doubt: Any) -> str:
    """By whom, and with which option."""
    if doubt.probe is None:
        return f"nothing that can be asked. {rst.plain(doubt.no_probe)}"
    if isinstance(doubt.probe, str):
        return f"a person. {rst.plain(doubt.probe)}"
    changes = " and ``changes: true``" if _is_tried(doubt) else ""
    return f"``connection_info`` with ``report: true``{changes}"


def _is_tried(doubt: Any) -> bool:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import contact

    return doubt.id in {trial.doubt for trial in contact.trials()}


def written() -> dict[Any, str]:
    """The page by its path."""
    rst.with_collection()
    from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.doubts import doubts

    return {PAGE: page(doubts())}
