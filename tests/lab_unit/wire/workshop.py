# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invented CIM provider, and machines with it that listen in a thread of their own."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from winlab.cim import (
    WBEM_E_ACCESS_DENIED,
    WBEM_E_NOT_FOUND,
    CimError,
    CimObject,
    ClassDef,
    MethodDef,
)
from winlab.host import Account, WinrmProfile
from winlab.listener import Listener

NAMESPACE = "root/cimv2"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
ADMINISTRATOR = Account("Administrator", "Lab.Pass-1")
HTTP_PORT = 15985
HTTPS_PORT = 15986

LAMP = ClassDef(
    "Lab_Lamp",
    NAMESPACE,
    {
        "Name": "string",
        "Room": "string",
        "Lit": "boolean",
        "Watts": "uint32",
        "Bought": "datetime",
        "Tags": "string[]",
        "aliasName": "string",
    },
    keys=("Name",),
    methods={
        "Switch": MethodDef("Switch", {"On": "boolean", "Steps": "uint32[]"}, {"Before": "boolean"}),
        "InstallProductKey": MethodDef("InstallProductKey", {"ProductKey": "string"}),
        "Dim": MethodDef("Dim", {"Seconds": "real32"}),
        "Forget": MethodDef("Forget", returns=False),
        "Average": MethodDef("Average", {}, {"Watts": "uint32", "Names": "string[]"}, static=True),
    },
)
SPOTLIGHT = ClassDef("Lab_Spotlight", NAMESPACE, {"Angle": "uint16"}, superclass="Lab_Lamp")
HOUSE = ClassDef("Lab_House", NAMESPACE, {"Owner": "string", "Note": "string"}, keys=("Owner",), singleton=True)
BRICK = ClassDef("Lab_Brick", NAMESPACE, {"Number": "uint32", "Text": "string"}, keys=("Number",))


class FakeCim:
    """Lamps in a house, and as many bricks as wanted."""

    def __init__(self, bricks: int = 0, brick_size: int = 10) -> None:
        self.classes = {one.name.lower(): one for one in (LAMP, SPOTLIGHT, HOUSE, BRICK)}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.houses = [CimObject("Lab_House", {"Owner": "A & B", "Note": ""})]
        self.bricks = [CimObject("Lab_Brick", {"Number": number, "Text": "x" * brick_size}) for number in range(bricks)]
        bought = datetime(2024, 3, 1, 12, 30, 5, 120000, tzinfo=timezone.utc)
        self.lamps = [
            CimObject(
                "Lab_Lamp",
                {
                    "Name": "desk",
                    "Room": "Study",
                    "Lit": True,
                    "Watts": 40,
                    "Bought": bought,
                    "Tags": ["one"],
                    "aliasName": "",
                },
            ),
            CimObject("Lab_Lamp", {"Name": "hall", "Room": None, "Lit": False, "Watts": 60, "Tags": ["a", "b"]}),
            CimObject("Lab_Spotlight", {"Name": "stage", "Room": "study", "Lit": False, "Watts": 4000, "Angle": 15}),
        ]

    def class_def(self, namespace: str, name: str) -> ClassDef | None:
        return self.classes.get(name.lower()) if namespace.lower() == NAMESPACE else None

    def instances(self, namespace: str, class_name: str) -> list[CimObject]:
        assert namespace == NAMESPACE
        return {
            "lab_lamp": self.lamps,
            "lab_spotlight": self.lamps[2:],
            "lab_house": self.houses,
            "lab_brick": self.bricks,
        }[class_name.lower()]

    def get(self, namespace: str, class_name: str, keys: dict[str, str]) -> CimObject:
        for one in self.instances(namespace, class_name):
            if all(str(one.values[name]).lower() == value.lower() for name, value in keys.items()):
                return one
        raise CimError(WBEM_E_NOT_FOUND)

    def put(self, namespace: str, class_name: str, keys: dict[str, str], values: Mapping[str, Any]) -> CimObject:
        if values.get("Room") == "forbidden":
            raise CimError(WBEM_E_ACCESS_DENIED)
        one = self.get(namespace, class_name, keys)
        one.values.update(values)
        return one

    async def invoke(
        self,
        namespace: str,
        class_name: str,
        keys: dict[str, str] | None,
        method: str,
        arguments: dict[str, str | list[str] | None],
    ) -> dict[str, Any]:
        self.calls.append((method, {"keys": keys, **arguments}))
        if method == "Average":
            return {"ReturnValue": 0, "Watts": 50, "Names": ["desk", "hall"]}
        if method == "Forget":
            return {}
        one = self.get(namespace, class_name, keys or {})
        if method == "Switch":
            before, one.values["Lit"] = one.values["Lit"], arguments.get("On") == "true"
            return {"ReturnValue": 0, "Before": before}
        if method == "Dim":
            await asyncio.sleep(float(str(arguments["Seconds"])))
            one.values["Watts"] = 1
            return {"ReturnValue": 0}
        raise CimError(0xC004F050, "the key is not valid")


class FakeHost:
    """A machine with the fake provider that keeps its log."""

    def __init__(self, name: str, address: str, winrm: WinrmProfile, cim: FakeCim) -> None:
        self.name = name
        self.address = address
        self.winrm = winrm
        self.cim = cim
        self.log: list[dict[str, Any]] = []

    def record(self, kind: str, **data: object) -> None:
        self.log.append({"kind": kind, **data})

    @property
    def url(self) -> str:
        return f"http://{self.address}:{HTTP_PORT}/wsman"

    @property
    def secure_url(self) -> str:
        return f"https://{self.address}:{HTTPS_PORT}/wsman"

    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.log]

    def last(self, kind: str) -> dict[str, Any]:
        return next(entry for entry in reversed(self.log) if entry["kind"] == kind)


class Workshop:
    """Runs listeners in the event loop of a thread, for the blocking clients of the tests."""

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listeners: list[Listener] = []
        self._folder = TemporaryDirectory()
        self.ca_path = Path(self._folder.name) / "ca.pem"

    def __enter__(self) -> Workshop:
        self._thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        for listener in self._listeners:
            self.run(listener.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._folder.cleanup()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=300)

    def machine(
        self, *, cim: FakeCim | None = None, accounts: Iterable[Account] = (ADMINISTRATOR,), **settings: Any
    ) -> FakeHost:
        """A new machine that listens."""
        host = self.make(cim=cim, accounts=accounts, **settings)
        self.listen(host)
        return host

    def make(
        self, *, cim: FakeCim | None = None, accounts: Iterable[Account] = (ADMINISTRATOR,), **settings: Any
    ) -> FakeHost:
        """A new machine that does not listen yet."""
        number = next(self._numbers)
        worker = os.getpid() % 200
        address = f"127.{90 + number // 250 % 100}.{worker}.{number % 250 + 1}"
        profile = WinrmProfile(accounts=list(accounts), http_port=HTTP_PORT, https_port=HTTPS_PORT, **settings)
        return FakeHost(f"LAB{number:03d}", address, profile, cim or FakeCim())

    def listen(self, *hosts: FakeHost) -> Listener:
        listener = Listener(hosts)
        self.run(listener.start())
        self._listeners.append(listener)
        self.authority = listener.authority
        self.ca_path.write_bytes(self.authority.certificate_pem)
        return listener
