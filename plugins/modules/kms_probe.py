#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_probe
short_description: Ask whether a KMS host answers on the network
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Connects from the controller to the KMS port of one or more hosts and binds to the RPC interface of the Key
    Management Service, which is the first thing every KMS client does. That shows whether a KMS host serves there, and
    whether the firewall lets clients through.
  - Nothing is asked and nothing is counted; no activation request is sent.
  - A host that does not answer is a result with its reason, not a failure of the task.
options:
  hosts:
    description:
      - Names or addresses of the hosts. A port other than O(port) follows after a colon, an IPv6 address stands in
        brackets then.
      - An empty list is refused.
    type: list
    elements: str
    required: true
  port:
    description: TCP port to ask.
    type: int
    default: 1688
  timeout:
    description: Seconds to wait for a connection, and again for the answer, from 1 to 300.
    type: int
    default: 5
  at_once:
    description: How many hosts to ask at the same time, from 1 to 256.
    type: int
    default: 32
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: N/A
  idempotent:
    description: A second run changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
seealso:
  - module: winfleet.activation.kms_host_info
"""

EXAMPLES = r"""
- name: Ask whether the KMS hosts answer
  winfleet.activation.kms_probe:
    hosts: "{{ approved_kms_hosts }}"
    timeout: 2
  delegate_to: localhost
  run_once: true
  register: probe

- name: Show the ones that do not
  ansible.builtin.debug:
    msg: "{{ probe.results | rejectattr('answers_as_kms') | map(attribute='reason') | list }}"
"""

RETURN = r"""
results:
  description: One entry for each host, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host as given, with its port where it was given.
      type: str
      sample: kms01.corp.example
    port:
      description: The port that was asked.
      type: int
      sample: 1688
    address:
      description: The address that was reached. Null when there was no connection.
      type: str
      sample: 192.0.2.10
    reachable:
      description: Whether the port is open.
      type: bool
      sample: true
    answers_as_kms:
      description: Whether the Key Management Service answers there.
      type: bool
      sample: true
    rejected:
      description: Whether RPC answers there and refuses the bind, as a Windows machine does that is not a KMS host.
      type: bool
      sample: false
    reason:
      description: Why, in a sentence.
      type: str
      sample: the KMS interface accepted the bind
    milliseconds:
      description: How long it took.
      type: int
      sample: 3
all_answer:
  description: Whether every host answers as a KMS host.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winfleet.activation.plugins.module_utils import _kms, _kms_rpc

_LARGEST = {"port": 65535, "timeout": 300, "at_once": 256}


def _target(text: str, port: int) -> tuple[str, int]:
    host, own = _kms.split_port(text)
    return host, port if own is None else own


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "hosts": {"type": "list", "elements": "str", "required": True},
            "port": {"type": "int", "default": _kms.DEFAULT_PORT},
            "timeout": {"type": "int", "default": 5},
            "at_once": {"type": "int", "default": 32},
        },
        supports_check_mode=True,
    )
    params = module.params
    for name, largest in _LARGEST.items():
        if not 1 <= params[name] <= largest:
            module.fail_json(msg=f"{name} is {params[name]}; it must be between 1 and {largest}.")
    if not params["hosts"]:
        module.fail_json(msg="hosts is empty, so nothing would be queried: name the hosts.")
    try:
        targets = [_target(host, params["port"]) for host in params["hosts"]]
    except ValueError as error:
        module.fail_json(msg=f"hosts: {error}.")
    answers = _kms_rpc.probe_all(targets, float(params["timeout"]), params["at_once"])
    # By what the user calls it: two ports of one host are two answers.
    results = [{**answer, "host": text} for text, answer in zip(params["hosts"], answers, strict=True)]
    module.exit_json(changed=False, results=results, all_answer=all(one["answers_as_kms"] for one in results))


if __name__ == "__main__":
    main()
