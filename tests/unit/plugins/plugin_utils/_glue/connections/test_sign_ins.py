# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sign-in goes the same way whoever makes it: ansible-core's own plugin, license_info, or fleet_info."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import warnings
from collections.abc import Iterator

import pytest
from ansible.release import __version__ as ansible_version

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections import options

from . import sending
from .sending import Refused, Sent, Way
from .sign_in_cases import BARE, NTLM, PASSWORD, Case, all_cases

CASES = all_cases()
MODERN = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 21)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_CA_BUNDLE"):
            monkeypatch.delenv(name)
    with warnings.catch_warnings():
        # pywinrm would like to read no proxy from the environment in the future.
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
    assert sum(not (case.refused or case.differs) for case in CASES) > 3 * sum(map(bool, (c.differs for c in CASES)))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_whoever_signs_in_sends_the_same(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    if "ansible_psrp_certificate_key_password" in case.variables and not MODERN:
        pytest.skip("this ansible-core has no such variable")
    one, fleet = sending.endpoint_of_task(case.variables), sending.endpoint_of_fleet(case.variables)
    core = sending.by_core(case.variables)
    if case.refused:
        assert isinstance(one, Refused), "license_info"
        assert isinstance(fleet, Refused), "fleet_info"
        assert case.refused in fleet.why
        assert PASSWORD not in fleet.why
        assert case.alone is not isinstance(core, Refused)
        return
    assert not isinstance(one, Refused), one
    assert one == fleet
    ours = sending.by_pywinrm(one)
    assert _first(sending.by_streams(one)) == _first(ours)
    _compare(case, core, ours)


def _first(sent: Sent) -> Way:
    """Streams have one transport; further ones are what a host without the first is asked with."""
    assert not isinstance(sent, Refused), sent
    return dataclasses.replace(_plain(sent[0]), kinit=None)


def _compare(case: Case, core: Sent, ours: Sent) -> None:
    assert not isinstance(ours, Refused), ours
    if isinstance(core, Refused):
        assert "everything" in case.differs, core
        return
    assert (len(core) != len(ours)) is ("ways" in case.differs)
    theirs, mine = _plain(core[0]), _plain(ours[0])
    psrp = case.variables["ansible_connection"].endswith("psrp")
    different = {
        field.name
        for field in dataclasses.fields(Way)
        if getattr(theirs, field.name) != getattr(mine, field.name) and not (psrp and field.name == "kinit")
    }
    # Its default service was one that many hosts do not have.
    old = {"sign_in"} if psrp and theirs.sign_in[0] == "kerberos" and not MODERN else set()
    assert different - old == case.differs - {"ways"} - old
    if not case.differs:
        assert list(map(_plain, core))[1:] == list(map(_plain, ours))[1:]


def _plain(way: Way) -> Way:
    """One spelling of an address, whose zone is nobody's business but this machine's."""
    try:
        host = str(ipaddress.ip_address(way.host.partition("%")[0]))
    except ValueError:
        host = way.host
    return dataclasses.replace(way, host=host)


# --- the words


@pytest.mark.parametrize("timeout", [-1, "-5"])
def test_a_timeout_is_refused_by_the_name_it_was_given_under(timeout: object) -> None:
    variables = {**NTLM, "ansible_winrm_connection_timeout": timeout}
    for endpoint in (sending.endpoint_of_task(variables), sending.endpoint_of_fleet(variables)):
        assert isinstance(endpoint, Refused)
        assert "ansible_winrm_connection_timeout" in endpoint.why
        assert "operation_timeout_sec" not in endpoint.why


def test_a_value_of_the_wrong_kind_is_not_repeated() -> None:
    """It may be a password in the wrong line."""
    refused = sending.endpoint_of_fleet({**BARE, "ansible_winrm_kinit_mode": "Sesame-1"})
    assert isinstance(refused, Refused)
    assert refused.why == ("srv01: ansible_winrm_kinit_mode must be managed or manual. Correct the variable.")


def test_both_ways_warn_alike() -> None:
    for variables in ({**NTLM, "ansible_winrm_raed_timeout": 5}, {**BARE, "ansible_port": 5985}):
        plugin = options.endpoint_from_connection(sending.plugin_of(variables), sending.HOST)
        assert plugin[1]
        assert plugin == options.endpoint_from_connection(sending.stand_in(variables), sending.HOST)
