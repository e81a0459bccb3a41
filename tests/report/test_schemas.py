# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, SARIF, JUnit and metrics before the schemas and the program of those who read them."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
import yaml

from .conftest import REPOSITORY
from .fleets import REPORTS


def formats() -> Any:
    from ansible_collections.winfleet.activation.plugins.plugin_utils._report import formats

    return formats


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_as_its_schema_says(schema: dict[str, Any], name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(formats().FORMATS["json"](REPORTS[name](), None))
    jsonschema.validate(document, schema)


def test_the_schema_names_all_that_a_report_has(schema: dict[str, Any]) -> None:
    document = json.loads(formats().FORMATS["json"](REPORTS["mixed"](), None))
    assert set(document) == set(schema["properties"])
    assert set(document["hosts"][0]) == set(schema["$defs"]["host"]["properties"])
    assert set(document["changes"]) == set(schema["$defs"]["changes"]["properties"])


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_as_oasis_says(tools: Path, name: str) -> None:
    path = tools / "node_modules" / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    document = json.loads(formats().FORMATS["sarif"](REPORTS[name](), formats().Wishes()))
    jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)


@pytest.mark.parametrize("granularity", ["host", "rule"])
@pytest.mark.parametrize("name", ["mixed", "clean", "empty", "hostile"])
def test_junit_is_as_jenkins_says(tools: Path, name: str, granularity: str) -> None:
    text = formats().FORMATS["junit"](REPORTS[name](), formats().Wishes(granularity=granularity))
    xmlschema.XMLSchema(str(tools / "junit-10.xsd")).validate(io.StringIO(text))


@pytest.mark.parametrize("name", REPORTS)
def test_codequality_is_as_gitlab_says(name: str) -> None:
    """GitLab, "Code Quality report format": these properties are required, and severities are these five."""
    for entry in json.loads(formats().FORMATS["codequality"](REPORTS[name](), formats().Wishes())):
        assert all(entry[key] for key in ("description", "check_name", "fingerprint"))
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith(("/", "./"))


def promtool(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    return subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["mixed", "clean", "empty", "hostile"])
def test_metrics_are_as_promtool_says(name: str) -> None:
    text = formats().FORMATS["prometheus"](REPORTS[name](), formats().Wishes(per_host=True))
    done = promtool("check", "metrics", text=text)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_alert_rules_are_as_promtool_says() -> None:
    done = promtool("check", "rules", str(REPOSITORY / "docs" / "report" / "alerts.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 rules found" in done.stdout


def test_alert_rules_fire_when_they_should(tmp_path: Path) -> None:
    """On the metrics that the report has, by Prometheus' own way to test rules."""
    series = 'winfleet_activation_findings{id="KMS-001",severity="error"}'
    assert 'winfleet_activation_findings{id="KMS-001",severity="error"} 2' in formats().FORMATS["prometheus"](
        REPORTS["mixed"](), formats().Wishes()
    )
    last, expiry = "winfleet_activation_last_run_timestamp_seconds", "winfleet_activation_next_expiry_timestamp_seconds"

    def fires(at: str, alert: str, yes: bool) -> dict[str, Any]:
        """The names of the alerts that fire; their labels and texts are not compared."""
        return {"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)', "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": int(yes)}]}  # fmt: skip

    tests = {
        "rule_files": [str(REPOSITORY / "docs" / "report" / "alerts.yml")],
        "evaluation_interval": "15m",
        "tests": [
            {
                "interval": "5m",
                # Two rogues until the tenth hour; one audit, at the start; an activation that ends after twenty days.
                "input_series": [
                    {"series": series, "values": "2+0x120 0+0x2000"},
                    {"series": last, "values": "0+0x2100"},
                    {"series": expiry, "values": f"{20 * 86400}+0x2100"},
                ],
                "promql_expr_test": [
                    fires("1h", "UnapprovedKmsHost", True),
                    fires("20h", "UnapprovedKmsHost", False),
                    fires("30h", "ActivationAuditMissing", False),
                    fires("40h", "ActivationAuditMissing", True),
                    fires("5d", "ActivationExpiresSoon", False),
                    fires("7d", "ActivationExpiresSoon", True),
                ],
            }
        ],
    }
    path = tmp_path / "tests.yml"
    path.write_text(yaml.safe_dump(tests))
    done = promtool("test", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    dashboard = json.loads((REPOSITORY / "docs" / "report" / "dashboard.json").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = {name for expression in expressions for name in re.findall(r"winfleet_\w+", expression)}
    text = formats().FORMATS["prometheus"](REPORTS["mixed"](), formats().Wishes())
    assert len(asked) >= 8
    assert asked <= set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
