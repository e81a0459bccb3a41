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
lock=requirements/engines.txt
stamp=$environment/.winfleet-stamp
wanted="$ROOT $(hash_of "$lock" scripts/lib.sh)"
[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
if [[ ! -f $stamp || $(<"$stamp") != "$wanted" ]] || ! "$environment/bin/python" -c '' 2>/dev/null; then
  python=$(first_python 3.12 3.13 3.11) || die "the tests need one of Python 3.12, 3.13, 3.11; none was found."
  say "Setting up ${environment#"$ROOT"/} with $("$python" --version) ..."
  new_venv "$python" "$environment"
  fill_venv "$environment" "$lock"
  printf '%s\n' "$wanted" >"$stamp"
fi

# Without a path among the arguments, all of them.
paths=()
for argument in "$@"; do
  if [[ -e ${argument%%::*} ]]; then paths+=("$argument"); fi
done
((${#paths[@]})) || set -- tests/engines "$@"
read -ra arguments <<<"${PYTEST_ARGS:-}"
export PATH=$environment/bin:$PATH
python -m pytest "$@" "${arguments[@]}"
