# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves, from the import statements of every file, that the arrows between the rooms only go one way.

The rooms are drawn in CONTRIBUTING.md. `ROOMS` is that drawing as a table: what each room may import of the
collection, and what from outside of it besides Python's standard library. Everything not allowed is a
violation, so a new room has no rights until it gets its line here. The tests at the end hand the same rules
made-up files, to show that they bite.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.winfleet.activation"
LAB = PurePosixPath("tests/lab")


@dataclass(frozen=True)
class Room:
    """One line of the drawing: a folder, and what the files below it may import."""

    folder: str
    imports: frozenset[str] = frozenset()
    """Rooms, by folder. A room may always import itself."""
    outside: frozenset[str] = frozenset()
    """Distributions that are not in the standard library, by their top-level name."""
    forbidden: frozenset[str] = frozenset()
    """Modules of the standard library that this room must do without."""


UTILS = "plugins/plugin_utils"
LICENSING, WSMAN, WINRM = f"{UTILS}/_licensing", f"{UTILS}/_wsman", f"{UTILS}/_winrm"
PYWINRM, STREAM, FAILURES = f"{WINRM}/pywinrm", f"{WINRM}/stream", f"{WINRM}/failures"
PIPES = frozenset({WINRM, PYWINRM, STREAM})
SPP, OPERATIONS, GLUE = f"{UTILS}/_spp", f"{UTILS}/_operations", f"{UTILS}/_glue"
POLICY = f"{UTILS}/_policy"
CREW = f"{UTILS}/_crew"
REPORT = f"{UTILS}/_report"
MODULE_UTILS = "plugins/module_utils"
DNS = f"{MODULE_UTILS}/_dns"
AD = f"{MODULE_UTILS}/_ad"

CORE = frozenset({LICENSING, POLICY, REPORT, WSMAN, SPP, OPERATIONS, GLUE, CREW}) | PIPES
ANSIBLE = frozenset({"ansible"})
NETWORK = frozenset({"asyncio", "http.client", "select", "selectors", "socket", "ssl", "subprocess", "urllib.request"})
CHANCE_AND_CLOCK = frozenset({"random", "secrets", "time", "uuid"})

ROOMS = (
    Room(LICENSING, forbidden=NETWORK | CHANCE_AND_CLOCK),
    Room(POLICY, imports=frozenset({LICENSING, MODULE_UTILS}), forbidden=NETWORK | CHANCE_AND_CLOCK),
    Room(REPORT, imports=frozenset({POLICY, LICENSING, MODULE_UTILS}), forbidden=NETWORK | CHANCE_AND_CLOCK),
    Room(WSMAN, imports=frozenset({MODULE_UTILS}), forbidden=NETWORK | CHANCE_AND_CLOCK),
    Room(WINRM, imports=frozenset({WSMAN, MODULE_UTILS})),
    # Two pipes that know nothing of each other.
    Room(PYWINRM, imports=frozenset({WINRM, FAILURES, WSMAN, MODULE_UTILS})),
    Room(STREAM, imports=frozenset({WINRM, FAILURES, WSMAN, MODULE_UTILS})),
    Room(FAILURES, imports=frozenset({WINRM, WSMAN, MODULE_UTILS})),
    Room(CREW),
    Room(SPP, imports=frozenset({WINRM, WSMAN, LICENSING}), forbidden=NETWORK),
    Room(
        OPERATIONS,
        imports=frozenset({CREW, SPP, WSMAN, LICENSING, POLICY, MODULE_UTILS}) | PIPES,
        forbidden=frozenset({"socket", "ssl"}),
    ),
    Room(GLUE, imports=CORE | {MODULE_UTILS, DNS}, outside=ANSIBLE),
    Room(DNS, imports=frozenset({MODULE_UTILS}), outside=ANSIBLE | {"dns"}),
    Room(AD, imports=frozenset({MODULE_UTILS, DNS}), outside=ANSIBLE),
    Room(MODULE_UTILS, outside=ANSIBLE),
    # Travels to where the module runs, with module_utils and nothing else.
    Room("plugins/modules", imports=frozenset({MODULE_UTILS, DNS, AD}), outside=ANSIBLE),
    Room("plugins/doc_fragments"),
    Room("plugins/action", imports=CORE | {MODULE_UTILS, DNS}, outside=ANSIBLE),
    # All of them are loaded wherever one is wanted.
    Room("plugins/filter", imports=frozenset({GLUE})),
    Room("plugins/inventory", imports=CORE | {MODULE_UTILS, DNS, AD}, outside=ANSIBLE),
    Room("plugins/lookup", imports=CORE | {MODULE_UTILS, DNS}, outside=ANSIBLE),
)

# The files, and no others in their room, that talk to something foreign.
FOREIGN = {
    f"{PYWINRM}/line.py": frozenset(
        {"requests", "requests_credssp", "requests_ntlm", "spnego", "urllib3", "winrm", "xmltodict"}
    ),
    f"{PYWINRM}/adapter.py": frozenset({"requests", "urllib3"}),
    # Names outside ASCII as requests has them.
    f"{WINRM}/address.py": frozenset({"idna"}),
    # pyspnego's contexts; the trust store and certificate hashes that requests and pywinrm use as well.
    f"{STREAM}/negotiate.py": frozenset({"spnego"}),
    f"{STREAM}/tls.py": frozenset({"certifi", "cryptography"}),
    # To read what a listener shows in TLS.
    f"{WINRM}/certificate.py": frozenset({"cryptography"}),
    # To see which variables a template reads; ansible-core brings it along.
    f"{GLUE}/connections/rendering.py": frozenset({"jinja2"}),
    # For the lines of a policy; it comes with ansible-core as well.
    f"{GLUE}/policy_file.py": frozenset({"yaml"}),
    # The page is a template; both come with ansible-core.
    f"{REPORT}/html_page.py": frozenset({"jinja2", "markupsafe"}),
    f"{DNS}/gss.py": frozenset({"gssapi"}),
    **{f"{AD}/{name}.py": frozenset({"ldap"}) for name in ("connection", "directory", "explain", "sign_in")},
}

# A sans-IO room learns the time from its caller.
CLOCK_CALLS = frozenset({"now", "today", "utcnow"})


def room_of(path: str) -> Room | None:
    """The innermost room that a file of the collection lies in."""
    inside = [room for room in ROOMS if path.startswith(f"{room.folder}/")]
    return max(inside, key=lambda room: len(room.folder), default=None)


def imported(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The full names that a file imports, with their lines; also inside functions and under TYPE_CHECKING.

    `from a import b` counts as `a.b`: whether b is a module or a name in one, it lies in the same room.
    """
    package = [*COLLECTION.split("."), *PurePosixPath(path).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def judge(path: str, name: str) -> str | None:
    """Says what is wrong with a file of the collection importing a name, or None."""
    room = room_of(path)
    if room is None:
        return "lies in no room: give its folder a line in ROOMS"
    if name == COLLECTION or name.startswith(f"{COLLECTION}."):
        target = room_of(name.removeprefix(f"{COLLECTION}.").replace(".", "/") + "/")
        allowed = target is not None and (target.folder == room.folder or target.folder in room.imports)
        if allowed and target == room and not is_private(room):
            return f"imports {name}: a plugin does not import another plugin"
        return None if allowed else f"imports {name}: not an arrow of the drawing"
    if any(name == module or name.startswith(f"{module}.") for module in room.forbidden):
        return f"imports {name}: this room does without"
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in room.outside or top in FOREIGN.get(path, ()):
        return None
    return f"imports {name}: not for this file"


def is_private(room: Room) -> bool:
    """Whether files of this room may import each other: utilities do, plugins do not."""
    return room.folder.startswith((UTILS, MODULE_UTILS))


def reads_clock(tree: ast.AST) -> Iterator[int]:
    """The lines on which datetime.now() and its kin are called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS:
            yield node.lineno


def violations(files: Mapping[str, str]) -> list[str]:
    """Judges files, given as path below the repository and content."""
    found = []
    for path, text in files.items():
        tree = ast.parse(text, path)
        names = imported(path, tree)
        if PurePosixPath(path).is_relative_to(LAB):
            wrong = [(line, f"imports {name}: the lab is on its own") for line, name in names if of_ansible(name)]
        else:
            wrong = [(line, problem) for line, name in names if (problem := judge(path, name))]
            if (room := room_of(path)) and room.forbidden >= CHANCE_AND_CLOCK:
                wrong += [(line, "reads the clock") for line in reads_clock(tree)]
        found += [f"{path}:{line} {problem}" for line, problem in wrong]
    return found


def of_ansible(name: str) -> bool:
    """Whether a name belongs to Ansible or to this collection. A relative import within the lab does not."""
    if name.startswith(f"{COLLECTION}.{'.'.join(LAB.parts)}."):
        return False
    return name.partition(".")[0] in {"ansible", "ansible_collections"}


def sources(folder: str) -> dict[str, str]:
    """Every Python file below a folder of the repository."""
    return {
        path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
    }


# --- The repository as it is --------------------------------------------------------------------------------


def test_rooms_keep_their_arrows() -> None:
    files = sources("plugins")
    assert files, "no plugin was found, so nothing was proved"
    assert violations(files) == []


def test_lab_imports_nothing_of_the_collection() -> None:
    files = sources(str(LAB))
    assert files, "the lab was not found, so nothing was proved"
    assert violations(files) == []


def test_lab_copies_no_table() -> None:
    """A lab that holds the collection's own table would agree with it even where both are wrong."""
    rows = {
        line
        for table in (REPOSITORY / "plugins").rglob("data/*")
        if table.suffix in {".tsv", ".csv", ".json", ".yml"}
        for line in table.read_text(encoding="utf-8").splitlines()
        if len(line) >= 60 and not line.startswith("#")
    }
    copied = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in sorted((REPOSITORY / LAB).rglob("*"))
        if path.suffix in {".py", ".tsv", ".csv", ".json", ".yml"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line in rows
    ]
    assert copied == []


# --- The rules themselves -----------------------------------------------------------------------------------

ALLOWED = {
    "a room imports itself": (f"{WSMAN}/fault.py", "from .errors import WsmanError"),
    "an arrow": (f"{WINRM}/session.py", f"from {COLLECTION}.{WSMAN.replace('/', '.')} import envelope"),
    "a relative arrow": (f"{SPP}/reader.py", "from .._licensing.model import Snapshot"),
    "the standard library": (f"{LICENSING}/model.py", "from dataclasses import dataclass"),
    "part of a forbidden package": (f"{WSMAN}/uris.py", "from urllib.parse import quote"),
    "the foreign file": (f"{PYWINRM}/line.py", "from winrm.protocol import Protocol"),
    "glue and ansible": (f"{GLUE}/action.py", "from ansible.plugins.action import ActionBase"),
    "an action and glue": ("plugins/action/license.py", "from ..plugin_utils._glue.action import SppAction"),
    "the DNS side": (f"{DNS}/update.py", "import dns.update\nfrom .._kms import PORT"),
    "the lab and itself": (
        f"{LAB}/winlab/wsman.py",
        "from .cim import CimError\nfrom winlab.host import Host",
    ),
}

VIOLATIONS = {
    "an arrow turned back": (f"{WSMAN}/fault.py", "from .._winrm.errors import WinrmError"),
    "by its full name": (f"{LICENSING}/plan.py", f"import {COLLECTION}.plugins.plugin_utils._spp.schema"),
    "by the package": (f"{LICENSING}/plan.py", "from .. import _spp"),
    "inside a function": (f"{LICENSING}/plan.py", "def f():\n    from .._wsman import values"),
    "only for types": (f"{LICENSING}/plan.py", "if TYPE_CHECKING:\n    from .._winrm.session import Session"),
    "ansible below the glue": (f"{OPERATIONS}/audit.py", "from ansible.errors import AnsibleError"),
    "pywinrm in another file": (f"{WINRM}/session.py", "import winrm"),
    "one pipe in the other": (f"{STREAM}/pipe.py", "from ..pywinrm.line import Line"),
    "a foreign library": (f"{WSMAN}/envelope.py", "import lxml.etree"),
    "a socket in the codec": (f"{WSMAN}/envelope.py", "import socket"),
    "a submodule of the standard library": (f"{WSMAN}/envelope.py", "from urllib import request"),
    "chance in the codec": (f"{WSMAN}/envelope.py", "from uuid import uuid4"),
    "the clock in the codec": (f"{WSMAN}/values.py", "from datetime import datetime\nnow = datetime.now()"),
    "the clock in the rules": (f"{LICENSING}/assess.py", "from datetime import date\ntoday = date.today()"),
    "a module and plugin_utils": (
        "plugins/modules/kms_srv.py",
        "from ..plugin_utils._licensing import terms",
    ),
    "module_utils and plugin_utils": (f"{DNS}/srv.py", "from ...plugin_utils._licensing import terms"),
    "a plugin and another plugin": ("plugins/action/license.py", "from . import license_info"),
    "a plugin and another kind": ("plugins/filter/gvlk.py", "from ..action.license import ActionModule"),
    "a room without a line": (f"{UTILS}/_new/thing.py", "import os"),
    "the lab and the collection": (f"{LAB}/winlab/machine.py", f"from {COLLECTION}.plugins import action"),
    "the lab and a climb": (f"{LAB}/winlab/machine.py", "from ....plugins.plugin_utils._wsman import uris"),
    "the lab and ansible": (f"{LAB}/winlab/machine.py", "import ansible.constants"),
}


@pytest.mark.parametrize(("path", "text"), ALLOWED.values(), ids=ALLOWED)
def test_rules_allow(path: str, text: str) -> None:
    assert violations({path: text}) == []


@pytest.mark.parametrize(("path", "text"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_rules_forbid(path: str, text: str) -> None:
    (found,) = violations({path: text})
    assert found.startswith(f"{path}:")
