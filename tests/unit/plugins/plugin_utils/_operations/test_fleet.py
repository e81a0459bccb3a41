# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many machines at once: every one a row, none at the expense of another, and no longer than allowed."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._operations import descriptors, fleet
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.audit import Audit
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.errors import OutOfTime
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import (
    NotAuthenticated,
    SignInWithheld,
    TimedOut,
    TransportUnusable,
    Unexpected,
    Unreachable,
)
from tests.surroundings import without_surroundings

from ..served_fleet import refusals_of, served

SCENARIO = """
name: fleet
domain: corp.example
accounts:
  - {user: fleetadmin}
  - {user: labadmin, local: true}
machines:
  - {name: good, release: win10, activated: true, count: 12}
  - {name: old, release: vista, edition: business, activated: true, winrm: {stack: "1.1"}}
  - {name: rogue, release: server2019, key: csvlk_2025, activated: true}
  - {name: hole, release: win10, network: blackhole, count: 2}
  - {name: gone, release: win10, network: down}
  - {name: silent, release: win10, mischief: [{trick: silent, times: null}]}
"""


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and certificate bundles of the surroundings stay outside."""
    without_surroundings(monkeypatch)


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    with served(SCENARIO, tmp_path_factory.mktemp("scenario"), 78) as machines:
        yield {machine.name: _endpoint(machine.name, machine.address) for machine in machines}


@pytest.fixture
def refusals(endpoints: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Machines that were shown a wrong password, as they themselves have noted it."""
    return refusals_of(monkeypatch)


def _endpoint(name: str, address: str, **changes: Any) -> Endpoint:
    fields: dict[str, Any] = {
        "inventory_name": name,
        "host": address,
        "port": 5985,
        "scheme": "http",
        "username": "CORP\\fleetadmin",
        "password": Secret("Lab-Passw0rd!"),
    }
    return Endpoint(**{**fields, **changes})


def read(endpoints: Iterable[Endpoint], **bounds: Any) -> dict[str, fleet.Row]:
    rows: list[fleet.Row] = []
    fleet.survey(iter(endpoints), fleet.Bounds(**bounds), rows.append)
    assert len({row.name for row in rows}) == len(rows), "a machine has two rows"
    return {row.name: row for row in rows}


def test_every_machine_is_a_row_with_its_reason(endpoints: dict[str, Endpoint]) -> None:
    began = time.monotonic()
    rows = read(list(endpoints.values()), host_timeout=10.0)
    assert set(rows) == set(endpoints)
    read_ones = [name for name, row in rows.items() if isinstance(row.outcome, Audit)]
    assert len(read_ones) == 14
    assert {name: type(rows[name].outcome) for name in set(endpoints) - set(read_ones)} == {
        "hole-01": TimedOut,
        "hole-02": TimedOut,
        "gone": Unreachable,
        "silent": TimedOut,
    }
    rogue = rows["rogue"].outcome
    assert isinstance(rogue, Audit)
    assert rogue.role.role.value == "kms_host"
    # The three that do not answer waited beside each other, not one after the other.
    took = time.monotonic() - began
    assert took < sum(rows[name].seconds for name in ("hole-01", "hole-02", "silent"))


class Enough(Exception):
    """All is seen that the test is about."""


def seconds_to_read(endpoints: dict[str, Endpoint]) -> float:
    """What the machines that answer take here and now: no limit in a test says more than that of any other machine."""
    began = time.monotonic()
    read([one for name, one in endpoints.items() if name.startswith("good")], host_timeout=120.0)
    return time.monotonic() - began


def test_slow_machines_keep_their_places_only(endpoints: dict[str, Endpoint]) -> None:
    """With as many places as slow machines plus one, all others go through that one."""
    # They take as long as they are let.
    slow = [
        replace(endpoints[name], read_timeout=300, connect_timeout=300) for name in ("hole-01", "hole-02", "silent")
    ]
    good = [one for name, one in endpoints.items() if name.startswith("good")]
    done: list[str] = []

    def see(row: fleet.Row) -> None:
        done.append(row.name)
        if len(done) == len(good):
            raise Enough

    with pytest.raises(Enough):
        fleet.survey([*slow, *good], fleet.Bounds(in_flight=4, host_timeout=300.0), see)
    assert sorted(done[: len(good)]) == sorted(one.inventory_name for one in good)


def test_deadline_ends_everything(endpoints: dict[str, Endpoint]) -> None:
    names = ("good-01", "hole-01", "silent", "good-02", "good-03")
    deadline = 2.0 + 5 * seconds_to_read(endpoints)
    began = time.monotonic()
    rows = read([endpoints[name] for name in names], in_flight=2, host_timeout=1000.0, deadline=deadline)
    assert time.monotonic() - began < 3 * deadline
    assert isinstance(rows["good-01"].outcome, Audit)
    assert isinstance(rows["hole-01"].outcome, OutOfTime)
    assert isinstance(rows["silent"].outcome, OutOfTime)
    # Both places were taken, so these were not begun.
    assert set(rows) == {"good-01", "hole-01", "silent"}


def test_machine_that_only_pywinrm_can_talk_to(endpoints: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy, here; the same result holds both."""
    monkeypatch.setattr(fleet.Shared, "speaks_to", lambda self, endpoint: endpoint.inventory_name != "good-01")
    rows = read([endpoints["good-01"], endpoints["good-02"]])
    one, other = rows["good-01"].outcome, rows["good-02"].outcome
    assert isinstance(one, Audit)
    assert isinstance(other, Audit)
    assert one.role == other.role


def test_thread_of_pywinrm_that_hangs_is_left_behind(endpoints: dict[str, Endpoint]) -> None:
    hole = endpoints["hole-01"]
    thread = _endpoint("hole", hole.host, transports=("credssp",), read_timeout=30)
    began = time.monotonic()
    rows = read([thread, endpoints["good-01"]], host_timeout=1.0)
    assert time.monotonic() - began < 5
    assert isinstance(rows["hole"].outcome, (TimedOut, TransportUnusable))
    assert isinstance(rows["good-01"].outcome, Audit)


def test_wrong_password_costs_one_try(endpoints: dict[str, Endpoint]) -> None:
    wrong = _endpoint("wrong", endpoints["good-01"].host, password=Secret("Somebody-Else-1"))
    row = read([wrong])["wrong"]
    assert isinstance(row.outcome, NotAuthenticated)
    assert "Somebody-Else-1" not in str(row.outcome)


@pytest.mark.parametrize("speaks", [True, False], ids=["streams", "pywinrm"])
def test_wrong_password_of_a_domain_account_is_shown_to_a_few(
    endpoints: dict[str, Endpoint], refusals: list[str], monkeypatch: pytest.MonkeyPatch, speaks: bool
) -> None:
    monkeypatch.setattr(fleet.Shared, "speaks_to", lambda self, endpoint: speaks)
    good = [one for name, one in endpoints.items() if name.startswith("good")]
    wrong = [replace(one, password=Secret("Somebody-Else-1")) for one in good]
    outcomes = [row.outcome for row in read(wrong).values()]
    withheld = [outcome for outcome in outcomes if isinstance(outcome, SignInWithheld)]
    assert all(isinstance(outcome, NotAuthenticated) for outcome in outcomes)
    assert (len(outcomes), len(withheld), len(refusals)) == (12, 9, 3)
    assert len([1 for outcome in withheld if "Somebody-Else-1" in str(outcome)]) == 0
    refusals.clear()
    outcomes = [row.outcome for row in read(wrong, refusals=0).values()]
    assert not any(isinstance(outcome, SignInWithheld) for outcome in outcomes)
    assert len(refusals) == 12


def test_one_machine_with_another_password_spoils_nothing(endpoints: dict[str, Endpoint]) -> None:
    good = [one for name, one in endpoints.items() if name.startswith("good")]
    wrong = replace(good[0], password=Secret("Somebody-Else-1"))
    rows = read([wrong, *good[1:]])
    assert [type(rows[one.inventory_name].outcome) for one in (wrong, *good[1:])] == [NotAuthenticated, *[Audit] * 11]


def test_failure_that_nobody_expected_is_a_row(endpoints: dict[str, Endpoint], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_unused: object, **_unused_too: object) -> None:
        raise ZeroDivisionError("Lab-Passw0rd! in the text")

    monkeypatch.setattr(fleet, "audit_steps", broken)
    outcome = read([endpoints["good-01"]])["good-01"].outcome
    assert isinstance(outcome, Unexpected)
    assert "ZeroDivisionError" in str(outcome)
    assert "Lab-Passw0rd!" not in str(outcome)


def test_error_of_the_caller_is_the_callers(endpoints: dict[str, Endpoint]) -> None:
    def fails(row: fleet.Row) -> None:
        raise RuntimeError("no place for rows")

    with pytest.raises(RuntimeError, match="no place"):
        fleet.survey([endpoints["good-01"]], fleet.Bounds(), fails)


def test_variables_that_take_long_cost_nobody_time(endpoints: dict[str, Endpoint]) -> None:
    """A lookup in a connection variable blocks; hosts under way get their answers between two of them."""

    host_timeout = 2.0 + 5 * seconds_to_read(endpoints)

    def slowly() -> Iterator[Endpoint]:
        for name, one in endpoints.items():
            if name.startswith("good"):
                time.sleep(host_timeout / 8)
                yield one

    rows: list[fleet.Row] = []
    # Twelve of them block one and a half times as long as any may take.
    fleet.survey(slowly(), fleet.Bounds(host_timeout=host_timeout), rows.append)
    assert [type(row.outcome) for row in rows] == [Audit] * 12


def test_no_place_is_lost_to_variables_that_take_long(endpoints: dict[str, Endpoint]) -> None:
    def source() -> Iterator[Endpoint]:
        for number in range(12):
            time.sleep(0.11)
            yield replace(endpoints["good-01"], inventory_name=f"host-{number}")
        yield endpoints["hole-01"]
        yield endpoints["good-02"]

    done: list[str] = []
    fleet.survey(source(), fleet.Bounds(in_flight=2, host_timeout=3.0), lambda row: done.append(row.name))
    assert len(done) == 14
    # Had one of the two places been lost, the last machine would have waited for the one that does not answer.
    assert done[-2:] == ["good-02", "hole-01"]


def test_nothing_to_read() -> None:
    assert read([]) == {}


# --- open files


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    state = [(256, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda kind: state[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda kind, new: state.append(new))
    return state


@pytest.mark.parametrize(("wanted", "got", "soft"), [(100, 100, 256), (500, 500, 600), (5000, 924, 1024)])
def test_limit_of_open_files_is_raised_and_kept(
    limits: list[tuple[int, int]], wanted: int, got: int, soft: int
) -> None:
    assert descriptors.affordable(wanted) == got
    assert limits[-1] == (soft, 1024)
