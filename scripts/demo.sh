#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The main job on a simulated fleet: audit, repair, clean DNS, audit again. The name server is a BIND of its own where
# there is one (as root on Debian it is installed), otherwise the lab's. Fleet and name server are left running, so that
# one can go on trying; `make demo-stop` ends them, and so does the next `make demo`.
#
#   scripts/demo.sh          run it
#   scripts/demo.sh stop     stop what the last run left
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/demo_named.sh
source "$ROOT/scripts/demo_named.sh"

DEMO=$WORK/demo
INVENTORY=$DEMO/inventory.yml
POLICY=$DEMO/policy.yml
DOMAIN=corp.example

export WINLAB_RUNTIME=$DEMO/run
# A demonstration is read by people: one line a host, no warnings about the interpreter, no diff of nothing.
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_DISPLAY_OK_HOSTS=false

# stop_process FILE WORD: ends the process whose number is in the file, if its command line has the word.
stop_process() {
  local pid
  [[ -f $1 ]] || return 0
  pid=$(<"$1")
  # The number may belong to another program by now.
  if [[ $(ps -o args= -p "$pid" 2>/dev/null) == *"$2"* ]]; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f -- "$1"
}

stop_fleet() {
  stop_process "$DEMO/winlab.pid" winlab
  stop_named
}

start_fleet() {
  local -a publish=()
  rm -rf -- "$DEMO"
  mkdir -p -- "$DEMO"
  if start_named "$DOMAIN"; then
    publish=(--dns "$NAMED_ADDRESS:$NAMED_PORT" --dns-key "$NAMED_FOLDER/machines.key")
    NAME_SERVER="BIND on $NAMED_ADDRESS port $NAMED_PORT, into which the machines publish themselves by dynamic update."
  else
    NAME_SERVER="the lab's own small one: BIND is not installed here, or does not start."
  fi
  # Its own session and its own output, so that nobody who waits for this script waits for the fleet.
  setsid python -m winlab up demo --inventory "$INVENTORY" --seed 7 "${publish[@]}" \
    </dev/null >"$DEMO/winlab.log" 2>&1 &
  printf '%s\n' "$!" >"$DEMO/winlab.pid"
  for _ in {1..300}; do
    if [[ -s $INVENTORY ]]; then
      write_policy
      return 0
    fi
    kill -0 "$(<"$DEMO/winlab.pid")" 2>/dev/null || break
    sleep 0.1
  done
  cat -- "$DEMO/winlab.log" >&2
  die "the simulated fleet did not start"
}

# What the organization decided, and how to sign in to its DNS.
write_policy() {
  local address port
  read -r address port < <(python - "$INVENTORY" <<'CODE'
import sys, yaml

dns = yaml.safe_load(open(sys.argv[1]))["all"]["vars"]["winlab_dns"]
print(dns["server"], dns["port"])
CODE
  )
  {
    printf '%s\n' "approved_kms_hosts: [kms01.$DOMAIN]" "kms_domains: [$DOMAIN]" "license_audit_title: $DOMAIN" \
      "exceptions:" "  - finding: CLI-001" "    host: srv2016-01" "    owner: Jane Doe" \
      "    reason: The vendor supports no other key." "    until: 2999-12-31"
    printf '%s\n' "kms_dns_nameservers: [\"$address:$port\"]" "kms_dns_server: $address" "kms_dns_server_port: $port"
    if [[ -f $NAMED_FOLDER/demo.pid ]]; then
      printf '%s\n' "kms_dns_key_name: kms-admin" "kms_dns_key_secret: $(secret_of kms-admin)"
    fi
  } >"$POLICY"
  printf '%s\n' "plugin: winfleet.activation.kms_srv" "domains: [$DOMAIN]" "approved_hosts: [kms01.$DOMAIN]" \
    "nameservers: [\"$address:$port\"]" "servers: [\"$address:$port\"]" >"$DEMO/kms_srv.yml"
}

chapter() { printf '\n%s--- %s %s\n\n' "$BOLD" "$*" "$RESET"; }

# run COMMAND ...: shows the command as one would type it, then runs it.
run() {
  local word shown=
  for word; do
    [[ $word == *[\ \"{}]* ]] && word="'$word'"
    shown+=" ${word/"$ROOT/"/}"
  done
  printf '%s$%s%s\n' "$BOLD" "$shown" "$RESET"
  "$@"
}

# audit NAME: the report as text for the terminal, as a page for a browser, and as JSON, with which the next is compared.
audit() {
  ansible-playbook winfleet.activation.audit -i "$INVENTORY" -e "@$POLICY" \
    -e report_paths="$DEMO/report-$1.txt,$DEMO/report-$1.html,$DEMO/report.json" \
    -e license_audit_compare_with="$DEMO/report.json" >"$DEMO/audit-$1.log" ||
    { cat -- "$DEMO/audit-$1.log"; die "the audit failed"; }
  cat -- "$DEMO/report-$1.txt"
  say
  say "The same as a page for a browser: ${DEMO#"$ROOT/"}/report-$1.html"
}

if [[ ${1:-} == stop ]]; then
  stop_fleet
  say "The simulated fleet and its name server are stopped."
  exit 0
fi

stop_fleet
chapter "1. A fleet that does not exist"
start_fleet
tail -n 1 -- "$DEMO/winlab.log"
say "Its machines speak WinRM on 127.x.y.z as Windows does: NTLM, encrypted messages, WMI over WS-Management."
say "What was decided about them is in .work/demo/policy.yml: who is to be the KMS host, and what is accepted until when."
say "kms01.corp.example is the real KMS host. The same host key was accidentally put on three more machines."
say "Their name server is $NAME_SERVER"

chapter "2. Who claims to be a KMS host? That is where Windows clients go for activation"
run ansible-inventory -i "$DEMO/kms_srv.yml" --graph

chapter "3. The audit: which machines are keyed and activated the way we decided?"
say "\$ ansible-playbook winfleet.activation.audit -i .work/demo/inventory.yml -e @.work/demo/policy.yml -e report_paths=..."
say
audit before

chapter "4. What would be done about it? (check mode, nothing is sent)"
run ansible-playbook winfleet.activation.enforce -i "$INVENTORY" -e "@$POLICY" --check --diff

chapter "5. Now for real: GVLK of the edition, restart of the licensing service, proof, activation"
run ansible-playbook winfleet.activation.enforce -i "$INVENTORY" -e "@$POLICY"

chapter "6. Their records in DNS are still there. Delete exactly those, and prove that they stay away"
run ansible-playbook winfleet.activation.kms_dns -i "$INVENTORY" -e "@$POLICY" --diff

chapter "7. Once more, to see that nothing is left to do"
run ansible-playbook winfleet.activation.enforce winfleet.activation.kms_dns -i "$INVENTORY" -e "@$POLICY"
audit after

# Last, since an audit would find all these clocks a day ahead of the controller's.
chapter "8. A day later, by the fleet's clock: nobody has published itself again"
run python -m winlab advance 1d
run ansible-inventory -i "$DEMO/kms_srv.yml" --graph

chapter "The fleet goes on running"
say "Open the report of the audit after the repair in a browser; it has what has changed since the one before:"
say
say "  file://$DEMO/report-after.html"
say
say "Look at one of the repaired machines, as Ansible sees it and as it really is:"
say
say "  .venv/bin/ansible rogues -i .work/demo/inventory.yml -m winfleet.activation.license_info"
say "  WINLAB_RUNTIME=.work/demo/run .venv/bin/python -m winlab state srv2008r2-01"
say
say "Stop it with: make demo-stop"
