# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Are the libraries those that everybody has? A lookalike in their place would be measured instead."""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata
from pathlib import Path

_LOOKALIKES = ("urllib3-future", "urllib3.future")


def check_urllib3() -> str:
    """The version of urllib3, all of whose files are as published: some packages put their own in its place."""
    for name in _LOOKALIKES:
        try:
            metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        raise SystemExit(f"benchmarks: {name} is installed and takes the place of urllib3: pip uninstall {name}")
    published = metadata.distribution("urllib3")
    for file in published.files or ():
        if file.suffix == ".py" and file.hash is not None:
            content = Path(str(file.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).rstrip(b"=").decode()
            if digest != file.hash.value:
                raise SystemExit(f"benchmarks: {file} is not the one of urllib3 {published.version}: install it again")
    return published.version
