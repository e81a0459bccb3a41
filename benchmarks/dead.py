# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.dead`: reading a fleet of which a tenth, and a fifth, does not answer, beside one without.

The normal case for desktops. A dead host takes no connection and refuses none, as one that is switched off: its place
is taken until the time to connect is over. The library reads, without Ansible; wall times of one run may be compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

from .bench import Bench
from .cases import Case
from .places import PASSWORD, USER, import_collection

SHARES = (0, 10, 20)
_WAITING = 4


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """A port whose queue is full: the system drops what comes, as nobody would answer."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _unused in range(_WAITING):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        yield server.getsockname()[1]


def read(hosts: int, share: int, alive: tuple[str, int], dead: tuple[str, int], options: Any) -> dict[str, Any]:
    """One pass. Raises SystemExit where a host that answers was not read, or a dead one was."""
    from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import fleet
    from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret

    def endpoint(number: int) -> Endpoint:
        address, port = dead if number % 100 < share else alive
        timeouts = {"connect_timeout": options.connect_timeout}
        account: dict[str, Any] = {"username": USER, "password": Secret(PASSWORD)}
        return Endpoint(inventory_name=f"pc{number:05d}", host=address, port=port, scheme="http", **account, **timeouts)

    rows: list[Any] = []
    began = time.monotonic()
    bounds = fleet.Bounds(in_flight=options.in_flight, host_timeout=120)
    fleet.survey((endpoint(number) for number in range(hosts)), bounds, rows.append)
    failed = sum(isinstance(row.outcome, Exception) for row in rows)
    expected = sum(number % 100 < share for number in range(hosts))
    if (len(rows), failed) != (hosts, expected):
        raise SystemExit(f"benchmarks: {failed} of {len(rows)} hosts were not read, which should be {expected}")
    return {"dead_percent": share, "hosts": hosts, "seconds": round(time.monotonic() - began, 1)}


def main() -> int:
    """Measure and print, a line of JSON for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dead", description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument("--in-flight", type=int, default=256, help="hosts at a time (default: %(default)s)")
    parser.add_argument("--connect-timeout", type=int, default=10, help="seconds (default: %(default)s)")
    parser.add_argument("--network", default="127.76.0.0/16", help="loopback network (default: %(default)s)")
    options = parser.parse_args()
    import_collection()
    bench = Bench(options.network, 1)
    with bench.serving(Case("scanner", options.hosts)) as alive, silent_port() as port:
        read(min(200, options.hosts), 0, alive, ("127.0.0.1", port), options)
        for share in SHARES:
            print(json.dumps(read(options.hosts, share, alive, ("127.0.0.1", port), options)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
