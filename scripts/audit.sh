#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Looks up known vulnerabilities of everything that requirements/*.txt pins, with pip-audit, which asks the package
# index. Where that cannot tell, it says so and fails; so no gate depends on it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
"$VENV/bin/uv" tool run --quiet pip-audit --version >/dev/null 2>&1 ||
  die "pip-audit cannot be had here: no package index answers. Nothing was looked up."
vulnerable=() unknown=()
for name in dev servers engines report; do
  say "requirements/$name.txt"
  status=0
  "$VENV/bin/uv" tool run --quiet pip-audit --disable-pip --require-hashes --progress-spinner off \
    -r "requirements/$name.txt" >"$WORK/audit.log" 2>&1 || status=$?
  cat -- "$WORK/audit.log"
  if grep -q "^Found [1-9]" "$WORK/audit.log"; then
    vulnerable+=("$name")
  elif ((status)) || grep -q "could not be audited" "$WORK/audit.log"; then
    unknown+=("$name")
  fi
done
((${#vulnerable[@]} == 0)) || die "known vulnerabilities in: ${vulnerable[*]}"
# An index without these data answers as if there were no such package, and pip-audit calls that a success.
((${#unknown[@]} == 0)) || die "not looked up, or not all of it: ${unknown[*]} (above). Try an index that has the data of PyPI."
say "No known vulnerability in what is pinned."
