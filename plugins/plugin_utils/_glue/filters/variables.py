# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jinja filter: variables that were meant for a playbook or role, and that it does not read."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ..filter_values import words
from ..variable_names import unread


def unread_variables(names: Any, reader: Any, own: Any = ()) -> list[str]:
    """A sentence for each name that is misspelt. ``own`` as text is a list with commas, as on the command line."""
    try:
        return unread([str(name) for name in names], str(reader), words(own))
    except ValueError as error:
        raise AnsibleFilterError(f"unread_variables: {error}") from None
