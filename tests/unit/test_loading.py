# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading a plugin imports, which Ansible does anew in each process, and compiles each time."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PLUGINS = "ansible_collections.winfleet.activation.plugins"
FILTERS = sorted(path.stem for path in (Path(__file__).parents[2] / "plugins" / "filter").glob("*.py"))

_BEGINNING = """
import importlib, os, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([os.environ["ANSIBLE_COLLECTIONS_PATH"]])
"""


def imported(code: str) -> list[str]:
    """What a fresh Python has imported after that: whoever tests has all of it already."""
    asked = f"{_BEGINNING}{code}\nprint(*sys.modules)"
    return subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()


def test_loading_all_filters_imports_nothing_else() -> None:
    """Ansible loads all files of filters for one of them."""
    names = imported(
        f"for name in {FILTERS}:\n    importlib.import_module('{PLUGINS}.filter.' + name).FilterModule().filters()"
    )
    own = {name.removeprefix(f"{PLUGINS}.") for name in names if name.startswith(f"{PLUGINS}.")}
    assert own - {"filter", "plugin_utils"} == {
        *(f"filter.{name}" for name in FILTERS),
        "plugin_utils._glue",
        "plugin_utils._glue.deferred",
    }


@pytest.mark.parametrize("action", ["fleet_info", "fleet_repair"])
def test_a_fleet_needs_no_pywinrm_before_a_host_does(action: str) -> None:
    names = imported(f"importlib.import_module('{PLUGINS}.action.{action}')")
    assert f"{PLUGINS}.plugin_utils._winrm.stream.pipe" in names
    assert not {"winrm", "requests", "urllib3"} & {*names}


@pytest.mark.parametrize("file", FILTERS)
def test_each_filter_is_there(file: str) -> None:
    names = import_module(f"{PLUGINS}.filter.{file}").FilterModule().filters()
    found = import_module(f"{PLUGINS}.plugin_utils._glue.filters.{file}")
    assert all(callable(getattr(found, name)) for name in names)
    assert names


def test_a_filter_is_called_with_what_it_was_given() -> None:
    call = import_module(f"{PLUGINS}.filter.licensing").FilterModule().filters()["gvlk"]
    assert call("Windows Server 2019 Standard", version="Windows Server 2019").endswith("J464C")
