# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the surroundings of a test have for HTTP, and a test must not."""

from __future__ import annotations

import pytest

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def without_surroundings(patch: pytest.MonkeyPatch) -> None:
    """Proxies and certificate bundles of the surroundings stay outside."""
    for name in (*_BUNDLES, *_PROXIES):
        patch.delenv(name, raising=False)
