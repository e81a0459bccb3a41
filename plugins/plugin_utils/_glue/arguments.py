# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of a task, checked by the specification of its module."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator


def validated(arguments: dict[str, Any], specification: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """With types and defaults. ``rules`` are those of ArgumentSpecValidator. Raises AnsibleActionFail."""
    outcome = ArgumentSpecValidator(specification, **rules).validate(dict(arguments))
    if outcome.error_messages:
        raise AnsibleActionFail(outcome.errors.msg)
    return dict(outcome.validated_parameters)
