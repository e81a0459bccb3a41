# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, and the collection on the import path without Ansible's loader, which would count as our memory."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
WORK = REPOSITORY / ".work" / "benchmarks"
COLLECTIONS = REPOSITORY / ".work" / "collections"

#: The account of every machine of the benchmark.
USER, PASSWORD = "CORP\\fleetadmin", "Lab-Passw0rd!"

#: The organization's own KMS host, without which nothing may be repaired.
APPROVED = "kms01.corp.example"

#: Hosts that a contender works on before it is measured, so that nobody pays for first-time set-up.
WARM_UP = 8


def import_collection() -> None:
    """Make ``ansible_collections.winfleet.activation`` importable: this working tree."""
    link = COLLECTIONS / "ansible_collections" / "winfleet" / "activation"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(REPOSITORY, target_is_directory=True)
    sys.path.insert(0, str(COLLECTIONS))
