# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the variables of thousands of hosts: what Ansible would make of each, without asking it each time.

Ansible compiles a template anew for every host, which costs more than reading the host. Most hosts share their
templates, and what these depend on. So three ways lead to a value, the first that is certain wins:

1. no template in it: the value itself;
2. nothing but names of plain texts between braces: put together here;
3. everything else: by Ansible, and remembered by the template and the raw values of all it depends on, where it depends
   on nothing else (no call such as ``lookup``, no filter that is not a function of its input).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Environment, TemplateError, meta, nodes

from .. import ansible_inside
from ..ansible_inside import is_trusted_as_template as _is_trusted
from ..ansible_inside import trust_as_template

_MARK = re.compile(r"\{[{%#]")
_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
# Ansible turns such a result into something that is not text, depending on its version.
_MAY_BE_MORE_THAN_TEXT = ("{", "[", "True", "False", "None")
_CHANGEABLE_NAMES = frozenset({"hostvars", "groups", "vars", "environment", "play_hosts"})
# Differs from host to host, so remembering is of no use.
_PER_HOST = frozenset({"inventory_hostname", "inventory_hostname_short", "ansible_host"})
# Filters and tests whose result is a function of their input. All others may look at the clock, draw lots, or name a
# further filter in a text.
_PURE_NAMES = """
abs b64decode b64encode basename bool capitalize combine d default defined dirname eq equalto first flatten float
format ge gt in int join last length list lower lt mapping match ne none number quote regex_replace regex_search
replace reverse round search sort split splitext string sum ternary title trim undefined unique upper urlencode
"""
_PURE = frozenset(_PURE_NAMES.split())
_DEEPEST = 20
_ELSEWHERE = (nodes.Call, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)

_ABSENT = object()

# One of each kind that is put together here.
_SAMPLE = {
    "domain": "CORP",
    "port": "5985",
    "alone": "{{ domain }}",
    "joined": "{{domain}}\\\\adm-{{ port }}",
    "nested": "{{ joined }}/{{ alone }}",
    "blanks": " {{ domain }} ",
    "lines": "{{ domain }}\n{{ port }}",
}


class RenderError(ValueError):
    """A variable cannot be rendered for a host. The text says which and why."""


class Renderer:
    """Renders variables of one host after another. ``templar`` is that of the task."""

    def __init__(self, templar: Any, hostvars: Any) -> None:
        self._templar = ansible_inside.own_templar(templar, hostvars)
        self._hostvars = hostvars
        self._parser = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=False)
        self._names: dict[str, frozenset[str] | None] = {}
        self._known: dict[tuple[Any, ...], Any] = {}
        #: How many times Ansible had to render.
        self.renderings = 0
        # Objects that keys name by their identity must not be replaced by others at the same place.
        self._kept: dict[int, tuple[Any, bool]] = {}
        #: Whether templates are put together here. Where Ansible would yield something else, all are Ansible's.
        self.puts_together = True
        self.puts_together = self._agrees_with_ansible()
        self.renderings = 0

    def knows(self, host: str) -> bool:
        """Whether the inventory has such a host."""
        return host in self._hostvars

    def hosts(self) -> Iterator[str]:
        """All hosts of the inventory."""
        return iter(self._hostvars)

    def variables(self, host: str) -> Mapping[str, Any] | None:
        """The variables of a host as they are written; None for a host that is not in the inventory."""
        if not self.knows(host):
            return None
        return ansible_inside.raw_variables(self._hostvars, host)

    def value(self, raw: Mapping[str, Any], name: str) -> Any:
        """The rendered value of one variable of the host whose variables these are. Raises RenderError."""
        try:
            return self._rendered(raw, raw[name], 0)
        except RenderError as error:
            raise RenderError(f"{name}: {error}") from None

    def _rendered(self, raw: Mapping[str, Any], value: Any, depth: int) -> Any:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            if not _MARK.search(value) or not _is_trusted(value):
                return value
            together = self._put_together(raw, value, depth)
            return together if together is not None else self._by_ansible_once(raw, value)
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) and not _MARK.search(item) for item in value):
            return value
        # Containers of templates, and vaulted texts, which are of a class of their own.
        return self._by_ansible_once(raw, value)

    def _put_together(self, raw: Mapping[str, Any], template: str, depth: int) -> str | None:
        """The text of a template that has nothing but names in it; None when it is another kind, or not certain."""
        pieces = _NAME.split(str(template))
        if not self.puts_together:
            return None
        if depth > _DEEPEST or any(_MARK.search(piece) for piece in pieces[::2]) or template.endswith("\n"):
            return None
        alone = len(pieces) == 3 and not pieces[0] and not pieces[2]
        for index in range(1, len(pieces), 2):
            value = raw.get(pieces[index], _ABSENT)
            if isinstance(value, str) and _MARK.search(value) and _is_trusted(value):
                value = self._rendered(raw, value, depth + 1)
            if isinstance(value, bool) or not isinstance(value, str if alone else (str, int)):
                return None  # a name alone keeps the type of its value
            pieces[index] = str(value)
        text = "".join(pieces)
        return None if text.startswith(_MAY_BE_MORE_THAN_TEXT) else text

    def text(self, raw: Mapping[str, Any], template: Any) -> Any:
        """The rendered value of what is not in a variable, such as a keyword. Raises RenderError."""
        return self._rendered(raw, template, 0)

    def _agrees_with_ansible(self) -> bool:
        """Whether this release of ansible-core still makes of a few templates what is made of them here."""
        sample = {name: trust_as_template(text) for name, text in _SAMPLE.items()}
        try:
            return all(self._rendered(sample, text, 0) == self._by_ansible(sample, text) for text in sample.values())
        except RenderError:
            return False

    # --- by Ansible

    def _by_ansible_once(self, raw: Mapping[str, Any], value: Any) -> Any:
        key = self._key(raw, value) if self.puts_together else None
        if key is None:
            return self._by_ansible(raw, value)
        if key not in self._known:
            self._known[key] = self._by_ansible(raw, value)
        return self._known[key]

    def _by_ansible(self, raw: Mapping[str, Any], value: Any) -> Any:
        self.renderings += 1
        try:
            return ansible_inside.rendered(self._templar, {**raw, "hostvars": self._hostvars}, value)
        except Exception as error:
            if ansible_inside.is_omitted(error):
                return None  # omit: as if the variable were not set
            # Ansible's errors quote the template, never what is in the variables.
            said = " ".join(str(getattr(error, "message", None) or error).split())
            raise RenderError(f"it cannot be rendered: {said[:300]}") from None

    def _key(self, raw: Mapping[str, Any], value: Any) -> tuple[Any, ...] | None:
        """What the rendering of a value is remembered by; None when it must not, or need not, be."""
        if not isinstance(value, str):
            plain = self._is_free_of_templates(value)
            return (self._identity(value),) if plain else None
        depends: dict[str, Any] = {}
        waiting = [str(value)]
        while waiting:
            names = self._names_in(waiting.pop())
            if names is None or names & _PER_HOST:
                return None
            for name in names - depends.keys():
                found = raw.get(name, _ABSENT)
                if isinstance(found, str):
                    depends[name] = (str(found), _is_trusted(found))
                    if _MARK.search(found) and _is_trusted(found):
                        waiting.append(str(found))
                elif found is _ABSENT or found is None or isinstance(found, (bool, int, float)):
                    depends[name] = (type(found).__name__, None if found is _ABSENT else found)
                elif self._is_free_of_templates(found):
                    depends[name] = self._identity(found)
                else:
                    return None
        return (str(value), *sorted(depends.items()))

    def _identity(self, value: Any) -> tuple[str, int]:
        self._is_free_of_templates(value)
        return ("object", id(value))

    def _is_free_of_templates(self, value: Any) -> bool:
        """Whether a container holds no template, so that it alone decides what becomes of it; a vaulted text does."""
        kept = self._kept.get(id(value))
        if kept is None:
            kept = self._kept[id(value)] = (value, not _holds_template(value))
        return kept[1]

    def _names_in(self, template: str) -> frozenset[str] | None:
        """The variables that a template reads; None when its result may depend on more than them."""
        if template not in self._names:
            self._names[template] = self._read_names(template)
        return self._names[template]

    def _read_names(self, template: str) -> frozenset[str] | None:
        if template.startswith("#jinja2:"):
            return None
        try:
            tree = self._parser.parse(template)
            names = frozenset(meta.find_undeclared_variables(tree))
        except TemplateError:
            return None
        # What a call returns, or what another file reads, cannot be seen from here.
        calls = any(True for _unused in tree.find_all(_ELSEWHERE))
        impure = any(node.name not in _PURE for node in tree.find_all((nodes.Filter, nodes.Test)))
        return None if calls or impure or names & _CHANGEABLE_NAMES else names


def is_template(value: object) -> bool:
    """Whether Ansible would render a text."""
    return isinstance(value, str) and bool(_MARK.search(value)) and _is_trusted(value)


def _holds_template(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_MARK.search(value))
    if value is None or isinstance(value, (bool, int, float)):
        return False
    if isinstance(value, Mapping):
        return any(_holds_template(item) for item in value.values())
    if isinstance(value, (list, tuple, set)):
        return any(_holds_template(item) for item in value)
    try:
        # A vaulted text, which may hold a template like any other.
        return bool(_MARK.search(str(value)))
    except Exception:
        return True  # it cannot be opened; Ansible will say why
