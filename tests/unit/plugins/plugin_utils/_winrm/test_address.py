# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and paths, compared with what requests makes of them."""

from __future__ import annotations

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.address import dialled, request_target

AWKWARD = "/.%aZ20é?# \"|[]~'+f"


@given(st.text(alphabet=AWKWARD, max_size=14))
@example("wsman")
@example("a/../wsman")
@example("ws%2fman?x#y")
@example("%zz")
@example("ws man")
def test_a_path_is_sent_as_requests_sends_it(path: str) -> None:
    path = f"/{path.lstrip('/')}"
    prepared = requests.Request("POST", f"http://srv01:5985{path}").prepare()
    theirs = requests.adapters.HTTPAdapter().request_url(prepared, {})
    assert request_target(path) == f"/{theirs.lstrip('/')}"


def test_slashes_at_the_beginning_are_one() -> None:
    """Two would begin the name of a host."""
    assert request_target("//evil.example/wsman") == "/evil.example/wsman"


@pytest.mark.parametrize(
    "host", ["srv01", "SRV01", "straße.example", "łódź.example", "日本.example", "xn--mnchen-3ya.example", "a_b.c"]
)
def test_a_name_is_looked_up_as_requests_looks_it_up(host: str) -> None:
    prepared = requests.Request("POST", f"http://{host}:5985/").prepare()
    assert f"http://{dialled(host)}:5985/" == prepared.url


@pytest.mark.parametrize("host", ["", "*.example", "ﬁle.example", "ⅷ.example", "a。b.example", "a b", "a/b", "a@b"])
def test_a_name_that_requests_refuses(host: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever kind the libraries have
        dialled(host)
