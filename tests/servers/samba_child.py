# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""samba-tool, which provisions the first domain controller of a domain further down in a forest.

Samba 4.22 has no such join. Its provisioning knows of forests with another first domain, but nothing asks it for one.
So it is asked here: the first argument is the distinguished name of the forest's first domain, the others are those of
samba-tool. What is made is a real directory of its own in which the configuration and the schema have the names of the
forest. Nothing replicates between the two.

Runs with Debian's Python.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

# Samba's bindings exist for Debian's Python alone, and carry no types.
from samba import provision  # type: ignore
from samba.netcmd.main import samba_tool  # type: ignore

_guess_names, _setup_add_ldif = provision.guess_names, provision.setup_add_ldif
_FIRST_DOMAIN = sys.argv.pop(1)


def guess_names(*arguments: Any, **named: Any) -> Any:
    return _guess_names(*arguments, **{**named, "rootdn": _FIRST_DOMAIN})


def setup_add_ldif(database: Any, path: str, *arguments: Any, **named: Any) -> None:
    """One template takes the configuration to be below its own domain."""
    text = Path(path).read_text(encoding="utf-8")
    with tempfile.NamedTemporaryFile("w", suffix=".ldif", encoding="utf-8") as changed:
        changed.write(text.replace("CN=Configuration,${DOMAINDN}", "${CONFIGDN}"))
        changed.flush()
        _setup_add_ldif(database, changed.name, *arguments, **named)


provision.guess_names, provision.setup_add_ldif = guess_names, setup_add_ldif
sys.exit(samba_tool(*sys.argv[1:]))
