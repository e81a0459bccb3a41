# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names that are one, and such as are not."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils import _dn

PARENT = "CN=Activation Objects,DC=corp,DC=example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=a,DC=corp", "cn=A, dc=CORP"),
        ("CN=a,DC=corp", "CN = a , DC = corp "),
        (r"CN=a\,b,DC=corp", r"CN=a\2Cb,DC=corp"),
        (r"CN=a\=b,DC=corp", r"CN=a\3Db,DC=corp"),
        (r"CN=a=b,DC=corp", r"CN=a\3db,DC=corp"),
        ("CN=Größe,DC=corp", r"CN=Gr\C3\B6\C3\9Fe,DC=corp"),
        ("CN=GRÖSSE,DC=corp", "CN=größe,DC=corp"),
        ("CN=Активация,DC=corp", "cn=АКТИВАЦИЯ,dc=corp"),
        ("2.5.4.3=a,DC=corp", "2.5.4.3=A,dc=corp"),
    ],
)
def test_one_name_written_in_two_ways(one: str, other: str) -> None:
    assert _dn.is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=a,DC=corp", "CN=b,DC=corp"),
        ("CN=a,DC=corp", "OU=a,DC=corp"),
        ("CN=a,DC=corp", "CN=a,CN=x,DC=corp"),
        (r"CN=a\,DC=corp", "CN=a,DC=corp"),
        (r"CN=a\ ,DC=corp", "CN=a,DC=corp"),
        ("CN=a  b,DC=corp", "CN=ab,DC=corp"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert _dn.parts_of(one) is not None
    assert not _dn.is_same(one, other)


@pytest.mark.parametrize("text", ["", "Corp AO 2022", "CN", "=a,DC=corp", "CN=a,", "CN=a,,DC=corp", "CN=a\\", "C N=a"])
def test_no_name_at_all(text: str) -> None:
    assert _dn.parts_of(text) is None
    assert not _dn.is_same(text, text)
    assert not _dn.is_directly_below(text, PARENT)


@pytest.mark.parametrize(
    ("dn", "below"),
    [
        (f"CN=ao1,{PARENT}", True),
        ("cn=ao1, cn=activation objects, dc=CORP, dc=example", True),
        (rf"CN=a\,b,{PARENT}", True),
        (PARENT, False),
        (f"CN=x,CN=ao1,{PARENT}", False),
        ("CN=ao1,DC=corp,DC=example", False),
        # A comma that is part of the value opens no new place.
        (r"CN=ao1\,CN=Activation Objects,DC=corp,DC=example", False),
    ],
)
def test_directly_below(dn: str, below: bool) -> None:
    assert _dn.is_directly_below(dn, PARENT) is below
