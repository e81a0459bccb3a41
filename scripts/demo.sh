#!/usr/bin/env bash
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The main job on a simulated fleet: audit, look at the plan, repair, audit again. The fleet is left running, so that
# one can go on trying; `make demo-stop` ends it, and so does the next `make demo`.
#
#   scripts/demo.sh          run it
#   scripts/demo.sh stop     stop the fleet that the last run left
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

DEMO=$WORK/demo
INVENTORY=$DEMO/inventory.yml
POLICY='{"approved_kms_hosts": ["kms01.corp.example"]}'

export WINLAB_RUNTIME=$DEMO/run
# A demonstration is read by people: one line a host, no warnings about the interpreter, no diff of nothing.
# The last run finds nothing to repair, so its second play matches no host; that is the point of it.
export ANSIBLE_HOST_PATTERN_MISMATCH=ignore
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_DISPLAY_OK_HOSTS=false

stop_fleet() {
  local pid
  [[ -f $DEMO/winlab.pid ]] || return 0
  pid=$(<"$DEMO/winlab.pid")
  # The number may belong to another program by now.
  if [[ $(ps -o args= -p "$pid" 2>/dev/null) == *winlab* ]]; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f -- "$DEMO/winlab.pid"
}

start_fleet() {
  rm -rf -- "$DEMO"
  mkdir -p -- "$DEMO"
  # Its own session and its own output, so that nobody who waits for this script waits for the fleet.
  setsid python -m winlab up demo --inventory "$INVENTORY" --seed 7 </dev/null >"$DEMO/winlab.log" 2>&1 &
  printf '%s\n' "$!" >"$DEMO/winlab.pid"
  for _ in {1..300}; do
    [[ -s $INVENTORY ]] && return 0
    kill -0 "$(<"$DEMO/winlab.pid")" 2>/dev/null || break
    sleep 0.1
  done
  cat -- "$DEMO/winlab.log" >&2
  die "the simulated fleet did not start"
}

chapter() { printf '\n%s--- %s %s\n\n' "$BOLD" "$*" "$RESET"; }

# run COMMAND ...: shows the command as one would type it, then runs it.
run() {
  local word shown=
  for word; do
    [[ $word == *[\ \"{}]* ]] && word="'$word'"
    shown+=" ${word#"$ROOT/"}"
  done
  printf '%s$%s%s\n' "$BOLD" "$shown" "$RESET"
  "$@"
}

audit() {
  ansible-playbook winfleet.activation.audit -i "$INVENTORY" -e "$POLICY" -e report_path="$DEMO/report-$1.txt" >"$DEMO/audit-$1.log" ||
    { cat -- "$DEMO/audit-$1.log"; die "the audit failed"; }
  cat -- "$DEMO/report-$1.txt"
}

if [[ ${1:-} == stop ]]; then
  stop_fleet
  say "The simulated fleet is stopped."
  exit 0
fi

stop_fleet
chapter "1. A fleet that does not exist"
start_fleet
tail -n 1 -- "$DEMO/winlab.log"
say "Its machines speak WinRM on 127.x.y.z as Windows does: NTLM, encrypted messages, WMI over WS-Management."
say "kms01.corp.example is the real KMS host. The same host key was put on three more machines by mistake."

chapter "2. The audit: which machines are keyed and activated the way we decided?"
say "\$ ansible-playbook winfleet.activation.audit -e '$POLICY'"
say
audit before

chapter "3. What would be done about it? (check mode, nothing is sent)"
run ansible-playbook winfleet.activation.enforce -i "$INVENTORY" -e "$POLICY" --check --diff

chapter "4. Now for real: GVLK of the edition, restart of the licensing service, proof, activation"
run ansible-playbook winfleet.activation.enforce -i "$INVENTORY" -e "$POLICY"

chapter "5. The audit again"
audit after

chapter "6. Once more, to see that nothing is left to do"
run ansible-playbook winfleet.activation.enforce -i "$INVENTORY" -e "$POLICY"

chapter "The fleet goes on running"
say "Look at one of the repaired machines, as Ansible sees it and as it really is:"
say
say "  .venv/bin/ansible rogues -i .work/demo/inventory.yml -m winfleet.activation.license_info"
say "  WINLAB_RUNTIME=.work/demo/run .venv/bin/python -m winlab state srv2008r2-01"
say
say "Stop it with: make demo-stop"
