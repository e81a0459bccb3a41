# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the other commands reach a running lab: one socket a process in a directory of the user.

One JSON object a line: `{"command": …, …}` one way, `{"ok": true, "result": …}` or `{"ok": false, "error": …}` back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cim import CimError
from .clock import parse_duration
from .fleet import Fleet
from .machine import Machine
from .state import machine_state, record_state

_TIMEOUT = 600.0


class ControlError(Exception):
    """A lab cannot be found or refuses."""


class UnknownHost(ControlError):
    """This lab has no machine of that name."""


def runtime_directory() -> Path:
    """`$WINLAB_RUNTIME`, or a private directory below /tmp."""
    path = Path(os.environ.get("WINLAB_RUNTIME") or f"/tmp/winlab-{os.getuid()}")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
        raise ControlError(f"{path} belongs to somebody else or others may write to it; set WINLAB_RUNTIME")
    return path


class ControlServer:
    """Answers for one fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._path = runtime_directory() / f"{os.getpid()}.sock"
        self._server: asyncio.Server | None = None
        self._commands: dict[str, Callable[[dict[str, Any]], Any]] = {
            "ping": lambda _unused: {"scenario": fleet.name, "machines": len(fleet.machines)},
            "state": self._state,
            "events": self._events,
            "advance": self._advance,
            "records": self._records,
            "withdraw": self._withdraw,
        }

    async def start(self) -> None:
        """Open the socket."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self._path))

    async def stop(self) -> None:
        """Close and remove it."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            writer.write(json.dumps(self._answer(request)).encode() + b"\n")
            await writer.drain()
        except (ValueError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        action = self._commands.get(str(request.get("command")))
        if action is None:
            return {"ok": False, "error": f"no such command; known are {', '.join(self._commands)}"}
        self._fleet.settle()
        try:
            return {"ok": True, "result": action(request)}
        except UnknownHost as error:
            return {"ok": False, "error": str(error), "unknown_host": True}
        except (ControlError, ValueError) as error:
            return {"ok": False, "error": str(error)}
        except CimError as error:
            return {"ok": False, "error": f"the name server did not do it: 0x{error.hresult:08X}"}

    def _machine(self, name: str) -> Machine:
        machine = self._fleet.find(name)
        if machine is None:
            names = sorted(self._fleet.machines)
            shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
            raise UnknownHost(f"no machine {name!r} in the lab {self._fleet.name}; it has {shown}")
        return machine

    def _state(self, request: dict[str, Any]) -> dict[str, Any]:
        return machine_state(self._machine(str(request.get("host"))))

    def _events(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        host, kind = request.get("host"), request.get("kind")
        name = self._machine(host).name if host else None
        return [
            event
            for event in self._fleet.events
            if (name is None or event["machine"] == name) and (kind is None or event["kind"] == kind)
        ]

    def _advance(self, request: dict[str, Any]) -> dict[str, str]:
        self._fleet.advance(parse_duration(str(request.get("duration"))))
        return {"now": self._fleet.clock.now().isoformat(timespec="seconds")}

    def _records(self, _unused: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {**record_state(record), "refreshed": when.isoformat(timespec="seconds") if when else None}
            for record, when in self._fleet.zone.records()
        ]

    def _withdraw(self, request: dict[str, Any]) -> dict[str, bool]:
        domain, target = str(request.get("domain")), str(request.get("target"))
        return {"deleted": self._fleet.zone.withdraw(domain, target)}


def running_labs() -> list[Path]:
    """The sockets of labs that answer. Sockets nobody listens on any more are removed."""
    labs = []
    for path in sorted(runtime_directory().glob("*.sock")):
        try:
            _exchange(path, {"command": "ping"})
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        else:
            labs.append(path)
    return labs


def ask(lab: Path, request: dict[str, Any]) -> Any:
    """Put a request to one lab."""
    answer = _exchange(lab, request)
    if not answer["ok"]:
        raise (UnknownHost if answer.get("unknown_host") else ControlError)(answer["error"])
    return answer["result"]


def choose_lab(wanted: str | None = None) -> Path:
    """The one running lab, or the one named by process number or scenario."""
    labs = running_labs()
    if not labs:
        raise ControlError("no lab is running; start one with `python -m winlab up SCENARIO --inventory FILE`")
    if wanted is not None:
        labs = [lab for lab in labs if wanted in (lab.stem, ask(lab, {"command": "ping"})["scenario"])]
        if not labs:
            raise ControlError(f"no running lab is called {wanted}")
    if len(labs) > 1:
        raise ControlError(f"several labs are running: {_described(labs)}; choose one with --lab")
    return labs[0]


def lab_of(host: str, wanted: str | None = None) -> Path:
    """The lab that has a machine."""
    if wanted is not None or len(running_labs()) <= 1:
        return choose_lab(wanted)
    owners, complaints = [], []
    for lab in running_labs():
        try:
            ask(lab, {"command": "state", "host": host})
        except UnknownHost as error:
            complaints.append(str(error))
        else:
            owners.append(lab)
    if not owners:
        raise UnknownHost("; ".join(complaints))
    if len(owners) > 1:
        raise ControlError(f"several labs have a machine {host!r}: {_described(owners)}; choose one with --lab")
    return owners[0]


def _described(labs: list[Path]) -> str:
    return ", ".join(f"{lab.stem} ({ask(lab, {'command': 'ping'})['scenario']})" for lab in labs)


def _exchange(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_TIMEOUT)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as stream:
            line = stream.readline()
    if not line:
        raise ControlError(f"the lab behind {path} closed the connection")
    answer = json.loads(line)
    assert isinstance(answer, dict)
    return answer
