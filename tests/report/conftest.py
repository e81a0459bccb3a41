# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser that notes everything it says and asks for, and reports of a fleet of any size."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit import conftest as _loader  # noqa: F401, lets the collection be imported

if TYPE_CHECKING:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import Report

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("REPORT_TOOLS", REPOSITORY / ".work" / "report-tools"))
PICTURES = Path(os.environ.get("REPORT_PICTURES", REPOSITORY / ".work" / "report"))


@dataclass
class View:
    """A page that is open, what its console said, and what it asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> list[str]:
        """The machines in the table, from the top."""
        return self.page.locator("#table tbody tr > th").all_inner_texts()

    def picture(self, name: str) -> None:
        """For people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


Show = Callable[..., View]


@pytest.fixture(scope="session")
def tools() -> Path:
    """What scripts/report.sh has fetched."""
    return TOOLS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    program = shutil.which("chromium")
    assert program, "there is no chromium: scripts/report.sh --prepare installs it"
    with sync_playwright() as playwright:
        # Root, in a container, has no sandbox; the page is ours.
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if os.geteuid() == 0 else [])


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a report, or a page at a fragment of its address, in a browser of its own."""
    contexts = []

    def opened(report: Report, fragment: str = "", **options: Any) -> View:
        from ansible_collections.winfleet.activation.plugins.plugin_utils._report.html_page import as_html

        path = tmp_path / "activation.html"
        path.write_text(as_html(report), encoding="utf-8")
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        view = View(contexts[-1].new_page())
        view.page.on("console", lambda message: view.said.append(message.text))
        view.page.on("pageerror", lambda error: view.said.append(str(error)))
        view.page.on("request", lambda request: view.asked.append(request.url))
        view.page.goto(f"{path.as_uri()}{fragment}")
        return view

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The schema of the report in JSON that the collection ships."""
    text = (REPOSITORY / "docs" / "report" / "report-1.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
