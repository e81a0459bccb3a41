# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who are compared, each in a process of its own: `python -m benchmarks.contender NAME SPEC`.

``scanner``   the fleet operation with the results of ``fleet_info``, without Ansible
``threads``   the same reading over pywinrm, in a pool of threads
``floor``     as many bytes in as many round trips over asyncio streams; no sign-in, no seal, nothing built or parsed
``sealed``    the same, signed in and sealed by pyspnego: less is not to be had with that library
``pair``      ``scanner`` in two processes that share guard and result
``repair``    the fleet operation with the results of ``fleet_repair``, without Ansible
"""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .places import APPROVED, PASSWORD, USER, WARM_UP, import_collection

_THREADS = 32
_PAIR = 2


def _endpoints(spec: dict[str, Any]) -> list[Any]:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret

    addresses = spec["addresses"]
    return [
        Endpoint(
            inventory_name=f"host{number:05d}",
            host=addresses[number % len(addresses)],
            port=spec["port"],
            scheme="http",
            username=USER,
            password=Secret(PASSWORD),
        )
        for number in range(spec["first"], spec["first"] + spec["hosts"])
    ]


def scanner(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.license import license_result
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy

    policy = Policy.parse([APPROVED])
    results: dict[str, Any] = {}

    def on_row(row: fleet.Row) -> None:
        if isinstance(row.outcome, Exception):
            raise row.outcome
        results[row.name] = license_result(row.outcome, policy, row.name, row.endpoint.host)

    def run() -> dict[str, Any]:
        fleet.survey(_endpoints(spec), fleet.Bounds(in_flight=spec["in_flight"]), on_row)
        return {"read": len(results)}

    return run


def pair(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.hosts import FleetHosts
    from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.fleet.reading import AuditRequest, Reading
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.fleet import Bounds
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policies import Policies
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy

    endpoints: dict[str, Any] = {}

    class Hosts(FleetHosts):
        """Of which no inventory knows."""

        def endpoints(self, hosts: Any) -> Any:
            return map(endpoints.__getitem__, hosts)

    def run() -> dict[str, Any]:
        connections: Any = None
        hosts = Hosts(connections, lambda _name, _result: None, print)
        endpoints.update((one.inventory_name, one) for one in _endpoints(spec))
        names = tuple(endpoints)
        request = AuditRequest(names, Policies(Policy.parse([APPROVED])), Bounds(in_flight=spec["in_flight"]))
        Reading(request, hosts, lambda _machine: None).read(names, _PAIR)
        return {"read": sum("license" in result for result in hosts.results.values())}

    return run


def repair(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results.repair import repair_result
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet, fleet_repair
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.repair import RepairRequest
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.policy import Policy
    from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.repair import Wishes

    policy, wishes = Policy.parse([APPROVED]), Wishes(served=True)
    results: dict[str, Any] = {}

    class Client:
        """Wants all of it, and objects to nothing."""

        def request(self, endpoint: Any) -> Any:
            return RepairRequest(policy, endpoint.inventory_name, endpoint.host, wishes)

        def planned(self, row: Any) -> None:
            results[row.name] = repair_result(_good(row.outcome).report(check=True))

        def replan(self) -> Any:
            return ()

        def allow(self, due: Any) -> None:
            if len(due) != spec["hosts"]:
                raise SystemExit(f"benchmarks: {len(due)} of {spec['hosts']} machines are to be repaired")
            results.clear()

        async def note(self, endpoint: Any, note: Any) -> None:
            pass

        def repaired(self, row: Any) -> None:
            results[row.name] = repair_result(_good(row.outcome))

        def abandoned(self) -> bool:
            return False

    def run() -> dict[str, Any]:
        order = fleet_repair.Order(fleet.Bounds(in_flight=spec["in_flight"]))
        fleet_repair.repair_fleet(_endpoints(spec), order, Client())
        return {"read": len(results)}

    return run


def _good(outcome: Any) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def threads(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import audit
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session, context_for

    def one(endpoint: Any) -> str:
        with Session(PywinrmPipe(endpoint), context_for(endpoint), endpoint.label) as session:
            return audit(session).role.role.value

    def run() -> dict[str, Any]:
        # More threads only help where there is something to wait for.
        workers = spec["in_flight"] if spec["latency"] else _THREADS
        with ThreadPoolExecutor(workers) as pool:
            return {"read": len(list(pool.map(one, _endpoints(spec))))}

    return run


def _questions(spec: dict[str, Any]) -> list[bytes]:
    return [f"<MessageID>uuid:x</MessageID>FROM {name} ".encode().ljust(1700) for name in spec["replies"]]


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes, header: bytes = b"") -> Any:
    writer.write(b"POST /wsman HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (header, len(body), body))
    head = await reader.readuntil(b"\r\n\r\n")
    return head, await reader.readexactly(int(head.rsplit(b":", 1)[1]))


def floor(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    questions = _questions(spec)
    # One more round trip: the sign-in, whose last token travels with the first question.
    questions += questions[:1]

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for question in questions:
            await _answer(reader, writer, question)

    return _over_streams(spec, read)


def sealed(spec: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    import spnego
    from spnego._ntlm_raw.crypto import ntowfv1

    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import sealing

    questions = _questions(spec)
    account = spnego.NTLMHash(USER, nt_hash=ntowfv1(PASSWORD).hex())

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        context = spnego.client(
            account, protocol="ntlm", service="HTTP", options=spnego.NegotiateOptions.wrapping_winrm
        )
        token = b"Negotiate " + base64.b64encode(context.step() or b"")
        head, _nothing = await _answer(reader, writer, b"", b"Authorization: %s\r\n" % token)
        challenge = base64.b64decode(head.partition(b"Negotiate ")[2].partition(b"\r\n")[0])
        header = b"Authorization: Negotiate %s\r\n" % base64.b64encode(context.step(challenge) or b"")
        for question in questions:
            _head, body = await _answer(reader, writer, sealing.seal(context, question), header)
            sealing.opened(context, body)
            header = b""

    return _over_streams(spec, read)


def _over_streams(
    spec: dict[str, Any], read: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> Callable[[], dict[str, Any]]:
    gate = asyncio.Semaphore(spec["in_flight"])

    async def one(address: str) -> None:
        async with gate:
            reader, writer = await asyncio.open_connection(address, spec["port"])
            await read(reader, writer)
            writer.transport.abort()

    async def all_of_them() -> None:
        addresses = spec["addresses"]
        await asyncio.gather(*(one(addresses[number % len(addresses)]) for number in range(spec["hosts"])))

    def run() -> dict[str, Any]:
        asyncio.run(all_of_them())
        return {"read": spec["hosts"]}

    return run


CONTENDERS = {"scanner": scanner, "pair": pair, "threads": threads, "floor": floor, "sealed": sealed, "repair": repair}


def measure(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Run one contender, with a few other hosts first so that nobody pays for imports and first-time set-up.

    Memory counts from the imports on, those few hosts included.
    """
    few = {**spec, "hosts": min(WARM_UP, spec["hosts"]), "first": spec["hosts"]}
    warm_up, run = CONTENDERS[name](few), CONTENDERS[name](spec)
    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    warm_up()
    before, began = _cpu(), time.monotonic()
    outcome = run()
    seconds, cpu = time.monotonic() - began, _cpu() - before
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": seconds, "cpu": cpu, "memory_mb": (after.ru_maxrss - imported) / 1024, **outcome}


def _cpu() -> float:
    """Of this process and of those that it has begun and that have ended."""
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    import_collection()
    print(json.dumps(measure(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()))))
