# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._core import errors
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES


def all_errors(base: type[errors.SnomError]) -> list[type[errors.SnomError]]:
    return [base, *(below for child in base.__subclasses__() for below in all_errors(child))]


def test_the_words_are_those_of_the_design_in_its_order():
    assert " ".join(OUTCOMES) == (
        "compliant planned triggered upgraded rebooted deferred not_started protected refused wrong_phone "
        "unreachable certificate_rejected auth_failed locked_out blocked user_mode unsupported image_failed "
        "old_version timed_out not_registered reverted"
    )


def test_what_counts_at_the_gate_ends_as_failed():
    assert {outcome.recap for outcome in OUTCOMES.values() if outcome.bad != "no"} == {"failed"}


def test_every_typed_error_has_a_known_outcome():
    typed = all_errors(errors.SnomError)[1:]
    assert {error.outcome for error in typed} <= OUTCOMES.keys()
