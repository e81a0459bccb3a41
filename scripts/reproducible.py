# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs a collection's tarball anew, so that the same files give the same bytes on every machine and day.

ansible-galaxy takes files in the order in which the file system has them, writes that order into FILES.json, and gives
each file the time that it has. Here files are sorted and have one time: SOURCE_DATE_EPOCH (reproducible-builds.org),
else the first second of 1988.

Usage: reproducible.py TARBALL
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

_EPOCH = 567993600
_FILES, _MANIFEST = "FILES.json", "MANIFEST.json"


def repack(path: Path, epoch: int) -> None:
    """Write a tarball anew in its place."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        contents = {one.name: _read(archive, one) for one in members if one.isfile()}
    contents[_FILES] = _sorted_files(contents[_FILES])
    contents[_MANIFEST] = _manifest(contents[_MANIFEST], contents[_FILES])
    # The manifest first, as ansible-galaxy has it: whoever reads a tarball from its beginning finds it at once.
    ordered = sorted(members, key=lambda one: (one.name != _MANIFEST, one.name != _FILES, one.name))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in ordered:
            content = contents.get(member.name)
            archive.addfile(_plain(member, len(content or b""), epoch), io.BytesIO(content) if content else None)
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=epoch) as file,
    ):
        file.write(buffer.getvalue())


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file is not None else b""


def _sorted_files(text: bytes) -> bytes:
    files: dict[str, Any] = json.loads(text)
    files["files"].sort(key=lambda one: str(one["name"]))
    return _json(files)


def _manifest(text: bytes, files: bytes) -> bytes:
    manifest: dict[str, Any] = json.loads(text)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    return _json(manifest)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=True).encode()


def _plain(member: tarfile.TarInfo, size: int, epoch: int) -> tarfile.TarInfo:
    """Name, kind and mode, and nothing of the machine."""
    plain = tarfile.TarInfo(member.name)
    plain.type, plain.linkname, plain.size, plain.mtime = member.type, member.linkname, size, epoch
    plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return plain


if __name__ == "__main__":
    repack(Path(sys.argv[1]), int(os.environ.get("SOURCE_DATE_EPOCH", _EPOCH)))
