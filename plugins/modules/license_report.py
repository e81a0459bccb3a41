#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: license_report
short_description: Write the activation state of many hosts into one report
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Puts the results of M(winfleet.activation.license_info) for many hosts into one table, with the reason for every
    host that
    is not as it should be, and counts the verdicts.
  - A host that could not be reached is a line with its reason.
options:
  hosts:
    description: What M(winfleet.activation.license_info) returned, by host name.
    type: dict
    required: true
  path:
    description: File on the controller to write. Without it the report is only returned.
    type: path
  format:
    description: Form of the file.
    type: str
    choices: [text, csv, json]
    default: text
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
seealso:
  - module: winfleet.activation.license_info
"""

EXAMPLES = r"""
- name: Read all hosts
  winfleet.activation.license_info:
    approved_kms_hosts: "{{ approved_kms_hosts | default([]) }}"
  register: activation
  ignore_unreachable: true
  ignore_errors: true

- name: Write the report
  winfleet.activation.license_report:
    hosts: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'activation'))) }}"
    path: "{{ report_path | default('/tmp/activation.csv') }}"
    format: csv
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
report:
  description: The report as text lines.
  returned: success
  type: list
  elements: str
summary:
  description: How many hosts have which verdict, or which role where no verdict was asked for.
  returned: success
  type: dict
  sample:
    kms_client_ok: 4812
    kms_unapproved: 3
    unreachable: 17
path:
  description: The file that was written.
  returned: when O(path) is set
  type: str
  sample: /tmp/activation.csv
"""

import pathlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.text.converters import to_bytes

from ansible_collections.winfleet.activation.plugins.module_utils import _report


def _write(module: AnsibleModule, path: pathlib.Path, text: str) -> dict[str, Any]:
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before == text:
        return {"changed": False, "path": str(path)}
    if not module.check_mode:
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(to_bytes(text))
        module.atomic_move(str(temporary), str(path))
    header = {"before_header": str(path), "after_header": str(path)}
    return {"changed": True, "path": str(path), "diff": {"before": before, "after": text, **header}}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "hosts": {"type": "dict", "required": True},
            "path": {"type": "path"},
            "format": {"type": "str", "default": "text", "choices": ["text", "csv", "json"]},
        },
        supports_check_mode=True,
    )
    rows = _report.rows_of(module.params["hosts"])
    result = {
        "changed": False,
        "report": _report.as_text(rows).splitlines(),
        "summary": _report.summary_of(rows),
    }
    if module.params["path"]:
        path = pathlib.Path(module.params["path"])
        try:
            result.update(_write(module, path, _report.FORMATS[module.params["format"]](rows)))
        except OSError as error:
            module.fail_json(msg=f"The report could not be written to {path}: {error}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
