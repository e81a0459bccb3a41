# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One policy for all playbooks, by ``-e @FILE`` and by ``policy_file``: checked, judged by, and repaired by."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Lab, Run, StartLab

EXCEPTIONS = [
    {"finding": "CLI-001", "host": "srv2016-01", "owner": "Jane Doe", "reason": "The vendor has no other key."},
    {"verdict": "kms_unapproved", "host": "srv2019-01", "owner": "John Doe", "reason": "It is being replaced."},
    {"finding": "AUD-001", "host": "srv2012-off", "owner": "Operations", "reason": "It is switched off."},
    {"finding": "CLI-001", "host": "srv2012r2-01", "owner": "Jane Doe", "reason": "Over.", "until": "2020-01-01"},
]
WAYS = ("file of the command line", "policy_file", "policy_file, relative")


def policy(**words: Any) -> dict[str, Any]:
    exceptions = [{"until": "2999-12-31", **one} for one in EXCEPTIONS]
    return {"approved_kms_hosts": ["kms01.corp.example"], "exceptions": exceptions, **words}


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


def write(lab: Lab, words: dict[str, Any]) -> Path:
    path = lab.work / "policy.yml"
    # As people write it: the dates of YAML are no text.
    path.write_text(yaml.safe_dump(words, sort_keys=False).replace("'2999-12-31'", "2999-12-31"))
    return path


def play(lab: Lab, playbook: str, words: dict[str, Any], way: str, *options: str, **variables: Any) -> Run:
    path = write(lab, words)
    if way == "file of the command line":
        return lab.playbook(f"winfleet.activation.{playbook}", variables, "-e", f"@{path}", *options)
    named = "policy.yml" if way.endswith("relative") else str(path)
    return lab.playbook(f"winfleet.activation.{playbook}", {**variables, "policy_file": named}, *options)


def audit(lab: Lab, words: dict[str, Any], way: str, **variables: Any) -> dict[str, Any]:
    path = lab.work / "report.json"
    run = play(lab, "audit", words, way, report_path=str(path), **variables)
    assert run.code == 0, run.output
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {host["host"]: host["verdict"] for host in report["hosts"]}


def invoked(lab: Lab) -> int:
    return len(lab.events(kind="invoke"))


@pytest.mark.parametrize("way", WAYS)
def test_audit_judges_by_it_and_shows_who_accepted_what(demo: Lab, way: str) -> None:
    report = audit(demo, policy(by_group={"rogues": {"minimum_days": 7}}, license_audit_title="Corp"), way)
    found = verdicts(report)
    assert [host for host, verdict in found.items() if verdict == "excepted"] == ["srv2016-01", "srv2019-01"]
    assert (found["srv2012r2-01"], found["srv2008-01"]) == ("wrong_key_type", "kms_unapproved")
    accepted = {
        host["host"]: found["exception"]["owner"]
        for host in report["hosts"]
        for found in host["findings"]
        if found["exception"]
    }
    assert accepted == {"srv2012-off": "Operations", "srv2016-01": "Jane Doe", "srv2019-01": "John Doe"}
    (ended,) = [one for one in report["elsewhere"] if one["id"] == "POL-001"]
    assert ended["subject"] == "exception for CLI-001 of host srv2012r2-01"
    assert report["state"]["words"] == "Not compliant: 4 of 13 machines need action, 3 are excepted."
    assert (report["exit_status"], report["title"]) == (2, "Corp")
    assert (report["policy"]["name"], len(report["policy"]["sha256"])) == ("policy.yml", 64)


def test_a_group_may_carry_other_keys(demo: Lab) -> None:
    report = audit(demo, policy(by_group={"windows": {"accepted_key_types": ["GVLK", "MAK"]}}), "policy_file")
    assert verdicts(report)["srv2012r2-01"] == "accepted_key_ok"


def test_the_command_line_counts_more_than_the_file(demo: Lab) -> None:
    report = audit(demo, policy(), "policy_file", accepted_key_types="GVLK,MAK", exceptions="[]")
    found = verdicts(report)
    assert (found["srv2012r2-01"], found["srv2016-01"]) == ("accepted_key_ok", "wrong_key_type")


@pytest.mark.parametrize(
    ("playbook", "way"),
    [
        ("audit", WAYS[0]),
        ("audit", WAYS[1]),
        ("enforce", WAYS[1]),
        ("kms_client", WAYS[0]),
        ("kms_dns", WAYS[1]),
        ("kms_host", WAYS[1]),
    ],
)
def test_every_playbook_refuses_what_is_wrong_with_file_line_and_word(demo: Lab, playbook: str, way: str) -> None:
    words = policy(by_group={"rogues": {"accepted_key_typs": ["GVLK"]}})
    run = play(demo, playbook, words, way, kms_clients="rogues", kms_hosts="kms01", kms_domains=["corp.example"])
    text = " ".join(run.output.split())
    line = write(demo, words).read_text().splitlines().index("    accepted_key_typs:") + 1
    assert run.code != 0
    assert f"policy.yml, line {line}: by_group.rogues.accepted_key_typs: there is no such key;" in text
    assert "did you mean accepted_key_types? Nothing was changed." in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exceptions": [{**EXCEPTIONS[0], "host": "srv2016-1", "until": "2999-12-31"}]}, "no host srv2016-1. Did you"),
        ({"activation": "adba"}, "activation=adba rules out KMS hosts"),
        ({"exeptions": []}, "there is no such key; did you mean exceptions?"),
    ],
)
def test_what_names_nothing_is_an_error_and_not_silence(demo: Lab, changes: dict[str, Any], words: str) -> None:
    run = play(demo, "audit", policy(**changes), WAYS[0])
    assert run.code != 0
    assert words in " ".join(run.output.split()), run.output


@pytest.mark.parametrize(
    "words",
    [
        "policy_file=/nowhere/policy.yml",
        "policy_fil=policy.yml",
        "exceptions=nonsense",
        "minimum_days=soon",
        "host_key_groups=nonsense",
    ],
)
def test_text_that_cannot_be_meant_is_refused(demo: Lab, words: str) -> None:
    run = demo.playbook("winfleet.activation.audit", {"approved_kms_hosts": ["kms01"]}, "-e", words)
    assert run.code != 0, run.output
    assert words.split("=")[0] in run.output or "/nowhere/policy.yml" in run.output
    assert "Traceback" not in run.output


def test_text_and_nothing_mean_what_they_say(demo: Lab) -> None:
    """Each word as ``-e`` gives it, and empty, which is as if it were not there."""
    path = demo.work / "text.json"
    options = [f"report_path={path}", "approved_kms_hosts=kms01.corp.example", "cloud_kms_hosts=a.example,b.example"]
    options += ["minimum_days=7", 'by_group={"rogues": {"minimum_days": 3}}', "policy_file="]
    one = {**EXCEPTIONS[0], "until": "2999-12-31"}
    run = demo.playbook(
        "winfleet.activation.audit",
        {"exceptions": json.dumps([one])},
        *(text for option in options for text in ("-e", json.dumps(dict([option.split("=", 1)])))),
    )
    assert run.code == 0, run.output
    assert verdicts(json.loads(path.read_text()))["srv2016-01"] == "excepted"
    empty = dict.fromkeys(("cloud_kms_hosts", "minimum_days", "by_group", "exceptions", "host_key_groups"), "")
    run = demo.playbook("winfleet.activation.audit", {"approved_kms_hosts": ["kms01.corp.example"], **empty})
    assert run.code == 0, run.output


def test_nothing_given_reports_everything_and_calls_nothing_a_mistake(demo: Lab) -> None:
    report = audit(demo, {"license_audit_title": "Corp"}, "policy_file")
    assert set(verdicts(report).values()) == {"unjudged", "unreachable"}
    assert [group["id"] for group in report["findings"]] == ["AUD-001"]
    assert report["exit_status"] == 3


def test_records_in_dns_are_a_part_of_the_report(demo: Lab) -> None:
    server = yaml.safe_load(demo.inventory.read_text())["all"]["vars"]["winlab_dns"]
    dns = {"kms_domains": ["corp.example"], "kms_dns_nameservers": [f"{server['server']}:{server['port']}"]}
    report = audit(demo, policy(**dns, kms_dns_server_port=server["port"]), "policy_file")
    assert {one["subject"] for one in report["elsewhere"] if one["id"] == "DNS-001"} == {
        f"{host}.corp.example in corp.example" for host in ("srv2008-01", "srv2008r2-01", "srv2019-01")
    }
    nobody = policy(kms_domains=["corp.example"], kms_dns_nameservers=["127.0.0.1:9"], kms_dns_timeout=1)
    report = audit(demo, nobody, "policy_file")
    assert [one["id"] for one in report["elsewhere"]] == ["ESU-002", "AUD-002", "POL-001"]


def test_an_exception_never_repairs_and_never_lets_others_repair(demo: Lab) -> None:
    words = policy(repair=["kms_unapproved", "wrong_key_type"], activate=False)
    run = play(demo, "enforce", words, "policy_file")
    assert run.code == 0, run.output
    changed = {event["machine"] for event in demo.events(kind="invoke")}
    assert changed == {"srv2008-01", "srv2008r2-01", "srv2012r2-01"}
    assert "Accepted by John Doe until 2999-12-31" in run.output
    assert demo.state("srv2019-01")["license"]["key_type"] == "csvlk"
    assert demo.state("srv2016-01")["license"]["key_type"] == "retail"
    before = invoked(demo)
    for module in ("license_repair", "fleet_repair"):
        arguments = {
            "approved_kms_hosts": ["kms01.corp.example"],
            "exceptions": words["exceptions"],
            "repair": ["kms_unapproved"],
            **({"hosts": ["kms01", "srv2019-01"]} if module == "fleet_repair" else {}),
        }
        done = demo.ansible("srv2019-01", module, json.dumps(arguments)).result("srv2019-01")
        mine = done["hosts"]["srv2019-01"] if module == "fleet_repair" else done
        assert mine["msg"] == "Accepted by John Doe until 2999-12-31: It is being replaced."
        assert not mine["changed"]
    assert invoked(demo) == before


def test_kms_dns_leaves_the_record_of_an_excepted_machine_alone(demo: Lab) -> None:
    server = yaml.safe_load(demo.inventory.read_text())["all"]["vars"]["winlab_dns"]
    dns = {"kms_domains": ["corp.example"], "kms_dns_nameservers": [f"{server['server']}:{server['port']}"]}
    dns |= {"kms_dns_server": server["server"], "kms_dns_server_port": server["port"]}
    run = play(demo, "kms_dns", policy(**dns), "policy_file")
    assert run.code == 0, run.output
    left = {json.loads(line)["target"].split(".")[0].lower() for line in demo.winlab("records").splitlines()}
    assert left == {"kms01", "srv2019-01"}


def test_kms_client_leaves_an_excepted_machine_alone(demo: Lab) -> None:
    before = invoked(demo)
    run = play(demo, "kms_client", policy(), "policy_file", kms_clients="srv2019-01,srv2016-01", kms_client_served=True)
    assert run.code == 0, run.output
    assert invoked(demo) == before


# --- What a job ends with ---------------------------------------------------------------------------------------------

#: As in the guide to CI: whatever else Ansible ends with, there was an error, and no report of this run.
SHELL = """
rm -f report.json
ansible-playbook winfleet.activation.audit -i {inventory} -e @{policy} -e report_path=report.json {more} || exit 4
exit "$(python3 -c 'import json; print(json.load(open("report.json"))["exit_status"])')"
"""


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("--limit kms01,win10-01", 0),
        ("--limit kms01,win10-01,srv2019-01", 0),
        ("--limit kms01,srv2022-eval,srv2012-off", 2),
        ("--limit kms01,srv2012-off -e exceptions=[]", 3),
        ("-e activation=ad", 4),
        ("--limit nobody", 4),
    ],
)
def test_a_job_ends_as_the_report_says(demo: Lab, more: str, status: int) -> None:
    path = write(demo, {**policy(), "exceptions": [{**one, "until": "2999-12-31"} for one in EXCEPTIONS[:3]]})
    script = SHELL.format(inventory=demo.inventory, policy=path, more=more)
    bin_ = str(Path(sys.executable).parent)
    environment = {**demo.environment, "PATH": f"{bin_}:{demo.environment['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=demo.work, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == status, done.stdout + done.stderr
