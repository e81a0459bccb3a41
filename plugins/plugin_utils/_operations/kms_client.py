# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set how a machine, or one product of it, finds its KMS host."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._licensing.client_settings import ClientRequest, ClientSettings, overrides, plan_client, warnings_about
from .._licensing.model import Product
from .._licensing.product_choice import ProductUnknown, choose, means_windows
from .._licensing.settings import Change, SettingRefused, unfinished
from .._licensing.terms import Provider
from .._spp.client_settings import of_kms, read_client_settings, without_inherited, write_client_setting
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_steps
from .errors import Refused, Result
from .settings import apply, read_again


@dataclass(frozen=True)
class ClientReport:
    """What became of the settings. ``after`` is what was planned in check mode."""

    result: Result
    changes: tuple[Change, ...]
    before: ClientSettings
    after: ClientSettings
    scope: str
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.changes)


def set_client_settings(session: Session, request: ClientRequest, check: bool = False) -> ClientReport:
    """Make the settings of one scope as asked. Raises Refused and ChangeFailed."""
    return take(session, client_steps(request, check))


def client_steps(request: ClientRequest, check: bool = False) -> Work[ClientReport]:
    """The steps of ``set_client_settings``."""
    before = yield from _read(request)
    changes = _plan(before, request)
    if not changes:
        return _report(Result.VERIFIED, changes, before, before)
    if check:
        planned = replace(before.settings, **{change.name: change.after for change in changes})  # type: ignore[arg-type]
        return _report(Result.PLANNED, changes, before, replace(before, settings=planned))
    snapshot = before.state.snapshot
    yield from apply(changes, lambda change: write_client_setting(snapshot, before.product, change), before.state)
    after = yield from read_again(_read(request), changes, before.state)
    result = Result.ACCEPTED if unfinished(changes, vars(after.settings)) else Result.VERIFIED
    return _report(result, changes, before, after)


def apply_settings(state: Audit, request: ClientRequest, check: bool = False) -> Work[tuple[Change, ...]]:
    """Make the settings of one scope as asked, on a machine that was just read. Raises Refused and ChangeFailed."""
    before = yield from _reading(state, request)
    changes = _plan(before, request)
    if not check:
        snapshot = state.snapshot
        yield from apply(changes, lambda change: write_client_setting(snapshot, before.product, change), state)
    return changes


def _plan(before: _Reading, request: ClientRequest) -> tuple[Change, ...]:
    try:
        return plan_client(before.settings, request, before.state.snapshot.os.provider)
    except SettingRefused as refused:
        raise Refused(str(refused), "", before.state) from refused


@dataclass(frozen=True)
class _Reading:
    """What one look at the machine found. ``product`` is None for the whole machine."""

    state: Audit
    product: Product | None
    settings: ClientSettings

    @property
    def scope(self) -> str:
        return (self.product.name or self.product.activation_id) if self.product else "the whole machine"

    @property
    def overriding(self) -> dict[str, object]:
        """Settings of the Windows license that win over the general ones; Vista and Server 2008 have none."""
        primary, snapshot = self.state.primary, self.state.snapshot
        if self.product or primary is None or snapshot.os.provider is Provider.SLWMI:
            return {}
        return overrides(of_kms(primary.kms), of_kms(snapshot.service.kms))


def _read(request: ClientRequest) -> Work[_Reading]:
    state = yield from audit_steps(office=not (request.is_general or means_windows(request.product)))
    return (yield from _reading(state, request))


def _reading(state: Audit, request: ClientRequest) -> Work[_Reading]:
    snapshot = state.snapshot
    if request.is_general or snapshot.os.provider is Provider.SLWMI:
        return _Reading(state, None, (yield from read_client_settings(snapshot, None, state.primary)))
    product = _product(state, request)
    settings = yield from read_client_settings(snapshot, product, state.primary)
    if request.absent and snapshot.service_of(product) is snapshot.service:
        settings = yield from without_inherited(product, settings, of_kms(snapshot.service.kms))
    return _Reading(state, product, settings)


def _report(result: Result, changes: tuple[Change, ...], before: _Reading, after: _Reading) -> ClientReport:
    warnings = warnings_about(after.settings, after.overriding)
    return ClientReport(result, changes, before.settings, after.settings, before.scope, warnings)


def _product(state: Audit, request: ClientRequest) -> Product:
    try:
        product = choose(state.snapshot, request.product)
    except ProductUnknown as unknown:
        raise Refused(unknown.message, unknown.advice, state) from unknown
    if product is None:
        raise Refused(f"No {request.product} license on this machine carries a key.", "Use product=general.", state)
    return product
