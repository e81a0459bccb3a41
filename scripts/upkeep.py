# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the tables of the collection with copies of Microsoft's pages, and shows what differs.

It asks nobody: save the pages first, as HTML from a browser or as Markdown from MicrosoftDocs. It changes nothing: a
new fact wants to be read by a person, with its source and date beside it.

Usage: upkeep.py [--gvlk PAGE] [--errors PAGE] [--editions PAGE] [--host-keys PAGE]

    --gvlk       KMS client activation and product keys   (WindowsServerDocs/get-started/kms-client-activation-keys.md)
    --errors     Troubleshoot Windows activation error codes
    --editions   GetProductInfo, or Win32_OperatingSystem
    --host-keys  Plan for KMS activation                  (WindowsServerDocs/get-started/kms-activation-planning.md)

Each may be given several times. The status is 1 when something differs, 2 when a page holds nothing of its kind.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "plugins" / "plugin_utils" / "_licensing" / "data"

_KEY = re.compile(r"\b[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}\b")
_CODE = re.compile(r"\b0x[0-9A-Fa-f]{8}\b")
_CONSTANT = re.compile(r"\b(PRODUCT_[A-Z0-9_]+)\b")
_NUMBER = re.compile(r"0x([0-9A-Fa-f]{1,8})\b|\((\d{1,3})\)|(?<![\w.])(\d{1,3})(?![\w.])")
_SYSTEM = re.compile(r"Server \d{4}(?: R2)?|Windows (?:Vista|\d{1,2}(?:\.\d)?)\b", re.IGNORECASE)

Facts = dict[str, str]


@dataclass(frozen=True)
class Kind:
    """A table of ours and a way to read the same from a page: facts by what tells them apart."""

    title: str
    ours: Callable[[], Facts]
    theirs: Callable[[list[str]], Facts]


def lines_of(page: str) -> list[str]:
    """A page as lines of text, a row of a table on one line with its cells between bars. HTML and Markdown alike."""
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", page)
    if re.search(r"(?i)</?(table|html|p|div)\b", text):
        text = re.sub(r"\s+", " ", text)
        text = re.sub(r"(?i)</t[dh]>\s*", " | ", text)
        text = re.sub(r"(?i)</?(tr|p|h[1-6]|li|div|table|ul)\b[^>]*>", "\n", text)
    text = re.sub(r"<[^>]+>", " ", text)
    plain = html.unescape(text).replace("\\_", "_").replace("`", "").replace("*", "").replace("\u00a0", " ")
    return [line.strip() for line in plain.splitlines() if line.strip()]


def rows(name: str) -> Iterator[dict[str, str]]:
    """A table of ours."""
    lines = [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    for line in lines[1:]:
        yield dict(zip(lines[0].split("\t"), line.split("\t"), strict=True))


def our_keys() -> Facts:
    return {row["gvlk"]: row["product"] for row in rows("gvlk.tsv")}


def their_keys(lines: list[str]) -> Facts:
    """By key, the words of the row before it."""
    return {key: line.partition(key)[0].strip(" |") for line in lines for key in _KEY.findall(line)}


def our_codes() -> Facts:
    return {row["code"].upper(): row["symbol"] for row in rows("activation_errors.tsv")}


def their_codes(lines: list[str]) -> Facts:
    """By code, the line in which it stands first."""
    found: Facts = {}
    for line in lines:
        for code in _CODE.findall(line):
            found.setdefault(code.upper(), line[:100])
    return found


def our_editions() -> Facts:
    return {row["sku"]: row["constant"] for row in rows("editions.tsv")}


def their_editions(lines: list[str]) -> Facts:
    """By number, the constant that stands in the same row."""
    found: Facts = {}
    for line in lines:
        constant = _CONSTANT.search(line)
        number = _NUMBER.search(line.replace(constant[0], " ")) if constant else None
        if constant and number:
            value = int(number[1], 16) if number[1] else int(number[2] or number[3])
            found[str(value)] = constant[1]
    return found


def our_systems() -> Facts:
    text = " ".join(f"{row['servers']} {row['clients']}" for row in rows("host_keys.tsv"))
    return {name.lower(): name for name in _SYSTEM.findall(text)}


def their_systems(lines: list[str]) -> Facts:
    """Every release of Windows that a row about host keys names."""
    found: Facts = {}
    for line in lines:
        if "|" in line:
            for name in _SYSTEM.findall(line):
                found.setdefault(name.lower(), name)
    return found


KINDS = {
    "gvlk": Kind("client setup keys", our_keys, their_keys),
    "errors": Kind("error codes", our_codes, their_codes),
    "editions": Kind("editions", our_editions, their_editions),
    "host_keys": Kind("releases that a KMS host key activates", our_systems, their_systems),
}


def differences(ours: Facts, theirs: Facts, by_text: bool) -> Iterator[str]:
    """A line for each fact that only one side has, or, with ``by_text``, that both name differently."""
    for key in sorted(theirs.keys() - ours.keys()):
        yield f"+ {key}  {theirs[key]}"
    for key in sorted(ours.keys() - theirs.keys()):
        yield f"- {key}  {ours[key]}"
    for key in sorted(ours.keys() & theirs.keys()) if by_text else ():
        if ours[key] != theirs[key]:
            yield f"! {key}  ours: {ours[key]}  theirs: {theirs[key]}"


def compare(name: str, pages: list[Path]) -> int:
    """Print what differs; the status of the program."""
    kind = KINDS[name]
    theirs: Facts = {}
    for page in pages:
        found = kind.theirs(lines_of(page.read_text(encoding="utf-8", errors="replace")))
        if not found:
            print(f"{page}: no {kind.title} in it. Is it the right page, and is it whole?", file=sys.stderr)
            return 2
        theirs |= found
    ours = kind.ours()
    found_lines = list(differences(ours, theirs, by_text=name == "editions"))
    print(f"{kind.title}: {len(ours)} here, {len(theirs)} there, {len(found_lines)} differences")
    for line in found_lines:
        print(f"  {line}")
    return 1 if found_lines else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="+ is only on the page, - only here (older pages may have it), ! is named differently."
    )
    for name in KINDS:
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="PAGE", type=Path, action="append")
    given = vars(parser.parse_args(arguments))
    statuses = [compare(name, pages) for name, pages in given.items() if pages]
    if not statuses:
        parser.error("name at least one page")
    return max(statuses)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
