# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanges by DNS and LDAP are told: whom, what for, how it ended, bytes and time; of the content nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import dns.message
import pytest
from ansible.module_utils import basic

from ansible_collections.winfleet.activation.plugins.module_utils import _trace
from ansible_collections.winfleet.activation.plugins.module_utils._dns import exchange, signing
from ansible_collections.winfleet.activation.plugins.module_utils._dns.authority import Authority
from ansible_collections.winfleet.activation.plugins.module_utils._dns.errors import DnsError
from ansible_collections.winfleet.activation.plugins.module_utils._dns.exchange import Server
from ansible_collections.winfleet.activation.plugins.module_utils._dns.resolve import Lookup
from ansible_collections.winfleet.activation.plugins.module_utils._dns.transfer import publishing_domains
from ansible_collections.winfleet.activation.plugins.module_utils._traced_module import TracedModule

from .nameserver import ADDRESS, Primary, serve

OWNER = "_vlmcs._tcp.corp.example"


@pytest.fixture
def heard() -> Iterator[list[_trace.Exchange]]:
    told: list[_trace.Exchange] = []
    _trace.listen(told.append)
    yield told
    _trace.listen(None)


def test_a_question_is_told(heard: list[_trace.Exchange]) -> None:
    with serve(Primary(["0 0 1688 pc1.corp.example."])) as port:
        Authority(Server(ADDRESS, port, "ns1"), 5, signing.Unsigned()).record_set(OWNER)
    (one,) = heard
    assert (one.protocol, one.peer, one.step) == ("DNS", f"ns1 ({ADDRESS}:{port})", "question SRV by UDP")
    assert (one.status, one.failure) == ("NOERROR", "")
    assert one.sent is not None
    assert one.received is not None
    assert one.received > one.sent > 12
    assert str(one).startswith(f"ns1 ({ADDRESS}:{port}): question SRV by UDP: NOERROR, {one.sent} bytes sent, ")


def test_nothing_of_the_content_is_told(heard: list[_trace.Exchange]) -> None:
    """Kind: a name that a stranger has put into DNS, on the terminal of whoever watches."""
    key = signing.TsigSigner("kms-admin", "c2VjcmV0c2VjcmV0", "hmac-sha256")
    with serve(Primary(["0 0 1688 evil.corp.example."])) as port:
        Lookup([f"{ADDRESS}:{port}"], 5).record_set(OWNER)
    with serve(lambda _wire, _protocol: None) as port:
        for work in (
            lambda: Authority(Server(ADDRESS, port), 0.3, key).record_set(OWNER),
            lambda: publishing_domains(Server(ADDRESS, port), "corp.example", key, 0.3),
        ):
            with pytest.raises(DnsError):
                work()
    told = "\n".join(map(str, heard))
    assert "resolver" in told
    assert "signed question SRV by UDP: no answer (NoAnswer)" in told
    assert "signed question AXFR by TCP: no answer (" in told
    for secret in ("evil", "vlmcs", "corp", "kms-admin", "c2VjcmV0"):
        assert secret not in told


def test_who_does_not_listen_pays_nothing() -> None:
    with _trace.measured("DNS", "ns1", "question") as told:
        told.status = "NOERROR"
    assert _trace.listener() is None


def test_a_failure_is_told_by_its_kind(heard: list[_trace.Exchange]) -> None:
    def fail() -> None:
        with _trace.measured("LDAP", "dc1", "search") as told:
            told.received = 7
            raise ValueError("evil words")

    with pytest.raises(ValueError, match="evil"):
        fail()
    assert str(heard[0]).startswith("dc1: search: no answer (ValueError), 7 bytes received, ")


@pytest.mark.parametrize(("message", "step"), [(dns.message.make_query("a", "SOA"), "question SOA by UDP")])
def test_steps(message: Any, step: str) -> None:
    assert exchange.step_of(message, "UDP") == step


@pytest.mark.parametrize(("verbosity", "told"), [(0, False), (2, False), (3, True), (5, True)])
@pytest.mark.parametrize("ends", ["exit_json", "fail_json"])
def test_a_module_returns_them_where_somebody_wants_to_see_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verbosity: int, told: bool, ends: str
) -> None:
    arguments = {"ANSIBLE_MODULE_ARGS": {"_ansible_verbosity": verbosity}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
    # ansible-core 2.19 and later want to know how the arguments were written.
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    module = TracedModule({})
    with _trace.measured("LDAP", "dc1", "search"):
        pass
    end = {"exit_json": lambda: module.exit_json(changed=False), "fail_json": lambda: module.fail_json(msg="no")}
    with pytest.raises(SystemExit):
        end[ends]()
    result = json.loads(capsys.readouterr().out)
    assert ("exchanges" in result) is told
    for line in result.get("exchanges", []):
        assert line.startswith("LDAP dc1: search: done, ")
