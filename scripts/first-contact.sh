#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# First contact with one Windows machine of an inventory: connection_info with report, from this clone. Read only, unless
# the machine is named once more as one for tests: then the part that changes it, and ends where it began, goes with it.
set -euo pipefail
cd "$(dirname "$0")/.."

host=${1:-} inventory=${2:-} report=${3:-first-contact.json} test_machine=${4:-}
if [[ -z $host || -z $inventory ]]; then
  echo "Name a machine and its inventory: make first-contact HOST=web1 INVENTORY=/path/hosts.yml" >&2
  exit 2
fi
case $report in
  *[!A-Za-z0-9._/-]*)
    echo "REPORT may have letters, digits and . _ / - only: $report" >&2
    exit 2
    ;;
esac
arguments="report=true path=$report"
if [[ -n $test_machine ]]; then
  if [[ $test_machine != "$host" ]]; then
    echo "TEST_MACHINE names the machine that may be changed, which is HOST: $test_machine is not $host" >&2
    exit 2
  fi
  arguments+=" changes=true test_machine=$test_machine"
fi
exec .venv/bin/ansible "$host" -i "$inventory" -m winfleet.activation.connection_info -a "$arguments"
