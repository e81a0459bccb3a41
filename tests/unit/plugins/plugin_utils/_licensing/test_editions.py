# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of SKU numbers: complete, in agreement with the catalogue, and readable in sentences."""

from __future__ import annotations

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.catalogue import Choice, catalogue
from ansible_collections.winfleet.activation.plugins.plugin_utils._licensing.editions import (
    EditionKind,
    edition_of,
    editions,
    names_no_edition,
)


def test_the_verdicts_agree_with_the_catalogue():
    for sku, edition in editions().items():
        choices = {row.choice for row in catalogue() if sku in row.skus and row.choice.usable}
        if edition.kind is EditionKind.VOLUME:
            assert choices == {Choice.YES}, edition
        elif edition.kind is EditionKind.ASK:
            assert choices == {Choice.ASK}, edition
        else:
            assert not choices, edition


@pytest.mark.parametrize(
    "sku", [72, 79, 80, 84, 95, 96, 105, 106, 107, 108, 129, 130, 159, 160, 207], ids=lambda sku: f"sku {sku}"
)
def test_evaluations_are_known(sku):
    edition = edition_of(sku)
    assert edition is not None
    assert edition.kind is EditionKind.EVALUATION
    assert "EVAL" in edition.constant


def test_no_other_constant_speaks_of_evaluation():
    for edition in editions().values():
        assert ("EVAL" in edition.constant) == (edition.kind is EditionKind.EVALUATION)


def test_labels_read_well():
    assert edition_of(175).label == "Enterprise multi-session (SKU 175)"
    for edition in editions().values():
        assert edition.constant.startswith("PRODUCT_")
        assert edition.label.count("(") == 1


@pytest.mark.parametrize(
    ("sku", "silent"),
    [(None, True), (0, True), (0xABCDABCD, True), (-1412584499, True), (7, False), (9999, False)],
)
def test_numbers_that_say_nothing(sku, silent):
    assert names_no_edition(sku) is silent


def test_a_number_nobody_has_named_is_no_error():
    assert edition_of(9999) is None
