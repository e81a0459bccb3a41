#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: policy_info
short_description: Check the policy for the activation of Windows machines
version_added: 1.0.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Checks the file with the organization's policy, and the keys of the policy among the variables, and names the file,
    line and key of everything that is wrong.
  - An unknown key, a value of the wrong type, a finding that does not exist, a host or group that is not in the
    inventory, each is an error. Nothing is connected, and nothing is changed.
  - The playbooks of this collection run it first. In CI it checks a policy before it is used.
  - It runs on the controller. Put C(run_once=true) on the task.
options:
  file:
    description:
      - The policy, a file on the controller, also one in a vault. A relative path counts from the folder in which
        Ansible was started.
      - When left out, only variables are checked, and the files of C(-e @FILE).
    type: path
  own_variables:
    description: Names of your own variables that may stand in the file too.
    type: list
    elements: str
    default: []
attributes:
  action:
    description: Runs as an action plugin on the controller.
    support: full
  async:
    description: Supports being used with C(async).
    support: none
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: N/A
  platform:
    description: Target the module works on.
    support: full
    platforms: posix
seealso:
  - module: winfleet.activation.fleet_info
"""

EXAMPLES = r"""
- name: Check the policy
  winfleet.activation.policy_info:
    file: policy.yml
  run_once: true
"""

RETURN = r"""
path:
  description: The file of the policy; of the command line where O(file) is left out. Empty where there is none.
  returned: success
  type: str
  sample: /srv/activation/policy.yml
sha256:
  description: Its SHA-256.
  returned: success
  type: str
  sample: 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
policy_keys:
  description: The keys of O(file), sorted.
  returned: success
  type: list
  elements: str
  sample: [approved_kms_hosts, exceptions]
"""
