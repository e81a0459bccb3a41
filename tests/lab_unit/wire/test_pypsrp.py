# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSMan class of pypsrp, an independent client, on a machine."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.wsman import SelectorSet

from winlab.host import Account

from .client import NS, psrp
from .workshop import ADMINISTRATOR, HTTPS_PORT, WMI, FakeCim, Workshop

URI = f"{WMI}/Lab_Lamp"


def enumerate_body(wql: str) -> Element:
    root = Element(f"{{{NS['n']}}}Enumerate")
    ElementTree.SubElement(root, f"{{{NS['w']}}}OptimizeEnumeration")
    ElementTree.SubElement(root, f"{{{NS['w']}}}MaxElements").text = "32000"
    dialect = {"Dialect": "http://schemas.microsoft.com/wbem/wsman/1/WQL"}
    ElementTree.SubElement(root, f"{{{NS['w']}}}Filter", dialect).text = wql
    return root


def pull_body(context: str) -> Element:
    root = Element(f"{{{NS['n']}}}Pull")
    ElementTree.SubElement(root, f"{{{NS['n']}}}EnumerationContext").text = context
    ElementTree.SubElement(root, f"{{{NS['n']}}}MaxElements").text = "32000"
    return root


def desk() -> SelectorSet:
    selectors = SelectorSet()
    selectors.add_option("Name", "desk")
    return selectors


@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
def test_enumerate_and_pull(workshop: Workshop, auth: str) -> None:
    with psrp(workshop.machine(cim=FakeCim(bricks=50, brick_size=3000)), auth=auth) as wsman:
        answer = wsman.enumerate(f"{WMI}/*", enumerate_body("SELECT * FROM Lab_Brick"))
        count = len(answer.findall(".//w:Items/*", NS))
        while answer.find(".//n:EndOfSequence", NS) is None:
            context = answer.findtext(".//n:EnumerationContext", namespaces=NS)
            assert context
            answer = wsman.pull(f"{WMI}/*", pull_body(context))
            count += len(answer.findall(".//n:Items/*", NS))
    assert count == 50


def test_get_and_invoke(workshop: Workshop) -> None:
    host = workshop.machine()
    with psrp(host) as wsman:
        lamp = wsman.get(URI, None, selector_set=desk())
        assert lamp.findtext(f".//{{{URI}}}Watts") == "40"
        body = Element(f"{{{URI}}}Switch_INPUT")
        ElementTree.SubElement(body, f"{{{URI}}}On").text = "false"
        output = wsman.invoke(f"{URI}/Switch", URI, body, selector_set=desk())
        assert output.findtext(f".//{{{URI}}}ReturnValue") == "0"
    assert host.cim.lamps[0].values["Lit"] is False


def test_fault(workshop: Workshop) -> None:
    with psrp(workshop.machine()) as wsman, pytest.raises(WSManFaultError) as error:
        wsman.enumerate(f"{WMI}/*", enumerate_body("SELECT * FROM Lab_Nothing"))
    assert error.value.code == 2150858778
    assert error.value.provider == "WMI Provider"


def test_domain_account_in_spnego(workshop: Workshop) -> None:
    account = Account("admin", "Domain.Pass-5", domain="CORP", dns_domain="corp.example")
    host = workshop.machine(accounts=[account])
    with psrp(host, account, auth="negotiate") as wsman:
        wsman.get(URI, None, selector_set=desk())
    assert host.last("get")["user"] == "CORP\\admin"


@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
def test_wrong_password(workshop: Workshop, auth: str) -> None:
    host = workshop.machine()
    wrong = Account("Administrator", "Wrong.Pass-9")
    with psrp(host, wrong, auth=auth) as wsman, pytest.raises(AuthenticationError):
        wsman.get(URI, None, selector_set=desk())
    assert host.log == [{"kind": "bad_password", "user": "Administrator", "known": True}]


@pytest.mark.parametrize("auth", ["basic", "negotiate"])
def test_https(workshop: Workshop, auth: str) -> None:
    host = workshop.machine(https=True, basic=True)
    settings = {"ssl": True, "port": HTTPS_PORT, "auth": auth, "cert_validation": str(workshop.ca_path)}
    with psrp(host, ADMINISTRATOR, **settings) as wsman:
        assert wsman.get(URI, None, selector_set=desk()).findtext(f".//{{{URI}}}Name") == "desk"
