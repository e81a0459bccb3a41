# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that filters are given: of YAML, or the text that ``-e`` makes of them. Raises AnsibleFilterError."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean


def flag(value: Any) -> bool:
    """True or false, in one of Ansible's words for them."""
    try:
        return bool(boolean(value))
    except TypeError as error:
        raise AnsibleFilterError(f"{value!r} is not a boolean: use true or false") from error


def words(value: Any) -> list[str]:
    """A list of words; as text they stand between commas or blanks. Nothing at all is an empty one."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    try:
        return [str(word).strip() for word in value or ()]
    except TypeError as error:
        raise AnsibleFilterError(f"{value!r} is not a list") from error
