# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mutants, which are run by hand, still break what is there."""

from __future__ import annotations

import pytest
from checks import CHECKS
from commands import ROOT
from mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_it_breaks_is_there(mutant: Mutant) -> None:
    file = ROOT / mutant.file
    assert mutant.old in (file.read_text("utf-8") if file.exists() else ""), "mend the mutant"


def test_each_check_can_be_seen_to_fail() -> None:
    """Those for one ansible-core are the same for all."""
    tried = {mutant.check.partition("-2.")[0] for mutant in MUTANTS}
    assert {check.name.partition("-2.")[0] for check in CHECKS} - tried == set()
