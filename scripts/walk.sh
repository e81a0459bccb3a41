#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A newcomer's walk, with nothing but README: from Galaxy to the first audit, and from a clone to the first green test.
#
#   scripts/walk.sh galaxy      an empty home, a new environment, the tarball instead of Galaxy, the simulated fleet
#   scripts/walk.sh clone       a clone of this repository, and in it the two commands for contributors
#   scripts/walk.sh             both
#
# Every command is one of README's, taken from it at run time. Two things are not as there: the tarball takes the place of
# Galaxy, and the simulated fleet that of the two machines in the inventory. Times are printed; no test depends on them.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

walk=$(mktemp -d)
lab=
finish() {
  [[ -z $lab ]] || kill "$lab" 2>/dev/null || true
  rm -rf -- "$walk"
}
trap finish EXIT
began=$SECONDS

# of_readme PATTERN ...: the commands of README that contain each of these texts; fails where there is none.
of_readme() {
  local found
  found=$(grep -F -- '$ ' README.md | grep '^\$ ' | sed 's/^\$ //; s/ *# .*//')
  for pattern; do found=$(grep -F -- "$pattern" <<<"$found") || die "README has no command with $pattern"; done
  printf '%s\n' "$found"
}

# newcomer COMMAND: typed as somebody would who has nothing but an empty home and the environment.
newcomer() {
  say "${BOLD}\$ $1${RESET}"
  # How this machine reaches its package index is not the newcomer's doing.
  local -a index
  mapfile -t index < <(env | grep -iE '^(PIP_|SSL_CERT_|https?_proxy=|no_proxy=)')
  (cd -- "$walk/work" && env -i HOME="$walk/home" PATH="$walk/venv/bin:/usr/bin:/bin" LC_ALL=C.UTF-8 "${index[@]}" \
    bash -euc "$1") || die "that failed"
  say "(after $((SECONDS - began)) s)"
}

from_galaxy() {
  say "${BOLD}From Galaxy to the first audit${RESET}"
  mkdir -p -- "$walk/home" "$walk/work" "$WORK/dist"
  stage "$WORK/build/winfleet.activation"
  ansible-galaxy collection build --force --output-path "$walk" "$WORK/build/winfleet.activation" >/dev/null
  start_fleet
  "$(first_python 3.12 3.13 3.11)" -m venv "$walk/venv"
  newcomer "pip install --quiet ansible-core"
  newcomer "$(of_readme 'ansible-galaxy collection install' | sed "s|winfleet.activation|$(echo "$walk"/winfleet-*.tar.gz)|") --offline"
  newcomer "$(of_readme 'pip install pywinrm')"
  newcomer "$(of_readme connection_info)"
  newcomer "$(of_readme activation.audit)"
  say "${GREEN}First audit after $((SECONDS - began)) s${RESET}"
}

# The machines of README's inventory and a few more, simulated; README's own file cannot name machines that exist.
start_fleet() {
  export WINLAB_RUNTIME=$walk/run
  python -m winlab up demo --inventory "$walk/work/lab.yml" --seed 1 --network 127.93.0.0/16 >"$walk/lab.log" 2>&1 &
  lab=$!
  while [[ ! -s $walk/work/lab.yml ]]; do
    kill -0 "$lab" 2>/dev/null || { cat -- "$walk/lab.log"; die "the simulated fleet did not start"; }
    sleep 0.2
  done
  mv -- "$walk/work/lab.yml" "$walk/work/inventory.yml"
  grep -o 'approved_kms_hosts: .*' README.md | head -n 1 >"$walk/work/policy.yml"
}

from_clone() {
  say "${BOLD}From a clone to the first green test${RESET}"
  local start=$SECONDS
  git clone --quiet --no-local "$ROOT" "$walk/clone"
  (cd -- "$walk/clone" && make unit PYTEST_ARGS="-x -k test_language") || die "make unit failed"
  say "${GREEN}First green test after $((SECONDS - start)) s${RESET}"
}

case ${1:-all} in
  galaxy) from_galaxy ;;
  clone) from_clone ;;
  all) from_galaxy && from_clone ;;
  *) die "usage: scripts/walk.sh [galaxy|clone]" ;;
esac
