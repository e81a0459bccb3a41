#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs the project's gates: all of them, or those named. A failing gate does not keep the next from running; the table
# at the end says how each one went, and the exit code is 0 only when all passed.
#
#   scripts/test.sh                      every gate, in this order
#   scripts/test.sh ruff mypy unit       some of them
#   PYTEST_ARGS="-k fault -x" scripts/test.sh unit
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

GATES=(ruff format yamllint mypy changelog ansible-lint docs-lint unit servers report lab e2e soak engines docs build sanity)

# --- The gates. Each is what one would type. --------------------------------------------------------------------------

gate_ruff() { ruff check .; }

gate_format() { ruff format --check .; }

gate_yamllint() { yamllint --strict .; }

# The plugins run on control nodes with Python 3.10 as well; the lab and the tests need 3.11.
gate_mypy() {
  mypy --python-version 3.10 -p ansible_collections.winfleet.activation.plugins &&
    mypy --python-version 3.11 -p winlab
}

gate_changelog() {
  antsibull-changelog lint && antsibull-changelog lint-changelog-yaml changelogs/changelog.yaml
}

gate_ansible-lint() { ansible-lint --offline --profile production; }

gate_docs-lint() {
  (cd -- "$WORK/collections/ansible_collections/winfleet/activation" && antsibull-docs lint-collection-docs --plugin-docs .)
}

gate_unit() { run_pytest tests/unit -n 2 --dist loadfile; }
gate_lab() { run_pytest tests/lab_unit -n 2 --dist loadfile; }
# A file's tests share a lab and build on each other, so a file stays with one worker. One more than the others have, since
# the machines are waited for half of the time.
gate_e2e() { run_pytest tests/e2e -n 3 --dist loadfile; }

# A few rounds only; make soak runs many.
gate_soak() { run_pytest tests/soak; }

# ansible-runner, job slices and ansible-builder; has its own environment.
gate_engines() { scripts/engines.sh -n 2 --dist loadfile; }

# Real name servers, Kerberos and Active Directory; installs what is missing (as root) and has its own environment.
gate_servers() { scripts/servers.sh -n 2 --dist loadfile; }

# A browser, axe-core, promtool and published schemas; installs what is missing (as root) and has its own environment.
gate_report() { scripts/report.sh; }

# A warning of Sphinx, or a link within the site that leads nowhere, is an error.
gate_docs() { scripts/docs.sh; }

gate_build() { scripts/build.sh; }

gate_sanity() { scripts/sanity.sh; }

# --- The machinery. ---------------------------------------------------------------------------------------------------

run_pytest() {
  local -a arguments
  read -ra arguments <<<"${PYTEST_ARGS:-}"
  python -m pytest "$@" "${arguments[@]}"
}

title_of() {
  case $1 in
    ruff) echo "Python style (ruff check)" ;;
    format) echo "Python layout (ruff format)" ;;
    yamllint) echo "YAML style (yamllint)" ;;
    mypy) echo "Python types (mypy strict)" ;;
    changelog) echo "Changelog fragments" ;;
    ansible-lint) echo "ansible-lint, production profile" ;;
    docs-lint) echo "Plugin and guide documentation" ;;
    unit) echo "Unit tests" ;;
    lab) echo "Tests of the lab" ;;
    e2e) echo "Playbooks against the lab" ;;
    soak) echo "A few rounds of the soak, and chaos" ;;
    engines) echo "Runner, slices, builder" ;;
    servers) echo "DNS against real servers" ;;
    report) echo "Report before its readers" ;;
    docs) echo "Pages of the documentation, and their links" ;;
    build) echo "Build, install, ansible-doc" ;;
    sanity) echo "ansible-test sanity" ;;
    *) return 1 ;;
  esac
}

names=("$@")
((${#names[@]})) || names=("${GATES[@]}")
for name in "${names[@]}"; do
  title_of "$name" >/dev/null || die "there is no gate '$name'. The gates are: ${GATES[*]}"
done

table=() failed=0 begin=$SECONDS
for name in "${names[@]}"; do
  title=$(title_of "$name")
  printf '\n%s=== %s%s\n' "$BOLD" "$title" "$RESET"
  started=$SECONDS verdict="${GREEN}ok${RESET}    "
  # In a process of its own, so that one gate's `cd` or `exit` is not the next one's.
  ("gate_$name") || { verdict="${RED}FAILED${RESET}" failed=$((failed + 1)); }
  table+=("$(printf '%s %5d s  %-13s %s' "$verdict" $((SECONDS - started)) "$name" "$title")")
done

printf '\n%s=== Summary%s\n' "$BOLD" "$RESET"
printf '%s\n' "${table[@]}"
if ((failed)); then
  printf '%s%d of %d gates failed%s after %d s. To run one again: scripts/test.sh NAME\n' \
    "$RED" "$failed" "${#names[@]}" "$RESET" $((SECONDS - begin))
  exit 1
fi
printf '%sEvery gate passed%s in %d s.\n' "$GREEN" "$RESET" $((SECONDS - begin))
