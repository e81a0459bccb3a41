#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs tests/servers: the DNS side against real servers (BIND, MIT Kerberos, Samba as Active Directory), each started by
# the tests on loopback addresses and stopped by them. Installs the Debian packages that are missing, as root; no
# service of them starts. The environment is .work/venv-servers, from requirements/servers.txt.
#
#   scripts/servers.sh                              all of it
#   scripts/servers.sh tests/servers/test_kms_srv_tsig.py -k two      what is named goes to pytest
#   scripts/servers.sh --prepare                    packages and environment only
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Debian puts named and krb5kdc there, and not on everybody's PATH.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# --- Debian packages --------------------------------------------------------------------------------------------------

# What the tests start or call, and the package that has it. The last two make gssapi.
needed=(
  named=bind9 nsupdate=bind9-dnsutils kinit=krb5-user krb5kdc=krb5-kdc kadmin.local=krb5-admin-server ip=iproute2
  openssl=openssl krb5-config=libkrb5-dev gcc=gcc
)
# What makes python-ldap, and what it signs in by Kerberos with. There is no command to tell them by.
libraries=(libldap-dev libsasl2-dev libsasl2-modules-gssapi-mit)
# Active Directory. Older ones do not sign their DNS answers well.
samba_packages=(samba samba-ad-dc samba-ad-provision python3-samba smbclient ldb-tools winbind)
samba_least=2:4.22

install_packages() {
  local -a missing
  mapfile -t missing < <(packages_missing "${needed[@]}")
  if command -v dpkg-query >/dev/null; then
    local library
    for library in "${libraries[@]}"; do is_installed "$library" || missing+=("$library"); done
  fi
  # The headers are Python's own where it does not come from Debian.
  if ! has_headers "$1" && [[ $1 == /usr/bin/* ]]; then missing+=(python3-dev); fi
  ((${#missing[@]})) || return 0
  debian_install "${missing[@]}" ||
    die "install the packages ${missing[*]}, then try again (as root this happens by itself; see .work/apt.log)."
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }

# The tests on Samba skip themselves where it is missing, because it takes root and a system that has it.
install_samba() {
  local version
  version=$(dpkg-query -W -f '${Version}' samba-ad-dc 2>/dev/null || true)
  if is_new_enough "$version" && is_installed python3-samba; then return 0; fi
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    say "Samba $samba_least or later is not there, so that its tests will be skipped (as root it is installed)."
    return 0
  fi
  apt-get update -qq >/dev/null 2>&1 || true
  version=$(apt-cache policy samba | awk '/Candidate:/ { print $2 }')
  if is_new_enough "$version"; then
    debian_install "${samba_packages[@]}"
  elif [[ $(debian_release) == bookworm ]]; then
    without_services install_backports bookworm "${samba_packages[@]}"
  else
    say "This system has Samba $version, and $samba_least is needed: its tests will be skipped."
  fi || die "Samba could not be installed (see .work/apt.log)."
}

is_new_enough() { [[ -n $1 ]] && dpkg --compare-versions "$1" ge "$samba_least"; }

debian_release() { (. /etc/os-release && [[ $ID == debian ]] && printf '%s' "$VERSION_CODENAME") || true; }

# install_backports RELEASE PACKAGE ...: from the same mirror as the system's own packages. The system's sources are
# left as they are: apt is given a copy of them that names the backports as well.
install_backports() {
  local release=$1 sources=$WORK/apt-sources mirror
  shift
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" | head -n 1)
  rm -rf -- "$sources"
  mkdir -p -- "$sources"
  cp -- /etc/apt/sources.list.d/* "$sources" 2>/dev/null || true
  cp -- /etc/apt/sources.list "$sources/system.list" 2>/dev/null || true
  printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\nSigned-By: %s\n' \
    "$mirror" "$release" /usr/share/keyrings/debian-archive-keyring.gpg >"$sources/backports.sources"
  local -a options=(-o "Dir::Etc::SourceParts=$sources" -o Dir::Etc::SourceList=/dev/null)
  say "Installing Debian's $* from $release-backports ..."
  {
    apt-get "${options[@]}" update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y -qq --no-install-recommends \
        -t "$release-backports" "$@" </dev/null
  } >"$WORK/apt.log" 2>&1
}

has_headers() {
  "$1" -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'
}

# --- The network ------------------------------------------------------------------------------------------------------

# in_own_network COMMAND ...: with a loopback interface and ports of its own, where the system lets us; the addresses
# that the tests add are gone with it. Samba needs the real root, so root keeps its identity.
in_own_network() {
  local -a enter=(unshare --net)
  [[ $(id -u) == 0 ]] || enter=(unshare --user --map-root-user --net)
  if "${enter[@]}" ip link set lo up 2>/dev/null; then
    # shellcheck disable=SC2016
    "${enter[@]}" bash -c 'ip link set lo up && exec "$@"' bash "$@"
  else
    "$@"
  fi
}

environment=$WORK/venv-servers
[[ -x $VENV/bin/uv ]] || die "run scripts/bootstrap.sh first."
pythons=(3.12 3.13 3.11)
python=$(first_python "${pythons[@]}") || die "the tests need one of Python ${pythons[*]}; none was found."
install_packages "$python"
install_samba
keep_venv "$environment" requirements/servers.txt "${pythons[@]}"
if [[ ${1:-} == --prepare ]]; then exit 0; fi

# Without a path among the arguments, all of them.
names_a_path "$@" || set -- tests/servers "$@"
read -ra arguments <<<"${PYTEST_ARGS:-}"
export PATH=$environment/bin:$PATH
in_own_network python -m pytest "$@" "${arguments[@]}"
