# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call of a licensing method, and how its arguments are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..cim import CimError
from ..errors import E_INVALIDARG
from .platform import LicensingPlatform
from .rows import Row
from .settings import ClientSettings, HostSettings

if TYPE_CHECKING:
    from ..machine import Machine

Arguments = dict[str, str | list[str] | None]
Results = dict[str, Any]


@dataclass(frozen=True)
class MethodCall:
    """A method called on the service, or on the product `row`."""

    machine: Machine
    platform: LicensingPlatform
    arguments: Arguments
    row: Row | None = None

    @property
    def product(self) -> Row:
        """The product the method was called on."""
        assert self.row is not None
        return self.row

    @property
    def settings(self) -> ClientSettings:
        """Client settings: of the product when there is one."""
        return self.platform.settings(self.row)

    @property
    def host(self) -> HostSettings:
        """Settings of the KMS host."""
        return self.platform.host_settings

    def text(self, name: str) -> str | None:
        """A string, or None when it is absent."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) else None

    def words(self, name: str) -> str:
        """A string that must not be empty."""
        value = (self.text(name) or "").strip()
        if not value:
            raise invalid_parameter(name)
        return value

    def number(self, name: str) -> int:
        """An unsigned number."""
        value = self.text(name)
        if value is None or not value.isdigit():
            raise invalid_parameter(name)
        return int(value)

    def port(self) -> int:
        """PortNumber."""
        port = self.number("PortNumber")
        if not 0 < port < 65536:
            raise invalid_parameter("PortNumber")
        return port

    def boolean(self, name: str) -> bool:
        """A boolean."""
        value = (self.text(name) or "").strip().lower()
        if value not in ("true", "false", "1", "0"):
            raise invalid_parameter(name)
        return value in ("true", "1")


def invalid_parameter(name: str) -> CimError:
    """E_INVALIDARG."""
    return CimError(E_INVALIDARG, "The parameter is incorrect.", parameter=name)
