# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory as ansible-core makes it of a configuration file, and the plugin alone where it must fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.utils.display import Display

from ansible_collections.winfleet.activation.plugins.module_utils._dns import inquiry

from .site import Site

Build = Callable[..., InventoryManager]
Refuse = Callable[..., str]
OPTIONS = {"plugin": "winfleet.activation.kms_srv", "nameservers": ["192.0.2.53"], "domains": ["corp.example"]}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site()
    monkeypatch.setattr(inquiry, "survey", made.survey)
    monkeypatch.setattr(inquiry, "transfers", made.transfers)
    return made


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []

    def warning(_self: Display, msg: str, *_more: Any, **_named: Any) -> None:
        texts.append(msg)

    monkeypatch.setattr(Display, "warning", warning)
    return texts


def _write(folder: Path, options: dict[str, Any]) -> str:
    """JSON is YAML, and leaves no question how a text is quoted."""
    path = folder / "kms_srv.yml"
    path.write_text(json.dumps({**OPTIONS, **options}), encoding="utf-8")
    return str(path)


@pytest.fixture
def build(site: Site, tmp_path: Path, warned: list[str]) -> Build:
    """``build(approved_hosts=[...])``, beside other sources, is an inventory. ``cache`` as ansible-core hands it on."""

    def make(*others: str, use_cache: bool = True, **options: Any) -> InventoryManager:
        inventory = InventoryManager(DataLoader(), sources=[*others, _write(tmp_path, options)], parse=False)
        inventory.parse_sources(cache=use_cache)
        failures = [text for text in warned if "arse" in text]
        assert not failures, failures
        return inventory

    return make


@pytest.fixture
def refuse(site: Site, tmp_path: Path) -> Refuse:
    """``refuse(port=0)`` returns the message of an inventory that must not come about."""

    def fail(**options: Any) -> str:
        inventory = InventoryData()
        with pytest.raises(AnsibleError) as caught:
            inventory_loader.get(OPTIONS["plugin"]).parse(inventory, DataLoader(), _write(tmp_path, options))
        # Expressions are tried host by host; whatever else is wrong is found before the first.
        assert options.get("strict") or not inventory.groups.keys() - {"all", "ungrouped"}
        return str(caught.value)

    return fail
