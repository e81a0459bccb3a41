# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No whole MAK or KMS host key and no password in anything that Ansible prints, logs or leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Lab, StartLab

HOST = "srv2012r2-01"
PASSWORD = "Lab-Passw0rd!"
# In the firmware of that machine (tests/lab/winlab/scenarios/demo.yml).
FIRMWARE_KEY = "BCDFG-HJKMP-QRTVW-XY678-9BCDF"


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.fixture(scope="module")
def keys(demo: Lab) -> dict[str, str]:
    lines = (line.split("\t") for line in demo.winlab("keys").splitlines())
    secrets = {name: key for name, kind, key in lines if kind in ("csvlk", "mak", "retail")}
    demo.log.clear()
    return secrets


def _vars_file(demo: Lab, **values: str) -> str:
    path = demo.work / "secrets.yml"
    path.write_text("".join(f"{name}: {value!r}\n" for name, value in values.items()))
    return f"@{path}"


def _playbook(demo: Lab, name: str, tasks: str) -> str:
    path = demo.work / name
    path.write_text(f"- hosts: {HOST}\n  gather_facts: false\n  tasks:\n{tasks}")
    return str(path)


def test_secrets_stay_secret(demo: Lab, keys: dict[str, str]) -> None:
    mak = next(key for name, key in keys.items() if name.startswith("mak") and "2012r2" in name)
    host_key = keys["csvlk_2012r2"]
    secrets = {"mak": mak, "host_key": host_key, "mistyped": mak[:-1], "nobodys": "BCDFG-HJKMP-QRTVW-XY234-6789B"}
    # Typed where it should not be, on the task's own line, which newer releases of ansible-core print with an error.
    typed = "BCDFG-HJKMP-QRTVW-XY235-79BCD"
    extra = ["-e", _vars_file(demo, **secrets), "-vvvvv", "--diff"]
    env = {"ANSIBLE_LOG_PATH": str(demo.work / "ansible.log"), "ANSIBLE_CACHE_PLUGIN": "jsonfile"}
    env["ANSIBLE_CACHE_PLUGIN_CONNECTION"] = str(demo.work / "cache")
    demo.environment.update(env)

    ran = []
    for arguments in (
        "key={{ mak }}",
        "key={{ mistyped }}",
        "key={{ nobodys }}",
        "key={{ host_key }}",
        "key={{ host_key }} allow_kms_host_key=true",
        "key={{ host_key }} product=no-such-product",
        "key=gvlk",
    ):
        for check in ([], ["--check"]):
            ran.append(demo.ansible(HOST, "product_key", arguments, *extra, *check))
    ran.append(demo.ansible(HOST, "license", "allow_kms_host_key=true", *extra))
    ran.append(demo.ansible(HOST, "cim_query", "query='SELECT * FROM SoftwareLicensingService'", *extra))
    for module in ("license_info", "connection_info"):
        ran.append(demo.ansible(HOST, module, "", *extra))
        ran.append(demo.ansible(HOST, module, "", *extra, "-e", f"ansible_password={PASSWORD}x"))
    tasks = (
        "    - winfleet.activation.product_key:\n"
        '        key: "{{ host_key }}"\n'
        "      register: result\n"
        "      ignore_errors: true\n"
        "    - ansible.builtin.debug:\n"
        "        var: result\n"
        "    - ansible.builtin.set_fact:\n"
        '        remembered: "{{ result }}"\n'
        "        cacheable: true\n"
    )
    ran.append(demo.playbook(_playbook(demo, "secret.yml", tasks), None, *extra))

    on_the_line = f"    - winfleet.activation.product_key: {{key: {typed}}}\n      ignore_errors: true\n"
    ran.append(demo.playbook(_playbook(demo, "typed.yml", on_the_line), None, *extra))
    secrets |= {"typed": typed, "firmware": FIRMWARE_KEY}
    answered = next(run for run in ran if "OA3xOriginalProductKey" in run.output)
    assert FIRMWARE_KEY[-5:] in answered.output, "the machine must have sent its key, or there would be nothing to mask"

    # The runs must have got as far as the machine, or there would be nothing to leak.
    methods = [event["method"] for event in demo.events(HOST, "invoke")]
    assert methods.count("InstallProductKey") >= 5
    assert "Activate" in methods

    searched = 0
    for text in _everything(demo):
        searched += 1
        for name, key in secrets.items():
            assert key not in text, name
            assert key.replace("-", "") not in text, name
        assert PASSWORD not in text
    assert searched > len(ran)


def _everything(demo: Lab) -> list[str]:
    """What was printed, less the command lines, and every file that was left behind, less the inputs."""
    printed = [entry.split("\n", 1)[1] for entry in demo.log]
    printed += [demo.winlab("state", HOST), demo.winlab("events", HOST)]
    inputs = {"secrets.yml", "inventory.yml", "typed.yml"}
    for folder, _folders, names in os.walk(demo.work):
        paths = (Path(folder, name) for name in names if name not in inputs)
        printed += [path.read_text(errors="replace") for path in paths if path.is_file()]
    return printed
