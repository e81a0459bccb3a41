#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Looks up known vulnerabilities of everything that requirements/*.txt pins, with pip-audit, which asks the package
# index. Where there is no network it says so and ends well: no gate may depend on it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
if ! "$VENV/bin/uv" tool run --quiet pip-audit --version >/dev/null 2>&1; then
  say "pip-audit cannot be had here: no package index answers. Nothing was looked up."
  exit 0
fi
failed=()
for name in dev servers engines report; do
  say "requirements/$name.txt"
  status=0
  "$VENV/bin/uv" tool run --quiet pip-audit --disable-pip --require-hashes --progress-spinner off \
    -r "requirements/$name.txt" >"$WORK/audit.log" 2>&1 || status=$?
  cat -- "$WORK/audit.log"
  if ((status)) && grep -q "known vulnerabilit" "$WORK/audit.log"; then
    failed+=("$name")
  elif ((status)); then
    say "It could not be looked up (above)."
  fi
done
if ((${#failed[@]})); then die "known vulnerabilities in: ${failed[*]}"; fi
