#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Turns the changelog fragments into the section of the version in galaxy.yml, and builds the tarball. It commits, tags
# and uploads nothing.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

version=$(sed -n 's/^version: *//p' galaxy.yml)
python scripts/addresses.py --public || die "fill in docs/project.yml first, then run scripts/addresses.py."
python scripts/addresses.py --check || exit 1
antsibull-changelog lint
if grep -qE "^  '?$version'?:" changelogs/changelog.yaml; then
  die "version $version is in changelogs/changelog.yaml already: raise 'version' in galaxy.yml first."
fi
# Before anything is written.
scripts/audit.sh
antsibull-changelog release --version "$version"
scripts/build.sh
"$VENV/bin/python" scripts/sbom.py "$WORK/dist/winfleet-activation-$version.cdx.json"
say "Version $version is in CHANGELOG.md and .work/dist, with what it needs and under which licences. Read the diff, commit it, and tag it $version."
