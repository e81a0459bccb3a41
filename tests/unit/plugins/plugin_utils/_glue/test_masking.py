# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing secret leaves an action plugin."""

from __future__ import annotations

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.masking import Masking

CSVLK = "CCCCC-DDDDD-FFFFF-GGGGG-PYWKV"
PUBLISHED = "489J6-VHDMP-X63PK-3K798-CPX3Y"


def test_known_secrets_and_anything_like_a_key_are_hidden_everywhere() -> None:
    masking = Masking()
    masking.add("Pa55word!")
    tree = {
        "msg": f"sign-in with Pa55word! failed for {CSVLK}",
        "list": [CSVLK.lower(), ("Pa55word!",)],
        "number": 7,
        "nothing": None,
    }
    shown = str(masking.tree(tree))
    assert "Pa55word!" not in shown
    assert CSVLK not in shown.upper()
    assert "PYWKV" in shown.upper()
    assert masking.tree(tree)["number"] == 7


def test_malformed_key_is_hidden_by_value() -> None:
    masking = Masking()
    masking.add("CCCCC-DDDDD-FFFFF-GGGGG-PYWK")
    assert "CCCCC" not in masking.text("key CCCCC-DDDDD-FFFFF-GGGGG-PYWK is too short")


def test_published_keys_and_the_word_gvlk_stay() -> None:
    masking = Masking()
    masking.add("gvlk")
    masking.add(None)
    assert masking.text(f"gvlk is {PUBLISHED}") == f"gvlk is {PUBLISHED}"


def test_short_values_tear_no_holes() -> None:
    masking = Masking()
    masking.add("abc")
    assert masking.text("abcdef") == "abcdef"
