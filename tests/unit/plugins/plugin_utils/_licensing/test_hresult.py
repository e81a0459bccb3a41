# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation codes: every form in which they come is read, and the important ones say the right things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import hresult
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.tables import read_table


@pytest.mark.parametrize(
    "form",
    [
        0xC004C008,
        0xC004C008 - 2**32,
        "0xC004C008",
        "0xc004c008",
        "C004C008",
        " 0XC004C008\n",
        "3221536776",
        "-1073430520",
    ],
)
def test_a_code_is_read_in_every_form(form):
    explanation = hresult.explain(form)
    assert explanation.known
    assert explanation.code_text == "0xC004C008"
    assert explanation.symbol == "SL_E_CHPA_MAXIMUM_UNLOCK_EXCEEDED"


@pytest.mark.parametrize(
    ("text", "code_text"),
    [("80070005", "0x80070005"), ("80041003", "0x80041003"), ("12345678", "0x00BC614E"), ("5", "0x00000005")],
)
def test_eight_digits_are_hexadecimal_when_that_is_a_known_code(text, code_text):
    assert hresult.explain(text).code_text == code_text


@pytest.mark.parametrize(
    "text", ["", "  ", "0x", "KMS", "0xC004C0081", "99999999999", "4294967296", "-2147483649", "1.5", "C004F0", "²"]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(hresult.ErrorCodeError, match="error code"):
        hresult.explain(text)


@pytest.mark.parametrize("value", [None, True, 1.5, [1], b"0x5", 2**32, -(2**31) - 1])
def test_what_is_no_number_of_32_bits_is_refused(value):
    with pytest.raises(hresult.ErrorCodeError):
        hresult.explain(value)


# The words an administrator must find in the answer.
WORDS = {
    "0xC004C008": [
        "6 different computers",
        "10 activations",
        "CSVLK",
        "GVLK",
        "only a call",
        "Activation Center",
        "SRV",
    ],
    "0xC004F038": ["25", "5", "30 days", "CMID", "not at fault"],
    "0xC004F074": ["12288", "1688", "_vlmcs._tcp", "clock"],
    "0xC004F041": ["not activated", "on the host", "not this client"],
    "0xC004F042": ["KMS_A", "rogue", "12290"],
    "0xC004F050": ["not valid", "dash", "release"],
    "0xC004F069": ["evaluation", "/Set-Edition", "GVLK"],
    "0xC004E016": ["does not fit", "installed edition"],
    "0xC004F035": ["OEM marker", "qualifying", "Changing the KMS host does not help"],
    "0xC004F06C": ["time stamp", "clock", "w32tm"],
    "0xC004F075": ["stopping", "repeat"],
    "0xC004F056": ["never reached a KMS host", "/ato"],
    "0xC004F00F": ["hardware", "cloned", "no new key"],
    "0xC004F009": ["grace period is over", "GVLK"],
    "0xC004F200": ["not genuine"],
    "0xC004F014": ["No product key", "Ignore"],
    "0x4004F040": ["Information", "Nothing to do", "Never treat it as a failure"],
    "0x8007232B": ["_vlmcs._tcp", "does not exist", "/skms"],
    "0x8007251D": ["no record", "replication"],
    "0x800706BA": ["1688", "firewall", "stale SRV"],
    "0x80072338": ["12293", "_VLMCS", "group"],
    "0x80070005": ["LocalAccountTokenFilterPolicy", "Administrators"],
    "0x80041003": ["namespace", "root/cimv2", "administrator"],
}


@pytest.mark.parametrize("code", WORDS)
def test_the_important_codes_say_what_matters(code):
    explanation = hresult.explain(code)
    text = f"{explanation.meaning} {explanation.likely_cause} {explanation.admin_action}"
    assert [word for word in WORDS[code] if word not in text] == []
    assert explanation.basis in ("documented", "system") or explanation.symbol


def test_the_table_is_complete_and_in_order():
    rows = list(read_table("activation_errors.tsv"))
    assert len(rows) == len({row["code"] for row in rows}) == 485
    for row in rows:
        assert row["code"] == hresult.code_text(int(row["code"], 16))
        assert row["basis"] in ("documented", "system", "symbol")
        assert row["area"] in {
            *("general", "kms-client", "kms-host", "mak", "ad"),
            *("token", "dns", "rpc", "wmi", "office"),
        }
        for column in ("meaning", "likely_cause", "admin_action"):
            assert row[column].endswith("."), row
            assert row[column] == row[column].strip()


def test_a_bare_win32_number_is_explained_like_its_hresult():
    bare, wrapped = hresult.explain(1722), hresult.explain("0x800706BA")
    assert bare.code_text == "0x000006BA"
    assert bare.known
    assert bare.meaning == wrapped.meaning


@pytest.mark.parametrize(
    ("code", "area", "words"),
    [
        pytest.param(0x80072AF9, "rpc", ["Win32 error 11001", "sockets", "net helpmsg 11001"], id="sockets"),
        pytest.param(0x80072333, "dns", ["Win32 error 9011", "DNS", "_vlmcs._tcp"], id="DNS"),
        pytest.param(0x800706A4, "rpc", ["RPC", "1688"], id="RPC"),
        pytest.param(0x80072EF1, "general", ["web access", "proxy"], id="WinHTTP"),
        pytest.param(0x80072035, "ad", ["Active Directory"], id="directory"),
        pytest.param(0x80070003, "general", ["Win32 error 3", "net helpmsg 3"], id="Win32 without family"),
        pytest.param(0x80041099, "wmi", ["WMI"], id="WMI"),
        pytest.param(0x803381AA, "wmi", ["WinRM", "winrm helpmsg 0x803381AA"], id="WinRM"),
        pytest.param(0xC004F0FF, "general", ["software licensing service", "slui.exe 0x2a 0xC004F0FF"], id="SPP"),
        pytest.param(0xC004C0FF, "general", ["product key check", "Activation Center"], id="activation server"),
        pytest.param(0xC004F3FF, "token", ["token-based"], id="token"),
        pytest.param(0x803FAFFF, "general", ["store"], id="store"),
        pytest.param(0x8024402C, "general", ["Windows Update"], id="Windows Update"),
        pytest.param(0x87654321, "general", ["an error", "facility 1893", "number 17185"], id="anything"),
        pytest.param(9999, "dns", ["Win32 error 9999"], id="bare number"),
    ],
)
def test_an_unknown_code_is_taken_apart(code, area, words):
    explanation = hresult.explain(code)
    assert not explanation.known
    assert explanation.symbol is None
    assert explanation.area == area
    text = f"{explanation.meaning} {explanation.admin_action}"
    assert [word for word in words if word not in text] == []


@given(st.integers(min_value=-(2**31), max_value=2**32 - 1))
def test_every_32_bit_number_gets_an_answer(number):
    explanation = hresult.explain(number)
    assert explanation.code == number % 2**32
    assert int(explanation.code_text, 16) == explanation.code
    assert explanation.meaning
    assert explanation.admin_action
    assert explanation == hresult.explain(explanation.code_text)


def test_the_summary_is_one_line():
    assert hresult.explain("0xC004F075").summary == (
        "0xC004F075 (SL_E_SERVICE_STOPPING): The licensing service is stopping."
    )
    assert hresult.explain("0x80092328").summary.startswith("0x80092328: ")
