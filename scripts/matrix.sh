#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs the tests on an older ansible-core that the collection supports, in an environment of its own (.work/venv-X.Y).
#
#   scripts/matrix.sh 2.19                unit tests, then the playbooks against the lab
#   scripts/matrix.sh 2.17 tests/unit     only what is named
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

core=${1:-}
shift || true
case $core in
  2.17) pythons=(3.11 3.12) ;;
  2.19) pythons=(3.11 3.12 3.13) ;;
  *) die "usage: scripts/matrix.sh 2.17|2.19 [PYTEST ARGUMENTS]" ;;
esac
tests=("$@")
if ((${#tests[@]} == 0)); then
  tests=(tests/unit)
  if [[ -d tests/e2e ]]; then tests+=(tests/e2e); fi
fi

environment=$WORK/venv-$core
keep_venv "$environment" "requirements/core-$core.txt" "${pythons[@]}"

export PATH=$environment/bin:$PATH
printf '\n%s=== %s, %s%s\n' "$BOLD" "$(core_of "$environment")" "$(python --version)" "$RESET"
# A file's end-to-end tests share a lab and build on each other, so a file stays with one worker.
python -m pytest -n 2 --dist loadfile "${tests[@]}"
