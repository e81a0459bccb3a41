# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the event log and of the machine around its licensing, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.terms import Provider
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp import event_log, surroundings
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Invoke, Query, Work
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import Instance, MethodResult

SINCE = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
PRODUCT = "73111121-5638-40f6-bc11-f1d7b0d64300"


def carried(work: Work[Any], rows: Sequence[Instance], registry: dict[str, str] | None = None) -> tuple[Any, list[str]]:
    """The result of a reading whose queries all yield the same rows, and the queries."""
    queries: list[str] = []
    answer: Any = None
    try:
        step = next(work)
        while True:
            if isinstance(step, Query):
                queries.append(step.text)
                answer = tuple(rows)
            elif isinstance(step, Invoke):
                arguments = dict(step.arguments or {})
                value = (registry or {}).get(f"{arguments['sSubKeyName']}\\{arguments['sValueName']}")
                answer = MethodResult(1, {}) if value is None else MethodResult(0, {"sValue": value})
            step = work.send(answer)
    except StopIteration as end:
        return end.value, queries


def event(code: int, *strings: str, record: int = 1) -> Instance:
    values = {"EventCode": code, "InsertionStrings": strings, "RecordNumber": record, "TimeGenerated": SINCE}
    return Instance("Win32_NTLogEvent", values)


@pytest.mark.parametrize(
    ("provider", "sources"),
    [
        (Provider.SLWMI, ["Microsoft-Windows-Security-Licensing-SLC", "Software Licensing Service"]),
        (Provider.SPPWMI_7, ["Microsoft-Windows-Security-SPP", "Software Protection Platform Service"]),
        (Provider.SPPWMI, ["Microsoft-Windows-Security-SPP", "Software Protection Platform Service"]),
    ],
)
def test_attempts_are_one_query_bounded_by_time_and_source(provider: Provider, sources: list[str]) -> None:
    rows = [event(8233, "0xC004F074", f"SkuId={PRODUCT}"), event(12294, "corp.example"), Instance(None, {})]
    log, (query,) = carried(event_log.read_attempts(provider, SINCE), rows)
    assert [failure.hresult for failure in log.failures] == [0xC004F074]
    assert "TimeGenerated >= '20261124080000.000000+000'" in query
    assert all(f"SourceName = '{source}'" in query for source in sources)
    assert all(f"EventCode = {code}" in query for code in (8198, 8233, 12288, 12289))
    assert "Message" not in query


def test_troubles_of_a_host_are_one_query() -> None:
    rows = [event(12293, "0x80072338", "corp.example")]
    troubles, (query,) = carried(event_log.read_host_troubles(Provider.SPPWMI, SINCE), rows)
    assert [(trouble.event, trouble.domain) for trouble in troubles] == [(12293, "corp.example")]
    assert all(f"EventCode = {code}" in query for code in (12291, 12292, 12293, 12294))


_TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"


@pytest.mark.parametrize(
    ("registry", "primary", "search_list", "by_policy"),
    [
        ({}, None, (), ()),
        ({rf"{_TCPIP}\Domain": "corp.example"}, "corp.example", (), ()),
        (
            {rf"{_TCPIP}\Domain": "corp.example", rf"{_POLICY}\NV PrimaryDnsSuffix": "policy.example"},
            "policy.example",
            (),
            (),
        ),
        (
            {rf"{_TCPIP}\SearchList": "a.example,b.example, a.example", rf"{_POLICY}\SearchList": "p.example"},
            None,
            ("a.example", "b.example"),
            ("p.example",),
        ),
    ],
)
def test_suffixes(
    registry: dict[str, str], primary: str | None, search_list: tuple[str, ...], by_policy: tuple[str, ...]
) -> None:
    rows = [
        Instance(None, {"DNSDomain": "dhcp.example", "DNSServerSearchOrder": ("10.0.0.53", "10.0.0.54")}),
        Instance(None, {"DNSDomain": None, "DNSServerSearchOrder": None}),
    ]
    found, (query,) = carried(surroundings.read_name_resolution(), rows, registry)
    assert (found.primary_suffix, found.search_list, found.policy_search_list) == (primary, search_list, by_policy)
    assert (found.connections, found.name_servers) == (("dhcp.example",), ("10.0.0.53", "10.0.0.54"))
    assert query.endswith("WHERE IPEnabled = TRUE")


def test_membership() -> None:
    row = {"Domain": "corp.example", "Manufacturer": "Contoso", "Model": "", "PartOfDomain": True}
    found, _queries = carried(surroundings.read_computer(), [Instance(None, row)])
    assert found == surroundings.ComputerSystem(True, "corp.example", "Contoso", None)
