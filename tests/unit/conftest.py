# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets plain pytest import the collection by its full name. Inert under ansible-test, which does so itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _install_loader() -> None:
    if any(type(finder).__name__ == "_AnsibleCollectionFinder" for finder in sys.meta_path):
        return
    repository = Path(__file__).resolve().parents[2]
    root = repository / ".work" / "collections"
    link = root / "ansible_collections" / "winfleet" / "activation"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(repository, target_is_directory=True)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(root)
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(root)])


_install_loader()
