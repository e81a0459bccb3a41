#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the collection into .work/dist, installs that tarball into .work/installed, verifies it, and asks ansible
# about everything in it, from a folder where the working tree cannot help. Nothing asks Galaxy.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

rm -rf -- "$WORK/dist" "$WORK/installed"
mkdir -p -- "$WORK/dist" "$WORK/empty"
stage "$WORK/build/winfleet.activation"
ansible-galaxy collection build --output-path "$WORK/dist" "$WORK/build/winfleet.activation"
# The time of the last commit, so that a release can be built again and compared.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || true)}
[[ -z $SOURCE_DATE_EPOCH ]] || export SOURCE_DATE_EPOCH
python scripts/reproducible.py "$WORK"/dist/*.tar.gz
sha256sum "$WORK"/dist/*.tar.gz

unset ANSIBLE_CONFIG
export ANSIBLE_COLLECTIONS_PATH=$WORK/installed
cd -- "$WORK/empty"
ansible-galaxy collection install --offline --force -p "$WORK/installed" "$WORK"/dist/*.tar.gz
ansible-galaxy collection verify --offline -p "$WORK/installed" winfleet.activation
python "$ROOT/scripts/check_installed.py" "$WORK/installed"
