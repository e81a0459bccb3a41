# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a browser: it renders, sorts, filters and downloads, by mouse and by keyboard, and asks for nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.unit.plugins.plugin_utils._report.samples import HOSTILE, hostile_report

from .conftest import Show, View
from .fleets import REPORTS, large, mixed

ROGUES = ["srv2022-01", "srv2022-02"]
PAGE = 200


@pytest.mark.parametrize("name", REPORTS)
def test_it_opens_without_a_word_and_asks_for_nothing(show: Show, name: str) -> None:
    report = REPORTS[name]()
    view = show(report)
    assert view.said == []
    assert len(view.asked) == 1, "the page itself"
    assert len(view.hosts) == min(PAGE, len(report.machines))
    if name != "large":
        view.picture(name)


def test_leads_with_the_verdict_and_the_worst(show: Show) -> None:
    view = show(mixed())
    assert (
        view.page.locator("h1")
        .inner_text()
        .startswith("Not as decided: 4 of 23 machines need action, 1 error elsewhere, 1 was not read")
    )
    assert view.page.locator("main details summary code").first.inner_text() == "KMS-001"
    assert view.hosts[:2] == ROGUES


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"color_scheme": "dark"}, "dark"),
        ({"viewport": {"width": 360, "height": 740}}, "narrow"),
        ({"java_script_enabled": False}, "without-script"),
    ],
)
def test_it_is_whole_in_the_dark_on_a_phone_and_without_script(show: Show, options: dict[str, Any], name: str) -> None:
    view = show(mixed(), **options)
    view.picture(name)
    assert len(view.hosts) == 23
    assert view.page.get_by_text("KMS host that is not approved").first.is_visible()
    assert view.page.locator("#filter").is_visible() is (name != "without-script")


def test_nothing_is_wider_than_a_phone(show: Show) -> None:
    for report in (mixed(), hostile_report()):
        view = show(report, viewport={"width": 360, "height": 740})
        assert view.page.evaluate("document.documentElement.scrollWidth") == 360


def test_print_hides_what_is_for_the_screen(show: Show) -> None:
    view = show(mixed())
    view.page.emulate_media(media="print")
    assert not view.page.locator("#filter").is_visible()
    assert view.page.locator("h1").is_visible()
    pdf = view.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")


# --- Order


def head(view: View, name: str) -> Any:
    return view.page.locator("#table thead th", has_text=name)


def test_sorts_by_every_column_both_ways(show: Show) -> None:
    view = show(mixed())
    rows = view.page.locator("#table tbody tr")
    for place, name in enumerate(view.page.locator("#table thead th").all_inner_texts()):
        head(view, name).get_by_role("button").click()
        assert head(view, name).get_attribute("aria-sort") == "ascending"
        up = [row.locator(":scope > *").nth(place).inner_text() for row in rows.all()]
        head(view, name).get_by_role("button").click()
        assert head(view, name).get_attribute("aria-sort") == "descending"
        down = [row.locator(":scope > *").nth(place).inner_text() for row in rows.all()]
        assert down == list(reversed(up)) or sorted(down) == sorted(up)
    head(view, "Machine").get_by_role("button").click()
    assert view.hosts == sorted(view.hosts)


def test_sorts_numbers_in_names_as_numbers(show: Show) -> None:
    from tests.unit.plugins.plugin_utils._report.samples import read, report

    view = show(report({f"pc{number}": read() for number in (1, 2, 10, 9)}))
    head(view, "Machine").get_by_role("button").click()
    assert view.hosts == ["pc1", "pc2", "pc9", "pc10"]


# --- Filter


def test_filters_by_text_verdict_finding_column_and_change(show: Show) -> None:
    view = show(mixed())
    page = view.page
    page.locator("#q").fill("SRV 2022")
    assert view.hosts == ROGUES
    assert page.locator("#count").inner_text() == "2 of 23 machines, worst first"
    page.locator("#all").click()
    assert len(view.hosts) == 23
    page.locator("#v").select_option("not_activated")
    assert view.hosts == ["pc05"]
    page.locator("#all").click()
    page.locator("#f").select_option("CLI-003")
    assert view.hosts == ["pc10"]
    page.locator("#all").click()
    page.locator("#c0").select_option("Oslo")
    assert len(view.hosts) == 7
    page.locator("#all").click()
    page.locator("#changed").check()
    assert set(view.hosts) == {"srv2019-01", *ROGUES, "pc05", "pc10", "avma"}


def test_the_address_keeps_the_view_so_that_it_can_be_mailed(show: Show) -> None:
    view = show(mixed())
    view.page.locator("#v").select_option("kms_unapproved")
    head(view, "Machine").get_by_role("button").click()
    head(view, "Machine").get_by_role("button").click()
    fragment = view.page.evaluate("location.hash")
    assert fragment == "#v=kms_unapproved&s=-0"
    assert view.page.locator("#link").get_attribute("href") == fragment
    other = show(mixed(), fragment)
    assert other.hosts == list(reversed(ROGUES))
    assert other.page.locator("#v").input_value() == "kms_unapproved"


def test_a_finding_leads_to_its_machines(show: Show) -> None:
    view = show(mixed())
    view.page.get_by_role("link", name="Show these in the table").first.click()
    # The browser tells the page of its new address in its own time.
    expect(view.page.locator("#count")).to_have_text("2 of 23 machines, worst first")
    assert view.hosts == ROGUES


_FRAGMENTS = (
    "#s=99",
    "#s=-x",
    "#v=%00&q=%",
    "#<script>=1",
    "#machines",
    "#f=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
)


@pytest.mark.parametrize("fragment", _FRAGMENTS)
def test_a_fragment_that_somebody_made_up_does_nothing(show: Show, fragment: str) -> None:
    view = show(mixed(), fragment)
    assert view.said == []
    assert view.page.locator("h1").is_visible()
    assert view.page.locator("img").count() == 0


def test_downloads_what_is_shown(show: Show, tmp_path: Path) -> None:
    view = show(mixed())
    view.page.locator("#v").select_option("kms_unapproved")
    with view.page.expect_download() as download:
        view.page.locator("#download").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["host"] for row in rows] == ROGUES
    assert {row["site"] for row in rows} <= {"Bonn", "Rome", "Oslo"}
    assert view.said == []


def test_no_downloaded_cell_is_a_formula(show: Show, tmp_path: Path) -> None:
    view = show(hostile_report())
    with view.page.expect_download() as download:
        view.page.locator("#download").click()
    download.value.save_as(tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(HOSTILE) + 1
    cells = [part for row in rows for cell in row for part in (cell, *cell.split(";"))]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))]


# --- Ten thousand machines


def test_ten_thousand_machines_are_pages(show: Show) -> None:
    view = show(large())
    assert view.page.locator("#count").inner_text() == "10000 of 10000 machines, worst first"
    assert view.page.locator("#page").inner_text() == "1 to 200"
    view.page.locator("#on").click()
    assert view.page.locator("#page").inner_text() == "201 to 400"
    view.page.locator("#back").click()
    assert view.page.locator("#back").is_disabled()
    view.page.locator("#q").fill("host09999")
    assert view.hosts == ["host09999.corp.example"]
    assert not view.page.locator("#pages").is_visible()


def test_the_page_never_holds_more_rows_than_one_page_has(show: Show) -> None:
    """What makes a large table stutter is how much of it the browser has to lay out."""
    view = show(large())
    for name in ("Machine", "System"):
        head(view, name).get_by_role("button").click()
        assert view.page.locator("#table tbody tr").count() == PAGE
    assert view.page.evaluate("document.querySelectorAll('*').length") < 6_000


# --- Keyboard and screen reader


def focused(view: View) -> str:
    return str(view.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_the_first_key_leads_past_the_rest(show: Show) -> None:
    view = show(mixed())
    view.page.keyboard.press("Tab")
    assert focused(view) == "To the machines"
    view.page.keyboard.press("Enter")
    assert focused(view) == "machines"


def test_sorts_filters_and_unfolds_by_keyboard(show: Show) -> None:
    view = show(mixed())
    view.page.locator("#machines").focus()
    order = []
    for _step in range(12):
        view.page.keyboard.press("Tab")
        order.append(focused(view))
    assert order[:8] == ["q", "v", "f", "c0", "c1", "changed", "all", "download"]
    view.page.locator("#q").focus()
    view.page.keyboard.type("srv2022")
    assert view.hosts == ROGUES
    head(view, "Machine").get_by_role("button").focus()
    view.page.keyboard.press("Enter")
    view.page.keyboard.press("Enter")
    assert view.hosts == list(reversed(ROGUES))
    view.page.locator("#table summary").first.focus()
    view.page.keyboard.press("Enter")
    assert view.page.locator("#table details[open] p").first.inner_text() == "Because."


def test_a_screen_reader_is_told_what_changes(show: Show) -> None:
    view = show(mixed())
    tree = view.page.locator("body").aria_snapshot()
    for expected in (
        'heading "Machines"',
        "status: 23 of 23 machines, worst first",
        'columnheader "Verdict"',
        "figure",
    ):
        assert expected in tree
    assert view.page.locator("svg").get_attribute("aria-label") == "18 as decided, 3 wrong, 1 to look at, 1 not known"
