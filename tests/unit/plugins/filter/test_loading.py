# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading the filters costs, and that each of them is there when it is called."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PLUGINS = "ansible_collections.winfleet.activation.plugins"
FILES = sorted(path.stem for path in (Path(__file__).parents[4] / "plugins" / "filter").glob("*.py"))

# In a process of its own, since whoever tests has imported all of it already.
LOADED = f"""
import importlib, os, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([os.environ["ANSIBLE_COLLECTIONS_PATH"]])
for name in {FILES}:
    importlib.import_module("{PLUGINS}.filter." + name).FilterModule().filters()
print(*sorted(name for name in sys.modules if name.startswith("{PLUGINS}.") and name.count(".") > 4))
"""


def test_loading_all_files_imports_nothing_else() -> None:
    """Ansible loads all of them for one filter, and again in each process of a task."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert {name.removeprefix(f"{PLUGINS}.") for name in done.stdout.split()} == {
        *(f"filter.{name}" for name in FILES),
        "plugin_utils._glue",
        "plugin_utils._glue.deferred",
    }


@pytest.mark.parametrize("file", FILES)
def test_each_filter_is_there(file: str) -> None:
    names = import_module(f"{PLUGINS}.filter.{file}").FilterModule().filters()
    found = import_module(f"{PLUGINS}.plugin_utils._glue.filters.{file}")
    assert all(callable(getattr(found, name)) for name in names)
    assert names


def test_a_filter_is_called_with_what_it_was_given() -> None:
    call = import_module(f"{PLUGINS}.filter.licensing").FilterModule().filters()["gvlk"]
    assert call("Windows Server 2019 Standard", version="Windows Server 2019").endswith("J464C")
