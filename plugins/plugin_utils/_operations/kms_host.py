# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set what a KMS host listens on, publishes and tells its clients."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .._licensing import classify
from .._licensing.host_settings import HostRequest, HostSettings, needs_restart, plan_host, warnings_about
from .._licensing.settings import Change, unfinished
from .._spp.host_settings import read_domain, read_host_settings, write_host_setting
from .._spp.service_control import ServiceAbsent, ServiceControl, ServiceRefused
from .._winrm.errors import WinrmError
from .._winrm.session import Session
from .._wsman import WsmanError
from .audit import Audit, audit
from .errors import ChangeFailed, Result
from .settings import apply, read_again


class Restart(str, Enum):
    """When the licensing service is restarted so that it reads changed settings."""

    NEVER = "never"
    IF_NEEDED = "if_needed"
    ALWAYS = "always"


@dataclass(frozen=True)
class HostReport:
    """What became of the settings. ``restart_required`` says that the running service has not read them yet."""

    result: Result
    changes: tuple[Change, ...]
    before: HostSettings
    after: HostSettings
    restarted: bool
    restart_required: bool
    clients_counted: int
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.changes) or self.restarted


def set_host_settings(
    session: Session, request: HostRequest, restart: Restart | None = None, check: bool = False
) -> HostReport:
    """Make the settings as asked. Raises ChangeFailed and SettingRefused.

    ``restart`` None restarts where it is needed and costs nothing: on a machine that has counted no client. A KMS host
    loses its client count by a restart of the service.
    """
    state = audit(session)
    firewall = request.firewall is not None
    before = read_host_settings(session, state.snapshot, firewall)
    domain = read_domain(session) if request.publish_list else None
    changes = plan_host(before, request, domain, state.snapshot.os.provider)
    clients = _clients(state)
    restarting = _restarts(restart, changes, clients)
    if check or not (changes or restarting):
        return _unsent(changes, before, restarting, clients, check)
    apply(changes, lambda change: write_host_setting(session, state.snapshot, change), state)
    if restarting:
        _restart(session, state, changes)
    after = read_again(lambda: read_host_settings(session, audit(session).snapshot, firewall), changes, state)
    return HostReport(
        Result.ACCEPTED if unfinished(changes, vars(after)) else Result.VERIFIED,
        changes,
        before,
        after,
        restarting,
        needs_restart(changes) and not restarting,
        clients,
        warnings_about(after),
    )


def _unsent(
    changes: tuple[Change, ...], before: HostSettings, restarting: bool, clients: int, check: bool
) -> HostReport:
    planned = HostSettings(**{**vars(before), **{change.name: change.after for change in changes}})
    result = Result.PLANNED if check and (changes or restarting) else Result.VERIFIED
    pending = needs_restart(changes) and not restarting
    restarts = check and restarting
    return HostReport(result, changes, before, planned, restarts, pending, clients, warnings_about(planned))


def _restarts(restart: Restart | None, changes: tuple[Change, ...], clients: int) -> bool:
    if restart is Restart.ALWAYS:
        return True
    if restart is Restart.NEVER or not needs_restart(changes):
        return False
    return restart is Restart.IF_NEEDED or clients == 0


def _clients(state: Audit) -> int:
    """How many clients the running host has counted; 0 for a machine that is no host."""
    if not classify.serves_as_host(state.snapshot):
        return 0
    states = [product.host for product in state.snapshot.products] + [state.snapshot.service.host]
    return max((one.current_count or 0 for one in states if one and one.enabled), default=0)


def _restart(session: Session, state: Audit, changes: tuple[Change, ...]) -> None:
    control = ServiceControl(session, state.snapshot.service.service_name)
    try:
        if not control.read().stopped:
            control.stop()
        control.start()
    except (ServiceRefused, ServiceAbsent, WinrmError, WsmanError) as failure:
        names = ", ".join(change.name for change in changes)
        stored = f"The settings were stored ({names}), but the" if names else "The"
        raise ChangeFailed(
            f"{stored} licensing service could not be restarted: {failure}",
            "Look whether the service runs, and restart it or the machine; until then it works with the former "
            "settings.",
            changed=True if changes else None,
            before=state,
        ) from failure
