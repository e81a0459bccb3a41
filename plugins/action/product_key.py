# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a product key and prove it."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.action import WsmanAction
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.results import changes
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_choice import WINDOWS
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.key_removal import remove_product_key
from ansible_collections.winfleet.activation.plugins.plugin_utils._operations.product_key import (
    set_product_key,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._policy.key_choice import (
    KeyRequest,
)
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import Session

GVLK = "gvlk"


class ActionModule(WsmanAction):
    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "key": {"type": "str", "default": GVLK, "no_log": True},
        "edition": {"type": "str"},
        "product": {"type": "str", "default": WINDOWS},
        "allow_kms_host_key": {"type": "bool", "default": False},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    }

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        key = self._key(str(arguments["key"]))
        if arguments["state"] == "absent" and (key is not None or arguments["edition"] is not None):
            raise ValueError("state=absent accepts a product, but neither key nor edition")
        if key is not None and arguments["edition"] is not None:
            raise ValueError("edition is only valid with key=gvlk; a key that is given needs no edition")
        arguments["request"] = KeyRequest(
            key=key,
            edition=arguments["edition"],
            product=str(arguments["product"]),
            allow_kms_host_key=arguments["allow_kms_host_key"],
        )

    def perform(self, session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
        request = arguments["request"]
        if arguments["state"] == "absent":
            return changes.removal_report(remove_product_key(session, request.product, check=self.check))
        return changes.key_report(set_product_key(session, request, check=self.check))

    @staticmethod
    def _key(text: str) -> ProductKey | None:
        return None if text.strip().lower() == GVLK else ProductKey.parse(text)
