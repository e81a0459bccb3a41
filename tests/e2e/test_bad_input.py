# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is refused before anything is sent; the message says what is wrong and never repeats a key."""

from __future__ import annotations

import pytest

from .conftest import Lab, StartLab

HOST = "srv2008r2-01"
# In the shape of a key, and nobody's.
INVENTED = "BCDFG-HJKMP-QRTVW-XY234-6789B"


@pytest.fixture(scope="module")
def demo(start_lab: StartLab) -> Lab:
    return start_lab("demo")


@pytest.mark.parametrize(
    ("module", "arguments", "words"),
    [
        ("product_key", "key=BCDFG-HJKMP-QRTVW-XY234", "five groups of five"),
        ("product_key", "key=ACDFG-HJKMP-QRTVW-XY234-6789B", "A"),
        ("product_key", "key=NCDFG-HJKMP-QRTVW-XY234-6789N", "N"),
        ("product_key", "kye=gvlk", "kye"),
        ("product_key", "edition=ServerStandard key=489J6-VHDMP-X63PK-3K798-CPX3Y", "edition"),
        ("product_key", "edition=NoSuchEdition", "NoSuchEdition"),
        ("product_key", "product=00000000-0000-0000-0000-000000000000", "00000000-0000"),
        ("product_key", "key=N69G4-B89J2-4G8F4-WWYCC-J464C", "Windows Server 2019 Standard"),
        ("license", "state=licenced", "activated"),
        ("license", "confirmation_id=12345", "5 digits"),
        ("license", "product=00000000-0000-0000-0000-000000000000", "00000000-0000"),
        ("licensing_service", "", "state"),
        ("licensing_service", "state=restart", "restarted"),
        ("licensing_service", "state=restarted timeout=0", "timeout"),
        ("licensing_service", "state=restarted product=office", "osppsvc"),
        ("cim_query", "", "query"),
        ("cim_query", "query='DELETE FROM Win32_Service'", "SELECT"),
        ("cim_query", "query='SELECT * FROM Win32_Nonsense'", "class"),
        ("connection_info", "timeout=5", "timeout"),
        ("license_info", "approved_kms_hosts=kms01 accepted_key_types=KMS", "GVLK"),
    ],
)
def test_bad_input(demo: Lab, module: str, arguments: str, words: str) -> None:
    run = demo.ansible(HOST, module, arguments)
    assert run.code != 0
    assert words in run.output
    assert demo.events(HOST, "invoke") == []
    if "key=" in arguments:
        given = arguments.split("key=")[1]
        assert "-".join(given.split("-")[:4]) not in run.output or given.startswith(("N69G4", "489J6"))


def test_key_that_windows_refuses_leaves_the_machine_as_it_was(demo: Lab) -> None:
    before = demo.state(HOST)["license"]
    run = demo.ansible(HOST, "product_key", f"key={INVENTED}")
    result = run.result(HOST)
    assert run.code != 0
    assert result["error"]["code"].startswith("0xC004")
    assert result["error"]["admin_action"]
    assert not result["changed"]
    assert INVENTED not in run.output
    assert demo.state(HOST)["license"] == before


@pytest.mark.parametrize("connection", ["ssh", "local"])
def test_other_connections_say_which_ones_work(demo: Lab, connection: str) -> None:
    run = demo.ansible(HOST, "license_info", "", "-e", f"ansible_connection={connection}")
    assert run.code != 0
    assert "winrm or psrp" in run.output


def test_connection_variable_with_an_undefined_part_is_never_sent(demo: Lab) -> None:
    before = len(demo.events(HOST))
    run = demo.ansible(HOST, "license_info", "", "-e", '{"ansible_password": "{{ no_such_variable }}"}')
    assert run.code != 0
    assert "no_such_variable" in run.output or "ansible_password" in run.output or "remote_password" in run.output
    assert len(demo.events(HOST)) == before


def test_psrp_inventories_work_as_they_are(demo: Lab) -> None:
    variables = [
        "-e",
        "ansible_connection=psrp",
        "-e",
        "ansible_psrp_protocol=http",
        "-e",
        "ansible_psrp_auth=negotiate",
    ]
    run = demo.ansible(HOST, "license_info", "", *variables)
    assert run.result(HOST)["role"] == "kms_host"
