# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every format: the same bytes for the same input, and no harm by what a machine says."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._report.document import as_json, report_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.formats import FORMATS, Wishes, format_of
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.redaction import redacted
from ansible_collections.winfleet.activation.plugins.plugin_utils._report.report import About, Approved

from .samples import HOSTILE, finding, hostile, hostile_report, read, report, rogue

WISHES = Wishes()
NAMES = ("secret-host", "secret-site", "secret-kms", "secret-policy", "secret-user", "secret-approved", "secret-record")


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_input_gives_the_same_bytes(form: str) -> None:
    again = dict(reversed(list({"b": rogue(), "a": read(), "c": {"failed": True, "msg": "no"}}.items())))
    first = report({"a": read(), "b": rogue(), "c": {"failed": True, "msg": "no"}})
    assert FORMATS[form](first, WISHES) == FORMATS[form](report(again), WISHES)


@pytest.mark.parametrize("form", FORMATS)
def test_ends_with_a_line_and_steers_no_terminal(form: str) -> None:
    text = FORMATS[form](hostile_report(), WISHES)
    assert text.endswith("\n")
    assert all(character.isprintable() or character == "\n" for character in text if character not in "\u2028")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_a_report_too(form: str) -> None:
    assert FORMATS[form](report({}), WISHES)


@settings(max_examples=60)
@given(text=st.text(max_size=60))
def test_any_text_is_harmless_in_what_programs_read(text: str) -> None:
    whole = report({f"h{text}": hostile(text)}, variables={f"h{text}": {"site": text}})
    assert report_of(as_json(whole)).machines == whole.machines
    for form in ("sarif", "codequality"):
        json.loads(FORMATS[form](whole, WISHES))
    root = ElementTree.fromstring(FORMATS["junit"](whole, WISHES))
    assert {element.tag for element in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    for line in FORMATS["prometheus"](whole, Wishes(per_host=True)).splitlines():
        assert line.startswith(("# HELP winfleet_activation_", "# TYPE winfleet_activation_", "winfleet_activation_"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_without_names_has_none(form: str) -> None:
    hosts = {
        "secret-host-1": rogue(verdict_reason="secret-host-1 is wrong."),
        "secret-host-2": read(
            "wrong_kms_host",
            kms_client={"configured_host": "secret-kms.example"},
            advice="Leave secret-kms.",
            findings=[
                finding("CLI-004", reason="It follows secret-kms.", remedy="Not secret-kms.", subject="secret-record")
            ],
        ),
        "secret-host-3": {"unreachable": True, "msg": "secret-host-3: refused"},
    }
    about = About(
        "title", "2026-11-27T17:09:00Z", 1.0, "secret-policy.yml", "0" * 64, (("by", "secret-user"),), "0.2.0"
    )
    variables = {host: {"site": "secret-site"} for host in hosts}
    whole = report(hosts, about=about, variables=variables, approved=Approved(("secret-approved",), ("secret-kms",)))
    text = FORMATS[form](redacted(whole), Wishes(granularity="rule", per_host=True))
    assert [name for name in NAMES if name in text] == []
    # The tests above would pass on an empty report.
    assert [name for name in NAMES if name in FORMATS[form](whole, Wishes(per_host=True))] or form == "prometheus"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.html", "html"),
        ("A.HTML", "html"),
        ("a.json", "json"),
        ("a.csv", "csv"),
        ("a.xml", "junit"),
        ("junit.sarif", "sarif"),
        ("a.sarif.json", "sarif"),
        ("gl-code-quality-report.json", "codequality"),
        ("codequality.json", "codequality"),
        ("a.prom", "prometheus"),
        ("a.txt", "text"),
        ("report", "text"),
        ("/tmp/x.html/report", "text"),
    ],
)
def test_the_end_of_a_name_says_the_format(name: str, form: str) -> None:
    assert format_of(name) == form


def test_hostile_texts_are_as_many_machines() -> None:
    assert len(hostile_report().machines) == len(HOSTILE)
