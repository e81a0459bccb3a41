# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a filter takes for a flag and for a list, from YAML and from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.filter_values import flag, words


@pytest.mark.parametrize("value", [True, "true", "True", "yes", "on", "1", 1])
def test_true(value: Any) -> None:
    assert flag(value) is True


@pytest.mark.parametrize("value", [False, "false", "False", "no", "off", "0", 0])
def test_false(value: Any) -> None:
    assert flag(value) is False


@pytest.mark.parametrize("value", ["", None, "flase", "ture", 2])
def test_neither_true_nor_false(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="is not a boolean: use true or false"):
        flag(value)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (["one", " two "], ["one", "two"]),
        (("one",), ["one"]),
        (iter(["one"]), ["one"]),
        ("one,two", ["one", "two"]),
        (" one , two three,", ["one", "two", "three"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_words(value: Any, wanted: list[str]) -> None:
    assert words(value) == wanted


@pytest.mark.parametrize("value", [True, 7])
def test_no_list(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{value} is not a list"):
        words(value)
