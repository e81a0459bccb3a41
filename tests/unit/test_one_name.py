# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organization's own KMS hosts have one name everywhere: ``approved_kms_hosts``. Older names go on working."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "approved_kms_hosts"
PLUGINS = sorted(
    [*(REPOSITORY / "plugins" / "modules").glob("*.py"), REPOSITORY / "plugins" / "inventory" / "kms_srv.py"]
)
ROLES = sorted(path.name for path in (REPOSITORY / "roles").iterdir())


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_option_that_names_them_is_called_so(path: Path) -> None:
    options = get_docstring(str(path), fragment_loader, collection_name="winfleet.activation")[0].get("options") or {}
    for name, option in options.items():
        if "approved" in name and option.get("type") == "list":
            assert NAME in (name, *option.get("aliases", ())), name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_it_where_its_own_variable_is_not_set(role: str) -> None:
    folder = REPOSITORY / "roles" / role
    texts = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.yml") if path.parent.name != "meta")
    arguments = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    (own,) = (name for name in arguments["main"]["options"] if name.endswith(("approved_hosts", NAME)))
    assert not arguments["main"]["options"][own].get("required")
    assert f"{own} | default({NAME}" in texts or f'{own}: "{{{{ {NAME} | default(' in texts
