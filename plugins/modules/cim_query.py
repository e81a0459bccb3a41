#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cim_query
short_description: Run a WQL query on a Windows machine
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Runs one WQL query on any WMI namespace and returns its instances as data. It reads and never changes anything.
  - It answers the question that no other module answers, without a shell on the target.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.reads
options:
  query:
    description:
      - A WQL data query, which begins with C(SELECT), C(ASSOCIATORS OF) or C(REFERENCES OF).
      - Naming the properties is faster than C(*), and a property that the class does not have is an error.
    type: str
    required: true
  namespace:
    description: The WMI namespace, with slashes or backslashes.
    type: str
    default: root/cimv2
notes:
  - WS-Management carries the values as text. Properties of well-known classes get the type that Microsoft documents
    for
    them; a list property is a list there even when it has one value. In other classes V(true) and V(false) become
    booleans, decimal numbers become integers, a property that repeats becomes a list, and everything else stays text.
  - Anything in the shape of a product key is masked, except Microsoft's published client setup keys.
"""

EXAMPLES = r"""
- name: Find services that should run and do not
  winfleet.activation.cim_query:
    query: SELECT Name,State FROM Win32_Service WHERE StartMode = 'Auto' AND State <> 'Running'
  register: stopped

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ stopped.instances | map(attribute='Name') | list }}"

- name: Read another namespace
  winfleet.activation.cim_query:
    query: SELECT * FROM Win32_OperatingSystem
    namespace: root/cimv2
"""

RETURN = r"""
instances:
  description: The instances, each a dictionary of its properties. Times are ISO 8601 text as the machine sends them.
  returned: success
  type: list
  elements: dict
  sample:
    - Name: Spooler
      State: Stopped
"""
