# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about a machine: an ordered list of actions from a closed set, and the same in words.

The advice is the plan in words, check mode is the plan shown, a repair is the plan carried out. So no advice names what
would be refused, and no repair does what was not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .._licensing.client_settings import ClientRequest
from .._licensing.model import Product
from .._licensing.product_key import ProductKey
from .._licensing.settings import Change


class ActionKind(str, Enum):
    """All that can be done about a machine. The last two change nothing."""

    REMOVE_KEY = "remove_key"
    INSTALL_KEY = "install_key"
    RESTART_SERVICE = "restart_service"
    CLIENT_SETTINGS = "client_settings"
    HOST_SETTINGS = "host_settings"
    ACTIVATE = "activate"
    LEAVE_ALONE = "leave_alone"
    ASK = "ask"


#: What a repair carries out; the others are for people.
CHANGING = frozenset(ActionKind) - {ActionKind.LEAVE_ALONE, ActionKind.ASK}


@dataclass(frozen=True)
class Action:
    """One step of a plan, in words for an administrator who carries it out himself.

    ``product`` is what a key is removed from or put in place of, or what is activated. ``key`` and ``label`` are the
    key to install and the edition it belongs to; ``settings`` are those of a KMS client. ``gives_up`` marks the step
    that takes a license away which does not end: it must not be taken where nothing can activate the machine then.
    """

    kind: ActionKind
    words: str
    product: Product | None = None
    key: ProductKey | None = None
    label: str | None = None
    settings: ClientRequest | None = None
    gives_up: bool = False

    @property
    def changes(self) -> bool:
        return self.kind in CHANGING


@dataclass(frozen=True)
class Plan:
    """The actions for one machine, in their order. An empty plan: it is as it should be."""

    actions: tuple[Action, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether carrying it out changes the machine."""
        return any(action.changes for action in self.actions)

    @property
    def advice(self) -> str:
        """The plan in words."""
        return " ".join(action.words for action in self.actions if action.kind is not ActionKind.LEAVE_ALONE)

    def has(self, kind: ActionKind) -> bool:
        """Whether it holds an action of a kind."""
        return any(action.kind is kind for action in self.actions)


#: The plan for a machine that is as it should be.
NOTHING_TO_DO = Plan()


def remove_key(product: Product) -> Action:
    """Take the key off one product."""
    words = (
        f"Remove the key ending in {product.partial_product_key} from {product.name} "
        f"(product_key with state=absent and product={product.activation_id})."
    )
    return Action(ActionKind.REMOVE_KEY, words, product=product)


def install_gvlk(key: ProductKey, label: str, replaces: Product | None, gives_up: bool = False) -> Action:
    """Put the client setup key of the edition in place of whatever is there."""
    words = f"Install the GVLK of {label} (product_key with key=gvlk)."
    return Action(ActionKind.INSTALL_KEY, words, product=replaces, key=key, label=label, gives_up=gives_up)


def restart_service(name: str) -> Action:
    """Let the licensing service work with the installed keys."""
    return Action(ActionKind.RESTART_SERVICE, f"Restart {name} (licensing_service with state=restarted).")


def clear_kms_host(product: str, host: str) -> Action:
    """Let a scope find its KMS host in DNS again. ``product`` as module kms_client has it."""
    where = "" if product == "general" else f" and product={product}"
    words = f"Clear the KMS host {host} (kms_client with state=absent{where})."
    return Action(ActionKind.CLIENT_SETTINGS, words, settings=ClientRequest(product=product, absent=True))


def client_settings(request: ClientRequest) -> Action:
    """Make the settings of a KMS client as wanted."""
    return Action(ActionKind.CLIENT_SETTINGS, "Set how it finds its KMS host (kms_client).", settings=request)


def any_activation(product: str) -> Action:
    """Let a scope be activated by whatever there is. ``product`` as module kms_client has it."""
    where = "" if product == "general" else f" and product={product}"
    words = f"Let it be activated in every way (kms_client with activation_type=all{where})."
    request = ClientRequest(product=product, activation_type="all")
    return Action(ActionKind.CLIENT_SETTINGS, words, settings=request)


def activate(product: Product | None, if_not: str = "") -> Action:
    """Bring a product to Licensed. None: the Windows license that the plan installs a key for.

    ``if_not`` is what to do where that does not succeed.
    """
    return Action(ActionKind.ACTIVATE, f"Activate it (module license). {if_not}".strip(), product=product)


def install_host_key(key: ProductKey, replaces: Product | None) -> Action:
    """Put the KMS host key in place of whatever is there."""
    words = f"Install the KMS host key ending in {key.partial} (product_key with allow_kms_host_key=true)."
    return Action(ActionKind.INSTALL_KEY, words, product=replaces, key=key)


def host_settings(changes: Sequence[Change]) -> Action:
    """Make settings of a KMS host as wanted."""
    return Action(ActionKind.HOST_SETTINGS, f"Set {', '.join(change.name for change in changes)} (kms_host).")


def activate_host(partial: str | None) -> Action:
    """Activate a KMS host key with Microsoft, which uses up one of its activations."""
    words = f"Activate the KMS host key ending in {partial}, which uses up one of its activations (license)."
    return Action(ActionKind.ACTIVATE, words)


def leave_alone(why: str) -> Action:
    """Do nothing, for a reason."""
    return Action(ActionKind.LEAVE_ALONE, why)


def ask(advice: str) -> Action:
    """Nothing that a repair may do; a person has to."""
    return Action(ActionKind.ASK, advice)
