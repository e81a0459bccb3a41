# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder: what the collection says it needs, and the definition that the guide shows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import BIN, REPOSITORY
from tests.guide import example

from .conftest import bare_environment, run

BUILDER = str(BIN / "ansible-builder")


@pytest.fixture(scope="module")
def introspected(collections: Path) -> dict[str, list[str]]:
    """What ansible-builder finds that the collection needs."""
    text = run([BUILDER, "introspect", str(collections)], bare_environment(collections), collections)
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("package", ["pywinrm", "pyspnego", "dnspython", "python-ldap", "gssapi"])
def test_builder_installs_what_the_plugins_import(introspected: dict[str, list[str]], package: str) -> None:
    names = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in introspected["python"]}
    assert package in names


@pytest.mark.parametrize(
    "package", ["python3-devel", "krb5-devel", "openldap-devel", "cyrus-sasl-devel", "libldap-dev"]
)
def test_builder_installs_what_these_take_to_compile(introspected: dict[str, list[str]], package: str) -> None:
    (line,) = (line for line in introspected["system"] if line.split()[0] == package)
    assert "compile" in line


def test_the_environment_without_a_compiler_has_what_all_need() -> None:
    lean = yaml.safe_load(example("guide_awx", "yaml", "Nothing is compiled"))["dependencies"]
    wanted = (REPOSITORY / "meta" / "requirements.txt").read_text().splitlines()
    assert lean["python"] == [line for line in wanted if line and not line.startswith("#")]
    assert lean["exclude"] == {"all_from_collections": ["winfleet.activation"]}


def test_builder_compiles_nothing_where_the_guide_says_so(tarball: Path, tmp_path: Path) -> None:
    """What is excluded is in neither of the lists that the environment is made of."""
    whole = yaml.safe_load(example("guide_awx", "yaml", "base_image"))
    lean = yaml.safe_load(example("guide_awx", "yaml", "Nothing is compiled"))
    whole["dependencies"] |= lean["dependencies"]
    (tmp_path / "execution-environment.yml").write_text(yaml.safe_dump(whole))
    create = [BUILDER, "create", "--context", "context", "--output-filename", "Containerfile"]
    run(create, bare_environment(tmp_path), tmp_path)
    built = tmp_path / "context" / "_build"
    assert (built / "requirements.txt").read_text().split() == lean["dependencies"]["python"]
    assert "winfleet.activation" in (built / "exclude-collections.txt").read_text()


def test_builder_accepts_the_definition_in_the_guide(tarball: Path, tmp_path: Path) -> None:
    text = example("guide_fleet", "yaml", "base_image")
    (tmp_path / "execution-environment.yml").write_text(text)
    shutil.copy(tarball, tmp_path / "winfleet-activation.tar.gz")
    # The name of the file otherwise depends on which container engine is there.
    create = [BUILDER, "create", "--context", "context", "--output-filename", "Containerfile"]
    run(create, bare_environment(tmp_path), tmp_path)
    container = (tmp_path / "context" / "Containerfile").read_text()
    assert yaml.safe_load(text)["images"]["base_image"]["name"] in container
    requirements = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text())
    assert requirements == {"collections": [{"name": "/build/configs/winfleet-activation.tar.gz", "type": "file"}]}
    assert (tmp_path / "context" / "_build" / "configs" / "winfleet-activation.tar.gz").is_file()
