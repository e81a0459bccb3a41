# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may prove that a machine is an approved KMS host. Kind: identity by a name that anybody may claim."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.module_utils._identity import (
    ApprovedHosts,
    MachineIdentity,
    near_names,
)
from ansible_collections.winfleet.activation.plugins.module_utils._kms import KmsEndpoint, normal_name


@pytest.mark.parametrize(
    ("approved", "machine", "named"),
    [
        # The inventory's own words.
        ("kms01", MachineIdentity("kms01"), True),
        ("kms01", MachineIdentity("kms01.corp.example"), True),
        ("kms01", MachineIdentity("box", "kms01.corp.example"), True),
        ("kms01:1688", MachineIdentity("KMS01.Corp.Example."), True),
        ("10.1.2.3", MachineIdentity("kms01", "10.1.2.3"), True),
        ("[2001:DB8::0:1]:1688", MachineIdentity("kms01", "2001:db8::1"), True),
        ("kms-münchen.example", MachineIdentity("xn--kms-mnchen-eeb.example"), True),
        # A full name is proved by a full name.
        ("kms01.corp.example", MachineIdentity("kms01.corp.example"), True),
        ("kms01.corp.example", MachineIdentity("box", "10.1.2.3", "KMS01.corp.example"), True),
        ("kms01.corp.example", MachineIdentity("kms01", "10.1.2.3", "kms01.corp.example"), True),
        # Another domain is another machine, whatever its short name.
        ("kms01.corp.example", MachineIdentity("kms01.emea.corp.example", "10.1.2.3"), False),
        ("kms01.corp.example", MachineIdentity("kms01", "10.1.2.3", "kms01.emea.corp.example"), False),
        ("kms01.corp.example", MachineIdentity("kms01", "kms01.emea.corp.example"), False),
        # A short entry is never proved by what a machine says of itself.
        ("kms01", MachineIdentity("pc1.corp.example", "10.1.2.3", "kms01.corp.example"), False),
        # A machine without a domain of its own, known to the inventory by a short name.
        ("kms01.corp.example", MachineIdentity("kms01", "10.1.2.3"), True),
        # An address is not a short name, and has no first label.
        ("10", MachineIdentity("10.1.2.3"), False),
        ("10.1.2.3", MachineIdentity("10.1.2.4"), False),
        ("10.corp.example", MachineIdentity("10.1.2.3"), False),
    ],
)
def test_who_is_named(approved: str, machine: MachineIdentity, named: bool) -> None:
    assert bool(ApprovedHosts.parse([approved]).of_machine(machine)) is named


@pytest.mark.parametrize(
    ("approved", "target", "addresses", "named"),
    [
        ("kms01", "kms01.corp.example", (), True),
        ("kms01.corp.example", "kms01.emea.corp.example", (), False),
        ("127.0.0.11", "kms02.corp.example", ("127.0.0.11",), True),
        ("127.0.0.11", "kms02.corp.example", ("127.0.0.12",), False),
        ("127", "127.0.0.11", (), False),
    ],
)
def test_target_of_a_record(approved: str, target: str, addresses: tuple[str, ...], named: bool) -> None:
    """Kind: an address where names are compared, which could match nothing."""
    assert (ApprovedHosts.parse([approved]).of_target(target, addresses) is not None) is named


def test_what_named_nothing_is_known() -> None:
    """Kind: input that can match nothing is accepted in silence."""
    approved = ApprovedHosts.parse(["kms1.corp.example", "kms02.corp.example"])
    matched = approved.of_machine(MachineIdentity("kms02.corp.example"))
    assert approved.unmatched(matched) == (KmsEndpoint("kms1.corp.example"),)


@pytest.mark.parametrize(
    ("entry", "near"),
    [
        ("kms1.corp.example", ("kms01.corp.example",)),
        ("kms01.crop.example", ("kms01.corp.example",)),
        ("kms01.other.test", ("kms01.corp.example",)),
        ("web1", ("web.corp.example",)),
        ("zeus", ()),
    ],
)
def test_near_matches(entry: str, near: tuple[str, ...]) -> None:
    names = ["kms01.corp.example", "web.corp.example"]
    assert near_names(KmsEndpoint.parse(entry), names)[: len(near) or None] == near


@pytest.mark.parametrize("entry", ["", " ", ":1688", "kms01:99999", "kms 01"])
def test_an_entry_that_names_nobody_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ApprovedHosts.parse([entry])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KMS01.Corp.Example.", "kms01.corp.example"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
        ("kms-MÜNCHEN.example", "xn--kms-mnchen-eeb.example"),
        ("kms01\u200b.corp.example", "kms01.corp.example"),
        ("_vlmcs._tcp.Corp.Example", "_vlmcs._tcp.corp.example"),
    ],
)
def test_one_form_for_comparing(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("text", "short"), [("kms01", True), ("kms01.corp.example", False), ("10.0.0.1", False), ("[2001:db8::1]", False)]
)
def test_an_address_is_no_short_name(text: str, short: bool) -> None:
    assert KmsEndpoint.parse(text).is_short is short
