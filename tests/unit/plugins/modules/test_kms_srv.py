# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_srv from its options to its result, against a primary in this process."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dns.tsig
import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns import gss, requirements
from tests.unit.plugins.module_utils._dns.nameserver import ADDRESS, Primary, serve
from tests.unit.plugins.module_utils._dns.test_change import add

from .conftest import Run

SECRET = base64.b64encode(b"thirty-two bytes of pure secret!").decode()
APPROVED, ROGUE = "0 0 1688 kms01.corp.example", "0 0 1688 pc0815.corp.example"


@dataclass
class Site:
    primary: Primary
    options: dict[str, Any]


@pytest.fixture
def site() -> Iterator[Site]:
    primary = Primary([f"{APPROVED}.", f"{ROGUE}."], dns.tsig.Key("kms-admin", SECRET))
    with serve(primary) as port:
        yield Site(
            primary,
            {
                "domains": ["corp.example"],
                "server": ADDRESS,
                "server_port": port,
                "timeout": 1,
                "key_name": "kms-admin",
                "key_secret": SECRET,
            },
        )


def test_exclusive(site: Site, run_module: Run) -> None:
    arguments = {**site.options, "hosts": ["KMS01.corp.example."], "exclusive": True}
    dry = run_module("kms_srv", check=True, **arguments)
    assert (dry["changed"], dry["results"][0]["result"], site.primary.updates) == (True, "planned", 0)
    done = run_module("kms_srv", **arguments)
    (result,) = done["results"]
    assert (done["changed"], result["result"], result["attempts"], result["zone"]) == (
        True,
        "verified",
        1,
        "corp.example",
    )
    assert [one["record"] for one in result["removed"]] == [ROGUE]
    assert dry["diff"] == done["diff"]
    assert done["diff"][0]["before"] == "".join(
        f"_vlmcs._tcp.corp.example. 60 IN SRV {one}.\n" for one in (APPROVED, ROGUE)
    )
    assert done["diff"][0]["after"] == f"_vlmcs._tcp.corp.example. 60 IN SRV {APPROVED}.\n"
    again = run_module("kms_srv", **arguments)
    assert (again["changed"], again["results"][0]["result"], again["diff"]) == (False, "unchanged", [])


def test_one_refusal_stops_all_domains(site: Site, run_module: Run) -> None:
    # The second domain lies in the same zone and is another name: the primary has nothing there.
    arguments = {**site.options, "domains": ["corp.example", "sub.corp.example"]}
    result = run_module("kms_srv", **arguments, hosts=["kms01.corp.example", "pc0815.corp.example"], state="absent")
    assert result["failed"]
    assert [one["result"] for one in result["results"]] == ["refused", "not_attempted"]
    assert site.primary.updates == 0


def test_the_secret_is_not_in_the_result(site: Site, run_module: Run) -> None:
    for secret in (SECRET, base64.b64encode(b"another secret").decode(), f"{SECRET[:-2]}!!"):
        result = run_module("kms_srv", **{**site.options, "key_secret": secret}, hosts=["kms01.corp.example"])
        assert secret not in json.dumps(result)


BAD = {
    "exclusive and absent": ({"state": "absent", "exclusive": True}, "exclusive goes with state=present"),
    "empty list": ({"hosts": [], "exclusive": True}, "no hosts"),
    "port": ({"port": 0}, "port must be"),
    "port of a host": ({"hosts": ["kms01.corp.example:0"]}, "hosts"),
    "priority": ({"priority": 65536}, "priority must be"),
    "ttl": ({"ttl": -1}, "ttl must be"),
    "retries": ({"retries": 0}, "retries"),
    "timeout": ({"timeout": 0}, "timeout"),
    "domain": ({"domains": ["a..b"]}, "domains"),
    "no domain": ({"domains": ["."]}, "a domain is empty"),
    "both kinds of signature": ({"kerberos_principal": "a@B"}, "say which in authentication"),
    "tsig without a key": ({"key_name": None, "key_secret": None, "authentication": "tsig"}, "needs key_name"),
    "key without a secret": ({"key_secret": None}, "required together"),
    "hosts and records": ({"records": [{"target": "kms01.corp.example"}]}, "mutually exclusive"),
    "neither": ({"hosts": None}, "one of the following is required"),
    "a record without a host": ({"hosts": None, "records": [{"target": "."}]}, "names no host"),
    "zone": ({"zone": "a..b"}, "zone: "),
    "server": ({"server": "ns1:x"}, "not a name or an address"),
}


@pytest.mark.parametrize(("change", "words"), BAD.values(), ids=BAD)
def test_bad_options_fail_before_anything_is_asked(
    site: Site, run_module: Run, change: dict[str, Any], words: str
) -> None:
    arguments = {**site.options, "hosts": ["kms01.corp.example"], **change}
    result = run_module("kms_srv", **{name: value for name, value in arguments.items() if value is not None})
    assert result["failed"]
    assert words in result["msg"]
    assert (site.primary.reads, site.primary.updates) == (0, 0)


def test_missing_libraries_are_named(site: Site, run_module: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gss, "GSSAPI_ERROR", "Traceback ...")
    kerberos = {**site.options, "hosts": ["kms01.corp.example"], "authentication": "gss_tsig"}
    assert "gssapi" in run_module("kms_srv", **kerberos)["msg"]
    monkeypatch.setattr(requirements, "DNSPYTHON_ERROR", "Traceback ...")
    for name in ("kms_srv", "kms_srv_info"):
        arguments = {"hosts": ["kms01.corp.example"]} if name == "kms_srv" else {}
        assert "dnspython" in run_module(name, domains=["corp.example"], **arguments)["msg"]
    assert site.primary.reads == 0


def test_an_old_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns.version.MAJOR", 1)
    problem = requirements.missing_dnspython()
    assert problem is not None
    assert "too old" in problem


# --- Whatever somebody has put into DNS can be deleted, and nothing is taken that can match nothing ------------------


@pytest.mark.parametrize("target", [".", "pc0815.", "10.0.0.5.", r"a\.b\032c.example."])
def test_any_target_can_be_deleted_as_it_stands(site: Site, run_module: Run, target: str) -> None:
    add(site.primary, f"0 0 1688 {target}")
    result = run_module("kms_srv", **site.options, records=[{"target": target}], state="absent")
    assert result["results"][0]["result"] == "verified", result
    assert site.primary.texts() == {f"{APPROVED}.", f"{ROGUE}."}


@pytest.mark.parametrize("target", ["*.corp.example.", r"{{\032lookup\032}}.corp.example.", "a=b.example."])
def test_a_record_that_is_kept_may_have_any_target(site: Site, run_module: Run, target: str) -> None:
    """Kind: what is strict with a person's list is strict with what strangers write, and all is refused for it.

    The names come from an exception for records, as DNS has them.
    """
    add(site.primary, f"0 0 1688 {target}")
    wanted = {"hosts": ["kms01.corp.example"], "exclusive": True}
    result = run_module("kms_srv", **site.options, **wanted, keep_hosts=[target.rstrip(".")])
    assert result["results"][0]["result"] == "verified", result
    assert site.primary.texts() == {f"{APPROVED}.", f"0 0 1688 {target}"}


NOTHING = {
    "no name of a host": ({"hosts": ["-kms*01.corp.example"]}, "is not a name or an address"),
    "an address": ({"hosts": ["127.0.0.11"]}, "is an address, but the records hold names"),
    "an address in full": ({"records": [{"target": "127.0.0.11"}]}, "it reads as an address"),
    "with a port": ({"records": [{"target": "kms01.corp.example:1689"}]}, "names no host"),
    "to be deleted, and no name": (
        {"records": [{"target": "kms01.corp.example:1689"}], "state": "absent"},
        "deleted by that text with a final dot",
    ),
    "no domains": ({"hosts": ["kms01.corp.example"], "domains": []}, "domains is empty"),
    "a safeguard that is none": ({"hosts": ["kms01.corp.example"], "approved_hosts": []}, "approved_hosts is empty"),
    "a key that came out empty": (
        {"hosts": ["kms01.corp.example"], "key_name": "", "key_secret": ""},
        "key_name is empty",
    ),
    "a server that came out empty": ({"hosts": ["kms01.corp.example"], "server": " "}, "server is empty"),
}


@pytest.mark.parametrize(("change", "words"), NOTHING.values(), ids=NOTHING)
def test_what_can_match_nothing_is_refused(site: Site, run_module: Run, change: dict[str, Any], words: str) -> None:
    """In check mode too, and before anything is asked."""
    result = run_module("kms_srv", check=True, **{**site.options, **change})
    assert result["failed"]
    assert words in result["msg"]
    assert not result.get("changed")
    assert site.primary.reads == 0
