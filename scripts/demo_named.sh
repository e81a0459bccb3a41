# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The demonstration's BIND: a private one, with keys of its own, on a loopback address. scripts/demo.sh sources it, after
# lib.sh. NAMED_FOLDER is where it lives; after start_named, NAMED_ADDRESS, NAMED_PORT and the key files below it.

NAMED_FOLDER=$WORK/demo/named
NAMED_ADDRESS=127.0.0.1

# find_named: prints the path of named; as root on Debian it is installed when it is missing.
find_named() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin type -P named && return 0
  debian_install bind9 bind9-utils >&2 || return 1
  PATH=$PATH:/usr/local/sbin:/usr/sbin type -P named
}

# start_named ZONE: returns 1 where BIND is not there or does not start; the reason is in NAMED_FOLDER/named.log then.
start_named() {
  local zone=$1 program _
  program=$(find_named) || return 1
  mkdir -p -- "$NAMED_FOLDER"
  NAMED_PORT=$(free_port)
  # The machines may add what they are; the administrator may change the KMS record, and no more.
  tsig_key machines >"$NAMED_FOLDER/machines.key"
  tsig_key kms-admin >"$NAMED_FOLDER/kms-admin.key"
  chmod 600 -- "$NAMED_FOLDER"/*.key
  cat >"$NAMED_FOLDER/named.conf" <<CONFIGURATION
include "$NAMED_FOLDER/machines.key";
include "$NAMED_FOLDER/kms-admin.key";
options {
  directory "$NAMED_FOLDER"; pid-file "$NAMED_FOLDER/named.pid"; session-keyfile "$NAMED_FOLDER/session.key";
  managed-keys-directory "$NAMED_FOLDER"; lock-file none;
  listen-on port $NAMED_PORT { $NAMED_ADDRESS; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; empty-zones-enable no; notify no; allow-transfer { none; };
};
controls { };
zone "$zone" {
  type primary; file "$zone.db";
  update-policy { grant kms-admin name _vlmcs._tcp.$zone. SRV; grant machines zonesub A SRV; };
};
CONFIGURATION
  printf '%s\n' "\$TTL 3600" "@ SOA ns1 hostmaster 1 3600 600 86400 60" "@ NS ns1" "ns1 A $NAMED_ADDRESS" \
    >"$NAMED_FOLDER/$zone.db"
  setsid "$program" -g -n 1 -c "$NAMED_FOLDER/named.conf" </dev/null >"$NAMED_FOLDER/named.log" 2>&1 &
  printf '%s\n' "$!" >"$NAMED_FOLDER/demo.pid"
  for _ in {1..100}; do
    grep -q ' running$' "$NAMED_FOLDER/named.log" && return 0
    kill -0 "$(<"$NAMED_FOLDER/demo.pid")" 2>/dev/null || break
    sleep 0.1
  done
  stop_named
  return 1
}

stop_named() { stop_process "$NAMED_FOLDER/demo.pid" named; }

free_port() {
  python - "$NAMED_ADDRESS" <<'CODE'
import socket, sys

with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
    stream.bind((sys.argv[1], 0))
    datagrams.bind(stream.getsockname())
    print(stream.getsockname()[1])
CODE
}

# tsig_key NAME: a new key, as named.conf has it.
tsig_key() {
  printf 'key "%s" { algorithm hmac-sha256; secret "%s"; };\n' "$1" "$(head -c 32 /dev/urandom | base64)"
}

# secret_of NAME: the base64 text of a key.
secret_of() { sed -E 's/.*secret "([^"]*)".*/\1/' "$NAMED_FOLDER/$1.key"; }
