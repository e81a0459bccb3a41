# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m winlab`: the commands against a lab that really runs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.update
import pytest
import yaml

from winlab.activation import confirmation_id
from winlab.cli import main
from winlab.windows.lab_keys import key_ring

_LAB = Path(__file__).resolve().parents[2] / "lab"


class Commands:
    """Runs commands against one runtime directory."""

    def __init__(self, directory: Path) -> None:
        self.environment = {**os.environ, "PYTHONPATH": str(_LAB), "WINLAB_RUNTIME": str(directory / "run")}
        self.inventory = directory / "inventory.yml"
        self.running: list[subprocess.Popen[str]] = []

    def up(self, scenario: str, network: str, *options: str) -> subprocess.Popen[str]:
        """Start a lab and wait until it is ready."""
        command = ["up", scenario, "--inventory", str(self.inventory), "--network", network, *options]
        process = subprocess.Popen(self._line(*command), env=self.environment, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert "machines ready" in ready, ready
        return process

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return subprocess.run(
            self._line(*words), env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def stop(self) -> None:
        """End what still runs."""
        for process in self.running:
            process.kill()
            process.communicate()

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "winlab", *words]


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Commands]:
    found = Commands(tmp_path)
    yield found
    found.stop()


def test_a_lab_from_up_to_sigterm(commands: Commands) -> None:
    process = commands.up("demo", "127.149.1.0/24")
    hosts = yaml.safe_load(commands.inventory.read_text())["all"]["children"]["windows"]["hosts"]
    address = hosts["srv2008r2-01"]["ansible_host"]
    with socket.create_connection((address, 5985), timeout=5):
        pass
    with (
        pytest.raises(OSError, match="refused"),
        socket.create_connection((hosts["srv2012-off"]["ansible_host"], 5985)),
    ):
        pass

    state = json.loads(commands.run("state", address).stdout)
    assert state["name"] == "srv2008r2-01"
    assert state["kms_host"]["enabled"] is True
    before = state["clock"]["lab"]
    assert commands.run("advance", "1d").returncode == 0
    assert json.loads(commands.run("state", "srv2008r2-01").stdout)["clock"]["lab"] > before
    events = [json.loads(line) for line in commands.run("events", "--kind", "published").stdout.splitlines()]
    assert {event["machine"] for event in events} == {"kms01", "srv2008-01", "srv2008r2-01", "srv2019-01"}
    assert commands.run("withdraw", "corp.example", "srv2019-01.corp.example").returncode == 0
    assert len(commands.run("records").stdout.splitlines()) == 3

    unknown = commands.run("state", "nobody")
    assert unknown.returncode == 1
    assert "no machine 'nobody'" in unknown.stderr
    assert commands.run("advance", "soon").returncode == 1

    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert "no lab is running" in commands.run("state", "kms01").stderr


def test_two_labs_and_a_stale_socket(commands: Commands) -> None:
    first = commands.up("demo", "127.149.2.0/24")
    commands.up("generations", "127.149.3.0/24")
    ambiguous = commands.run("state", "kms01")
    assert ambiguous.returncode == 1
    assert "several labs have a machine 'kms01'" in ambiguous.stderr
    assert json.loads(commands.run("state", "kms01", "--lab", "demo").stdout)["os"]["release"] == "server2022"
    assert json.loads(commands.run("state", "vista-01", "--lab", "generations").stdout)["os"]["edition"] == "enterprise"
    assert "choose one with --lab" in commands.run("advance", "1h").stderr

    first.kill()
    first.wait()
    assert json.loads(commands.run("state", "kms01").stdout)["os"]["release"] == "server2025"
    assert len(list((Path(commands.environment["WINLAB_RUNTIME"])).glob("*.sock"))) == 1


def test_an_address_in_use_is_one_clear_line(commands: Commands) -> None:
    commands.up("demo", "127.149.4.0/24")
    again = commands.run("up", "demo", "--inventory", str(commands.inventory) + "2", "--network", "127.149.4.0/24")
    assert again.returncode == 1
    assert "cannot listen on 127.149.4.1:5985" in again.stderr
    assert "Traceback" not in again.stderr


def test_the_name_server_of_the_demo(commands: Commands) -> None:
    commands.up("demo", "127.81.1.0/24")
    place = yaml.safe_load(commands.inventory.read_text())["all"]["vars"]["winlab_dns"]
    assert place == {"server": "127.81.1.254", "port": 5300, "zones": ["corp.example"]}
    owner = "_vlmcs._tcp.corp.example"
    query = dns.message.make_query(owner, "SRV")
    answer = dns.query.udp(query, place["server"], timeout=5, port=place["port"])
    assert len(answer.answer[0]) == 4

    update = dns.update.UpdateMessage("corp.example")
    update.delete(f"{owner}.", "SRV", "0 0 1688 srv2008-01.corp.example.")
    assert dns.query.tcp(update, place["server"], timeout=5, port=place["port"]).rcode() == dns.rcode.NOERROR
    records = [json.loads(line)["target"] for line in commands.run("records").stdout.splitlines()]
    assert records == [f"{name}.corp.example" for name in ("kms01", "srv2008r2-01", "srv2019-01")]
    (event,) = [json.loads(line) for line in commands.run("events", "--kind", "dns_update").stdout.splitlines()]
    assert event["changes"] == [f"delete {owner}. SRV 0 0 1688 srv2008-01.corp.example."]
    commands.run("advance", "25h")
    assert len(commands.run("records").stdout.splitlines()) == 4


def test_a_name_server_elsewhere(commands: Commands, tmp_path: Path) -> None:
    """The demo of one lab publishes on the name server of another, signed."""
    secret = "c2VjcmV0LW9mLXRoZS1sYWItb2YtMzItYnl0ZXMhISE="
    key = tmp_path / "lab.key"
    key.write_text(f'key "lab-key" {{ algorithm hmac-sha256; secret "{secret}"; }};')
    scenario = tmp_path / "names.yml"
    scenario.write_text(
        f"dns: {{serve: {{updates: signed, tsig: {{file: {key}}}}}}}\nmachines: [{{release: win10, name: bystander}}]\n"
    )
    commands.up(str(scenario), "127.81.2.0/24")
    commands.inventory = tmp_path / "second.yml"
    commands.up("demo", "127.81.3.0/24", "--dns", "127.81.2.254:5300", "--dns-key", str(key))

    place = yaml.safe_load(commands.inventory.read_text())["all"]["vars"]["winlab_dns"]
    assert (place["server"], place["key"]["name"]) == ("127.81.2.254", "lab-key")
    seen = [json.loads(line) for line in commands.run("records", "--lab", "names").stdout.splitlines()]
    assert {record["target"].partition(".")[0] for record in seen} == {
        "kms01",
        "srv2008-01",
        "srv2008r2-01",
        "srv2019-01",
    }
    address = dns.query.udp(dns.message.make_query("kms01.corp.example", "A"), "127.81.2.254", timeout=5, port=5300)
    assert str(address.answer[0][0]).startswith("127.81.3.")
    state = json.loads(commands.run("state", "kms01", "--lab", "demo").stdout)
    assert [record["target"] for record in state["srv_records"]] == ["kms01.corp.example"]
    assert commands.run("withdraw", "corp.example", "srv2019-01.corp.example", "--lab", "demo").returncode == 0
    assert len(commands.run("records", "--lab", "names").stdout.splitlines()) == 3

    commands.running[0].send_signal(signal.SIGTERM)
    commands.running[0].wait(10)
    gone = commands.run("records", "--lab", "demo")
    assert gone.returncode == 1
    assert "the name server did not do it: 0x800705B4" in gone.stderr
    assert json.loads(commands.run("state", "kms01", "--lab", "demo").stdout)["srv_records"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dns", "ns1.corp.example"], "given by address"),
        (["--dns", "127.0.0.1:dns"], "is not a name server"),
        (["--dns-key", "x"], "--dns-key belongs to --dns"),
        (["--dns", "127.0.0.1", "--dns-key", "/nowhere"], "cannot be read"),
    ],
)
def test_bad_name_servers(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert main(["up", "demo", "--inventory", "x", *words]) == 1
    assert message in capsys.readouterr().err


def test_commands_that_need_no_lab(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    assert "demo" in capsys.readouterr().out
    assert main(["keys", "csvlk_kms_c"]) == 0
    key = key_ring().named("csvlk_kms_c")
    assert key is not None
    assert capsys.readouterr().out.strip() == key.text
    assert main(["keys"]) == 0
    assert "mak_win7\tmak\t99999-" in capsys.readouterr().out
    assert main(["keys", "nope"]) == 1
    assert "no key 'nope'" in capsys.readouterr().err
    assert main(["confirmation-id", "123-456"]) == 0
    assert capsys.readouterr().out.strip() == confirmation_id("123456")
    assert main(["up", "nowhere", "--inventory", "x"]) == 1
    assert "built in are demo" in capsys.readouterr().err
