#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes requirements/*.txt, with versions and hashes, from requirements/*.in. One lock serves Python 3.11 and later; those
# of ansible-core serve what it runs on.
#
#   scripts/lock.sh              keeps the locked versions that still fit
#   scripts/lock.sh --upgrade    takes the newest
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
for name in uv dev core-2.{17,18,19,20,21} servers engines report importer bench; do
  say "requirements/$name.txt"
  options=("$@")
  # One collection is wanted, on the ansible-core that is there already.
  [[ $name != bench ]] || options+=(--no-deps)
  case $name in
    core-2.17) oldest=3.10 ;;
    core-2.2? | importer) oldest=3.12 ;;
    *) oldest=3.11 ;;
  esac
  "$VENV/bin/uv" pip compile --quiet --universal --python-version "$oldest" --generate-hashes --no-emit-index-url \
    --no-header "${options[@]}" --output-file "requirements/$name.txt" "requirements/$name.in"
done
# A lock says what to install, never where from: that is the machine's own setting.
if grep -n '://' requirements/*.txt; then
  die "a lock file names a host (above)."
fi
