# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the other scripts share; they source it first. It sets ROOT, WORK and VENV, moves to ROOT, and shields the run
# from settings of the caller's shell. Everything that is generated goes below .venv and .work.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
WORK=$ROOT/.work
VENV=$ROOT/.venv
cd -- "$ROOT"
mkdir -p -- "$WORK"

unset VIRTUAL_ENV PYTHONHOME PYTHONPATH ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS
export ANSIBLE_CONFIG=$ROOT/ansible.cfg ANSIBLE_HOME=$WORK/ansible
export HYPOTHESIS_STORAGE_DIRECTORY=$WORK/hypothesis
# Compiled once and not by every process that is started, which is half of what an ansible command takes; and kept here,
# since a .pyc beside its source would be shipped.
export PYTHONPYCACHEPREFIX=$WORK/pycache
unset PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# Only Pythons that are on the machine; uv would otherwise try to download one.
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
# Trust what the machine trusts, as pip does: many companies put a certificate of their own before the package index.
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}
# A locale that ansible accepts on every machine: it refuses anything that is not UTF-8.
export LC_ALL=C.UTF-8
export PATH=$VENV/bin:$PATH

# Colour only for a person's terminal.
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' RESET=$'\e[0m'
else
  BOLD='' GREEN='' RED='' RESET=''
  export NO_COLOR=1
fi

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# answers_as PROGRAM X.Y: does this program run, and is it that Python? A pyenv shim on PATH may exist and yet not run.
answers_as() {
  [[ $("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) == "$2" ]]
}

# python_of X.Y: prints the path of a Python of that version, from PATH or from pyenv's folder.
python_of() {
  local candidate
  while read -r candidate; do
    if answers_as "$candidate" "$1"; then
      # The real program, not a shim: a shim's answer depends on the folder it is called from.
      "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))'
      return 0
    fi
  done < <(
    type -ap "python$1" python3 | grep -vF -- "$VENV/" || true
    printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1"*/bin/"python$1" | sort -rV
  )
  return 1
}

# first_python X.Y ...: prints the path of the first version in the list that the machine has.
first_python() {
  local version
  for version in "$@"; do
    python_of "$version" && return 0
  done
  return 1
}

# core_of FOLDER: the version of ansible-core in a virtual environment.
core_of() { "$1/bin/python" -c 'from ansible.release import __version__; print("ansible-core", __version__)'; }

# hash_of FILE ...: one short line that changes when the content of any of the files does.
hash_of() { cat -- "$@" | cksum | tr ' ' '-'; }

# packages_missing COMMAND=PACKAGE ...: the packages of those commands that are not there, one per line.
packages_missing() {
  local pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || printf '%s\n' "${pair#*=}"
  done
}

# debian_install PACKAGE ...: only where that is possible without asking. No service of the packages starts.
debian_install() {
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    return 1
  fi
  say "Installing Debian's $* ..."
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive without_services apt-get install -y -qq --no-install-recommends "$@" \
    </dev/null >"$WORK/apt.log" 2>&1
}

# without_services COMMAND ...: packages that are installed meanwhile start no service.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 -- "$policy"
  "$@" || status=$?
  rm -f -- "$policy"
  return "$status"
}

# new_venv PYTHON FOLDER: an empty virtual environment with pip.
new_venv() {
  local python=$1 folder=$2 version
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    debian_install "python$version-venv" ||
      die "$python cannot make virtual environments: install the package python$version-venv, then try again."
  fi
  "$python" -m venv --clear "$folder"
}

# names_a_path ARGUMENT ...: whether one of the arguments for pytest says which tests to run.
names_a_path() {
  local argument
  for argument; do
    if [[ -e ${argument%%::*} ]]; then return 0; fi
  done
  return 1
}

# keep_venv FOLDER LOCK X.Y ...: an environment for tests, with the first of these Pythons. Made anew only when the lock,
# the Python or the place is another one.
keep_venv() {
  local folder=$1 lock=$2 stamp=$1/.winfleet-stamp python wanted
  shift 2
  python=$(first_python "$@") || die "the tests need one of Python ${*}; none was found."
  wanted="$ROOT $python $(hash_of "$lock" scripts/lib.sh)"
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && "$folder/bin/python" -c '' 2>/dev/null; then return 0; fi
  say "Setting up ${folder#"$ROOT"/} with $("$python" --version) ..."
  new_venv "$python" "$folder"
  fill_venv "$folder" "$lock"
  printf '%s\n' "$wanted" >"$stamp"
}

# fill_venv FOLDER LOCK: makes the environment hold what the lock file names, and nothing else, and finds the lab.
fill_venv() {
  local folder=$1 lock=$2 site
  "$VENV/bin/uv" pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
  # `python -m winlab` works from every folder.
  site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$ROOT/tests/lab" >"$site/winlab.pth"
}

# link_collection: .work/collections/ansible_collections/winfleet/activation is this working tree.
link_collection() {
  local link=$WORK/collections/ansible_collections/winfleet/activation
  if [[ $(readlink -f -- "$link") != "$ROOT" ]]; then
    rm -rf -- "$link"
    mkdir -p -- "${link%/*}"
    ln -s ../../../.. "$link"
  fi
}

# stage FOLDER: copies what Git knows or would add (so neither .venv nor .work) to FOLDER. ansible-test wants a real
# folder of this shape, not a link, and passes without a word when it holds nothing; hence the check.
stage() {
  local target=$1
  rm -rf -- "$target"
  mkdir -p -- "$target"
  if git -C "$ROOT" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard --deduplicate
  else
    find . \( -name .git -o -name .venv -o -name .work -o -name __pycache__ \) -prune -o -type f -print0
  fi | { xargs -0 -r ls -d -1 2>/dev/null || true; } | tar -cf - --no-recursion -T - | tar -xf - -C "$target"
  [[ -f $target/galaxy.yml && -d $target/plugins ]] || die "nothing was staged in $target: galaxy.yml or plugins/ is missing."
}
