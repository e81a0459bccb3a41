#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs tests/report: the page in a browser (Debian's chromium, headless) and before axe-core, the other forms before the
# schemas and programs of those who read them. Installs what is missing: Debian's chromium and prometheus as root, whose
# services do not start; axe-core and the schema of SARIF from npm; the schema of JUnit from the source of pytest. The
# environment is .work/venv-report, from requirements/report.txt.
#
#   scripts/report.sh                                   all of it
#   scripts/report.sh tests/report/test_page.py -k sort what is named goes to pytest
#   scripts/report.sh --prepare                         packages and environment only
#
# The pictures that the tests take are in .work/report.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

environment=$WORK/venv-report
export REPORT_TOOLS=$WORK/report-tools REPORT_PICTURES=$WORK/report

# What the tests call, and the Debian package that has it.
needed=(chromium=chromium promtool=prometheus npm=npm)

install_packages() {
  local -a missing
  mapfile -t missing < <(packages_missing "${needed[@]}")
  ((${#missing[@]})) || return 0
  debian_install "${missing[@]}" ||
    die "install the packages ${missing[*]}, then try again (as root this happens by itself; see .work/apt.log)."
}

# axe-core and the schema of SARIF, as locked. No script of a package runs.
install_node_packages() {
  local stamp=$REPORT_TOOLS/.npm-stamp wanted
  wanted=$(hash_of tests/report/package.json tests/report/package-lock.json)
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then return 0; fi
  say "Installing axe-core and the schema of SARIF ..."
  cp -- tests/report/package.json tests/report/package-lock.json "$REPORT_TOOLS"
  npm ci --prefix "$REPORT_TOOLS" --ignore-scripts --no-audit --no-fund --silent
  printf '%s\n' "$wanted" >"$stamp"
}

# Jenkins' junit-10.xsd is in the source of the pytest that is locked, and in none of its wheels.
fetch_junit_schema() {
  local stamp=$REPORT_TOOLS/.junit-stamp lock=$REPORT_TOOLS/pytest.txt folder=$REPORT_TOOLS/sources
  awk '/^pytest==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements/report.txt >"$lock"
  if [[ -f $stamp && $(<"$stamp") == "$(hash_of "$lock")" ]]; then return 0; fi
  say "Fetching the schema of JUnit ..."
  rm -rf -- "$folder"
  "$VENV/bin/python" -m pip download --quiet --no-deps --no-binary pytest --require-hashes --dest "$folder" -r "$lock"
  tar -xzf "$folder"/pytest-*.tar.gz -C "$REPORT_TOOLS" --strip-components 3 --wildcards '*/junit-10.xsd'
  hash_of "$lock" >"$stamp"
}

[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
mkdir -p -- "$REPORT_TOOLS" "$REPORT_PICTURES"
install_packages
keep_venv "$environment" requirements/report.txt 3.12 3.13 3.11
install_node_packages
fetch_junit_schema
if [[ ${1:-} == --prepare ]]; then exit 0; fi

# Without a path among the arguments, all of them.
names_a_path "$@" || set -- tests/report "$@"
read -ra arguments <<<"${PYTEST_ARGS:-}"
export PATH=$environment/bin:$PATH
python -m pytest "$@" "${arguments[@]}"
