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
  - Puts the results of M(winfleet.activation.fleet_info) or M(winfleet.activation.license_info) for many hosts into one
    table, with the reason for every host that is not as it should be, and counts the verdicts.
  - A host that could not be reached is a line with its reason.
  - Makes one report of several, such as those of the slices of a job.
options:
  hosts:
    description:
      - The RV(winfleet.activation.fleet_info#module:hosts) that M(winfleet.activation.fleet_info) returned, or what
        M(winfleet.activation.license_info) returned, by host name.
      - One of O(hosts), O(merge) and O(check_only) is required.
    type: dict
  merge:
    description:
      - Reports in JSON that this module wrote before, files on the controller, whose hosts become part of this report.
      - Of a host that is in several, the last one counts; O(hosts) come after the files.
    type: list
    elements: path
  show:
    description:
      - Which hosts have a line in RV(report). V(wrong) leaves out those that are as decided, so that the log of a large
        fleet stays readable.
      - The sums, and the file, always have all.
    type: str
    choices: [all, wrong]
    default: all
  path:
    description:
      - File on the controller to write. Without it the report is only returned.
      - A relative path counts from the folder in which ansible was started. The folder has to be there. The file is
        replaced as a whole, and only its owner may read it.
    type: path
  format:
    description: Form of the file. When left out, as the suffix of O(path) says, or V(text) for any other suffix.
    type: str
    choices: [text, csv, json]
  check_only:
    description:
      - Only see whether O(path) could be written, and report nothing. To be asked before a fleet is read for long.
    type: bool
    default: false
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
  - module: winfleet.activation.fleet_info
  - module: winfleet.activation.license_info
"""

EXAMPLES = r"""
- name: Read all hosts
  winfleet.activation.fleet_info:
    approved_kms_hosts: "{{ approved_kms_hosts | default([]) }}"
  register: fleet
  delegate_to: localhost
  run_once: true

- name: Write the report
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    path: "{{ report_path | default('/tmp/activation.csv') }}"
    format: csv
  delegate_to: localhost
  run_once: true

- name: Write the report of one slice of a job
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    path: "{{ report_folder | default('/var/lib/winfleet') }}/slice-{{ awx_job_id | default(1) }}.json"
    format: json
  delegate_to: localhost
  run_once: true

- name: Make one report of those that the slices of a job have left
  winfleet.activation.license_report:
    merge: "{{ query('ansible.builtin.fileglob', pattern) | sort }}"
    path: "{{ report_folder | default('/var/lib/winfleet') }}/activation.csv"
    format: csv
    show: wrong
  vars:
    pattern: "{{ report_folder | default('/var/lib/winfleet') }}/slice-*.json"
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
wrong:
  description: Hosts that are not as decided or were not read, each with the reason.
  returned: success
  type: dict
  sample:
    srv2019-01: It is not an approved KMS host and its key is a KMS host key.
path:
  description: The file that was written.
  returned: when O(path) is set
  type: str
  sample: /tmp/activation.csv
"""

import pathlib
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.winfleet.activation.plugins.module_utils import _files, _report


def _write(path: pathlib.Path, text: str, check_mode: bool) -> dict[str, Any]:
    before = _files.read_text(path)
    if before == text:
        return {"changed": False, "path": str(path)}
    if check_mode:
        _files.require_writable(path)
    else:
        _files.write_text(path, text)
    header = {"before_header": str(path), "after_header": str(path)}
    return {"changed": True, "path": str(path), "diff": {"before": before, "after": text, **header}}


def _format(params: dict[str, Any]) -> str:
    """As asked, or as the suffix of the file says."""
    suffix = pathlib.Path(params["path"] or "").suffix.lower().lstrip(".")
    return params["format"] or (suffix if suffix in _report.FORMATS else "text")


def _earlier(module: AnsibleModule, path: str) -> list[dict[str, Any]]:
    try:
        return _report.rows_of_json(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        module.fail_json(
            msg=f"The report {path} cannot be merged: {error}. merge takes files that license_report wrote with "
            "format=json."
        )
    return []


def _check(module: AnsibleModule, path: pathlib.Path | None) -> None:
    """Before hours are spent on reading: can the report be written at all?"""
    try:
        if path is not None:
            _files.require_writable(path)
            _files.read_text(path)
    except _files.FileProblem as problem:
        module.fail_json(msg=f"{problem}. Nothing was read yet.")
    module.exit_json(changed=False, report=[], summary={}, wrong={})


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "hosts": {"type": "dict"},
            "merge": {"type": "list", "elements": "path"},
            "show": {"type": "str", "default": "all", "choices": ["all", "wrong"]},
            "path": {"type": "path"},
            "format": {"type": "str", "choices": ["text", "csv", "json"]},
            "check_only": {"type": "bool", "default": False},
        },
        required_one_of=[["hosts", "merge", "check_only"]],
        supports_check_mode=True,
    )
    path = _files.located(module.params["path"]) if module.params["path"] else None
    if module.params["check_only"]:
        _check(module, path)
    if module.params["hosts"] is None and not module.params["merge"]:
        module.fail_json(
            msg="There is nothing to report: merge names no file. Check the pattern that finds the reports."
        )
    earlier = [_earlier(module, path) for path in module.params["merge"] or ()]
    rows = _report.merged([*earlier, _report.rows_of(module.params["hosts"] or {})])
    result: dict[str, Any] = {
        "changed": False,
        "report": _report.as_text(rows, only_wrong=module.params["show"] == "wrong").splitlines(),
        "summary": _report.summary_of(rows),
        "wrong": {row["host"]: row["reason"] for row in rows if _report.is_wrong(row)},
    }
    if path is not None:
        try:
            result.update(_write(path, _report.FORMATS[_format(module.params)](rows), module.check_mode))
        except _files.FileProblem as problem:
            # What was read is not lost because it cannot be kept.
            module.fail_json(msg=f"{problem}. The report itself is in the result.", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
