# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue as data, and the choice of a key: at most one row per machine, and every trap refused in words."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing import gvlk
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.editions import editions
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.gvlk import Choice, Refusal
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.model import OperatingSystem
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.product_key import ProductKey

RELEASE_BUILDS = (
    *(6000, 6001, 6002, 6003, 7600, 7601, 9200, 9600, 10240, 10586, 14393, 15063, 16299, 17134, 17763),
    *(18362, 18363, 19041, 19042, 19043, 19044, 19045, 20348, 22000, 22621, 22631, 25398, 26100, 26200),
)
UNLICENSED = 0xABCDABCD


def machine(
    build: int,
    sku: int | None,
    product_type: int | None = 3,
    edition_id: str | None = None,
    caption: str | None = None,
) -> OperatingSystem:
    return OperatingSystem(
        caption=caption,
        version=f"10.0.{build}",
        build=build,
        sku=sku,
        product_type=product_type,
        edition_id=edition_id,
    )


# --- the catalogue as data ------------------------------------------------------------------------------


def test_the_catalogue_is_complete():
    families = Counter(row.family for row in gvlk.catalogue())
    assert families == {
        "windows-client": 54,
        "windows-server": 54,
        "office": 37,
        "project": 10,
        "visio": 10,
    }


def test_rows_that_the_machine_can_match_say_how():
    for row in gvlk.catalogue():
        if row.choice in (Choice.YES, Choice.ASK):
            assert row.is_windows
            assert row.skus
            assert row.product_types
            assert row.edition_id
            assert row.build_min
        assert row.sources


def test_every_sku_of_the_catalogue_is_a_known_edition():
    assert {sku for row in gvlk.catalogue() for sku in row.skus} <= set(editions())


def test_the_keys_of_the_vista_and_windows_7_generation():
    """The table of the article that explains 0xC004C008, letter for letter."""
    published = {
        "Windows Vista Business": "YFKBB-PQJJV-G996G-VWGXY-2V3X8",
        "Windows Vista Business N": "HMBQG-8H2RH-C77VX-27R82-VMQBT",
        "Windows Vista Enterprise": "VKK3X-68KWM-X2YGT-QR4M6-4BWMV",
        "Windows Vista Enterprise N": "VTC42-BM838-43QHV-84HX6-XJXKV",
        "Windows 7 Professional": "FJ82H-XT6CR-J8D7P-XQJJ2-GPDD4",
        "Windows 7 Professional N": "MRPKT-YTG23-K7D7T-X2JMM-QY7MG",
        "Windows 7 Professional E": "W82YF-2Q76Y-63HXB-FGJG9-GF7QX",
        "Windows 7 Enterprise": "33PXH-7Y6KF-2VJC9-XBBR8-HVTHH",
        "Windows 7 Enterprise N": "YDRBP-3D83W-TY26F-D46B2-XCKRJ",
        "Windows 7 Enterprise E": "C29WB-22CC8-VJ326-GHFJW-H9DH4",
        "Windows Web Server 2008": "WYR28-R7TFJ-3X2YQ-YCY4H-M249D",
        "Windows Server 2008 Standard": "TM24T-X9RMF-VWXK6-X8JC9-BFGM2",
        "Windows Server 2008 Standard without Hyper-V": "W7VD6-7JFBR-RX26B-YKQ3Y-6FFFJ",
        "Windows Server 2008 Enterprise": "YQGMW-MPWTJ-34KDK-48M3W-X4Q6V",
        "Windows Server 2008 Enterprise without Hyper-V": "39BXF-X8Q23-P2WWT-38T2F-G3FPG",
        "Windows Server 2008 HPC": "RCTX3-KWVHP-BR6TB-RB6DM-6X7HP",
        "Windows Server 2008 Datacenter": "7M67G-PC374-GR742-YH8V4-TCBY3",
        "Windows Server 2008 Datacenter without Hyper-V": "22XQ2-VRXRG-P8D42-K34TD-G3QQC",
        "Windows Server 2008 for Itanium-Based Systems": "4DWFP-JF3DJ-B7DTH-78FJB-PDRHK",
        "Windows Server 2008 R2 Web": "6TPJF-RBVHG-WBW2R-86QPH-6RTM4",
        "Windows Server 2008 R2 Standard": "YC6KT-GKW9T-YTKYR-T4X34-R7VHC",
        "Windows Server 2008 R2 Enterprise": "489J6-VHDMP-X63PK-3K798-CPX3Y",
        "Windows Server 2008 R2 Datacenter": "74YFP-3QFB3-KQT8W-PMXWJ-7M648",
        "Windows Server 2008 R2 for Itanium-based Systems": "GT63C-RJFQ3-4GMB6-BRFB9-CB83V",
        "Windows Server 2008 R2 HPC edition": "TT8MH-CG224-D3D7Q-498W2-9QCTX",
    }
    generation = {
        row.product: row.key.reveal()
        for row in gvlk.catalogue()
        if row.is_windows and row.build_min is not None and row.build_min < 9200 and row.choice.usable
    }
    assert generation == published


def test_installed_keys_are_recognized():
    key = ProductKey.parse("W269N-WFGWX-YVC9B-4J6C9-T83GX")
    assert [row.product for row in gvlk.by_key(key)] == ["Windows 10 Pro", "Windows 11 Pro"]
    assert gvlk.by_partial(" t83gx ") == gvlk.by_key(key)
    assert gvlk.is_gvlk(key)


def test_an_invented_key_is_no_gvlk():
    key = ProductKey.parse("BCDFG-HJKMP-QRTVW-XY234-6789B")
    assert not gvlk.is_gvlk(key)
    assert gvlk.by_partial("6789B") == ()


def test_withdrawn_and_superseded_keys_are_recognized_too():
    assert gvlk.is_gvlk(ProductKey.parse("BN3D2-R7TKB-3YPBD-8DRP2-27GG4"))
    assert gvlk.is_gvlk(ProductKey.parse("FKJQ8-TMCVP-FRMR7-4WR42-3JCD7"))


# --- at most one row ------------------------------------------------------------------------------------


@pytest.mark.parametrize("build", RELEASE_BUILDS)
def test_a_machine_matches_at_most_one_row(build):
    for sku, product_type in itertools.product(editions(), (1, 2, 3)):
        if sku in (0, UNLICENSED):
            continue
        fitting = [
            row
            for row in gvlk.catalogue()
            if row.choice in (Choice.YES, Choice.ASK) and row.fits(machine(build, sku, product_type))
        ]
        assert len(fitting) <= 1, (build, sku, product_type, [row.label for row in fitting])
        selection = gvlk.select(machine(build, sku, product_type), named=True)
        assert [selection.row] == fitting if fitting else selection.row is None


@pytest.mark.parametrize("build", RELEASE_BUILDS)
def test_every_answer_is_either_a_row_or_a_reason_in_words(build):
    for sku, product_type, named in itertools.product([None, 9999, *editions()], (None, 1, 2, 3), (False, True)):
        selection = gvlk.select(machine(build, sku, product_type), named=named)
        assert (selection.row is None) == (selection.reason is not None)
        assert selection.sentence.endswith(".")
        assert (selection.candidate is not None) == (selection.reason is Refusal.ASK)
        if selection.row is None:
            assert selection.advice
        else:
            assert selection.row.choice in (Choice.YES, Choice.ASK)
            assert named or selection.row.choice is Choice.YES


def test_every_row_for_machines_is_reachable():
    chosen = {
        selection.row
        for build, sku, product_type in itertools.product(RELEASE_BUILDS, editions(), (1, 3))
        if (selection := gvlk.select(machine(build, sku, product_type), named=True)).row
    }
    assert chosen == {row for row in gvlk.catalogue() if row.choice in (Choice.YES, Choice.ASK)}


# --- what is chosen -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("os", "product", "ending"),
    [
        # one SKU number, many releases: the build decides
        pytest.param(machine(6002, 7), "Windows Server 2008 Standard", "BFGM2", id="standard 2008"),
        pytest.param(machine(7601, 7), "Windows Server 2008 R2 Standard", "R7VHC", id="standard 2008 R2"),
        pytest.param(machine(9200, 7), "Windows Server 2012 Standard", "92BT4", id="standard 2012"),
        pytest.param(machine(26100, 7), "Windows Server 2025 Standard", "MY832", id="standard 2025"),
        pytest.param(machine(6001, 4, 1), "Windows Vista Enterprise", "4BWMV", id="Vista Enterprise"),
        pytest.param(machine(7600, 4, 1), "Windows 7 Enterprise", "HVTHH", id="7 Enterprise"),
        # one build, client and server
        pytest.param(machine(26100, 48, 1), "Windows 11 Pro", "T83GX", id="11 Pro on the build of 2025"),
        pytest.param(machine(17763, 4, 1), "Windows 10 Enterprise", "2YT43", id="10 on the build of 2019"),
        # Windows 10 and 11 share keys; the build names the product
        pytest.param(machine(19045, 48, 1), "Windows 10 Pro", "T83GX", id="10 Pro"),
        pytest.param(machine(22000, 48, 1), "Windows 11 Pro", "T83GX", id="11 Pro"),
        # five LTSB and LTSC releases, one SKU number
        pytest.param(machine(10240, 125, 1), "Windows 10 Enterprise LTSB 2015", "76DF9", id="LTSB 2015"),
        pytest.param(machine(14393, 125, 1), "Windows 10 Enterprise LTSB 2016", "QJ4BJ", id="LTSB 2016"),
        pytest.param(machine(17763, 125, 1), "Windows 10 Enterprise LTSC 2019", "J462D", id="LTSC 2019"),
        pytest.param(machine(19044, 125, 1), "Windows 10 Enterprise LTSC 2021", "J462D", id="LTSC 2021"),
        pytest.param(machine(26100, 126, 1), "Windows 11 Enterprise N LTSC 2024", "7CG2H", id="LTSC 2024 N"),
        # the build of Server 2019 and of version 1809
        pytest.param(machine(17763, 7), "Windows Server 2019 Standard", "J464C", id="2019"),
        pytest.param(machine(17763, 146), "Windows Server Standard", "724CC", id="version 1809"),
        pytest.param(machine(18363, 8), "Windows Server Datacenter", "CWH2D", id="version 1909, plain SKU"),
        # Server Core numbers
        pytest.param(machine(7601, 13), "Windows Server 2008 R2 Standard", "R7VHC", id="Core 2008 R2"),
        pytest.param(machine(20348, 147), "Windows Server 2022 Datacenter", "6VM33", id="Core 2022"),
        # without Hyper-V
        pytest.param(machine(6002, 36), "Windows Server 2008 Standard without Hyper-V", "6FFFJ", id="no Hyper-V"),
        pytest.param(machine(6002, 41), "Windows Server 2008 Enterprise without Hyper-V", "G3FPG", id="same, Core"),
        # Server 2008 SP2 after the updates of 2019
        pytest.param(machine(6003, 10), "Windows Server 2008 Enterprise", "X4Q6V", id="build 6003"),
        # N and E
        pytest.param(machine(7601, 69, 1), "Windows 7 Professional E", "GF7QX", id="7 E"),
        pytest.param(machine(9600, 49, 1), "Windows 8.1 Pro N", "B4FXY", id="8.1 N"),
        # Essentials keeps its own key; a domain controller is a server
        pytest.param(machine(14393, 50), "Windows Server 2016 Essentials", "4M63B", id="Essentials 2016"),
        pytest.param(machine(17763, 8, 2), "Windows Server 2019 Datacenter", "63DFG", id="domain controller"),
        # ProductType not read
        pytest.param(machine(9600, 8, None), "Windows Server 2012 R2 Datacenter", "Q3VJ9", id="no ProductType"),
        # an edition identifier nobody knows does no harm
        pytest.param(
            machine(7601, 13, 3, "ServerStandardCore"), "Windows Server 2008 R2 Standard", "R7VHC", id="other EditionID"
        ),
    ],
)
def test_the_right_key_is_chosen(os, product, ending):
    selection = gvlk.select(os)
    assert selection.row is not None, selection.explanation
    assert (selection.row.product, selection.row.key.partial) == (product, ending)


@pytest.mark.parametrize("caption", [None, "Microsoft Windows Server 2016 Standard", "Майкрософт Windows"])
def test_the_caption_decides_nothing(caption):
    row = gvlk.select(machine(20348, 8, caption=caption)).row
    assert row is not None
    assert row.product == "Windows Server 2022 Datacenter"


@pytest.mark.parametrize(
    ("os", "word"),
    [
        pytest.param(machine(7601, 4, 1), "0xC004F035", id="Windows 7 is an upgrade license"),
        pytest.param(machine(19045, 4, 1), "subscription", id="Enterprise may be a subscription"),
        pytest.param(machine(17763, 50), "converts the edition", id="Essentials"),
    ],
)
def test_a_chosen_key_comes_with_its_warning(os, word):
    selection = gvlk.select(os)
    assert selection.row is not None
    assert word in selection.advice


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("os", "reason", "word"),
    [
        pytest.param(machine(3790, None), Refusal.BEFORE_VISTA, "KMS host", id="Server 2003"),
        pytest.param(machine(2600, None, 1), Refusal.BEFORE_VISTA, "client setup key", id="XP"),
        pytest.param(machine(20348, 79), Refusal.EVALUATION, "/Set-Edition", id="server evaluation"),
        pytest.param(machine(20348, 160), Refusal.EVALUATION, "/Get-TargetEditions", id="server evaluation, Core"),
        pytest.param(machine(17763, 80, 2), Refusal.EVALUATION, "demote", id="evaluation, domain controller"),
        pytest.param(machine(22631, 72, 1), Refusal.EVALUATION, "volume edition", id="client evaluation"),
        pytest.param(machine(20348, 7, 3, "ServerStandardEval"), Refusal.EVALUATION, "evaluation", id="by EditionID"),
        pytest.param(machine(20348, UNLICENSED, 3, "ServerStandardEval"), Refusal.EVALUATION, "Eval", id="no SKU"),
        pytest.param(machine(19045, 175, 3), Refusal.MULTI_SESSION, "Azure Virtual Desktop", id="multi-session"),
        pytest.param(machine(19045, 0, 3, "ServerRdsh"), Refusal.MULTI_SESSION, "KMS host", id="multi-session, no SKU"),
        pytest.param(machine(22631, 101, 1), Refusal.HOME, "Home", id="Home"),
        pytest.param(machine(6002, 3, 1), Refusal.HOME, "Home", id="Home Premium"),
        pytest.param(machine(7601, 1, 1), Refusal.NO_GVLK, "Ultimate", id="Ultimate"),
        pytest.param(machine(22631, 203, 1), Refusal.NO_GVLK, "SE", id="SE"),
        pytest.param(machine(14393, 21), Refusal.NO_GVLK, "Storage Server", id="Storage Server"),
        pytest.param(machine(7601, 33), Refusal.NO_GVLK, "Foundation", id="Foundation"),
        pytest.param(machine(17763, 42), Refusal.NO_GVLK, "Hyper-V Server", id="Hyper-V Server"),
        pytest.param(machine(14393, 143), Refusal.NO_GVLK, "Nano", id="Nano Server"),
        pytest.param(machine(19045, 188, 1), Refusal.NO_GVLK, "IoT Enterprise", id="IoT Enterprise"),
        pytest.param(machine(20348, 406), Refusal.NO_GVLK, "Azure", id="Azure Stack HCI"),
        pytest.param(machine(22631, 140, 1), Refusal.SUBSCRIPTION, "subscription", id="subscription"),
        pytest.param(machine(20348, 407), Refusal.ASK, "Azure", id="Azure Edition"),
        pytest.param(machine(26100, 408), Refusal.ASK, "Azure", id="Azure Edition, Core"),
        pytest.param(machine(19044, 191, 1), Refusal.ASK, "19044.2905", id="IoT LTSC 2021"),
        pytest.param(machine(26100, 191, 1), Refusal.ASK, "OEM", id="IoT LTSC 2024"),
        pytest.param(machine(7601, 18), Refusal.ASK, "3JCD7", id="HPC 2008 R2 with two published keys"),
        pytest.param(machine(20348, 0, 3, "ServerStandard"), Refusal.ASK, "SKU 0", id="SKU 0"),
        pytest.param(machine(19045, UNLICENSED, 1, "Professional"), Refusal.ASK, "Professional", id="0xABCDABCD"),
        pytest.param(machine(20348, None, 3, "ServerDatacenter"), Refusal.ASK, "Datacenter", id="SKU not read"),
        pytest.param(machine(20348, 0), Refusal.UNKNOWN_SKU, "no EditionID", id="SKU 0, no EditionID"),
        pytest.param(machine(20348, 0, 3, "Core"), Refusal.UNKNOWN_SKU, "has no key", id="SKU 0, Home"),
        pytest.param(machine(26100, 9999), Refusal.UNKNOWN_SKU, "9999", id="a number nobody knows"),
        pytest.param(machine(25398, 8), Refusal.BUILD_OUT_OF_RANGE, "23H2", id="annual channel"),
        pytest.param(machine(20348, 50), Refusal.BUILD_OUT_OF_RANGE, "Essentials", id="Essentials 2022"),
        pytest.param(machine(21390, 48, 1), Refusal.BUILD_OUT_OF_RANGE, "21390", id="a preview build"),
        pytest.param(machine(27000, 8), Refusal.BUILD_OUT_OF_RANGE, "27000", id="a server to come"),
        pytest.param(machine(6000, 7), Refusal.BUILD_OUT_OF_RANGE, "6000", id="a server before 2008"),
        pytest.param(machine(19045, 4, 3), Refusal.CONTRADICTION, "ProductType 3", id="a client that says server"),
        pytest.param(
            machine(19045, 4, 1, "Professional"),
            Refusal.CONTRADICTION,
            "subscription",
            id="Pro stepped up to Enterprise",
        ),
        pytest.param(
            machine(17763, 7, 3, "ServerStandardACor"), Refusal.CONTRADICTION, "1809", id="2019 or version 1809"
        ),
    ],
)
def test_what_is_not_certain_is_refused_in_words(os, reason, word):
    selection = gvlk.select(os)
    assert selection.row is None
    assert selection.reason is reason
    assert word in selection.explanation


@pytest.mark.parametrize(
    ("os", "ending"),
    [
        pytest.param(machine(20348, 407), "KHMXV", id="Azure Edition"),
        pytest.param(machine(19044, 191, 1), "PDQGT", id="IoT LTSC"),
        pytest.param(machine(7601, 18), "9QCTX", id="HPC: the key of the current page"),
        pytest.param(machine(20348, 0, 3, "ServerStandard"), "VMK7H", id="no SKU"),
    ],
)
def test_what_is_asked_for_is_chosen_when_named(os, ending):
    refused, named = gvlk.select(os), gvlk.select(os, named=True)
    assert named.row is not None
    assert named.row.key.partial == ending
    assert refused.candidate == named.row


@pytest.mark.parametrize("build", [9200, 7601])
def test_withdrawn_and_superseded_rows_are_never_chosen(build):
    never = {row.key for row in gvlk.catalogue() if not row.choice.usable}
    assert len(never) == 5
    for sku, product_type in itertools.product(editions(), (1, 3)):
        row = gvlk.select(machine(build, sku, product_type), named=True).row
        assert row is None or row.key not in never


def test_office_rows_are_never_chosen_for_windows():
    for build, sku in itertools.product(RELEASE_BUILDS, editions()):
        row = gvlk.select(machine(build, sku, 1), named=True).row
        assert row is None or row.is_windows


# --- naming an edition ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "os", "ending"),
    [
        pytest.param("ServerTurbine", machine(26100, 407), "8MCRC", id="EditionID"),
        pytest.param("iotenterprises", machine(19044, 191, 1), "PDQGT", id="EditionID in lower case"),
        pytest.param("Windows Server 2019 Standard", machine(17763, 7), "J464C", id="product name"),
        pytest.param("windows  server 2019 standard ", machine(17763, 13), "J464C", id="case and blanks"),
        pytest.param("Windows Server Standard", machine(17763, 146), "724CC", id="semi-annual: the build decides"),
        pytest.param("Windows Server Standard, version 1709", machine(16299, 146), "GF6G4", id="with the release"),
        pytest.param("Professional", machine(22631, UNLICENSED, 1), "T83GX", id="the machine does not say"),
        pytest.param("Windows Server 2008 R2 HPC edition", machine(7601, 18), "9QCTX", id="HPC"),
        pytest.param("ProPlus2024Volume", machine(20348, 7), "GCVGB", id="Office by its product ID"),
        pytest.param("Office Standard 2016", machine(7601, 4, 1), "DRTFM", id="Office by name"),
        pytest.param("ProjectStdXVolume", machine(19045, 4, 1), "6836M", id="Click-to-Run Project 2016"),
    ],
)
def test_a_named_edition_is_chosen(name, os, ending):
    selection = gvlk.select_by_edition(name, os)
    assert selection.row is not None, selection.explanation
    assert selection.row.key.partial == ending


@pytest.mark.parametrize(
    ("name", "os", "reason", "word"),
    [
        pytest.param("IoTEnterpriseS", machine(19044, 125, 1), Refusal.EDITION_MISMATCH, "convert", id="would convert"),
        pytest.param("ServerStandard", machine(14393, 50), Refusal.EDITION_MISMATCH, "Essentials", id="Essentials"),
        pytest.param("Enterprise", machine(22631, 48, 1), Refusal.EDITION_MISMATCH, "another edition", id="Pro"),
        pytest.param(
            "Windows Server 2016 Standard", machine(17763, 7), Refusal.BUILD_OUT_OF_RANGE, "14393", id="build"
        ),
        pytest.param("ServerStandard", machine(20348, 79), Refusal.EVALUATION, "/Set-Edition", id="evaluation"),
        pytest.param("Enterprise", machine(19045, 175), Refusal.MULTI_SESSION, "Azure", id="multi-session"),
        pytest.param("Professional", machine(22631, 101, 1), Refusal.HOME, "Home", id="Home"),
        pytest.param("ServerStandard", machine(3790, None), Refusal.BEFORE_VISTA, "2003", id="Server 2003"),
        pytest.param("ServerStandard", machine(9600, 0, 1), Refusal.CONTRADICTION, "ProductType 1", id="type"),
        pytest.param("Windows Server 2012 N", machine(9200, 7), Refusal.WITHDRAWN, "not in use", id="withdrawn"),
        pytest.param(
            "Project Standard 2016", machine(19045, 4, 1), Refusal.AMBIGUOUS, "ProjectStdXVolume", id="two keys"
        ),
        pytest.param(
            "Server 2019 Standart",
            machine(17763, 7),
            Refusal.UNKNOWN_NAME,
            "mean Windows Server 2019 Standard",
            id="typing error",
        ),
        pytest.param("", machine(17763, 7), Refusal.UNKNOWN_NAME, "Microsoft's", id="no name"),
    ],
)
def test_a_named_edition_is_refused_in_words(name, os, reason, word):
    selection = gvlk.select_by_edition(name, os)
    assert selection.row is None
    assert selection.reason is reason
    assert word in selection.explanation


def test_a_secret_key_given_as_a_name_is_not_repeated():
    selection = gvlk.select_by_edition("BCDFG-HJKMP-QRTVW-XY234-6789B", machine(17763, 7))
    assert selection.reason is Refusal.UNKNOWN_NAME
    assert "HJKMP" not in selection.explanation


# --- does an explicit key fit? --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "os", "fits"),
    [
        pytest.param("J464C", machine(17763, 7), True, id="right"),
        pytest.param("J464C", machine(17763, 8), False, id="other edition"),
        pytest.param("J464C", machine(20348, 7), False, id="other release"),
        pytest.param("J464C", machine(17763, 7, 1), False, id="a client"),
        pytest.param("J464C", machine(17763, UNLICENSED), True, id="no SKU, no EditionID"),
        pytest.param("J464C", machine(17763, UNLICENSED, 3, "serverstandard"), True, id="no SKU, right EditionID"),
        pytest.param("J464C", machine(17763, 0, 3, "ServerDatacenter"), False, id="no SKU, other EditionID"),
        pytest.param("PDQGT", machine(19044, 125, 1), False, id="IoT on plain LTSC"),
        pytest.param("27GG4", machine(9200, 0), False, id="withdrawn"),
        pytest.param("GCVGB", machine(17763, 7), False, id="Office"),
    ],
)
def test_whether_a_key_fits_a_machine(ending, os, fits):
    assert any(row.fits(os) for row in gvlk.by_partial(ending)) is fits


def test_an_edition_without_key_in_a_release_that_has_keys_is_no_preview() -> None:
    essentials = gvlk.select(machine(20348, 50))
    assert "this edition does not" in essentials.advice
    assert "preview" not in essentials.advice
    assert "preview" in gvlk.select(machine(30000, 50)).advice


def test_what_does_not_fit_together_is_said_in_whole_sentences() -> None:
    sentence = gvlk.select(machine(22631, 4, 1, edition_id="Professional")).sentence
    assert "the SKU number means Windows 11 Enterprise, but EditionID Professional means Windows 11 Pro" in sentence


# --- several rows that fit


@pytest.mark.parametrize("by_name", [False, True], ids=["by what the machine is", "by name"])
def test_of_several_keys_none_is_taken(monkeypatch: pytest.MonkeyPatch, by_name: bool) -> None:
    """The catalogue has no such rows, and a row that is added accidentally must not decide by its place."""
    os = machine(17763, 7, edition_id="ServerStandard")
    (row,) = (one for one in gvlk.catalogue() if one.key == ProductKey.parse("N69G4-B89J2-4G8F4-WWYCC-J464C"))
    twin = dataclasses.replace(row, key=ProductKey.parse("WMDGN-G9PQG-XVVXX-R3X43-63DFG"))
    rows = (*gvlk.catalogue(), twin)
    monkeypatch.setattr(gvlk, "catalogue", lambda: rows)
    monkeypatch.setattr(gvlk, "by_name", lambda name: [row, twin])
    selection = gvlk.select_by_edition("ServerStandard", os) if by_name else gvlk.select(os)
    assert selection.row is None
    assert selection.reason is Refusal.AMBIGUOUS
    assert "more than one client setup key" in selection.sentence


@pytest.mark.parametrize(("build", "told"), [(20348, True), (26100, True), (7601, False), (14393, None)])
def test_how_an_edition_went_on_is_told_of_later_releases_only(build: int, told: bool | None) -> None:
    """Kind: a note that belongs to one release is said of every one."""
    selection = gvlk.select(machine(build, 50))
    assert ("From 2022 on" in selection.sentence) is bool(told)
    assert (selection.row is not None) is (told is None)
