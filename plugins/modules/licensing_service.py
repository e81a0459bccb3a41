#!/usr/bin/python
# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: licensing_service
short_description: Start, stop or restart the licensing service
version_added: 0.1.0
author:
  - The winfleet.activation contributors (@winfleet)
description:
  - Works on the right service for the version of Windows, C(slsvc) on Vista and Windows Server 2008, C(sppsvc)
    later, and on
    C(osppsvc) for Office, and waits until the state is reached.
  - A machine that was an accidental KMS host goes on answering and publishing itself after its key was replaced,
    until this
    service restarts. This module restarts it and proves that the KMS host is gone.
extends_documentation_fragment:
  - winfleet.activation.spp
  - winfleet.activation.spp.changes
options:
  state:
    description:
      - V(restarted) makes the running service work with the installed key. It restarts the service when the two
        disagree,
        which RV(winfleet.activation.license_info#module:role) shows as V(kms_host_pending), and does nothing
        otherwise; a
        healthy KMS host would lose its client count by a restart. See O(force).
      - V(started) and V(stopped) do what they say. From Windows 8 on the service stops by itself when it is idle
        and starts
        when it is needed, so a stopped C(sppsvc) is not an error.
    type: str
    choices: [restarted, started, stopped]
    required: true
  product:
    description:
      - V(windows), or V(office) for the service of Office 2010 and of Office on Windows 7 and Windows Server 2008 R2.
    type: str
    choices: [windows, office]
    default: windows
  force:
    description:
      - With O(state=restarted), restart the service even if it seems to work with the installed key, for example
        after a
        change of its registry settings or right after M(winfleet.activation.product_key) has changed something.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for the service to stop, and again for it to start.
    type: int
    default: 60
seealso:
  - module: winfleet.activation.product_key
  - module: winfleet.activation.license_info
"""

EXAMPLES = r"""
- name: Restart the licensing service if it does not work with the installed key
  winfleet.activation.licensing_service:
    state: restarted

- name: Restart the licensing service in any case
  winfleet.activation.licensing_service:
    state: restarted
    force: true
"""

RETURN = r"""
result:
  description: V(verified) when the state was read back, V(planned) in check mode, V(failed) otherwise.
  returned: always, except when nothing could be decided
  type: str
  sample: verified
reason:
  description: Why something was done, or was not.
  returned: success
  type: str
  sample: The GVLK is installed, but the running licensing service still answers as a KMS host.
service:
  description: The Windows service as read last.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: sppsvc
    display_name:
      description: Its display name, possibly translated.
      type: str
      sample: Software Protection
    state:
      description: Its state in lower case, such as V(running) or V(stopped).
      type: str
      sample: running
    start_mode:
      description: V(auto), V(manual) or V(disabled).
      type: str
      sample: auto
before:
  description: State of the service and, for V(restarted), role of the machine before.
  returned: success
  type: dict
  sample:
    state: running
    role: kms_host_pending
after:
  description: The same after.
  returned: success
  type: dict
  sample:
    state: running (restarted)
    role: kms_client
state_known:
  description: V(false) when the connection broke and it is not known whether the machine is different now.
  returned: failure after something was tried
  type: bool
  sample: true
"""
