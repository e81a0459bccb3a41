# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is python-ldap there, and gssapi where it makes the ticket? The other files import them as if they were."""

from __future__ import annotations

from ansible.module_utils.basic import missing_required_lib

from .._dns import gss
from . import connection
from .errors import LibraryMissing
from .options import needs_gssapi
from .settings import Settings


def require(place: Settings) -> None:
    """Raises LibraryMissing."""
    if connection.LDAP_ERROR is not None:
        raise LibraryMissing(str(missing_required_lib("python-ldap")), connection.LDAP_ERROR)
    if needs_gssapi(place) and gss.GSSAPI_ERROR is not None:
        raise LibraryMissing(str(missing_required_lib("gssapi")), gss.GSSAPI_ERROR)
