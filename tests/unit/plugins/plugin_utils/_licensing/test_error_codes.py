# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation codes: every form in which they come is read, and the important ones say the right things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import error_codes
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
    explanation = error_codes.explain(form)
    assert explanation.known
    assert explanation.code_text == "0xC004C008"
    assert explanation.symbol == "SL_E_CHPA_MAXIMUM_UNLOCK_EXCEEDED"


@pytest.mark.parametrize(
    ("text", "code_text"),
    [("80070005", "0x80070005"), ("80041003", "0x80041003"), ("12345678", "0x00BC614E"), ("5", "0x00000005")],
)
def test_eight_digits_are_hexadecimal_when_that_is_a_known_code(text, code_text):
    assert error_codes.explain(text).code_text == code_text


@pytest.mark.parametrize(
    "text", ["", "  ", "0x", "KMS", "0xC004C0081", "99999999999", "4294967296", "-2147483649", "1.5", "C004F0", "²"]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(error_codes.ErrorCodeError, match="error code"):
        error_codes.explain(text)


@pytest.mark.parametrize("value", [None, True, 1.5, [1], b"0x5", 2**32, -(2**31) - 1])
def test_what_is_no_number_of_32_bits_is_refused(value):
    with pytest.raises(error_codes.ErrorCodeError):
        error_codes.explain(value)


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
    "0xC004F011": ["token", "12321", "Ignore it"],
    "0x8007139F": ["8198", "1688", "licensing_service"],
    "0x8004FC12": ["Office", "proxy"],
    "0xC004F038": ["25", "5", "30 days", "CMID", "not at fault"],
    "0xC004F074": ["12288", "1688", "_vlmcs._tcp", "clock"],
    "0xC004F041": ["not activated", "on the host", "not this client"],
    "0xC004F042": ["KMS_A", "rogue", "12290"],
    "0xC004F050": ["not valid", "dash", "release"],
    "0xC004F069": ["evaluation", "/Set-Edition", "GVLK"],
    "0xC004E016": ["does not fit", "installed edition"],
    "0xC004F035": ["OEM marker", "qualifying", "Changing the KMS host does not help"],
    "0xC004F06C": ["time stamp", "clock", "w32tm", "UTC", "12288"],
    "0xC004F075": ["stopping", "repeat"],
    "0xC004F056": ["never reached a KMS host", "/ato"],
    "0xC004F00F": ["hardware", "cloned", "no new key"],
    "0xC004F009": ["grace period is over", "GVLK"],
    "0xC004F200": ["not genuine"],
    "0xC004F014": ["No product key", "Ignore"],
    "0x4004F040": [
        *("Information", "Nothing to do", "Never treat it as a failure"),
        *("KMS host", "Active Directory", "token", "activation_method"),
    ],
    "0x80072098": ["Enterprise Admins", "Activation Objects"],
    "0x800705B4": ["timed out", "resolves", "1688", "azkms.core.windows.net"],
    "0xC0000022": ["NETWORK SERVICE", "S-1-5-20"],
    "0x87E10BC6": ["Store", "GVLK"],
    "0xC004F068": ["virtual machine", "Vista"],
    "0xC004E015": ["tokens.dat", "Rebuild", "GVLK"],
    "0xC004F012": ["Rebuild", "GVLK"],
    "0xC004FD02": ["AVMA", "Hyper-V host", "left Hyper-V", "GVLK"],
    "0x8007232B": ["_vlmcs._tcp", "does not exist", "/skms"],
    "0x8007251D": ["no record", "replication"],
    "0x800706BA": ["1688", "firewall", "stale SRV"],
    "0x80072338": ["12293", "_VLMCS", "group"],
    "0x80070005": ["LocalAccountTokenFilterPolicy", "Administrators"],
    "0x80041003": ["namespace", "root/cimv2", "administrator"],
}


@pytest.mark.parametrize("code", WORDS)
def test_the_important_codes_say_what_matters(code):
    explanation = error_codes.explain(code)
    text = f"{explanation.meaning} {explanation.likely_cause} {explanation.admin_action}"
    assert [word for word in WORDS[code] if word not in text] == []
    assert explanation.basis in ("documented", "system") or explanation.symbol


def test_the_table_is_complete_and_in_order():
    rows = list(read_table("activation_errors.tsv"))
    assert len(rows) == len({row["code"] for row in rows}) == 497
    for row in rows:
        assert row["code"] == error_codes.code_text(int(row["code"], 16))
        assert row["basis"] in ("documented", "system", "symbol")
        assert row["activating_again"] in ("", "no")
        assert row["area"] in {
            *("general", "kms-client", "kms-host", "mak", "ad"),
            *("token", "dns", "rpc", "wmi", "office"),
        }
        for column in ("meaning", "likely_cause", "admin_action"):
            assert row[column].endswith("."), row
            assert row[column] == row[column].strip()


def test_a_bare_win32_number_is_explained_like_its_hresult():
    bare, wrapped = error_codes.explain(1722), error_codes.explain("0x800706BA")
    assert bare.code_text == "0x000006BA"
    assert bare.known
    assert bare.meaning == wrapped.meaning


@pytest.mark.parametrize(
    ("code", "area", "words"),
    [
        pytest.param(0x80072DFF, "rpc", ["Win32 error 11775", "sockets", "net helpmsg 11775"], id="sockets"),
        pytest.param(0x80072333, "dns", ["Win32 error 9011", "DNS", "_vlmcs._tcp"], id="DNS"),
        pytest.param(0x800707CE, "rpc", ["RPC", "1688"], id="RPC"),
        pytest.param(0x800732C7, "general", ["web access", "proxy"], id="WinHTTP"),
        pytest.param(0x800722F0, "ad", ["Active Directory"], id="directory"),
        pytest.param(0x80070BB8, "general", ["Win32 error 3000", "net helpmsg 3000"], id="Win32 without family"),
        pytest.param(0x80041099, "wmi", ["WMI"], id="WMI"),
        pytest.param(0x80338FFF, "wmi", ["WinRM", "winrm helpmsg 0x80338FFF"], id="WinRM"),
        pytest.param(0xC0000FFF, "general", ["NTSTATUS", "MS-ERREF"], id="kernel"),
        pytest.param(0x80040FF0, "general", ["COM", "MS-ERREF"], id="COM, not licensing"),
        pytest.param(0xC004F0FF, "general", ["software licensing service", "slui.exe 0x2a 0xC004F0FF"], id="SPP"),
        pytest.param(0xC004C0FF, "general", ["product key check", "Activation Center"], id="activation server"),
        pytest.param(0xC004F3FF, "token", ["token-based"], id="token"),
        pytest.param(0x803FAFFF, "general", ["store"], id="store"),
        pytest.param(0x8024FFF0, "general", ["Windows Update"], id="Windows Update"),
        pytest.param(0x87654321, "general", ["an error", "facility 1893", "number 17185"], id="anything"),
        pytest.param(9999, "dns", ["Win32 error 9999"], id="bare number"),
    ],
)
def test_an_unknown_code_is_taken_apart(code, area, words):
    explanation = error_codes.explain(code)
    assert not explanation.known
    assert explanation.symbol is None
    assert explanation.area == area
    text = f"{explanation.meaning} {explanation.admin_action}"
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("code", "symbol", "area", "words"),
    [
        (0x80070003, "ERROR_PATH_NOT_FOUND", "general", ["Win32 error 3", "path not found", "net helpmsg 3"]),
        (1326, "ERROR_LOGON_FAILURE", "general", ["Win32 error 1326", "logon failure"]),
        ("80070003", "ERROR_PATH_NOT_FOUND", "general", ["Win32 error 3"]),
        (0x800706A4, "RPC_S_INVALID_STRING_BINDING", "rpc", ["invalid string binding", "1688"]),
        (0xC0020018, "RPC_NT_SERVER_TOO_BUSY", "rpc", ["server too busy"]),
        (0x80072AF9, "WSAHOST_NOT_FOUND", "rpc", ["Win32 error 11001", "host not found"]),
        (0x80072AFC, "WSANO_DATA", "rpc", ["no data"]),
        (0x8007274D, "WSAECONNREFUSED", "rpc", ["connrefused"]),
        (0x8007232E, "DNS_ERROR_RCODE_YXDOMAIN", "dns", ["yxdomain"]),
        (0x80072EF1, "ERROR_WINHTTP_OPERATION_CANCELLED", "general", ["operation cancelled", "proxy"]),
        (0x80072035, "ERROR_DS_UNWILLING_TO_PERFORM", "ad", ["unwilling to perform", "domain controllers"]),
        (0x80041009, "WBEM_E_NOT_AVAILABLE", "wmi", ["not available"]),
        (0x8033803D, "ERROR_WSMAN_INVALID_SELECTORS", "wmi", ["invalid selectors", "winrm helpmsg 0x8033803D"]),
        (0x80080005, "CO_E_SERVER_EXEC_FAILURE", "general", ["server exec failure"]),
        (0x80010108, "RPC_E_DISCONNECTED", "rpc", ["disconnected"]),
        (0x80040154, "REGDB_E_CLASSNOTREG", "general", ["MS-ERREF"]),
        (0xC000006D, "STATUS_LOGON_FAILURE", "general", ["logon failure"]),
        (0x80090311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "general", ["no authenticating authority"]),
        (0x8024402C, "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED", "general", ["not resolved"]),
    ],
)
def test_a_general_code_of_windows_is_told_by_its_name(code, symbol, area, words):
    explanation = error_codes.explain(code)
    assert (explanation.symbol, explanation.area, explanation.known) == (symbol, area, True)
    assert explanation.meaning.startswith(symbol)
    text = f"{explanation.meaning} {explanation.admin_action}"
    assert [word for word in words if word not in text] == []
    assert "slui.exe" not in text
    assert "licensing" not in text


def test_no_general_code_of_windows_is_told_as_one_of_licensing():
    texts = {row["code"] for row in read_table("activation_errors.tsv")}
    for row in read_table("system_errors.tsv"):
        assert row["code"] not in texts
        explanation = error_codes.explain(row["code"])
        assert explanation.symbol == row["symbol"]
        assert "slui.exe" not in explanation.admin_action
        assert explanation.meaning.rstrip(".").split(": ")[-1], row


@pytest.mark.parametrize(
    ("code", "may_help"),
    [
        ("0xC004F035", False),
        ("0xC004C008", False),
        ("0xC004C003", False),
        ("0xC004C004", False),
        ("0x803FA067", False),
        ("0xC004FD01", False),
        ("0xC004F210", False),
        ("0xC004F074", True),
        ("0xC004F038", True),
        ("0xC004F034", True),
    ],
)
def test_a_code_says_whether_activating_again_may_help(code, may_help):
    assert error_codes.explain(code).activating_again is may_help


def test_a_store_code_says_the_same_as_its_namesake():
    """Kind: one of two names of the same refusal is known to be final, the other is not."""
    rows = list(read_table("activation_errors.tsv"))
    names = {row["symbol"].replace("SL_E_CHPA_", ""): row for row in rows if row["symbol"].startswith("SL_E_CHPA_")}
    pairs = [
        (row, names[name])
        for row in rows
        if (name := row["symbol"].replace("SL_REMAPPING_MDOLLAR_", "")) != row["symbol"] and name in names
    ]
    assert len(pairs) > 5
    assert [store["code"] for store, one in pairs if store["activating_again"] != one["activating_again"]] == []


def test_where_another_key_is_the_remedy_activating_again_is_none():
    """Kind: the table's remedy says one thing and its column another."""
    wanted = ("another key", "key of your own", "another channel", "right key", "Check key and installed edition")
    rows = list(read_table("activation_errors.tsv"))
    found = [row["code"] for row in rows if any(words in row["admin_action"] for words in wanted)]
    # Of changed hardware, a KMS client is rid by asking its host again.
    assert [code for code in found if error_codes.explain(code).activating_again] == ["0xC004F211"]


@given(st.integers(min_value=-(2**31), max_value=2**32 - 1))
def test_every_32_bit_number_gets_an_answer(number):
    explanation = error_codes.explain(number)
    assert explanation.code == number % 2**32
    assert int(explanation.code_text, 16) == explanation.code
    assert explanation.meaning
    assert explanation.admin_action
    assert explanation == error_codes.explain(explanation.code_text)


def test_the_summary_is_one_line():
    assert error_codes.explain("0xC004F075").summary == (
        "0xC004F075 (SL_E_SERVICE_STOPPING): The licensing service is stopping."
    )
    assert error_codes.explain("0x80092328").summary.startswith("0x80092328: ")
