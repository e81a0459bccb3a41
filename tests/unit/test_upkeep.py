# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/upkeep.py: what differs between our tables and a page, whatever form the page was saved in."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.script import script

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "upkeep.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="scripts/ is not part of the collection")

# Of no edition; the others are Microsoft's published ones.
MADE_UP = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
VISTA = "YFKBB-PQJJV-G996G-VWGXY-2V3X8"

HTML = """<html><head><script>var key = "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ";</script></head><body>
<p>Introduction</p><table><thead><tr><th>Edition</th><th>Key</th></tr></thead>
<tr><td>Windows&nbsp;Vista
 Business</td><td><code>YFKBB-PQJJV-G996G-VWGXY-2V3X8</code></td></tr>
<tr><td>Windows 13 Enterprise</td><td>AAAAA-BBBBB-CCCCC-DDDDD-EEEEE</td></tr></table></body></html>"""
MARKDOWN = """# Keys

| Edition | Key |
|---|---|
| Windows Vista Business | YFKBB-PQJJV-G996G-VWGXY-2V3X8 |
| Windows 13 Enterprise | AAAAA-BBBBB-CCCCC-DDDDD-EEEEE |
"""


@pytest.fixture(scope="module")
def upkeep() -> ModuleType:
    return script("upkeep")


@pytest.mark.parametrize("page", [HTML, MARKDOWN], ids=["html", "markdown"])
def test_keys_are_read_with_their_edition(upkeep: ModuleType, page: str) -> None:
    found = upkeep.their_keys(upkeep.lines_of(page))
    assert found == {VISTA: "Windows Vista Business", MADE_UP: "Windows 13 Enterprise"}


def test_a_new_key_and_one_that_is_gone_are_told(upkeep: ModuleType) -> None:
    theirs = upkeep.their_keys(upkeep.lines_of(HTML))
    lines = list(upkeep.differences({VISTA: "Windows Vista Business", "OTHER": "Old"}, theirs, by_text=False))
    assert lines == [f"+ {MADE_UP}  Windows 13 Enterprise", "- OTHER  Old"]


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>PRODUCT_ULTIMATE<br>0x00000001</td><td>Ultimate</td></tr></table>",
        "| PRODUCT\\_ULTIMATE | 1 | Ultimate |",
        "**PRODUCT_ULTIMATE** (1)",
        "| 0x00000001 | `PRODUCT_ULTIMATE` |",
    ],
)
def test_an_edition_is_read_in_every_form(upkeep: ModuleType, page: str) -> None:
    assert upkeep.their_editions(upkeep.lines_of(page)) == {"1": "PRODUCT_ULTIMATE"}


def test_an_edition_under_another_name_is_told(upkeep: ModuleType) -> None:
    assert list(upkeep.differences({"1": "PRODUCT_ULTIMATE"}, {"1": "PRODUCT_LAST"}, by_text=True)) == [
        "! 1  ours: PRODUCT_ULTIMATE  theirs: PRODUCT_LAST"
    ]


def test_codes_are_compared_whatever_their_letters(upkeep: ModuleType) -> None:
    found = upkeep.their_codes(upkeep.lines_of("<p>0xc004f074: no host</p><p>0x8007FFF1 is new</p>"))
    assert list(found) == ["0XC004F074", "0X8007FFF1"]
    assert "0XC004F074" in upkeep.our_codes()
    assert "0X8007FFF1" not in upkeep.our_codes()


def test_releases_of_host_keys(upkeep: ModuleType) -> None:
    page = "| Windows Server 2019 | Windows Server 2012 R2, Windows 7, Windows 13 |\n\nWindows 14 is in no row.\n"
    found = upkeep.their_systems(upkeep.lines_of(page))
    assert found.keys() == {"server 2019", "server 2012 r2", "windows 7", "windows 13"}
    assert found.keys() - upkeep.our_systems().keys() == {"windows 13"}


def test_our_tables_are_read(upkeep: ModuleType) -> None:
    assert upkeep.our_keys()[VISTA] == "Windows Vista Business"
    assert upkeep.our_editions()["1"] == "PRODUCT_ULTIMATE"
    assert {"windows 7", "server 2022"} <= upkeep.our_systems().keys()


def test_the_whole_command(upkeep: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "keys.html"
    page.write_text(HTML)
    assert upkeep.main(["--gvlk", str(page)]) == 1
    printed = capsys.readouterr().out
    assert f"+ {MADE_UP}  Windows 13 Enterprise" in printed
    assert VISTA not in printed
    page.write_text("| x | " + " | y |\n| x | ".join(upkeep.our_keys()) + " | y |\n")
    assert upkeep.main(["--gvlk", str(page)]) == 0


def test_another_page_is_no_clean_answer(
    upkeep: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page that says "sign in", or one that was cut, has no key in it."""
    page = tmp_path / "keys.html"
    page.write_text("<html><body><p>Sign in</p></body></html>")
    assert upkeep.main(["--gvlk", str(page)]) == 2
    assert "Is it the right page" in capsys.readouterr().err
