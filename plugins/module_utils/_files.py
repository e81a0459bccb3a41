# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are written on the controller: whole or not at all, through no link, and readable by their owner only
unless somebody else has to read them."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile

#: What a file may be read by: its owner, or everybody.
OWNER_ONLY, EVERYBODY = 0o600, 0o644


class FileProblem(ValueError):
    """A file cannot be used. The text says which, why, and what to do."""


def located(text: str) -> pathlib.Path:
    """The file that is meant: a relative path counts from the folder in which ansible was started."""
    return pathlib.Path.cwd() / pathlib.Path(text).expanduser()


def require_writable(path: pathlib.Path) -> None:
    """Whether a file could be written, without writing it. Raises FileProblem."""
    folder = path.parent
    if path.is_dir():
        raise FileProblem(f"{path} is a folder. Give the name of a file in it")
    if not folder.is_dir():
        raise FileProblem(
            f"{path} cannot be written: the folder {folder} does not exist. Create it, or name another one"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileProblem(f"{path} cannot be written: no file may be created in {folder}. Check its permissions")


def read_text(path: pathlib.Path) -> str:
    """The text of a file; empty where there is none. Raises FileProblem."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        raise FileProblem(
            f"{path} exists and is not text in UTF-8; a spreadsheet may have saved it. Move it away, or name another "
            "file"
        ) from None
    except OSError as error:
        raise FileProblem(f"{path} cannot be read: {error.strerror or error}") from None


def write_text(path: pathlib.Path, text: str, mode: int = OWNER_ONLY) -> None:
    """Put a text in the place of a file. Whoever reads meanwhile sees the old one or the new one. Raises FileProblem.

    The text goes into a file of a name that cannot be guessed in the same folder, which then takes the place (CWE-377).
    A link of that name is replaced, not followed.
    """
    require_writable(path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        pathlib.Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                pathlib.Path(temporary).unlink()
        raise FileProblem(f"{path} could not be written: {error.strerror or error}") from None
