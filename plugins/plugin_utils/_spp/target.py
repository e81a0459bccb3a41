# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of setters on a licensing class: one Invoke each, a refusal is a MethodFailed."""

from __future__ import annotations

from .._licensing.model import LicensingService, Product
from .._winrm.session import Session
from .writer import call

Argument = str | int | bool


class Target:
    """The instance that carries a setting: the licensing service, or one product of it."""

    def __init__(self, session: Session, instance: LicensingService | Product) -> None:
        self._session = session
        self._class = instance.wmi_class
        if isinstance(instance, Product):
            self._selectors = {"ID": instance.activation_id}
        else:
            self._selectors = {"Version": instance.version}

    def set(self, method: tuple[str, str], value: Argument) -> None:
        """Call a setter, given as its name and the name of its one parameter."""
        name, parameter = method
        call(self._session, self._class, name, {parameter: value}, self._selectors)

    def clear(self, method: str) -> None:
        """Call a method without parameters."""
        call(self._session, self._class, method, None, self._selectors)
