# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README as somebody meets it who comes from Galaxy: without a clone, and rendered elsewhere.

Kind: a page that works only where its author stands.
"""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()
OURS = r"https://(?:github\.com/winfleet/winfleet\.activation/blob|raw\.githubusercontent\.com/winfleet/winfleet\.activation)/main/"


def test_no_link_is_relative() -> None:
    """README is rendered outside the repository (partner certification requirements)."""
    targets = re.findall(r"\]\(([^)\s]+)\)", README)
    assert targets
    assert [target for target in targets if not re.match(r"https://|mailto:|#", target)] == []


def test_every_link_to_a_file_of_ours_leads_somewhere() -> None:
    named = re.findall(OURS + r"([^)\s#]+)", README)
    assert named
    # A release writes the notes.
    assert [name for name in named if not (REPOSITORY / name).exists() and name != "CHANGELOG.md"] == []


def test_it_is_installed_from_galaxy_before_anything_is_done_in_a_clone() -> None:
    commands = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
    assert commands[0] == "ansible-galaxy collection install winfleet.activation"
    clone = next(place for place, command in enumerate(commands) if command.startswith("git clone"))
    assert all(not command.startswith("make") for command in commands[:clone])


def test_it_says_where_to_ask_and_how_to_behave() -> None:
    support = README[README.index("## Support") :]
    for words in ("/issues", "forum.ansible.com", "code_of_conduct", "semantic", "CHANGELOG"):
        assert words in support
