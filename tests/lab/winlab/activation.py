# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's activation service, as far as the lab needs it.

A KMS host key is good for six computers, each up to ten times; the seventh computer gets 0xC004C008 (Windows Server
Core support team, "KMS activation and 0xC004C008"; Microsoft Learn, KMS activation planning). A MAK has a pool of
activations and answers 0xC004C020 when it is empty. Over the telephone an installation ID buys a confirmation ID.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .errors import (
    SL_E_CHPA_DMAK_LIMIT_EXCEEDED,
    SL_E_CHPA_MAXIMUM_UNLOCK_EXCEEDED,
    SL_E_CHPA_PRODUCT_KEY_BLOCKED,
    licensing_error,
)
from .identity import digits
from .keys import KeyKind, ProductKey

HOST_KEY_MACHINES = 6
HOST_KEY_ACTIVATIONS = 10
MAK_POOL = 50
_ELSEWHERE = "elsewhere-"


@dataclass
class KeyAccount:
    """What has been spent of one key: activations per hardware, and the limits."""

    machines: int = HOST_KEY_MACHINES
    activations_each: int = HOST_KEY_ACTIVATIONS
    pool: int = MAK_POOL
    blocked: bool = False
    spent: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Activations on all machines together."""
        return sum(self.spent.values())


class ActivationService:
    """Keeps an account for every key that was ever activated on line."""

    def __init__(self) -> None:
        self._accounts: dict[str, KeyAccount] = {}

    def account(self, key_name: str) -> KeyAccount:
        """The account of a key."""
        return self._accounts.setdefault(key_name, KeyAccount())

    def spend_elsewhere(self, key_name: str, machines: int, each: int = 1) -> None:
        """Activations that happened on machines outside the lab."""
        for index in range(machines):
            self.account(key_name).spent[f"{_ELSEWHERE}{index + 1}"] = each

    def activate(self, key: ProductKey, hardware: str) -> None:
        """Activate a key on one computer, or say why not."""
        account = self.account(key.name)
        if account.blocked:
            raise licensing_error(
                SL_E_CHPA_PRODUCT_KEY_BLOCKED, "The activation server determined the product key is blocked."
            )
        if key.kind is KeyKind.CSVLK:
            self._check_host_key(account, hardware)
        elif key.kind in (KeyKind.MAK, KeyKind.ADDON) and account.total >= account.pool:
            raise licensing_error(
                SL_E_CHPA_DMAK_LIMIT_EXCEEDED,
                "The activation server reported that the Multiple Activation Key has exceeded its limit.",
            )
        account.spent[hardware] += 1

    def usage(self, key: ProductKey) -> dict[str, object]:
        """The account as the state report shows it."""
        account = self.account(key.name)
        usage: dict[str, object] = {
            "key": key.name,
            "partial": key.partial,
            "machines": len(account.spent),
            "activations": account.total,
        }
        if key.kind is KeyKind.CSVLK:
            usage |= {"machine_limit": account.machines, "activations_each": account.activations_each}
        else:
            usage["activation_limit"] = account.pool
        return usage

    def _check_host_key(self, account: KeyAccount, hardware: str) -> None:
        known = hardware in account.spent
        if known and account.spent[hardware] < account.activations_each:
            return
        if not known and len(account.spent) < account.machines:
            return
        raise licensing_error(
            SL_E_CHPA_MAXIMUM_UNLOCK_EXCEEDED,
            "The activation server reported that the product key has exceeded its unlock limit.",
        )


def confirmation_id(installation_id: str) -> str:
    """What the telephone answers: 48 digits that belong to this installation ID and no other."""
    plain = "".join(character for character in installation_id if character.isdigit())
    return digits(48, "confirmation id", plain)
