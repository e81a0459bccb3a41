# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single options of a connection plugin as plain Python values, with what cannot be meant refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..._winrm.endpoint import Secret

HTTP_PORT, HTTPS_PORT = 5985, 5986
_NOT_TEXT = (bool, bytes, bytearray, list, tuple, dict, set)


class OptionError(ValueError):
    """A connection variable, or the kind of connection, cannot be used. The text says which and how to fix it."""


class OptionReader:
    """Reads single options, refuses what cannot be meant, and hands out plain Python values."""

    def __init__(self, connection: Any, inventory_name: str, kind: str) -> None:
        self._connection = connection
        self.inventory_name = inventory_name
        self.kind = kind

    def raw(self, name: str) -> Any:
        """The option, or None where this release of the plugin does not have it."""
        try:
            return self._connection.get_option(name)
        except KeyError:
            return None

    def text(self, name: str) -> str | None:
        """A text; an empty one is none, as where an inventory has a variable without a value."""
        return self.as_text(self.raw(name), name)

    def as_text(self, value: Any, name: str) -> str | None:
        """A text, or what has one: a number, a value from a vault. How Python writes a list is nobody's text."""
        if isinstance(value, _NOT_TEXT):
            kind = type(value).__mro__[-2].__name__
            raise OptionError(f"{self.inventory_name}: {name} must be text, not {kind}. Correct the variable.")
        return self.plain(value) or None

    @staticmethod
    def plain(value: Any) -> str | None:
        """A plain str: ansible-core 2.19 tags its values, and C libraries do not expect that.

        What looks like a template is none any more: ansible-core has rendered the value, or was told not to.
        """
        return None if value is None else str(value)

    def number(self, name: str) -> int | None:
        return self.as_number(self.raw(name), name)

    def as_number(self, value: Any, name: str) -> int | None:
        """A whole number, as pywinrm reads it: of 30.5 it takes 30, and of the text "30.5" nothing."""
        if self.plain(value) in (None, ""):
            return None
        try:
            return int(value)
        except (ValueError, TypeError, OverflowError):
            raise OptionError(f"{self.inventory_name}: {name} must be a whole number, not {value!r}") from None

    def host(self) -> str:
        """Where to connect. A variable that was left empty is not the name of the host, which would be another."""
        given = self.plain(self.raw("remote_addr"))
        return self.inventory_name if given is None else given

    def flag(self, name: str) -> bool | None:
        return self.as_flag(self.raw(name), name)

    def as_flag(self, value: Any, name: str) -> bool | None:
        """Inventories write yes and no; pywinrm would take the text "no" for true."""
        if self.plain(value) in (None, ""):
            return None
        try:
            return bool(boolean(value))
        except TypeError:
            raise OptionError(f"{self.inventory_name}: {name} must be true or false, not {value!r}") from None

    def was_set(self, name: str) -> bool:
        """Whether the user set an option, as far as this ansible-core can tell."""
        lookup: Callable[[str], tuple[Any, str]] | None = getattr(self._connection, "get_option_and_origin", None)
        if lookup is None:
            return False
        value, origin = lookup(name)
        # Before 2.18 it does not see the variables of the host, and so tells the default.
        return origin != "default" or value != self.raw(name)

    def secret(self, name: str) -> Secret | None:
        """A password, which may be empty."""
        text = self.plain(self.raw(name))
        return None if text is None else Secret(text)


def put(fields: dict[str, Any], **values: Any) -> None:
    """Put what was given; what was not keeps the default of Endpoint."""
    fields.update({name: value for name, value in values.items() if value is not None})
