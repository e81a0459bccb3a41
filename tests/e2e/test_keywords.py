# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one host has is for that host only.

Kind: a value that ansible-core resolved for the task's own host is taken for one of the play, and travels to other
hosts (ansible/ansible#13561, #34259, #10661).
"""

from __future__ import annotations

import base64
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import BIN, REPOSITORY

SECRET = "Of-The-First-Host-1"
TYPED = "Typed-For-All-1"


class Listener:
    """Speaks enough HTTP to be signed in to by Basic, and remembers the passwords it was shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        shown = self.shown

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kind, _space, token = (self.headers.get("Authorization") or "").partition(" ")
                if kind == "Basic":
                    shown.append(base64.b64decode(token).decode("latin-1"))
                self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.close()


def fleet_info(
    tmp_path: Path, listener: Listener, first: dict[str, Any], *options: str, task: str = ""
) -> dict[str, Any]:
    """What fleet_info says of ``first``, which has connection variables, and of ``stranger``, which has few."""
    common = {"ansible_host": "127.0.0.1", "ansible_port": listener.port, "ansible_winrm_scheme": "http"}
    basic = {"ansible_winrm_transport": "basic"}
    hosts = {"first": {**common, **basic, **first}, "stranger": {**common, **basic, "ansible_user": "someone"}}
    inventory, play, result = tmp_path / "inventory.yml", tmp_path / "play.yml", tmp_path / "result.json"
    inventory.write_text(yaml.safe_dump({"all": {"children": {"windows": {"hosts": hosts}}}}))
    play.write_text(
        f"""
- hosts: windows
  gather_facts: false
  tasks:
    - winfleet.activation.fleet_info: {{host_timeout: 20}}
      run_once: true
      register: fleet
      {task}
    - ansible.builtin.copy: {{content: "{{{{ fleet | to_json }}}}", dest: "{result}", mode: "0600"}}
      run_once: true
      delegate_to: localhost
      vars: {{ansible_connection: local, ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"}}
"""
    )
    command = [str(BIN / "ansible-playbook"), "-i", str(inventory), str(play), *options]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text())["hosts"]
    return found


WINRM = {"ansible_connection": "winrm"}


@pytest.mark.parametrize("task", ["", "delegate_to: localhost", "delegate_to: first"])
@pytest.mark.parametrize("variable", ["ansible_password", "ansible_winrm_password", "ansible_ssh_pass"])
def test_a_password_is_for_its_own_host(tmp_path: Path, listener: Listener, task: str, variable: str) -> None:
    first = {**WINRM, "ansible_user": "first", variable: SECRET}
    found = fleet_info(tmp_path, listener, first, "-c", "winrm", task=task)
    assert f"someone:{SECRET}" not in listener.shown
    assert "ansible_password is not set" in found["stranger"]["msg"]


def test_a_typed_password_is_for_all(tmp_path: Path, listener: Listener) -> None:
    typed = tmp_path / "password"
    typed.write_text(TYPED)
    options = ("--connection-password-file", str(typed), "-c", "winrm")
    fleet_info(tmp_path, listener, {"ansible_user": "first"}, *options, task="delegate_to: localhost")
    assert sorted(listener.shown) == [f"first:{TYPED}", f"someone:{TYPED}"]


@pytest.mark.parametrize("task", ["", "delegate_to: localhost"])
def test_the_kind_of_connection_is_not_handed_on(tmp_path: Path, listener: Listener, task: str) -> None:
    found = fleet_info(tmp_path, listener, {**WINRM, "ansible_user": "first", "ansible_password": SECRET}, task=task)
    assert "sets no ansible_connection, so the connection is ssh" in found["stranger"]["msg"]


def test_the_names_of_ssh_mean_the_same_as_for_one_host(tmp_path: Path, listener: Listener) -> None:
    """ansible_ssh_pass sets the password of a winrm connection (ansible/ansible#16118), for its own host."""
    first = {**WINRM, "ansible_user": "first", "ansible_ssh_pass": SECRET}
    fleet_info(tmp_path, listener, first, "-c", "winrm", task="delegate_to: localhost")
    assert listener.shown == [f"first:{SECRET}"]
