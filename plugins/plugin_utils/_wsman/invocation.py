# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calling a WMI method (DSP0227 on extrinsic methods, MS-WSMV).

A method that fails by its own account answers a ``ReturnValue``; a provider that fails the call answers a fault with
its HRESULT. Callers meet both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from . import uris
from .cim_reader import PropertyReader
from .cim_writer import Argument, class_element, input_parameters, selector_set
from .conversation import SingleExchange, expected
from .envelope import RequestContext, request
from .errors import UsageError
from .scalars import reader_for
from .values import Value

_RETURN_VALUE = "returnvalue"


@dataclass(frozen=True)
class MethodResult:
    """What a method answered.

    Args:
        return_value: the method's own result; None for a method that returns nothing, or no integer.
        outputs: the out parameters, and ``ReturnValue`` too should it not be an integer.
    """

    return_value: int | None
    outputs: Mapping[str, Value]

    def get(self, name: str, default: Value = None) -> Value:
        """An out parameter by its name in any case."""
        folded = name.casefold()
        return next((value for key, value in self.outputs.items() if key.casefold() == folded), default)


class Invocation(SingleExchange):
    """One method call. Everything that can be wrong with the arguments is found here, before anything is sent.

    Args:
        context: the host's settings.
        class_name: the class.
        method: the method.
        arguments: None leaves a parameter null; a sequence is an array.
        selectors: the keys of the instance; none for a static method or a singleton.
        namespace: the WMI namespace.
        types: out parameter name to CIM type. Only a declared ``[]`` tells an array of one from a scalar.
    """

    def __init__(
        self,
        context: RequestContext,
        class_name: str,
        method: str,
        arguments: Mapping[str, Argument] | None = None,
        selectors: Mapping[str, str] | None = None,
        namespace: str = "root/cimv2",
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._context = context
        self._method = uris.checked_name(method, "The method")
        self._uri = uris.resource_uri(namespace, uris.checked_name(class_name, "The class"))
        self._selectors = dict(selectors or {})
        selector_set(self._selectors)
        parameters = input_parameters(arguments or {}, self._method)
        self._body = class_element(f"{self._method}_INPUT", self._uri, parameters)
        self._reader = PropertyReader(types)
        self._result: MethodResult | None = None

    @property
    def result(self) -> MethodResult:
        """The answer, once it is there."""
        if self._result is None:
            raise UsageError(f"{self._method} has not been answered yet.")
        return self._result

    def _compose(self) -> tuple[str, str]:
        return request(self._context, f"{self._uri}/{self._method}", self._uri, self._body, self._selectors)

    def _read(self, payload: Element | None) -> None:
        # The method has run: its answer is not lost over the name that another server chose for the element.
        if payload is None or not (_has_result(payload) or self._is_of_method(payload)):
            payload = expected(payload, f"{self._method}_OUTPUT")
        outputs = self._reader.read_outputs(payload)
        return_value = None
        for name in [name for name in outputs if name.casefold() == _RETURN_VALUE]:
            return_value = _as_integer(outputs[name])
            if return_value is not None or outputs[name] is None:
                del outputs[name]
        self._result = MethodResult(return_value, outputs)

    def _is_of_method(self, payload: Element) -> bool:
        """Windows says ``Add_OUTPUT``; Microsoft's OMI says ``Add`` or ``X_Add_OUTPUT`` (Enable answers it empty)."""
        name, method = uris.local_name(payload.tag).casefold(), self._method.casefold()
        return name == method or name.endswith("_output")


def _has_result(payload: Element) -> bool:
    return any(uris.local_name(child.tag).casefold() == _RETURN_VALUE for child in payload)


def _as_integer(value: Value) -> int | None:
    if isinstance(value, str):
        # A padded number, where a proxy or a test double pretty-printed the answer.
        value = reader_for("sint64")(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
