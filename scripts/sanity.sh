#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs `ansible-test sanity` without containers, on a staged copy of the working tree.
#
#   scripts/sanity.sh                             with the ansible-core of .venv
#   scripts/sanity.sh --venv FOLDER [ARGUMENTS]   with that of another environment, e.g. .work/venv-2.17
#   scripts/sanity.sh --test validate-modules     further arguments go to ansible-test
#
# ansible-test needs three kindnesses. It must run in .../ansible_collections/winfleet/activation, and not through a
# link: hence the copy. It asks the nearest Git repository for the files, and the project's own ignores the folder of
# the copy: hence a repository there. And it fetches a script named get-pip from Ansible's file server for each of its
# virtual environments; it looks first in its cache, where we put one that uses Python's own ensurepip.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

environment=$VENV
if [[ ${1:-} == --venv ]]; then
  environment=$(cd -- "$2" && pwd -P)
  shift 2
fi
[[ -x $environment/bin/ansible-test ]] || die "no ansible-test in $environment: run scripts/bootstrap.sh first."
version=$("$environment/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python_folder=$(dirname -- "$(readlink -f -- "$environment/bin/python")")

# The stand-ins, by the names that ansible-core 2.17, 2.18 and 2.19, 2.20 and later look for.
home=$WORK/ansible-test
mkdir -p -- "$home/.ansible/test/cache"
for name in 23_1_2 24_2 25_2; do
  cat >"$home/.ansible/test/cache/get_pip_$name.py" <<'PYTHON'
import ensurepip  # noqa: F401, says at once when it is missing
import subprocess
import sys

if __name__ == "__main__":
    packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
    subprocess.check_call(
        [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", *packages]
    )
PYTHON
done

# Its pip keeps the user's settings (a company's package index, say), but says less.
mkdir -p -- "$home/.config/pip"
cat -- "${HOME:-/}/.config/pip/pip.conf" >"$home/.config/pip/pip.conf" 2>/dev/null || true
HOME=$home XDG_CONFIG_HOME=$home/.config "$VENV/bin/python" -m pip config --user set global.quiet 2 >/dev/null

staged=$WORK/sanity/ansible_collections/winfleet/activation
stage "$staged"
say "Staged $(find "$staged" -type f | wc -l) files; $(core_of "$environment"), Python $version."

unset ANSIBLE_CONFIG ANSIBLE_HOME PIP_DISABLE_PIP_VERSION_CHECK
export HOME=$home PIP_CACHE_DIR=$WORK/pip-cache
# No pyenv shims: they answer to every name and run none.
export PATH=$environment/bin:$python_folder:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd -- "$staged"
if command -v git >/dev/null; then git init --quiet .; fi

log=$WORK/sanity/log
ansible-test sanity --python "$version" --color no "$@" 2>&1 | tee "$log"
# It calls that a success.
if grep -q 'All targets skipped' "$log"; then die "ansible-test saw no file in $staged."; fi
