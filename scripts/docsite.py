# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares what antsibull-docs has generated for a site of our own: a start page by question, our name, no network.

Usage: docsite.py FOLDER, where FOLDER holds conf.py and rst/.
"""

from __future__ import annotations

import re
import shutil
import sys
import zlib
from pathlib import Path

import rst

_ELSEWHERE = rst.ROOT / "docs" / "elsewhere.tsv"
_CSS = rst.ROOT / "docs" / "site.css"
_ANSIBLE = "https://docs.ansible.com/ansible/latest/"
_NAME = "winfleet.activation"
_INDEX = "Modules, roles and plugins"


def configuration(text: str) -> str:
    """conf.py with our name and style, and other projects' pages from a file. Raises ValueError for another shape."""
    text, found = re.subn(r"^intersphinx_mapping = \{.*?^\}\n", "", text, flags=re.DOTALL | re.MULTILINE)
    if found != 1:
        raise ValueError("conf.py has not the shape that scripts/docsite.py expects: it maps no other projects")
    ours = f"""
project = title = html_title = html_short_title = "{_NAME}"
copyright = "the {_NAME} contributors"
intersphinx_mapping = {{"ansible": ("{_ANSIBLE}", "../ansible.inv")}}
html_static_path = ["static"]
html_css_files = ["site.css"]
"""
    return text + ours


def inventory(table: str) -> bytes:
    """The pages of others that ours refer to, as Sphinx reads them (objects.inv, version 2)."""
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")][1:]
    lines = (f"{name} std:{kind} 1 {page} {words}\n" for kind, name, page, words in rows)
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n# zlib\n"
    return head.encode() + zlib.compress("".join(lines).encode())


def start_page(start: str, index: str) -> str:
    """The start page as the first one of the site, with all others below it."""
    pages = re.findall(r"^    (docsite/\w+)$", index, re.MULTILINE)
    others = "\n".join(f"  {page}" for page in pages if page != "docsite/start")
    return f"{start}\n.. toctree::\n  :hidden:\n\n{others}\n  collection\n"


def collection_page(index: str) -> str:
    """The index that was generated, under another name, without the guides that the start page has."""
    text = re.sub(r"^Winfleet\.Activation\n=+\n", f"{_INDEX}\n{'=' * len(_INDEX)}\n", index, flags=re.MULTILINE)
    return re.sub(
        r"^[\w ]+\n-+\n\n\.\. toctree::\n    :maxdepth: 1\n\n(?:    docsite/\w+\n)+", "", text, flags=re.MULTILINE
    )


def main() -> None:
    """Do it."""
    folder = Path(sys.argv[1])
    conf, pages = folder / "conf.py", folder / "rst"
    conf.write_text(configuration(conf.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "ansible.inv").write_bytes(inventory(_ELSEWHERE.read_text(encoding="utf-8")))
    (folder / "static").mkdir()
    shutil.copy(_CSS, folder / "static")
    start = (rst.PAGES / "start.rst").read_text(encoding="utf-8")
    index = (pages / "index.rst").read_text(encoding="utf-8")
    (pages / "index.rst").write_text(start_page(start, index), encoding="utf-8")
    (pages / "collection.rst").write_text(collection_page(index), encoding="utf-8")
    (pages / "docsite" / "start.rst").unlink()
    # antsibull-docs copies the pages, and no picture.
    shutil.copy(rst.PAGES / "rooms.svg", pages / "docsite")


if __name__ == "__main__":
    main()
