# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_probe as Ansible runs it: arguments in, JSON out."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.winfleet.activation.plugins.modules import kms_probe
from winlab import rpc

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the module once and returns its result."""

    def once(**arguments: Any) -> dict[str, Any]:
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        # ansible-core 2.19 and later want to know how the arguments were written.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            kms_probe.main()
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return once


def kms_port(address: str) -> int:
    """A port that accepts the bind, once."""
    listener = socket.create_server((address, 0))

    def serve() -> None:
        with listener:
            connection, _peer = listener.accept()
            with connection:
                connection.sendall(rpc.answer(connection.recv(4096)) or b"")

    threading.Thread(target=serve, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def closed_port(address: str) -> int:
    with socket.create_server((address, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_one_host_is_enough(run: Run) -> None:
    port = kms_port("127.80.8.1")
    result = run(hosts="127.80.8.1", port=port)
    assert (result["changed"], result["all_answer"]) == (False, True)
    (one,) = result["results"]
    assert (one["host"], one["port"], one["address"]) == ("127.80.8.1", port, "127.80.8.1")
    assert (one["reachable"], one["answers_as_kms"], one["rejected"]) == (True, True, False)
    assert one["milliseconds"] < 5000


def test_ports_of_their_own_and_a_host_that_does_not_answer(run: Run) -> None:
    first, second, closed = kms_port("127.80.8.1"), kms_port("127.80.8.2"), closed_port("127.80.8.3")
    hosts = [f"127.80.8.1:{first}", f"127.80.8.2:{second}", f"127.80.8.3:{closed}"]
    result = run(hosts=hosts, timeout=2, at_once=2, _ansible_check_mode=True)
    assert [one["answers_as_kms"] for one in result["results"]] == [True, True, False]
    assert [one["host"] for one in result["results"]] == hosts, "cross_check finds its answer by what was asked"
    assert not result["all_answer"]
    assert "failed" not in result
    assert f"port {closed} is closed" in result["results"][2]["reason"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kms01", ("kms01", 1688)),
        ("kms01.corp.example:1700", ("kms01.corp.example", 1700)),
        ("192.0.2.1", ("192.0.2.1", 1688)),
        ("2001:db8::1", ("2001:db8::1", 1688)),
        ("[2001:db8::1]", ("2001:db8::1", 1688)),
        ("[2001:db8::1]:1700", ("2001:db8::1", 1700)),
    ],
)
def test_targets(monkeypatch: pytest.MonkeyPatch, run: Run, text: str, expected: tuple[str, int]) -> None:
    asked: list[tuple[str, int]] = []

    def note(targets: list[tuple[str, int]], timeout: float, at_once: int) -> list[dict[str, Any]]:
        asked.extend(targets)
        return [{"answers_as_kms": True}]

    monkeypatch.setattr(kms_probe._kms_rpc, "probe_all", note)
    run(hosts=[text])
    assert asked == [expected]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"hosts": []}, "hosts is empty"),
        ({"hosts": ["kms01:70000"]}, "between 1 and 65535"),
        ({"hosts": ["kms01:"]}, "'kms01:'"),
        ({"hosts": [""]}, "hosts:"),
        ({"hosts": ["a"], "port": 0}, "port is 0"),
        ({"hosts": ["a"], "timeout": 0}, "timeout is 0"),
        ({"hosts": ["a"], "at_once": 5000}, "at_once is 5000; it must be between 1 and 256"),
        ({}, "hosts"),
    ],
)
def test_bad_arguments(run: Run, arguments: dict[str, Any], words: str) -> None:
    result = run(**arguments)
    assert result["failed"]
    assert words in result["msg"]
