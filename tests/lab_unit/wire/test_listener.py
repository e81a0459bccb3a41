# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many machines in one process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from winlab.host import Account
from winlab.listener import Listener, ListenError

from .client import Pywinrm, items_of, query
from .workshop import FakeHost, Workshop


def test_many_machines_cost_no_threads(workshop: Workshop) -> None:
    hosts = [workshop.make(accounts=[Account("Administrator", f"Pass-{n}")]) for n in range(200)]
    threads = threading.active_count()
    workshop.listen(*hosts)
    assert threading.active_count() == threads

    def visit(host: FakeHost) -> int:
        with Pywinrm(host, host.winrm.accounts[0]) as client:
            return len(items_of(client.send(query("SELECT * FROM Lab_House"))))

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(visit, hosts[:60])) == [1] * 60
    assert all(host.kinds() == ["enumerate"] for host in hosts[:60])
    assert all(host.log == [] for host in hosts[60:])


def test_address_in_use(workshop: Workshop) -> None:
    host = workshop.machine()
    with pytest.raises(ListenError, match=rf"{host.name}: cannot listen on {host.address}:15985"):
        workshop.run(Listener([host]).start())


def test_stop_frees_the_address_and_ends_connections(workshop: Workshop) -> None:
    host = workshop.make()
    listener = Listener([host])
    workshop.run(listener.start())
    with Pywinrm(host) as client:
        client.send(query("SELECT * FROM Lab_House"))
        workshop.run(listener.stop())
        workshop.listen(host)
    with Pywinrm(host) as client:
        assert items_of(client.send(query("SELECT * FROM Lab_House")))
