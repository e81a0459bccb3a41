# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lab keys: form, determinism, secrecy, and the ring."""

from __future__ import annotations

import pytest

from winlab.keys import KeyKind, mint, normalize
from winlab.windows.lab_keys import key_ring


def test_a_minted_key_has_the_form_of_a_key_and_the_mark_of_the_lab() -> None:
    key = mint("csvlk_kms_c")
    assert normalize(key) == key
    assert key.startswith("99999-")


def test_minting_depends_on_the_name_alone() -> None:
    assert mint("a") == mint("a")
    assert mint("a") != mint("b")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("99999-bcdfg-hjkmp-qrtvw-xy234", True),
        ("  W269N-WFGWX-YVC9B-4J6C9-T83GX ", True),
        ("W269N-WFGWX-YVC9B-4J6C9", False),
        ("A269N-WFGWX-YVC9B-4J6C9-T83GX", False),
        ("W269NWFGWXYVC9B4J6C9T83GX", False),
        ("", False),
    ],
)
def test_form_of_a_key(text: str, valid: bool) -> None:
    assert (normalize(text) is not None) is valid


def test_a_key_does_not_show_itself() -> None:
    key = key_ring().named("csvlk_2025")
    assert key is not None
    assert key.text not in repr(key)
    assert key.partial == key.text[-5:]


def test_secret_kinds_are_always_lab_keys() -> None:
    for key in key_ring():
        if key.kind is not KeyKind.GVLK:
            assert key.text.startswith("99999-"), key.name


def test_names_and_secret_texts_are_unique() -> None:
    secrets = [key.text for key in key_ring() if key.kind is not KeyKind.GVLK]
    assert len(secrets) == len(set(secrets))


def test_windows_10_and_11_share_a_setup_key() -> None:
    ring = key_ring()
    ten, eleven = ring.named("gvlk_win10_pro"), ring.named("gvlk_win11_pro")
    assert ten is not None
    assert eleven is not None
    assert ten.text == eleven.text
    shared = ring.lookup(ten.text)
    assert shared is not None
    assert shared.releases == {"win10", "win11"}
