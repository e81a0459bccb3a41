# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the two pictures in README: the terminal (SVG, from the text of a report) and the page (PNG, by chromium).

Run it with .venv/bin/python. It starts the simulated fleet, audits it once, and stops it again. Both pictures show what
that audit wrote; nothing in them is typed by hand but the command.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
IMAGES = ROOT / "docs" / "images"

COMMAND = "ansible-playbook winfleet.activation.audit -i inventory.yml -e @policy.yml"
_NETWORK = "127.92.0.0/16"
_ROW, _COLUMN, _MARGIN = 17, 7.25, 18
_COLOURS = {"error": "#ff7b72", "warning": "#e3b341", "command": "#7ee787", "plain": "#c9d1d9"}
_LINES, _WIDTH = 22, 124


def terminal(report: str) -> str:
    """The beginning of a report as text, as a terminal shows it. It has colours of its own, for any background."""
    lines = [f"$ {COMMAND}", *report.splitlines()[:_LINES], "…"]
    height = _ROW * len(lines) + 2 * _MARGIN
    width = round(_COLUMN * _WIDTH + 2 * _MARGIN)
    rows = "\n".join(_row(number, line[:_WIDTH]) for number, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="An audit at a prompt">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">\n'
        f"{rows}\n</g>\n</svg>\n"
    )


def _row(number: int, line: str) -> str:
    colour = _COLOURS[_kind(line)]
    # Spaces at the beginning of a text are dropped by most readers of SVG.
    indent = len(line) - len(line.lstrip())
    line, x = line.lstrip(), _MARGIN + _COLUMN * indent
    return f'<text x="{x:g}" y="{_MARGIN + _ROW * (number + 1) - 5}" fill="{colour}">{escape(line)}</text>'


def _kind(line: str) -> str:
    if line.lstrip().startswith("$ "):
        return "command"
    head = line.split(":", 1)[0]
    return next((word for word in ("error", "warning") if head.endswith(f" {word}")), "plain")


@contextmanager
def fleet(folder: Path) -> Iterator[dict[str, str]]:
    """The simulated fleet, with its inventory in the folder; gives the environment for commands."""
    environment = {**os.environ, "WINLAB_RUNTIME": str(folder / "run"), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    environment["ANSIBLE_NOCOLOR"] = "1"
    command = [sys.executable, "-m", "winlab", "up", "demo", "--inventory", str(folder / "inventory.yml")]
    process = subprocess.Popen([*command, "--seed", "1", "--network", _NETWORK], cwd=ROOT, env=environment)
    try:
        while not (folder / "inventory.yml").exists():
            if process.poll() is not None:
                raise SystemExit("the simulated fleet did not start")
            time.sleep(0.1)
        yield environment
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def photograph(page: Path, picture: Path) -> None:
    """The top of a page, by Debian's chromium. Raises SystemExit where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: apt-get install chromium")
    options = ["--headless", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,600"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    subprocess.run(
        [chromium, *options, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True, timeout=120
    )


def main() -> None:
    """Audit, and write the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, fleet(Path(name)) as environment:
        folder = Path(name)
        (folder / "policy.yml").write_text("approved_kms_hosts: [kms01.corp.example]\n")
        files = f"report_paths={folder}/report.txt,{folder}/report.html"
        command = [
            str(BIN / "ansible-playbook"),
            "winfleet.activation.audit",
            "-i",
            "inventory.yml",
            "-e",
            "@policy.yml",
        ]
        title = ["-e", "license_audit_title=corp.example"]
        subprocess.run(
            [*command, "-e", files, *title], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        report = (folder / "report.txt").read_text(encoding="utf-8")
        (IMAGES / "terminal.svg").write_text(terminal(report), encoding="utf-8")
        photograph(folder / "report.html", IMAGES / "report.png")


if __name__ == "__main__":
    main()
