# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS hosts of cloud providers, which activate their guests: data/cloud_kms.tsv."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .tables import read_table


def cloud_kms(host: str) -> str | None:
    """The cloud provider that a KMS host belongs to; None for any other host. ``host`` as ``_kms.host_in`` gives it."""
    return _providers().get(host)


@lru_cache(maxsize=1)
def _providers() -> Mapping[str, str]:
    return {row["host"]: row["provider"] for row in read_table("cloud_kms.tsv")}
