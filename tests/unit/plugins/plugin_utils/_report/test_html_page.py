# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page without a browser; with one: tests/report."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.html_page import STATIC_ROWS, as_html

from .samples import hostile_report, read, report, rogue


class Page(HTMLParser):
    """Every start tag with its attributes, and the text of script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.inside:
            self.inside[self._open][-1] += data


@pytest.fixture(scope="module")
def hostile() -> Page:
    return Page(as_html(hostile_report()))


def test_a_machine_adds_no_element_and_no_attribute(hostile: Page) -> None:
    tags = [tag for tag, _attributes in hostile.tags]
    assert tags.count("script") == 2
    assert not {"img", "iframe", "object", "embed", "link", "base", "form2", "evil"} & set(tags)
    names = {name for _tag, attributes in hostile.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src", "srcset", "action")}


def test_every_link_is_ours(hostile: Page) -> None:
    links = {attributes.get("href") or "" for tag, attributes in hostile.tags if tag == "a"}
    assert all(link.startswith(("#", "https://learn.microsoft.com/")) for link in links), links


def test_only_our_script_and_style_sheet_may_run(hostile: Page) -> None:
    policies = [a["content"] for tag, a in hostile.tags if a.get("http-equiv") == "Content-Security-Policy"]

    def hash_of(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    (style,) = hostile.inside["style"]
    script = hostile.inside["script"][1]
    allowed = f"default-src 'none'; style-src {hash_of(style)}; script-src {hash_of(script)}"
    assert policies == [f"{allowed}; base-uri 'none'; form-action 'none'"]


def test_data_for_the_script_closes_no_tag(hostile: Page) -> None:
    text = hostile.inside["script"][0]
    assert not set("<>&") & set(text)
    data = json.loads(text)
    assert len(data["rows"]) == len(hostile_report().machines)
    assert any("</script>" in one for one in data["texts"])


def test_leads_with_the_verdict() -> None:
    text = as_html(report())
    assert '<h1><span class="bad">Not as decided</span>: 1 of 4 machines needs action, 2 were not read' in text
    assert text.index("What to do, most important first") < text.index('id="machines"') < text.index("True-up")


def test_the_worst_machines_are_there_without_script() -> None:
    hosts = {f"pc{number:04}": read() for number in range(STATIC_ROWS)} | {"zz": rogue()}
    text = as_html(report(hosts))
    rows = re.findall(r'<tr><th scope="row">(\w+)</th><td><details>', text)
    assert (len(rows), rows[0]) == (STATIC_ROWS, "zz")
    assert f"first {STATIC_ROWS} machines" in text
    assert "<noscript>" not in as_html(report())


def test_every_section_is_labelled_by_what_is_there(hostile: Page) -> None:
    ids = {attributes["id"] for _tag, attributes in hostile.tags if "id" in attributes}
    labels = {attributes["aria-labelledby"] for _tag, attributes in hostile.tags if "aria-labelledby" in attributes}
    assert labels
    assert labels <= ids
