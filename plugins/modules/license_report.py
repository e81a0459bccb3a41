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
    report, which begins with what is wrong and what to do about it.
  - Writes it as a page for a browser, as data, and in the forms that CI servers and monitoring take, several at once.
  - A host that could not be reached is a line with its reason, and counts as unknown, never as right.
  - Makes one report of several, such as those of the slices of a job, and says what has changed since an earlier one.
  - The same input gives the same files. Even the time comes from outside, in O(audited_at).
  - It runs on the controller, as the user who runs Ansible. Put C(run_once=true) on the task.
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
  summary:
    description:
      - The RV(winfleet.activation.fleet_info#module:summary) that M(winfleet.activation.fleet_info) returned. The
        report takes from it how long the audit took, and which approved KMS hosts were seen.
    type: dict
    version_added: 0.2.0
  findings:
    description:
      - Findings that are not those of a single host of the report, such as of records in DNS. Each has C(id),
        C(severity) (V(error), V(warning) or V(info)), C(title), C(subject), C(reason) and C(remedy).
      - The RV(winfleet.activation.fleet_info#module:findings) that M(winfleet.activation.fleet_info) returned are such.
    type: list
    elements: dict
    default: []
    version_added: 0.2.0
  columns:
    description:
      - Variables of the inventory, such as C(site) and C(owner), that become columns. The page filters by them and
        has a table of verdicts for each.
      - A value out of a vault is left empty. A name that looks like a secret is refused, and so is a variable that no
        host of the inventory has.
    type: list
    elements: str
    default: []
    version_added: 0.2.0
  audited_at:
    description: When the audit was made, in ISO 8601 with its offset, such as V(2026-11-27T17:09:00Z).
    type: str
    version_added: 0.2.0
  title:
    description: Whose fleet it is.
    type: str
    version_added: 0.2.0
  details:
    description: What else is to stand at the top of the page, by name, such as the number of the job.
    type: dict
    version_added: 0.2.0
  policy_file:
    description: File with the policy of the audit. The report has its name and its SHA-256, not its content.
    type: path
    version_added: 0.2.0
  compare_with:
    description:
      - An earlier report in JSON that this module wrote. This one then says what is new, fixed, the same, and what was
        not read then. A file that does not exist yet is compared with nothing.
      - It may be a file that is written by the same task; it is read before.
    type: path
    version_added: 0.2.0
  redact:
    description:
      - Leave out every name, in the files and in what is returned. Hosts are numbered in the order of their names; what
        may quote a name is left out, and so are O(columns), O(details) and the name of O(policy_file). O(title) stays.
      - It is compared before names are left out, so O(compare_with) needs a report that has them.
    type: bool
    default: false
    version_added: 0.2.0
  show:
    description:
      - Which hosts have a line in RV(report). V(wrong) leaves out those that are compliant, and findings that are only
        worth knowing, so that the log of a large fleet stays readable.
      - The sums, and the file, always have all.
    type: str
    choices: [all, wrong]
    default: all
  path:
    description:
      - File on the controller to write. Without it the report is only returned.
      - A relative path counts from the folder in which ansible was started. The folder has to be there. The file is
        replaced as a whole, and only its owner may read it; metrics for Prometheus may be read by everyone.
    type: path
  format:
    description:
      - Form of O(path). When left out, as the end of its name says, as in O(paths).
      - V(html) is one page with everything in it, for a browser without network. V(json) is described by the schema
        C(docs/report/report-1.schema.json). V(junit) is for test reports of CI servers, V(sarif) for GitHub's code
        scanning, V(codequality) for GitLab, V(prometheus) for the textfile collector of node_exporter.
    type: str
    choices: [text, csv, json, html, junit, sarif, codequality, prometheus]
  paths:
    description:
      - Files to write besides O(path), each in the form that the end of its name says.
      - V(.html), V(.json), V(.csv), V(.xml) (JUnit), V(.sarif), V(codequality.json) or V(code-quality-report.json), and
        V(.prom) (Prometheus); V(text) for any other name.
    type: list
    elements: path
    default: []
    version_added: 0.2.0
  granularity:
    description:
      - Test cases in JUnit. V(host) is one for each host, with its findings. V(rule) is one for each host and each
        kind of finding that it may have; for thousands of hosts such a file is large.
    type: str
    choices: [host, rule]
    default: host
    version_added: 0.2.0
  per_host:
    description: Whether the metrics for Prometheus have a series for each host, too.
    type: bool
    default: false
    version_added: 0.2.0
  inventory_file:
    description:
      - File of the repository, relative to its root, that alerts in SARIF and Code Quality point at. A host's line is
        the first one that names it.
    type: path
    version_added: 0.2.0
  check_only:
    description:
      - Only see whether O(path) and O(paths) could be written and whether all other options can be meant, and report
        nothing. To be asked before a fleet is read for long.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
  diff_mode:
    description: Shows what would change or has changed in diff mode. Of a page for a browser that is a checksum.
    support: full
  idempotent:
    description: A second run with the same input changes nothing.
    support: full
  platform:
    description: Target the module works on. It runs on the controller.
    support: full
    platforms: posix
  action:
    description: Has a corresponding action plugin, which does all of it.
    support: full
seealso:
  - module: winfleet.activation.fleet_info
  - module: winfleet.activation.license_info
  - ref: ansible_collections.winfleet.activation.docsite.guide_report
    description: What is in the page, and how CI servers, Prometheus and Grafana take the other forms.
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

- name: Write a page for people, data for the next comparison, and test results for the CI server
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    summary: "{{ fleet.summary }}"
    audited_at: "{{ now(utc=true).strftime('%Y-%m-%dT%H:%M:%SZ') }}"
    title: corp.example
    columns: [site, owner]
    compare_with: "{{ report_folder | default('/var/lib/winfleet') }}/activation.json"
    paths:
      - "{{ report_folder | default('/var/lib/winfleet') }}/activation.html"
      - "{{ report_folder | default('/var/lib/winfleet') }}/activation.json"
      - "{{ report_folder | default('/var/lib/winfleet') }}/activation.xml"
  delegate_to: localhost
  run_once: true

- name: Write metrics for Prometheus, and alerts for GitHub
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    inventory_file: inventory.yml
    paths:
      - "{{ report_folder | default('/var/lib/node_exporter') }}/activation.prom"
      - "{{ report_folder | default('.') }}/activation.sarif"
  delegate_to: localhost
  run_once: true

- name: Write a page that names no machine
  winfleet.activation.license_report:
    hosts: "{{ fleet.hosts }}"
    redact: true
    path: "{{ report_folder | default('/var/lib/winfleet') }}/for-the-auditor.html"
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
headline:
  description: The verdict on the whole fleet, a sentence.
  returned: success, except with O(check_only)
  type: str
  sample: "Not compliant: 3 of 13 machines need action, 1 was not read."
  version_added: 0.2.0
exit_status:
  description:
    - What a job should end with. V(0), all is as the policy requires, or excepted from it; V(2), something is not;
      V(3), nothing is wrong as far as is known, but a machine was not read or nothing was judged.
  returned: success, except with O(check_only)
  type: int
  sample: 2
  version_added: 1.0.0
summary:
  description: How many hosts have which verdict, or which role where no verdict was asked for.
  returned: success
  type: dict
  sample:
    kms_client_ok: 4812
    kms_unapproved: 3
    unreachable: 17
wrong:
  description: Hosts that are not compliant or were not read, each with the reason.
  returned: success
  type: dict
  sample:
    srv2019-01: It is not an approved KMS host and its key is a KMS host key.
changes:
  description: How many findings are new, the same and so on since the last report.
  returned: when O(compare_with) names a report
  type: dict
  contains:
    new:
      description: Findings that the last report had not, of hosts that it had read.
      type: int
      sample: 1
    same:
      description: Findings that the last report had as well.
      type: int
      sample: 2
    fixed:
      description: Findings of the last report that are gone.
      type: int
      sample: 4
    not_read_then:
      description: Findings of hosts that could not be read for the last report.
      type: int
      sample: 0
    not_read_now:
      description: Findings of the last report of hosts that could not be read now.
      type: int
      sample: 1
    left:
      description: Findings of the last report of hosts that were not part of this audit.
      type: int
      sample: 0
  version_added: 0.2.0
path:
  description: The file that was written, the first one where there are several.
  returned: when O(path) or O(paths) is set
  type: str
  sample: /tmp/activation.csv
files:
  description: Every file that was to be written.
  returned: success, except with O(check_only)
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
      sample: /tmp/activation.csv
    format:
      description: Its form.
      type: str
      sample: csv
    changed:
      description: Whether it was, or in check mode would be, different from before.
      type: bool
      sample: true
  version_added: 0.2.0
"""
