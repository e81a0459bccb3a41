# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL: what is found, and what is refused."""

from __future__ import annotations

import pytest

from winlab.cim import WBEM_E_INVALID_CLASS, WBEM_E_INVALID_QUERY, CimError
from winlab.wql import parse
from winlab.wql_match import like_pattern, run

from .workshop import NAMESPACE, FakeCim

ALL = ["desk", "hall", "stage"]


def found(wql: str) -> list[str]:
    return [one.values["Name"] for one in run(FakeCim(), NAMESPACE, wql).objects]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("", ALL),
        ("WHERE Name = 'desk'", ["desk"]),
        ('where NAME = "DESK"', ["desk"]),
        ("WHERE Name <> 'desk'", ["hall", "stage"]),
        ("WHERE Name != 'desk'", ["hall", "stage"]),
        ("WHERE 'desk' = Name", ["desk"]),
        ("WHERE 50 < Watts", ["hall", "stage"]),
        ("WHERE Room <> 'kitchen'", ["desk", "stage"]),
        ("WHERE Room = 'STUDY'", ["desk", "stage"]),
        ("WHERE Room IS NULL", ["hall"]),
        ("WHERE Room IS NOT NULL", ["desk", "stage"]),
        ("WHERE Room = null", ["hall"]),
        ("WHERE Room <> NULL", ["desk", "stage"]),
        ("WHERE Tags IS NULL", None),
        ("WHERE aliasName = ''", ["desk"]),
        ("WHERE aliasName IS NULL", ["hall", "stage"]),
        ("WHERE Watts > 40", ["hall", "stage"]),
        ("WHERE Watts >= 40 AND Watts < 100", ["desk", "hall"]),
        ("WHERE Watts <= 0x28", ["desk"]),
        ("WHERE Watts = '60'", ["hall"]),
        ("WHERE Watts > 1000", ["stage"]),
        ("WHERE Name > 'e'", ["hall", "stage"]),
        ("WHERE Lit = TRUE", ["desk"]),
        ("WHERE Lit <> true", ["hall", "stage"]),
        ("WHERE Bought > '20240101000000.000000+000'", ["desk"]),
        ("WHERE Bought < '20240301133006.000000+060'", ["desk"]),
        ("WHERE Bought < '20240301133005.000000+060'", []),
        ("WHERE Name LIKE 'd%'", ["desk"]),
        ("WHERE Name LIKE '%a%'", ["hall", "stage"]),
        ("WHERE Name LIKE '[a-h]%'", ["desk", "hall"]),
        ("WHERE NOT Name LIKE '[a-h]%'", ["stage"]),
        ("WHERE Name LIKE '[^a-h]____'", ["stage"]),
        ("WHERE Name = 'desk' OR Name = 'hall' AND Watts = 1", ["desk"]),
        ("WHERE (Name = 'desk' OR Name = 'hall') AND Watts = 60", ["hall"]),
        ("WHERE NOT (Name = 'desk' OR Name = 'hall')", ["stage"]),
        ("WHERE Room = 'study' AND NOT Lit = true AND Watts <> 1", ["stage"]),
        ("WHERE __this ISA 'Lab_Spotlight'", ["stage"]),
        ("WHERE __this ISA 'Lab_Lamp'", ALL),
        ("WHERE __CLASS = 'Lab_Lamp'", ["desk", "hall"]),
    ],
)
def test_where(where: str, names: list[str] | None) -> None:
    wql = f"SELECT * FROM Lab_Lamp {where}"
    if names is None:
        with pytest.raises(CimError):
            found(wql)
    else:
        assert found(wql) == names


@pytest.mark.parametrize(
    "wql",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT FROM Lab_Lamp",
        "SELECT * Lab_Lamp",
        "SELECT *, Name FROM Lab_Lamp",
        "SELECT * FROM Lab_Lamp WHERE",
        "SELECT * FROM Lab_Lamp WHERE Name",
        "SELECT * FROM Lab_Lamp WHERE Name =",
        "SELECT * FROM Lab_Lamp WHERE Name = desk",
        "SELECT * FROM Lab_Lamp WHERE Name = Room",
        "SELECT * FROM Lab_Lamp WHERE Name = 'desk",
        "SELECT * FROM Lab_Lamp WHERE (Name = 'desk'",
        "SELECT * FROM Lab_Lamp WHERE Name = 'desk')",
        "SELECT * FROM Lab_Lamp WHERE Name = 'a\\b'",
        "SELECT * FROM Lab_Lamp WHERE Name IS 'desk'",
        "SELECT * FROM Lab_Lamp WHERE Name LIKE 5",
        "SELECT * FROM Lab_Lamp WHERE Watts LIKE '4%'",
        "SELECT * FROM Lab_Lamp WHERE Watts = 'many'",
        "SELECT * FROM Lab_Lamp WHERE Watts = true",
        "SELECT * FROM Lab_Lamp WHERE Name = 5",
        "SELECT * FROM Lab_Lamp WHERE Lit = 1",
        "SELECT * FROM Lab_Lamp WHERE Lit > FALSE",
        "SELECT * FROM Lab_Lamp WHERE Room > NULL",
        "SELECT * FROM Lab_Lamp WHERE Tags = 'one'",
        "SELECT * FROM Lab_Lamp WHERE Bought > 'yesterday'",
        "SELECT * FROM Lab_Lamp WHERE Color = 'red'",
        "SELECT Color FROM Lab_Lamp",
        "SELECT Angle FROM Lab_Lamp",
        "SELECT * FROM Lab_Lamp ORDER BY Name",
        "SELECT COUNT(*) FROM Lab_Lamp",
        "ASSOCIATORS OF {Lab_Lamp.Name='desk'}",
        "DELETE FROM Lab_Lamp",
        "SELECT * FROM Lab_Lamp WHERE Name = 'desk';",
    ],
)
def test_invalid_query(wql: str) -> None:
    with pytest.raises(CimError) as error:
        run(FakeCim(), NAMESPACE, wql)
    assert error.value.hresult == WBEM_E_INVALID_QUERY
    assert error.value.operation == "ExecQuery"


def test_unknown_class() -> None:
    with pytest.raises(CimError) as error:
        run(FakeCim(), NAMESPACE, "SELECT * FROM Lab_Nothing")
    assert error.value.hresult == WBEM_E_INVALID_CLASS


def test_projection_takes_the_spelling_of_the_class() -> None:
    assert run(FakeCim(), NAMESPACE, "select WATTS , name from LAB_lamp").names == ("Watts", "Name")


def test_subclass_inherits() -> None:
    selection = run(FakeCim(), NAMESPACE, "SELECT Name, Angle FROM Lab_Spotlight WHERE Watts = 4000")
    assert [one.values["Name"] for one in selection.objects] == ["stage"]


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r"'C:\\Temp'", "C:\\Temp"),
        (r"'it\'s'", "it's"),
        ('"it\'s"', "it's"),
        (r'"say \"x\""', 'say "x"'),
        ("'<&>'", "<&>"),
        ("''", ""),
        ("'line\nbreak'", "line\nbreak"),
    ],
)
def test_string_literals(literal: str, text: str) -> None:
    where = parse(f"SELECT * FROM C WHERE P = {literal}").where
    assert where is not None
    assert getattr(where, "constant") == text  # noqa: B009


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a.c", "abc", False),
        ("a.c", "A.C", True),
        ("50[%]", "50%", True),
        ("50[%]", "505", False),
        ("a[_]b", "a_b", True),
        ("a[_]b", "axb", False),
        ("[]]x", "]x", True),
        ("%", "", True),
        ("_", "", False),
        ("x[", "x[", True),
        ("(a|b)*", "(a|b)*", True),
        ("[^^]", "^", False),
        ("[a-c]%z", "Blitz", True),
        (r"C:\%", "C:\\Windows\nx", True),
    ],
)
def test_like(pattern: str, text: str, matches: bool) -> None:
    assert (like_pattern(pattern).fullmatch(text) is not None) is matches
