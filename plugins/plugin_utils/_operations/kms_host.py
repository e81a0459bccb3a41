# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set what a KMS host listens on, publishes and tells its clients."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .._licensing.host_settings import HostRequest, HostSettings, needs_restart, plan_host, warnings_about
from .._licensing.settings import Change, unfinished
from .._spp.host_settings import read_domain, read_host_settings, write_host_setting
from .._spp.service_control import read_service_state
from .._spp.steps import Session, Work, take
from .audit import Audit, audit_steps
from .changing import look
from .errors import ChangeFailed, Result
from .restart import PATIENCE, Reached, State, bring_to
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
    clients_counted: int | None
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
    return take(session, host_steps(request, restart, check))


def host_steps(request: HostRequest, restart: Restart | None = None, check: bool = False) -> Work[HostReport]:
    """The steps of ``set_host_settings``."""
    state = yield from audit_steps()
    firewall = request.firewall is not None
    before = yield from read_host_settings(state.snapshot, firewall)
    domain = (yield from read_domain()) if request.publish_list else None
    changes = plan_host(before, request, domain, state.snapshot.os.provider)
    clients = _clients(state)
    restarting = _restarts(restart, changes, clients)
    if check or not (changes or restarting):
        return _unsent(changes, before, restarting, clients, check)
    yield from apply(changes, lambda change: write_host_setting(state.snapshot, change), state)
    if restarting:
        yield from _restart(state, changes)
    after = yield from read_again(_read_again(firewall), changes, state)
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


def _read_again(firewall: bool) -> Work[HostSettings]:
    state = yield from audit_steps()
    return (yield from read_host_settings(state.snapshot, firewall))


def _unsent(
    changes: tuple[Change, ...], before: HostSettings, restarting: bool, clients: int | None, check: bool
) -> HostReport:
    planned = HostSettings(**{**vars(before), **{change.name: change.after for change in changes}})
    result = Result.PLANNED if check and (changes or restarting) else Result.VERIFIED
    pending = needs_restart(changes) and not restarting
    restarts = check and restarting
    return HostReport(result, changes, before, planned, restarts, pending, clients, warnings_about(planned))


def _restarts(restart: Restart | None, changes: tuple[Change, ...], clients: int | None) -> bool:
    if restart is Restart.ALWAYS:
        return True
    if restart is Restart.NEVER or not needs_restart(changes):
        return False
    return restart is Restart.IF_NEEDED or clients == 0


def _clients(state: Audit) -> int | None:
    """How many clients the running host has counted; 0 for a machine that is not a host, None where it does not say."""
    if not state.snapshot.serving:
        return 0
    counts = [host.current_count for host in state.snapshot.serving if host.current_count is not None]
    return max(counts, default=None)


def _restart(state: Audit, changes: tuple[Change, ...]) -> Work[None]:
    name = state.snapshot.service.service_name
    now = yield from look(read_service_state(name))
    reached = Reached(None, False, now.failure)
    if now.state is not None:
        reached = yield from bring_to(State.RESTARTED, now.state, PATIENCE)
    if reached.failure is None:
        return
    names = ", ".join(change.name for change in changes)
    stored = f"The settings were stored ({names}), but the" if names else "The"
    raise ChangeFailed(
        f"{stored} licensing service could not be restarted: {reached.trouble}",
        f"Check that the service {name} is running; start it, or restart the machine. Until then it works with the "
        "former settings.",
        changed=True if changes else reached.changed,
        before=state,
    )
