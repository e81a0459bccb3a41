#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts the collection through galaxy-importer, which is what Galaxy and Automation Hub do with an upload. Takes some minutes.
# It wants the address of a repository; while docs/project.yml has none, a copy gets one that leads nowhere.
#
# Two kinds of its warnings are known: it lints the files without having the collection installed, so it finds neither
# winfleet.activation.audit nor the modules of awx.awx, which the files for AWX name. And it gives the linter two minutes,
# which a busy machine may not have; the gate ansible-lint has no such limit.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

environment=$WORK/venv-importer
[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
keep_venv "$environment" requirements/importer.txt 3.12 3.13

staged=$WORK/importer/winfleet.activation log=$WORK/importer/log
stage "$staged"
grep -q '^repository:' "$staged/galaxy.yml" || printf 'repository: https://repository.invalid/\n' >>"$staged/galaxy.yml"
rm -f -- "$WORK"/importer/*.tar.gz
ansible-galaxy collection build --output-path "$WORK/importer" "$staged"

unset ANSIBLE_CONFIG ANSIBLE_HOME
cd -- "$WORK/importer"
PATH=$environment/bin:$PATH "$environment/bin/python" -m galaxy_importer.main ./*.tar.gz 2>&1 | tee "$log"
grep -q 'Importer processing completed successfully' "$log" || die "galaxy-importer did not accept the collection (above)."
if grep -E '^(WARNING|ERROR)' "$log" | grep -vE "awx\.awx|Failed to find winfleet\.activation\.|Timeout on call to ansible-lint"; then
  die "galaxy-importer has something to say (above)."
fi
