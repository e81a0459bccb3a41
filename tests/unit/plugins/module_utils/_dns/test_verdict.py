# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts on published values, as a table."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._dns.srv import SrvValue
from ansible_collections.winfleet.activation.plugins.module_utils._dns.verdict import RecordPolicy, Target, judge
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint

HERE = Target(("192.0.2.1",))
NOWHERE = Target()
ALIAS = Target(("192.0.2.1",), alias="other.corp.example")
APPROVED = RecordPolicy((KmsEndpoint.parse("kms01.corp.example"), KmsEndpoint.parse("kms02:1689")))


def srv(host: str, port: int = 1688, priority: int = 0) -> SrvValue:
    return SrvValue(priority, 0, port, f"{host}.corp.example")


CASES = {
    "approved": (srv("kms01"), HERE, APPROVED, "approved", (), True),
    "approved by its short name, on its port": (srv("kms02", 1689), HERE, APPROVED, "approved", (), True),
    "wrong port": (srv("kms02"), HERE, APPROVED, "wrong_port", ("wrong_port",), True),
    "unapproved": (srv("pc"), HERE, APPROVED, "unapproved", ("unapproved",), False),
    "unapproved and more": (
        srv("pc", 1),
        NOWHERE,
        APPROVED,
        "unapproved",
        ("unapproved", "wrong_port", "unresolvable"),
        False,
    ),
    "unresolvable": (srv("kms01"), NOWHERE, APPROVED, "unresolvable", ("unresolvable",), True),
    "alias": (srv("kms01"), ALIAS, APPROVED, "approved", ("alias",), True),
    "nobody said": (srv("pc"), HERE, RecordPolicy(), "unjudged", (), None),
    "nobody said, and lost": (srv("pc"), NOWHERE, RecordPolicy(), "unresolvable", ("unresolvable",), None),
    "nobody is approved": (srv("pc"), HERE, RecordPolicy(()), "unapproved", ("unapproved",), False),
    "another port is the rule": (srv("pc", 1700), HERE, RecordPolicy(port=1700), "unjudged", (), None),
}


@pytest.mark.parametrize(("value", "target", "policy", "verdict", "problems", "approved"), CASES.values(), ids=CASES)
def test_verdict(
    value: SrvValue,
    target: Target,
    policy: RecordPolicy,
    verdict: str,
    problems: tuple[str, ...],
    approved: bool | None,
) -> None:
    (judgement,) = judge([value], policy, {value.target: target})
    assert (judgement.verdict.value, judgement.problems, judgement.approved) == (verdict, problems, approved)


def test_the_same_host_once_more_is_a_duplicate() -> None:
    wrong, right, more = srv("kms01", 1), srv("kms01", priority=5), srv("kms01", priority=9)
    judgements = {one.value: one.verdict.value for one in judge([wrong, right, more], APPROVED)}
    # The one that works is not the duplicate, although another one is preferred.
    assert judgements == {wrong: "wrong_port", right: "approved", more: "duplicate"}


def test_nothing_is_said_of_targets_that_nobody_looked_up() -> None:
    (judgement,) = judge([srv("kms01")], APPROVED)
    assert judgement.problems == ()
