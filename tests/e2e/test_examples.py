# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module run as they stand, and what comes back is what RETURN says."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.module_document import assert_documented, document

from .conftest import Lab, StartLab

# Where each module's examples make sense.
HOSTS = {
    "license_info": "win10-01",
    "fleet_repair": "kms01:srv2019-01:srv2016-01",
    "kms_host_setup": "srv2008r2-01",
    "product_key": "srv2008r2-01",
    "license_repair": "srv2012r2-01",
    "licensing_service": "srv2008-01",
    "license": "win7-01",
    "cim_query": "win10-01",
    "connection_info": "win10-01",
    "kms_client": "win11-01",
    "kms_host": "srv2025-01",
    "kms_host_info": "kms01",
    "license_diagnosis": "win10-01",
    "license_report": "win10-01",
    "kms_probe": "win10-01",
}


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def variables(demo: Lab) -> dict[str, Any]:
    keys = dict(line.split("\t")[::2] for line in demo.winlab("keys").splitlines())
    mak = next(key for name, key in keys.items() if name.startswith("mak") and "2008r2" in name)
    return {
        "vault_mak": mak,
        "vault_kms_host_key": keys["csvlk_kms_c"],
        "approved_kms_hosts": ["srv2008r2-01"],
        "report_path": str(demo.work / "activation.csv"),
        "report_folder": str(demo.work),
        # Of an inventory, whose machines have columns in the report.
        "site": "Bonn",
        "owner": "desktops",
    }


@pytest.mark.parametrize("name", HOSTS)
def test_examples_run(demo: Lab, variables: dict[str, Any], name: str) -> None:
    tasks = yaml.safe_load(document(name)["examples"])
    playbook = demo.work / f"examples-{name}.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": HOSTS[name], "gather_facts": False, "tasks": tasks}]))
    run = demo.playbook(str(playbook), variables)
    assert run.code == 0, run.output
    assert "failed=0" in run.output


@pytest.mark.parametrize(
    ("name", "host", "arguments"),
    [
        ("license_info", "kms01", "installation_id=true approved_kms_hosts=kms01"),
        ("license_info", "vista-01", ""),
        ("product_key", "srv2019-01", ""),
        ("license_repair", "srv2016-01", "approved_kms_hosts=kms01 repair=wrong_key_type served=true"),
        ("license_repair", "win10-01", "approved_kms_hosts=kms01"),
        ("fleet_repair", "kms01", "approved_kms_hosts=kms01"),
        ("kms_host_setup", "kms01", "approved_kms_hosts=kms01"),
        ("licensing_service", "srv2019-01", "state=restarted"),
        ("license", "win11-01", ""),
        ("license", "srv2022-eval", "product=none"),
        ("cim_query", "win10-01", "query='SELECT Name FROM Win32_ComputerSystem'"),
        ("connection_info", "win10-01", ""),
        ("connection_info", "kms01", ""),
        ("kms_client", "win7-01", "host=kms01.corp.example"),
        ("kms_host", "kms01", "listening_port=1689"),
        ("kms_host_info", "kms01", "client_days=1"),
        ("kms_host_info", "win7-01", ""),
        ("kms_host_info", "kms01", "client_days=14 event_days=2"),
        ("license_diagnosis", "win10-01", "approved_kms_hosts=kms01.corp.example"),
        ("license_diagnosis", "srv2022-eval", ""),
    ],
)
def test_results_are_documented(demo: Lab, name: str, host: str, arguments: str) -> None:
    documented = dict(document(name)["return"])
    documented["msg"] = {"type": "str"}
    result = demo.ansible(host, name, arguments).result(host)
    assert_documented(result, documented, name)
