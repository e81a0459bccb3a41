# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short words for machines: one for each, that of its worst finding."""

from __future__ import annotations

from enum import Enum


class Verdict(str, Enum):
    """What is to be said of a machine. Playbooks rely on these words; none changes its meaning."""

    KMS_CLIENT_OK = "kms_client_ok"
    KMS_HOST_OK = "kms_host_ok"
    ACCEPTED_KEY_OK = "accepted_key_ok"
    LEFT_ALONE = "left_alone"
    """Licensed in a way that is not KMS and right as it is."""
    EXCEPTED = "excepted"
    """Not as the policy requires, which an exception of it accepts until a day."""
    UNJUDGED = "unjudged"
    """No policy says what is right."""
    KMS_UNAPPROVED = "kms_unapproved"
    KMS_HOST_NOT_SERVING = "kms_host_not_serving"
    NOT_ACTIVATED = "not_activated"
    WRONG_KEY_TYPE = "wrong_key_type"
    WRONG_KMS_HOST = "wrong_kms_host"
    """A KMS client that follows a KMS host which is not approved."""
    WRONG_ACTIVATION_TYPE = "wrong_activation_type"
    """A client that is limited to a way of activation which cannot work."""
    IMPLAUSIBLE_VALIDITY = "implausible_validity"
    """Activated for longer than KMS or Active Directory activate."""
    VALIDITY_ENDS_SOON = "validity_ends_soon"
    """Activated, but not renewed for so long that the activation is about to end."""
    NO_GVLK = "no_gvlk"
    NO_KEY = "no_key"

    @property
    def compliant(self) -> bool | None:
        """Whether the machine is as the policy requires, or excepted from it; None where there is no policy."""
        return None if self is Verdict.UNJUDGED else self in _COMPLIANT


_COMPLIANT = frozenset(
    {Verdict.KMS_CLIENT_OK, Verdict.KMS_HOST_OK, Verdict.ACCEPTED_KEY_OK, Verdict.LEFT_ALONE, Verdict.EXCEPTED}
)

#: What a repair can do something about.
REPAIRABLE = tuple(verdict for verdict in Verdict if verdict.compliant is False)
