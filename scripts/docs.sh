#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Renders the documentation of every plugin, role and guide to HTML, below .work/docs, with nothing from the network. A
# warning is an error.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

target=$WORK/docs
rm -rf -- "$target"
mkdir -p -- "$target/rst"
chmod go-w "$target" "$target/rst"  # antsibull-docs insists on folders that only we can write
antsibull-docs sphinx-init --use-current --squash-hierarchy --lenient --fail-on-error --dest-dir "$target" \
  winfleet.activation
antsibull-docs --config-file "$target/antsibull-docs.cfg" collection --cleanup everything --fail-on-error \
  --use-current --squash-hierarchy --dest-dir "$target/rst" winfleet.activation
python scripts/docsite.py "$target"
sphinx-build -M html "$target/rst" "$target/build" -c "$target" --quiet --fail-on-warning --keep-going
python scripts/links.py "$target/build/html"
say "Open $target/build/html/index.html"
