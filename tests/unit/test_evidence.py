# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the facts about Windows come from: the client's files, the lab's, and the list of doubts.

The danger is that client and lab agree and both are wrong. So each keeps a file of its own, written from other sources;
where they agree on what no two sources carry, or differ, a doubt must say so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import TableError
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.doubts import doubts, read_probe
from ansible_collections.winfleet.activation.plugins.plugin_utils._spp.steps import Invoke, Query
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman import uris
from ansible_collections.winfleet.activation.plugins.plugin_utils._wsman.facts import Fact, read_facts
from winlab.tables import read_table, sources_of

REPOSITORY = Path(__file__).resolve().parents[2]
UTILS = REPOSITORY / "plugins" / "plugin_utils"
CLIENT = (UTILS / "_spp" / "data" / "facts.tsv", UTILS / "_wsman" / "data" / "facts.tsv")
LAB = REPOSITORY / "tests" / "lab" / "winlab"
LAB_FACTS = LAB / "windows" / "facts.tsv"
LAB_CLASSES = LAB / "windows" / "licensing_classes.tsv"
LAB_FAULTS = LAB / "fault_kinds.tsv"

SURE = {"captured", "documented", "two programs", "one program", "inferred"}
PROPERTY_KINDS = {"essential", "column", "counter", "typed"}
OWNERS = {"service": "SoftwareLicensingService", "product": "SoftwareLicensingProduct"}
# First build of each generation of the lab; the client's file tells Vista and its first service pack apart.
VISTA = 6001
BUILDS = {"vista": VISTA, "seven": 7600, "eight": 9200, "eight_one": 9600, "ten": 10240, "ten_late": 0}

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Claim:
    """What one side says of one point; ``places`` is where to find its sources."""

    value: str
    sure: str
    places: frozenset[str]
    doubt: str = ""


def claim(value: str, sure: str, sources: Iterable[str], known: dict[str, str], doubt: str = "") -> Claim:
    return Claim(value, sure, frozenset(known[one] for one in sources if one), doubt)


def client_facts() -> Iterator[tuple[Path, Fact]]:
    for path in CLIENT:
        for fact in read_facts(path).all:
            yield path, fact


def client() -> dict[Key, Claim]:
    found = {}
    for path, fact in client_facts():
        one = claim(shape(fact), fact.sure, fact.sources, sources_of(path), fact.doubt)
        found[key(fact.kind, fact.subject, fact.name)] = one
    return found


def key(kind: str, subject: str, name: str) -> Key:
    if kind in PROPERTY_KINDS:
        return "property", subject, name
    if kind in ("fault_code", "query_code"):
        return "fault_code", "", name
    return kind, subject.casefold(), name


def shape(fact: Fact) -> str:
    """The value as both sides write it."""
    if fact.kind in PROPERTY_KINDS:
        return f"{fact.value} since {max(fact.since, VISTA)}" if fact.since else fact.value
    if fact.kind == "method":
        return " ".join(sorted(fact.value.split()))
    return number(fact.value)


def number(text: str) -> str:
    return str(int(text, 0)) if re.fullmatch(r"0x[0-9A-Fa-f]+|\d+", text) else text


def lab() -> dict[Key, Claim]:
    known = sources_of(LAB_FACTS)
    found = {
        key(row["kind"], row["subject"], row["name"]): claim(
            number(row["value"]), row["sure"], row["sources"].split(";"), known
        )
        for row in read_table(LAB_FACTS)
    }
    known = sources_of(LAB_FAULTS)
    for row in read_table(LAB_FAULTS):
        found["fault_code", "", row["name"]] = claim(row["code"], row["sure"], row["sources"].split(";"), known)
    known = sources_of(LAB_CLASSES)
    for row in read_table(LAB_CLASSES):
        value = f"{row['type']} since {BUILDS[row['since']]}"
        if row["member"] == "method":
            value = " ".join(sorted(row["type"].split()))
        place = (row["member"], OWNERS[row["class"]], row["name"])
        place = place if place[0] == "property" else (place[0], place[1].casefold(), place[2])
        found[place] = claim(value, row["sure"], row["sources"].split(";"), known)
    return found


def carried(*claims: Claim) -> bool:
    """Whether a point was recorded from real Windows, or two independent sources say it."""
    places = frozenset().union(*(one.places for one in claims if one.sure != "inferred"))
    return any(one.sure == "captured" for one in claims) or len(places) >= 2


def agree(mine: Claim, other: Claim) -> bool:
    """A type that is only known, not asked for, has no first build on the client's side."""
    return mine.value == other.value or mine.value == other.value.partition(" since ")[0]


def complaints(ours: dict[Key, Claim], theirs: dict[Key, Claim]) -> list[str]:
    """What rests on too little, and where the two sides differ, without a doubt that says so."""
    found = []
    for place, mine in ours.items():
        other = theirs.get(place)
        label = " ".join(part for part in place if part)
        if other is not None and not agree(mine, other) and not mine.doubt:
            found.append(f"{label}: the client has {mine.value!r}, the lab {other.value!r}")
        if not mine.doubt and not carried(mine, *([other] if other else [])):
            found.append(f"{label}: rests on one source or on none, and no doubt says so")
    return found


# --- The facts as they are ----------------------------------------------------------------------------------


def test_no_fact_rests_on_too_little_without_a_doubt() -> None:
    ours, theirs = client(), lab()
    assert len(set(ours) & set(theirs)) > 130, "the two files have too few points in common to prove anything"
    assert complaints(ours, theirs) == []


def test_a_code_of_a_fault_is_carried_whatever_either_side_calls_it() -> None:
    """Kind: the two agree on a number under two names, and the comparison of names does not see it."""
    ours, theirs = (
        {one.value: one for (kind, _subject, _name), one in side.items() if kind == "fault_code"}
        for side in (client(), lab())
    )
    both = set(ours) & set(theirs)
    assert len(both) > 15
    assert [code for code in both if not ours[code].doubt and not carried(ours[code], theirs[code])] == []


def test_client_and_lab_have_sources_of_their_own() -> None:
    ours, theirs = client(), lab()
    same = [
        place for place in set(ours) & set(theirs) if ours[place].places and ours[place].places == theirs[place].places
    ]
    assert len(same) <= 15, sorted(same)


def test_each_fact_has_what_its_certainty_asks_for() -> None:
    for path, fact in client_facts():
        known = sources_of(path)
        assert fact.sure in SURE, fact
        assert set(fact.sources) <= set(known), fact
        assert len(fact.sources) >= {"two programs": 2, "inferred": 0}.get(fact.sure, 1), fact
    for path in (LAB_FACTS, LAB_CLASSES, LAB_FAULTS):
        known = sources_of(path)
        for row in read_table(path):
            named = [one for one in row["sources"].split(";") if one]
            assert row["sure"] in SURE, row
            assert set(named) <= set(known), row
            assert len(named) >= {"two programs": 2, "inferred": 0}.get(row["sure"], 1), row


@pytest.mark.parametrize("path", [*CLIENT, LAB_FACTS, LAB_CLASSES, LAB_FAULTS], ids=lambda path: path.parent.name)
def test_each_source_can_be_found_and_is_used(path: Path) -> None:
    sources = sources_of(path)
    assert sources
    assert all(re.match(r"https?://|%\w+%\\", place) for place in sources.values()), sources
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    used = {word for row in rows for word in re.split(r"[\t;]", row)}
    assert [one for one in sources if one not in used] == []


def test_no_fact_is_told_twice() -> None:
    places = [(path.parent, fact.kind, fact.subject, fact.name) for path, fact in client_facts()]
    assert len(places) == len(set(places))


# --- The rule itself ------------------------------------------------------------------------------------------

PLACE: Key = ("return_code", "stdregprov", "no_such_value")
GUESS = Claim("1", "inferred", frozenset())
ONE = Claim("1", "one program", frozenset({"https://one.example"}))
TWO = Claim("1", "one program", frozenset({"https://two.example"}))


@pytest.mark.parametrize(
    ("mine", "other", "said"),
    [
        (GUESS, GUESS, "rests on one source"),
        (ONE, GUESS, "rests on one source"),
        (ONE, ONE, "rests on one source"),
        (ONE, None, "rests on one source"),
        (replace(TWO, value="2"), ONE, "the client has '2'"),
    ],
)
def test_an_agreement_on_too_little_is_found(mine: Claim, other: Claim | None, said: str) -> None:
    found = complaints({PLACE: mine}, {PLACE: other} if other else {})
    assert len(found) == 1
    assert said in found[0]
    doubted = replace(mine, doubt="WIN-001")
    assert complaints({PLACE: doubted}, {PLACE: other} if other else {}) == []


@pytest.mark.parametrize(
    ("mine", "other"),
    [(ONE, TWO), (replace(GUESS, sure="captured"), None), (GUESS, replace(ONE, sure="captured"))],
)
def test_two_sources_or_a_recording_carry_a_fact(mine: Claim, other: Claim | None) -> None:
    assert complaints({PLACE: mine}, {PLACE: other} if other else {}) == []


# --- The code rests on nothing else ---------------------------------------------------------------------------


def literals(folder: Path) -> Iterator[tuple[str, object]]:
    """Every string and number in the code of a room, docstrings left out."""
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docs:
                yield f"{path.name}:{node.lineno}", node.value


# Words of Python, not of Windows.
PYTHON = {"Query", "Invoke", "Pause", "SELECT", "FROM", "WHERE", "AND", "NOT", "NULL"}
# Masks, and the width of what is masked.
ARITHMETIC = {0xFFFF, 0xFFFFFFFF}


def words(facts: Iterable[Fact]) -> set[str]:
    return {
        word for fact in facts for text in (fact.subject, fact.name, fact.value) for word in re.findall(r"\w+", text)
    }


def test_every_name_of_windows_in_the_code_has_its_fact() -> None:
    known = words(fact for _unused, fact in client_facts()) | PYTHON
    strange = []
    for place, value in literals(UTILS / "_spp"):
        # No sentences, and no patterns.
        if isinstance(value, str) and (" " not in value or value.startswith("SELECT ")) and "[" not in value:
            names = re.findall(r"(?<!\w)[a-z]?[A-Z]\w+", value)
            strange += [f"{place} {name}" for name in names if name not in known]
    assert strange == []


def test_every_number_of_windows_in_the_code_has_its_fact() -> None:
    facts = [fact for _unused, fact in client_facts()]
    known = {int(number(fact.value)) for fact in facts if number(fact.value).isdigit()} | {fact.since for fact in facts}
    strange = []
    for room, least in (("_spp", 256), ("_wsman", 2**31)):
        for place, value in literals(UTILS / room):
            if (
                isinstance(value, int)
                and not isinstance(value, bool)
                and value >= least
                and value not in known | ARITHMETIC
            ):
                strange.append(f"{room}/{place} {value:#x}")
    assert strange == []


def test_every_uri_has_its_fact() -> None:
    stated = {fact.name: fact.value for _unused, fact in client_facts() if fact.kind == "uri"}
    in_code = {name: value for name, value in vars(uris).items() if isinstance(value, str) and value.startswith("http")}
    assert {name: in_code.get(name) for name in stated} == stated
    assert [name for name in in_code if name not in stated and not name.endswith("_ACTION")] == []


# --- The doubts -----------------------------------------------------------------------------------------------


def test_each_doubt_has_a_probe_or_says_why_there_is_none() -> None:
    for doubt in doubts():
        assert bool(doubt.probe) != bool(doubt.no_probe), doubt.id
        assert all((doubt.text, doubt.rests, doubt.evidence)), doubt.id
        assert not doubt.text.endswith(".")
        assert not doubt.evidence.endswith(".")


def test_identifiers_are_never_given_twice_nor_taken_back() -> None:
    identifiers = [doubt.id for doubt in doubts()]
    assert identifiers == [f"WIN-{index:03d}" for index in range(1, len(identifiers) + 1)]
    assert len(identifiers) >= 24


def test_each_doubt_of_a_fact_is_in_the_list() -> None:
    known = {doubt.id for doubt in doubts()}
    assert {fact.doubt for _unused, fact in client_facts() if fact.doubt} <= known


@pytest.mark.parametrize(
    ("text", "probe"),
    [
        ("", None),
        ("hand Look at it", "Look at it"),
        ("wql root/cimv2 SELECT A FROM B", Query("SELECT A FROM B", namespace="root/cimv2")),
        (
            "call root/default C.M a=1; b=x y=z",
            Invoke("C", "M", {"a": "1", "b": "x y=z"}, namespace="root/default", reads=True),
        ),
        ("call root/cimv2 C.M", Invoke("C", "M", {}, namespace="root/cimv2", reads=True)),
    ],
)
def test_probes(text: str, probe: object) -> None:
    assert read_probe(text) == probe


@pytest.mark.parametrize("text", ["ask root/cimv2 SELECT", "call root/cimv2 C", "wql root/cimv2", "hand "])
def test_what_is_no_probe(text: str) -> None:
    with pytest.raises(TableError):
        read_probe(text)


def test_no_probe_changes_anything() -> None:
    """A kit will run them on machines that somebody needs."""
    methods = {doubt.probe.method for doubt in doubts() if isinstance(doubt.probe, Invoke)}
    assert methods
    assert all(re.match(r"Get|Enum|Check", method) for method in methods), methods
    queries = [doubt.probe.text for doubt in doubts() if isinstance(doubt.probe, Query)]
    assert queries
    assert all(query.startswith("SELECT ") for query in queries)
    assert not any("*" in query or "OA3x" in query for query in queries)


def test_the_page_of_doubts_has_each_of_them() -> None:
    """That it says what the data say is in test_pages.py."""
    page = (REPOSITORY / "docs" / "docsite" / "rst" / "doubts.rst").read_text(encoding="utf-8")
    assert all(f"\n{one.id}\n" in page for one in doubts())
    assert "doubts.rst" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
