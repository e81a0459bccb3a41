# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release against every way a server may cut a result into pages."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import (
    Bounds,
    Enumeration,
    Invocation,
    ProtocolError,
    UsageError,
    WsmanFault,
)

from .wire import context, envelope, item, pump, rows, same_xml, vector

SERVICES = "SELECT * FROM Win32_Service"
PAGES = [vector(f"paging/page_{number}.xml") for number in range(4)]
ENDLESS = envelope("<n:PullResponse><n:EnumerationContext>again</n:EnumerationContext><n:Items/></n:PullResponse>")


def started(wql: str = SERVICES) -> Enumeration:
    return pump(Enumeration(context(), wql), PAGES[:1])


def test_the_request_is_the_documented_one() -> None:
    wql = "SELECT Name,State FROM Win32_Service WHERE PathName LIKE '%svchost%' AND ProcessId > 4"
    request = Enumeration(context(), wql).next_request()
    assert request is not None
    assert same_xml(request, vector("enumerate/request.xml"))


def test_everything_at_once() -> None:
    enumeration = pump(Enumeration(context(), "SELECT * FROM Win32_LogicalDisk"), [vector("enumerate/complete.xml")])
    assert enumeration.done
    assert enumeration.next_request() is None
    c, d = enumeration.instances
    assert c.class_name == "Win32_LogicalDisk"
    assert (c.get("size"), c.get("FREESPACE")) == (2**64 - 1, 9007199254740993)
    assert (c.get("VolumeName"), c.get("InstallDate"), d.get("VolumeName")) == ("", None, "DATA & <LOGS>")
    assert "InstallDate" in c
    assert "Purpose" not in c


@pytest.mark.parametrize(
    ("name", "expected"), [("enumerate/nothing.xml", 0), ("enumerate/end_in_other_namespace.xml", 1)]
)
def test_other_ways_to_be_complete(name: str, expected: int) -> None:
    enumeration = pump(Enumeration(context(), "SELECT * FROM Win32_BIOS"), [vector(name)])
    assert enumeration.done
    assert len(enumeration.instances) == expected


def test_pages_to_the_end_with_an_empty_one_and_a_subclass_among_them() -> None:
    enumeration = pump(Enumeration(context(), SERVICES), PAGES)
    assert enumeration.done
    assert [instance.get("Name") for instance in enumeration.instances] == ["alpha", "bravo", "charlie", "delta"]
    assert [instance.class_name for instance in enumeration.instances][2] == "Win32_TerminalService"
    assert enumeration.instances[2].get("ProcessId") == 612


def test_rows_grow_with_the_pages() -> None:
    enumeration = Enumeration(context(), SERVICES)
    grown = [len(pump(enumeration, [page]).instances) for page in PAGES]
    assert grown == [1, 3, 3, 4]


def test_a_pull_carries_the_context_of_the_reply_before() -> None:
    enumeration = started()
    request = enumeration.next_request()
    assert request is not None
    assert same_xml(request, vector("paging/pull_request.xml"))
    enumeration.receive(PAGES[1])
    following = enumeration.next_request()
    assert following is not None
    assert "uuid:C0FFEE00-0000-4000-A000-000000000001<" in following


def test_a_context_with_markup_is_sent_back_as_it_was() -> None:
    reply = envelope(
        "<n:EnumerateResponse><n:EnumerationContext>a&lt;b&amp;</n:EnumerationContext></n:EnumerateResponse>"
    )
    request = pump(Enumeration(context(), SERVICES), [reply]).next_request()
    assert request is not None
    assert "<n:EnumerationContext>a&lt;b&amp;</n:EnumerationContext>" in request


def test_a_pull_response_without_a_context_keeps_the_one_before() -> None:
    enumeration = pump(started(), [envelope("<n:PullResponse><n:Items/></n:PullResponse>")])
    request = enumeration.next_request()
    assert request is not None
    assert "uuid:C0FFEE00-0000-4000-A000-000000000000<" in request


def test_neither_an_end_nor_a_context_is_an_error_rather_than_a_short_result() -> None:
    reply = envelope(f"<n:EnumerateResponse><w:Items>{item('')}</w:Items></n:EnumerateResponse>")
    with pytest.raises(ProtocolError, match="neither ends"):
        pump(Enumeration(context(), SERVICES), [reply])


@pytest.mark.parametrize(
    ("bounds", "pages"),
    [(Bounds(empty_pulls=3), 4), (Bounds(pulls=5), 6), (Bounds(reply_bytes=4 * len(ENDLESS) - 1), 4)],
)
def test_a_server_without_an_end_is_left(bounds: Bounds, pages: int) -> None:
    enumeration = Enumeration(context(), SERVICES, bounds=bounds)
    first = ENDLESS.replace("PullResponse", "EnumerateResponse")
    pump(enumeration, [first, *[ENDLESS] * (pages - 2)])
    with pytest.raises(ProtocolError):
        pump(enumeration, [ENDLESS])
    assert enumeration.done
    assert enumeration.next_request() is None


def test_stopping_early_releases_the_context_and_ignores_the_answer() -> None:
    for answer in (vector("paging/release_response.xml"), vector("fault/context.xml"), b"rubbish"):
        enumeration = started()
        enumeration.stop()
        assert not enumeration.done
        request = enumeration.next_request()
        assert request is not None
        assert same_xml(request, vector("paging/release_request.xml"))
        enumeration.receive(answer)
        assert enumeration.done
        assert enumeration.next_request() is None
        assert len(enumeration.instances) == 1


def test_stopping_without_a_context_sends_nothing() -> None:
    fresh = Enumeration(context(), SERVICES)
    complete = pump(Enumeration(context(), SERVICES), [vector("enumerate/nothing.xml")])
    for enumeration in (fresh, complete):
        enumeration.stop()
        assert enumeration.done
        assert enumeration.next_request() is None


def test_stopping_while_a_reply_is_missing_still_releases() -> None:
    enumeration = started()
    enumeration.next_request()
    enumeration.stop()
    request = enumeration.next_request()
    assert request is not None
    assert "<n:Release>" in request


def test_a_fault_ends_it_and_leaves_the_rows_read() -> None:
    enumeration = started()
    enumeration.next_request()
    with pytest.raises(WsmanFault):
        enumeration.receive(vector("fault/timed_out.xml").replace(b"000000000001<", b"000000000002<"))
    assert enumeration.done
    assert len(enumeration.instances) == 1
    enumeration.stop()
    assert "<n:Release>" in (enumeration.next_request() or "")


def test_the_answer_to_another_request_is_refused() -> None:
    with pytest.raises(ProtocolError, match="another request"):
        pump(Enumeration(context(), SERVICES), [PAGES[1]])


def test_an_answer_of_another_kind_is_refused() -> None:
    with pytest.raises(ProtocolError, match="EnumerateResponse was expected"):
        pump(Enumeration(context(), SERVICES), [vector("transfer/get_response.xml")])


def test_order_of_verbs() -> None:
    enumeration = Enumeration(context(), SERVICES)
    with pytest.raises(UsageError):
        enumeration.receive(PAGES[0])
    enumeration.next_request()
    with pytest.raises(UsageError):
        enumeration.next_request()


@pytest.mark.parametrize(
    ("wql", "namespace"),
    [("", "root/cimv2"), ("  ", "root/cimv2"), ("SELECT \x00 FROM X", "root/cimv2"), (SERVICES, "root/<x>")],
)
def test_what_cannot_be_sent_is_refused_at_once(wql: str, namespace: str) -> None:
    with pytest.raises(UsageError):
        Enumeration(context(), wql, namespace)


def test_a_query_on_another_namespace_names_it_with_slashes() -> None:
    request = Enumeration(context(), SERVICES, namespace=r"root\standardcimv2").next_request()
    assert request is not None
    assert "/wmi/root/standardcimv2/*<" in request


def test_arrays_take_one_shape_in_a_result_of_an_unknown_class() -> None:
    once = item("<p:Names>a</p:Names><p:Id>1</p:Id>")
    twice = item("<p:Names>b</p:Names><p:Names>c</p:Names><p:Id>2</p:Id>")
    none = item('<p:Names xsi:nil="true"/><p:Id>3</p:Id>')
    absent = item("<p:Id>4</p:Id>")
    instances = pump(Enumeration(context(), "SELECT * FROM Lab_Thing"), [rows(once, twice, none, absent)]).instances
    assert [instance.get("Names") for instance in instances] == [("a",), ("b", "c"), None, None]
    assert [instance.get("Id") for instance in instances] == [1, 2, 3, 4]
    assert "Names" not in instances[3]


def test_arrays_take_one_shape_across_pages() -> None:
    first = envelope(
        "<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext>"
        f"<w:Items>{item('<p:N>a</p:N>')}</w:Items></n:EnumerateResponse>"
    )
    last = envelope(
        f"<n:PullResponse><n:Items>{item('<p:N>b</p:N><p:N>c</p:N>')}</n:Items><n:EndOfSequence/></n:PullResponse>"
    )
    enumeration = pump(Enumeration(context(), "SELECT * FROM Lab_Thing"), [first])
    assert enumeration.instances[0].get("N") == "a"
    assert [row.get("N") for row in pump(enumeration, [last]).instances] == [("a",), ("b", "c")]


E_FAIL = envelope(
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en-US">The WQL query is invalid. </s:Text></s:Reason><s:Detail>'
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147500037" Machine="srv01">'
    "<f:Message>The WQL query is invalid. </f:Message></f:WSManFault></s:Detail></s:Fault>"
)


def test_a_code_that_says_nothing_means_the_query_when_it_answers_one() -> None:
    """0x80004005 is on record for a column that Windows lacks; of a method it says no more than that it failed."""
    with pytest.raises(WsmanFault) as of_query:
        pump(Enumeration(context(), "SELECT A FROM B"), [E_FAIL])
    with pytest.raises(WsmanFault) as of_method:
        pump(Invocation(context(), "B", "Do"), [E_FAIL])
    assert (of_query.value.invalid_query, of_method.value.invalid_query) == (True, False)
    assert not of_query.value.not_found
