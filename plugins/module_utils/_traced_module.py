# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that tells its exchanges with ``-vvv``. It has no terminal, so that they are a part of its result."""

from __future__ import annotations

from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from . import _trace

_VERBOSITY = 3
_MOST = 1000


class TracedModule(AnsibleModule):
    """As ``AnsibleModule``, with ``exchanges`` in what it returns where somebody wants to see them."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._exchanges: list[str] = []
        _trace.listen(self._heard if self._verbosity >= _VERBOSITY else None)

    def exit_json(self, **result: Any) -> NoReturn:
        """As ``AnsibleModule`` has it."""
        super().exit_json(**result, **self._told())
        raise SystemExit(0)  # It has ended already, which its type does not say on every version.

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        """As ``AnsibleModule`` has it."""
        super().fail_json(msg, **result, **self._told())
        raise SystemExit(1)

    def _heard(self, exchange: object) -> None:
        if len(self._exchanges) < _MOST:
            self._exchanges.append(f"{getattr(exchange, 'protocol', '')} {exchange}")

    def _told(self) -> dict[str, list[str]]:
        wanted = self._verbosity >= _VERBOSITY
        _trace.listen(None)
        return {"exchanges": self._exchanges} if wanted else {}
