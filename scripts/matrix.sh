#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs tests on the versions of ansible-core and Python that the collection supports, each in an environment of its own.
#
#   scripts/matrix.sh                     all versions on all Pythons that this machine has, and a table at the end
#   scripts/matrix.sh all tests/unit      the same with other tests
#   scripts/matrix.sh 2.19                one version, on the first Python that it supports: unit tests, then playbooks
#   scripts/matrix.sh 2.17 tests/unit     only what is named
#   scripts/matrix.sh 2.17 -p 3.12 ...    on that Python
#   scripts/matrix.sh newest              the newest on the package index, pre-releases too, not pinned
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# The Pythons on which ansible-core runs as a control node, the one that is taken unless another is named first.
pythons_of() {
  case $1 in
    2.17) echo 3.11 3.12 3.10 ;;
    2.18 | 2.19) echo 3.11 3.12 3.13 ;;
    2.20 | 2.21 | newest) echo 3.12 3.13 3.14 ;;
    *) return 1 ;;
  esac
}

# What ansible-core has a say in: options, variables, templates, roles, and plays that hand on hosts.
SAY=(tests/unit/plugins/plugin_utils/_glue tests/unit/plugins/filter tests/unit/plugins/inventory
  tests/e2e/test_ini_inventory.py tests/e2e/test_typed_by_hand.py)

usage() { die "usage: scripts/matrix.sh [all | newest | 2.17 | 2.18 | 2.19 | 2.20 | 2.21] [-p PYTHON] [PYTEST ARGUMENTS]"; }

# environment_of CORE PYTHON ...: makes the environment, with the first of these Pythons; its folder is in ENVIRONMENT.
environment_of() {
  local core=$1
  shift
  ENVIRONMENT=$WORK/venv-$core
  (($# > 1)) || ENVIRONMENT=$WORK/venv-$core-py$1
  if [[ $core != newest ]]; then
    keep_venv "$ENVIRONMENT" "requirements/core-$core.txt" "$@"
    return
  fi
  # Not pinned, so it is looked up at every run.
  local python
  python=$(first_python "$@") || die "the tests need one of Python ${*}; none was found."
  new_venv "$python" "$ENVIRONMENT"
  fill_venv "$ENVIRONMENT" requirements/core-2.21.txt
  "$VENV/bin/uv" pip install --quiet --prerelease allow --upgrade --python "$ENVIRONMENT/bin/python" ansible-core
}

# without_lab PYTEST ARGUMENT ...: the same into TESTS without what needs the simulated fleet, which needs Python 3.11. So
# on 3.10 the plugins are tested, and no playbook is.
without_lab() {
  local one file
  TESTS=()
  for one; do
    if [[ $one == tests/e2e* ]]; then continue; fi
    [[ -f $one ]] && grep -qE '^(from|import) (winlab|tests\.)' -- "$one" || TESTS+=("$one")
  done
  while read -r file; do TESTS+=("--ignore=$file"); done < <(grep -lrE '^(from|import) winlab' tests/unit --include='*.py')
  say "Without what needs the simulated fleet: it needs Python 3.11."
}

# run_on CORE "PYTHON ..." [PYTEST ARGUMENTS]
run_on() {
  local core=$1
  TESTS=("${@:3}")
  # shellcheck disable=SC2086
  environment_of "$core" $2
  printf '\n%s=== %s, %s%s\n' "$BOLD" "$(core_of "$ENVIRONMENT")" "$("$ENVIRONMENT/bin/python" --version)" "$RESET"
  if answers_as "$ENVIRONMENT/bin/python" 3.10; then without_lab "${TESTS[@]}"; fi
  # A file's end-to-end tests share a lab and build on each other, so a file stays with one worker.
  PATH=$ENVIRONMENT/bin:$PATH "$ENVIRONMENT/bin/python" -m pytest -n 2 --dist loadfile "${TESTS[@]}"
}

# cell CORE PYTHON [PYTEST ARGUMENTS]: one line of the table into TABLE; 1 when it failed and should not have.
cell() {
  local core=$1 python=$2 started=$SECONDS
  shift 2
  if ! python_of "$python" >/dev/null; then
    TABLE+=("$(printf '%-8s %-7s %-22s' "$core" "$python" "not on this machine")")
    return 0
  fi
  if ("${BASH_SOURCE[0]}" "$core" -p "$python" "$@"); then
    TABLE+=("$(printf '%-8s %-7s %s%-10s%s %5d s' "$core" "$python" "$GREEN" ok "$RESET" $((SECONDS - started)))")
  elif [[ $core == newest ]]; then
    TABLE+=("$(printf '%-8s %-7s %-10s %5d s  allowed' "$core" "$python" failed $((SECONDS - started)))")
  else
    TABLE+=("$(printf '%-8s %-7s %s%-10s%s %5d s' "$core" "$python" "$RED" FAILED "$RESET" $((SECONDS - started)))")
    return 1
  fi
}

all() {
  local core python status=0
  TABLE=()
  (($#)) || set -- "${SAY[@]}"
  for core in 2.17 2.18 2.19 2.20 2.21 newest; do
    for python in $(pythons_of "$core"); do
      cell "$core" "$python" "$@" || status=1
    done
  done
  printf '\n%s%-8s %-7s %s%s\n' "$BOLD" core Python result "$RESET"
  printf '%s\n' "${TABLE[@]}"
  return "$status"
}

[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
core=${1:-all}
shift || true
if [[ $core == all ]]; then
  all "$@"
  exit
fi
pythons=$(pythons_of "$core") || usage
if [[ ${1:-} == -p ]]; then
  [[ " $pythons " == *" ${2:-} "* ]] || die "ansible-core $core does not run on Python ${2:-}, but on $pythons."
  pythons=$2
  shift 2
fi
(($#)) || set -- tests/unit tests/e2e
run_on "$core" "$pythons" "$@"
