# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes as lines for somebody else. tests/servers proves that nsupdate and named understand them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns.commands import FORMS


def record(target: str, priority: int = 0, weight: int = 0, port: int = 1688) -> dict[str, Any]:
    return {"target": target, "priority": priority, "weight": weight, "port": port}


def change(**values: Any) -> dict[str, Any]:
    return {
        "domain": "lab.corp.example",
        "owner": "_vlmcs._tcp.lab.corp.example",
        "zone": "corp.example",
        "server": "dc1.corp.example (192.0.2.53)",
        "removed": [record("PC1.corp.example"), record("b.corp.example", 10, 20, 1689)],
        "added": [record("kms01.corp.example")],
        "ttl": 600,
        **values,
    }


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        (
            "zone_file",
            [
                "; delete in zone corp.example",
                "_vlmcs._tcp.lab.corp.example. 600 IN SRV 0 0 1688 pc1.corp.example.",
                "_vlmcs._tcp.lab.corp.example. 600 IN SRV 10 20 1689 b.corp.example.",
                "; add in zone corp.example",
                "_vlmcs._tcp.lab.corp.example. 600 IN SRV 0 0 1688 kms01.corp.example.",
            ],
        ),
        (
            "nsupdate",
            [
                "zone corp.example",
                "update delete _vlmcs._tcp.lab.corp.example. SRV 0 0 1688 pc1.corp.example.",
                "update delete _vlmcs._tcp.lab.corp.example. SRV 10 20 1689 b.corp.example.",
                "update add _vlmcs._tcp.lab.corp.example. 600 SRV 0 0 1688 kms01.corp.example.",
                "send",
            ],
        ),
        (
            "dnscmd",
            [
                "dnscmd dc1.corp.example /RecordDelete corp.example _vlmcs._tcp.lab SRV 0 0 1688 pc1.corp.example. /f",
                "dnscmd dc1.corp.example /RecordDelete corp.example _vlmcs._tcp.lab SRV 10 20 1689 b.corp.example. /f",
                "dnscmd dc1.corp.example /RecordAdd corp.example _vlmcs._tcp.lab 600 SRV 0 0 1688 kms01.corp.example.",
            ],
        ),
    ],
)
def test_forms(form: str, lines: list[str]):
    assert FORMS[form]([change()]) == lines


@pytest.mark.parametrize("form", FORMS)
def test_nothing_to_do_is_no_line(form: str):
    assert FORMS[form]([change(removed=[], added=[])]) == []
    assert FORMS[form]([{"domain": "corp.example", "result": "failed", "msg": "no"}]) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "target", ["pc & del c:\\windows", "pc\nsend\nupdate delete corp.example.", "$(reboot)", "a;b", "p\u00f6.example"]
)
def test_name_that_could_mean_something_to_a_shell_is_a_comment(form: str, target: str):
    (line,) = [line for line in FORMS[form]([change(removed=[record(target)], added=[])]) if "by hand" in line]
    assert line.startswith(("; ", "rem "))
    assert not set(line) & set("\n&;$()") - set(line[:2])


def test_microsoft_server_that_is_not_named_is_the_local_one():
    (line, *_others) = FORMS["dnscmd"]([change(server="127.0.0.1:5300", zone=None, removed=[record("a.example")])])
    assert line == "dnscmd . /RecordDelete lab.corp.example _vlmcs._tcp SRV 0 0 1688 a.example. /f"
