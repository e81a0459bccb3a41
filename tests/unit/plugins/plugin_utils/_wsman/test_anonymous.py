# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes for strangers: what is not listed is gone, whatever it is, and the form stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import contact
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import WsmanFault, parse
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.anonymous import (
    CODES,
    FORM,
    HIDDEN,
    PLAIN,
    anonymous,
    form,
    shown,
)

from .wire import VECTORS

RULES = {"Known": PLAIN, "Text": CODES, "Strings": FORM}
FAULTS = sorted((VECTORS / "wsman" / "fault").glob("*.xml"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<Known>a &amp; b</Known>", "<Known>a &amp; b</Known>"),
        ("<Other>srv01</Other>", f"<Other>{HIDDEN}</Other>"),
        ('<p:Known a="1">7</p:Known>', f'<p:Known a="{HIDDEN}">7</p:Known>'),
        ("<Known>7</Known>tail", f"<Known>7</Known>{HIDDEN}"),
        ("<Other><Known>7</Known>tail</Other>", f"<Other><Known>7</Known>{HIDDEN}</Other>"),
        ("<Text><Other/>srv01: 0x80041001</Text>", f"<Text><Other/>{HIDDEN} 0x80041001</Text>"),
        ("</Known></Known>tail", f"</Known></Known>{HIDDEN}"),
        ("<Other>7</Other>tail", f"<Other>{HIDDEN}</Other>{HIDDEN}"),
        ("before<Known/>", f"{HIDDEN}<Known/>"),
        ("<a Machine='srv01' Code='5'/>", f"<a Machine=\"{HIDDEN}\" Code='5'/>"),
        ('<a x="1>2" Name="ID">k</a>', f'<a x="{HIDDEN}" Name="ID">{HIDDEN}</a>'),
        ('<a xmlns:p="http://schemas.microsoft.com/x"/>', '<a xmlns:p="http://schemas.microsoft.com/x"/>'),
        ('<a xmlns:p="http://srv01.corp.example/x"/>', f'<a xmlns:p="{HIDDEN}"/>'),
        ("<Text>srv01 said 0xC004F074 to CORP\\ops</Text>", f"<Text>{HIDDEN} 0xC004F074</Text>"),
        (
            "<a:MessageID>uuid:5F0A7E1B-0000-4000-8000-0123456789AB</a:MessageID>",
            "<a:MessageID>uuid:00000000-0000-0000-0000-000000000000</a:MessageID>",
        ),
        ('<?xml version="1.0"?><Known>7</Known>', "<Known>7</Known>"),
        ("<Known>\n</Known>", "<Known>\n</Known>"),
    ],
)
def test_text_and_attributes(text: str, kept: str) -> None:
    assert anonymous(text, RULES) == kept


@pytest.mark.parametrize("text", ["<a><!-- srv01 --></a>", "<a><![CDATA[srv01]]></a>", "<a><?srv01?></a>"])
def test_what_hides_text_elsewhere_is_not_shown_at_all(text: str) -> None:
    assert anonymous(text, RULES) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0xC004F074", "0xC004F074"),
        (
            "0x0, 0x00000000, kms01.corp.example:1688, 5f0a7e1b-0000-4000-8000-0123456789ab, 2026/11/24 08:00, 1, 5",
            f"0x0, 0x00000000, {HIDDEN}:1688, 00000000-0000-0000-0000-000000000000, 2026/11/24 08:00, 1, 5",
        ),
        ("0x0,25,pc.corp.example,10.1.2.3", f"0x0,25,{HIDDEN},{HIDDEN}"),
        ("hr=0xC004F074", "hr=0xC004F074"),
        ("RuleId=srv01;Trigger=TimerEvent;User=ops", f"RuleId={HIDDEN};Trigger=TimerEvent;{HIDDEN}"),
        ("S-1-5-21-1-2-3-500", HIDDEN),
        ("XXXXX-8R2HY", HIDDEN),
        ("55041-00168-305-246209-03-1031-7600.0000-0522010", HIDDEN),
        ("", ""),
    ],
)
def test_strings_of_events(text: str, kept: str) -> None:
    assert form(text, contact.words()) == kept


def test_a_value_without_a_rule_is_hidden() -> None:
    assert shown("srv01", "") == HIDDEN
    assert shown("srv01", PLAIN) == "srv01"


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_fault_reads_the_same_without_its_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hidden = anonymous(text, contact.fault_rules())
    if hidden is None:
        pytest.skip("this vector has a comment")
    before, after = parse(text).fault, parse(hidden).fault
    assert isinstance(before, WsmanFault)
    assert isinstance(after, WsmanFault)
    assert (after.code, after.hresult, after.hresult_source) == (before.code, before.hresult, before.hresult_source)
    assert (after.subcode, after.subcode_namespace, after.soap_code, after.cim_status) == (
        before.subcode,
        before.subcode_namespace,
        before.soap_code,
        before.cim_status,
    )
    assert after.machine in ("", HIDDEN)
