# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set how a machine, or one product of it, finds its KMS host."""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing.client_settings import ClientRequest, ClientSettings, plan_client
from .._licensing.model import Product
from .._licensing.product_choice import ProductUnknown, choose, means_windows
from .._licensing.settings import Change, SettingRefused
from .._spp.client_settings import read_client_settings, write_client_setting
from .._winrm.session import Session
from .audit import Audit, audit
from .errors import Refused, Result
from .settings import apply, unfinished


@dataclass(frozen=True)
class ClientReport:
    """What became of the settings. ``after`` is what was planned in check mode."""

    result: Result
    changes: tuple[Change, ...]
    before: ClientSettings
    after: ClientSettings
    scope: str

    @property
    def changed(self) -> bool:
        return bool(self.changes)


def set_client_settings(session: Session, request: ClientRequest, check: bool = False) -> ClientReport:
    """Make the settings of one scope as asked. Raises Refused and ChangeFailed."""
    state = audit(session, office=_is_other(request))
    product = None if request.is_general else _product(state, request)
    scope = product.name or product.activation_id if product else "the whole machine"
    before = read_client_settings(session, state.snapshot, product, state.primary)
    try:
        changes = plan_client(before, request, state.snapshot.os.provider)
    except SettingRefused as refused:
        raise Refused(str(refused), "", state) from refused
    if not changes:
        return ClientReport(Result.VERIFIED, (), before, before, scope)
    if check:
        planned = ClientSettings(**{**vars(before), **{change.name: change.after for change in changes}})
        return ClientReport(Result.PLANNED, changes, before, planned, scope)
    apply(changes, lambda change: write_client_setting(session, state.snapshot, product, change), state)
    after = _read_again(session, request)
    left = unfinished(changes, plan_client(after, request, state.snapshot.os.provider))
    return ClientReport(Result.ACCEPTED if left else Result.VERIFIED, changes, before, after, scope)


def _is_other(request: ClientRequest) -> bool:
    return not (request.is_general or means_windows(request.product))


def _read_again(session: Session, request: ClientRequest) -> ClientSettings:
    state = audit(session, office=_is_other(request))
    product = None if request.is_general else _product(state, request)
    return read_client_settings(session, state.snapshot, product, state.primary)


def _product(state: Audit, request: ClientRequest) -> Product:
    try:
        product = choose(state.snapshot.products, request.product)
    except ProductUnknown as unknown:
        raise Refused(unknown.message, unknown.advice, state) from unknown
    if product is None:
        raise Refused(f"No {request.product} license on this machine carries a key.", "Use product=general.", state)
    return product
