#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the development environment: .venv with everything pinned in requirements/dev.txt, and the link that lets
# Ansible see this working tree as the collection. Does nothing, quickly, when all of it is there already.
#
#   scripts/bootstrap.sh                 the first of Python 3.12, 3.13, 3.11 that runs on this machine
#   PYTHON=/path/to/python3 scripts/bootstrap.sh
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Two `make` at once: the second waits. Not every system has flock.
exec 9>"$WORK/bootstrap.lock"
if command -v flock >/dev/null; then flock 9; fi

link_collection

stamp=$VENV/.winfleet-stamp
wanted="$ROOT $(hash_of requirements/uv.txt requirements/dev.txt scripts/lib.sh) ${PYTHON:-}"
if [[ -x $VENV/bin/python && -f $stamp && $(<"$stamp") == "$wanted" ]] && "$VENV/bin/python" -c '' 2>/dev/null; then
  exit 0
fi

python=${PYTHON:-$(first_python 3.12 3.13 3.11 || true)}
[[ -n $python ]] || die "no Python 3.11, 3.12 or 3.13 found. Install one, or name it: PYTHON=/path/to/python3 make"
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null ||
  die "$python does not run, or is not Python 3.11, 3.12 or 3.13."

say "Setting up .venv with $("$python" --version) ($python) ..."
rm -f -- "$stamp"
# An environment is kept when it is of this Python, has pip, and was made here: its programs name their folder.
base=$("$python" -c 'import os, sys; print(os.path.realpath(sys.executable))')
if [[ $(readlink -f -- "$VENV/bin/python") != "$base" ]] || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1 ||
  ! grep -qF -- "#!$VENV/bin/python" "$VENV/bin/pip"; then
  new_venv "$python" "$VENV"
fi
"$VENV/bin/python" -m pip install -qq --require-hashes -r requirements/uv.txt
fill_venv "$VENV" requirements/dev.txt
printf '%s\n' "$wanted" >"$stamp"
say "Ready: $(core_of "$VENV"), collection winfleet.activation from this folder."
