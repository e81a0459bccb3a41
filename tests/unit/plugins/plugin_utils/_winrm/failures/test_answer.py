# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of a stranger's page: its title, harmless, in bounded work."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.answer import http_status
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.failures.situation import Situation

from ..conftest import endpoint

SITUATION = Situation(endpoint("srv01.corp.example"), "ntlm")


def said(page: str) -> str:
    return str(http_status(SITUATION, 404, page))


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<html><title>Welcome</title>", "'Welcome'"),
        ('<HTML><TITLE lang="en">Not\n found</TITLE>', "'Not found'"),
        ("<html><title>" * 2_000, None),
        ("<html>" + "<title>" * 20_000 + "</title>", None),
        ("<html>" + " " * 9_000 + "<title>Far away</title>", None),
        ("<html><title>\x1b]0;pwned\x07\x1b[2J\u202eevil</title>", "'\ufffd]0;pwned\ufffd\ufffd[2J\ufffdevil'"),
        ("<html><title>\u0130stanbul</title>", "'\u0130stanbul'"),
    ],
)
def test_the_title_of_a_page(page: str, title: str | None) -> None:
    """Kinds: work on foreign text that is not linear (CWE-1333); text that steers a terminal."""
    text = said(page)
    assert ("titled" in text) is (title is not None)
    assert title is None or title in text
    assert text.isprintable()
