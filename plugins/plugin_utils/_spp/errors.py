# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between our words and the licensing provider."""

from __future__ import annotations

from .._licensing import error_codes


class SppError(Exception):
    """Base of this room's errors."""


class LicensingAbsent(SppError):
    """The machine has no licensing classes at all."""

    def __init__(self, system: str) -> None:
        super().__init__(
            f"{system} has no software licensing provider (class SoftwareLicensingService is missing). Windows XP "
            "never has one; Server 2003 has one only after the Key Management Service update (KB948003, "
            "KB968915) is installed."
        )


class UnexpectedAnswer(SppError):
    """The provider answered with something its documentation rules out."""


class MethodFailed(SppError):
    """A licensing method was refused: which one, with what code, and what the code means.

    ``hresult`` is unsigned. ``explanation`` comes from the catalogue of activation errors.
    """

    def __init__(self, method: str, code: int, detail: str = "") -> None:
        self.method = method
        self.hresult = code
        self.explanation = error_codes.explain(code)
        self.detail = detail
        super().__init__(f"{method} failed with {self.explanation.code_text}: {self.explanation.meaning}")
