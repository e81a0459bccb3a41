# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Product keys stay hidden whatever is done with them, and bad ones are explained without being repeated."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.catalogue import catalogue
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import (
    ALPHABET,
    ProductKey,
    ProductKeyError,
    mask,
)

# An invented key: right in form, published nowhere.
KEY = "BCDFG-HJKMP-QRTVW-XY234-6789B"
HIDDEN = "*****-*****-*****-*****-6789B"
PUBLIC = frozenset(row.key.reveal() for row in catalogue())


def grouped(letters: str) -> str:
    return "-".join(letters[start : start + 5] for start in range(0, 25, 5))


@st.composite
def keys(draw: st.DrawFn) -> str:
    """Any well-formed key, with N once or never."""
    letters = draw(st.lists(st.sampled_from(ALPHABET), min_size=25, max_size=25))
    place = draw(st.one_of(st.none(), st.integers(min_value=0, max_value=24)))
    if place is not None:
        letters[place] = "N"
    return grouped("".join(letters))


SHAPES = {
    "as printed": lambda key: key,
    "lower case": str.lower,
    "without dashes": lambda key: key.replace("-", ""),
    "surrounded by white space": lambda key: f"\t {key}\r\n",
    "en dashes from a word processor": lambda key: key.replace("-", "\u2013"),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@given(key=keys())
def test_a_key_is_read_in_every_usual_shape(shape, key):
    assert ProductKey.parse(shape(key)).reveal() == key


@given(key=keys())
def test_keys_compare_and_hash_by_value(key):
    assert ProductKey.parse(key) == ProductKey.parse(key.lower())
    assert len({ProductKey.parse(key), ProductKey.parse(key.replace("-", ""))}) == 1
    assert ProductKey.parse(key) != key


@dataclasses.dataclass(frozen=True)
class Holder:
    key: ProductKey


SHOWINGS = {
    "str": str,
    "repr": repr,
    "format": lambda key: f"{key}",
    "format with width": lambda key: f"{key:>40}",
    "percent": lambda key: "%s %r" % (key, key),  # noqa: UP031
    "inside a dataclass": lambda key: repr(Holder(key)),
    "dataclass as dict": lambda key: repr(dataclasses.asdict(Holder(key))),
    "inside a list": lambda key: str([key]),
    "a copy": lambda key: repr(copy.copy(key)),
    "a deep copy": lambda key: repr(copy.deepcopy(key)),
}


@pytest.mark.parametrize("show", SHOWINGS.values(), ids=SHOWINGS)
def test_a_key_shows_five_characters_only(show):
    shown = show(ProductKey.parse(KEY))
    assert HIDDEN in shown
    assert "BCDFG" not in shown
    assert "XY234" not in shown


def test_only_reveal_gives_the_whole_key():
    key = ProductKey.parse(KEY)
    assert key.reveal() == KEY
    assert key.partial == "6789B"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_not_pickled(protocol):
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(ProductKey.parse(KEY), protocol)


def test_a_key_is_no_json():
    with pytest.raises(TypeError):
        json.dumps(ProductKey.parse(KEY))


def test_a_key_cannot_be_changed():
    key = ProductKey.parse(KEY)
    with pytest.raises(AttributeError):
        key._key = "other"
    with pytest.raises(AttributeError):
        del key._key
    assert key.reveal() == KEY


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "has 25 characters in five groups of five, this text has 0", id="empty"),
        pytest.param(KEY[:-1].replace("-", ""), "this text has 24", id="one missing"),
        pytest.param(KEY.replace("-", "") + "B", "this text has 26", id="one too many"),
        pytest.param("BCDF-GHJKM-PQRTV-WXY23-46789-B", "groups of 4, 5, 5, 5, 5, 1", id="wrong groups"),
        pytest.param("B0DFG-HJKMP-QRTVW-XY234-6789B", "number 2 of group 1.*misread D or Q", id="zero"),
        pytest.param("BCDFG-HJKMP-QRTVW-XY234-678OB", "number 4 of group 5.*misread D or Q", id="letter O"),
        pytest.param("BCDFG-HJKMP-QRTVW-1Y234-6789B", "character 16 of the key", id="one"),
        pytest.param("BCDFG-HJKMP-QRTVW-5Y234-6789B", "misread 6", id="five"),
        pytest.param("BCDFG-HJKMA-QRTVW-XY234-6789B", "no vowels", id="vowel"),
        pytest.param("BCDFG-HJKM\u212a-QRTVW-XY234-6789B", "number 5 of group 2", id="Kelvin sign, no K"),
        pytest.param("BCDFG HJKMP QRTVW XY234 6789B", "white space", id="blanks instead of dashes"),
        pytest.param("NCDFG-HJKMN-QRTVW-XY234-6789B", "N at most once.*2 times", id="two N"),
        pytest.param(1234567890, "text, not int", id="a number"),
        pytest.param(None, "text, not NoneType", id="nothing"),
    ],
)
def test_a_bad_key_is_explained(text, says):
    with pytest.raises(ProductKeyError, match=says):
        ProductKey.parse(text)


def _explained(text: str) -> str:
    with pytest.raises(ProductKeyError) as refused:
        ProductKey.parse(text)
    return str(refused.value)


# One text for each thing that is said of a text. What is written there is not repeated from a key, even where a key has
# the same letters: "group" is a word of ours.
OWN_WORDS = " ".join(
    _explained(text)
    for text in (
        "",
        "-",
        "!",
        "N" * 25,
        *(f"B{letter}" for letter in string.ascii_uppercase + string.digits if letter not in ALPHABET + "N"),
        "B B",
    )
).replace(ALPHABET, "")


@example("group")
@example("BCDFG-HJKMP-QRTVW-XY234-chara")
@given(
    text=st.one_of(
        st.text(max_size=40),
        st.text(alphabet=string.ascii_letters + string.digits + "-", min_size=20, max_size=32),
        st.builds(
            lambda key, place, wrong: key[:place] + wrong + key[place + 1 :],
            keys(),
            st.integers(0, 28),
            st.characters(),
        ),
    )
)
def test_parsing_either_succeeds_or_explains_without_repeating(text):
    try:
        key = ProductKey.parse(text)
    except ProductKeyError as error:
        message = str(error).replace(ALPHABET, "")
    else:
        assert re.fullmatch(r"(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}", key.reveal())
        message = repr(key).replace(key.partial, "")
    groups = [text[start : start + 5] for start in range(len(text) - 4)]
    told = [group for group in groups if group.isascii() and group.isalnum() and group in message]
    assert [group for group in told if group not in OWN_WORDS] == []


def test_a_message_that_repeated_a_key_would_be_noticed() -> None:
    """The words of our own are no excuse for one of its groups."""
    for group in ("BCDFG", "HJKMP", "QRTVW", "XY234", "6789B", "bcdfg"):
        assert group not in OWN_WORDS


@given(
    before=st.text(alphabet=" .:=\"'\n(<\u00e9", max_size=5),
    key=keys(),
    after=st.text(alphabet=" .,;\"'\n)>", max_size=5),
)
def test_mask_hides_a_key_in_any_text(before, key, after):
    expected = key if key in PUBLIC else f"*****-*****-*****-*****-{key[-5:]}"
    assert mask(before + key + after) == before + expected + after


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_mask_hides_every_shape_of_a_key(shape):
    assert HIDDEN in mask(f"key={shape(KEY)}.")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("BCDFG HJKMP QRTVW XY234 6789B", id="blanks"),
        pytest.param("BCDFG - HJKMP - QRTVW - XY234 - 6789B", id="dashes with blanks"),
        pytest.param("{'key': 'bcdfg-hjkmp-qrtvw-xy234-6789b'}", id="in a Python literal"),
        pytest.param("slmgr.vbs /ipk BCDFG-HJKMP-QRTVW-XY234-6789B\nslmgr.vbs /ato", id="in a command"),
        pytest.param("cscript_BCDFG-HJKMP-QRTVW-XY234-6789B_log", id="beside underscores"),
        pytest.param("<p:ProductKey>BCDFGHJKMPQRTVWXY2346789B</p:ProductKey>", id="in XML, no dashes"),
    ],
)
def test_mask_hides_a_key_in_its_surroundings(text):
    masked = mask(text)
    assert HIDDEN in masked
    assert "HJKMP" not in masked.upper()


def test_mask_hides_a_mistyped_key_with_dashes_too():
    assert mask("O0DFG-HJKMP-QRTVW-XY234-6789B") == HIDDEN


def test_mask_hides_several_keys_and_is_stable():
    text = f"{KEY}, {KEY.lower()} and {KEY}"
    once = mask(text)
    assert once == f"{HIDDEN}, {HIDDEN} and {HIDDEN}"
    assert mask(once) == once


@pytest.mark.parametrize("before", range(1, 12))
@pytest.mark.parametrize("separator", ["-", " "])
def test_mask_hides_a_key_behind_other_groups(before: int, separator: str):
    """The groups before it were taken for the key, and it was shown: found by the fuzz target of values."""
    masked = mask(separator.join(["BBBBB"] * before + KEY.split("-")))
    assert [group for group in KEY.split("-")[:4] if group in masked] == []
    assert masked.endswith(KEY[-5:])
    assert mask(masked) == masked


@pytest.mark.parametrize("public", sorted(PUBLIC))
def test_mask_leaves_public_keys_readable(public):
    for text in (public, public.lower(), f"use {public}.", public.replace("-", "")):
        assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2de67392-b7a7-462a-b1ca-108dd189f588",
        "03612-04297-000-000000-03-1033-17763.0000-1862025",
        "00339-10000-00000-AA718",
        "55041-00140-015-871562-03-1033-7078.0000-0992009",
        "0xC004C008 at 2026-11-24T08:00:00Z",
        "VOLUME_KMSCLIENT channel, partial key 6789B",
        "BCDFGHJKMPQRTVWXY2346789BC",
        HIDDEN,
        "",
    ],
)
def test_mask_leaves_everything_else_alone(text):
    assert mask(text) == text


@example("BCDFG-HJKMP-QRTVW-XY234-6789B-BCDFG")
@given(st.text(alphabet="BCDFN24-x \n", max_size=80))
def test_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)


def test_a_key_that_begins_where_something_of_its_shape_ends_is_hidden() -> None:
    shown = mask("B999999999999999999y9CDFG-HJKMP-QRTVW-XY234-6789B")
    assert "HJKMP" not in shown
    assert mask(shown) == shown
