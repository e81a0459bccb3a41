#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# First contact with one Windows machine of an inventory: connection_info with report, from this clone. Read only.
set -euo pipefail
cd "$(dirname "$0")/.."

host=${1:-} inventory=${2:-} report=${3:-first-contact.json}
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
exec .venv/bin/ansible "$host" -i "$inventory" -m winfleet.activation.connection_info -a "report=true path=$report"
