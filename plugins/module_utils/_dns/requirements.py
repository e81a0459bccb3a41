# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is dnspython there, and gssapi where Kerberos is asked for? The other files import them as if they were."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from ansible.module_utils.basic import missing_required_lib

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

DNSPYTHON_ERROR: str | None = None
try:
    import dns.version
except ImportError:
    DNSPYTHON_ERROR = traceback.format_exc()

# The first that reads a signed message without verifying it (keyring=False).
MINIMUM = (2, 7)


def missing_dnspython() -> str | None:
    """What to tell the user when dnspython is missing or too old; None when all is well."""
    wanted = f"dnspython >= {MINIMUM[0]}.{MINIMUM[1]}"
    if DNSPYTHON_ERROR is not None:
        return str(missing_required_lib(wanted))
    if (dns.version.MAJOR, dns.version.MINOR) < MINIMUM:
        return f"dnspython {dns.version.version} is too old: {wanted} is needed. " + str(missing_required_lib(wanted))
    return None


def require_dnspython(module: AnsibleModule) -> None:
    """End the module when it cannot work."""
    problem = missing_dnspython()
    if problem is not None:
        module.fail_json(msg=problem, exception=DNSPYTHON_ERROR)
