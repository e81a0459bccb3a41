#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs tests/engines: the playbooks as ansible-runner runs them, here and over a pipe, as AWX slices a job, and the
# definition of an execution environment as ansible-builder reads it. No container is made. The environment is
# .work/venv-engines, from requirements/engines.txt.
#
#   scripts/engines.sh                                   all of it
#   scripts/engines.sh tests/engines/test_builder.py     what is named goes to pytest
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

environment=$WORK/venv-engines
[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
keep_venv "$environment" requirements/engines.txt 3.12 3.13 3.11

# Without a path among the arguments, all of them.
names_a_path "$@" || set -- tests/engines "$@"
read -ra arguments <<<"${PYTEST_ARGS:-}"
export PATH=$environment/bin:$PATH
python -m pytest "$@" "${arguments[@]}"
