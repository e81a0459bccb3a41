# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vectors themselves: each has its source written down, and each is a sound envelope."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import parse

from .wire import VECTORS

FILES = sorted(path.relative_to(VECTORS).as_posix() for path in VECTORS.rglob("*.xml"))
PROVENANCE = yaml.safe_load((VECTORS / "provenance.yml").read_text(encoding="utf-8"))["vectors"]


def test_every_vector_says_what_it_follows_and_nothing_else_does() -> None:
    assert sorted(name for name in PROVENANCE if name.startswith("wsman/")) == [
        name for name in FILES if name.startswith("wsman/")
    ]
    assert all(sources and all(isinstance(source, str) for source in sources) for sources in PROVENANCE.values())


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("wsman/")])
def test_a_vector_is_an_envelope_and_a_fault_only_where_it_should_be(name: str) -> None:
    reply = parse((VECTORS / name).read_bytes())
    assert (reply.fault is not None) == name.startswith("wsman/fault/")
