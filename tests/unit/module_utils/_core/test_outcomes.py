# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core import errors
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._operations.settle import settle


def all_errors(base: type[errors.SnomError]) -> list[type[errors.SnomError]]:
    return [base, *(below for child in base.__subclasses__() for below in all_errors(child))]


def test_the_words_are_those_of_the_design_in_its_order():
    assert " ".join(OUTCOMES) == (
        "compliant planned triggered upgraded rebooted synced deferred not_started protected refused wrong_phone "
        "unreachable certificate_rejected auth_failed locked_out blocked user_mode unsupported image_failed "
        "old_version timed_out not_registered reverted no_fetch looping unproven failed"
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_its_word_wherever_it_is_shown(outcome):
    word = outcome.value
    assert word.__class__ is str
    assert (outcome, str(outcome), f"{outcome:12}", f"{outcome}") == (word, word, f"{word:12}", word)
    assert {outcome: 1}[word] == 1
    assert json.loads(json.dumps({outcome: outcome})) == {word: word}
    assert OUTCOMES[word] is outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_results_hold_plain_text(outcome):
    plain = to_plain({"outcome": outcome, "summary": {outcome: 1}})
    assert {type(plain["outcome"]), *map(type, plain["summary"])} == {str}


def test_only_a_failure_counts_at_the_gate():
    bad = [outcome for outcome in Outcome if outcome.is_bad(triggered=True, unreachable_is_bad=True)]
    assert bad == [outcome for outcome in Outcome if outcome.failed]


def test_a_failure_before_the_trigger_counts_where_the_option_says_so():
    assert not Outcome.UNREACHABLE.is_bad(triggered=False)
    assert Outcome.UNREACHABLE.is_bad(triggered=False, unreachable_is_bad=True)
    assert not Outcome.REFUSED.is_bad(triggered=False, unreachable_is_bad=True)
    assert Outcome.OLD_VERSION.is_bad(triggered=False)


def test_a_phone_that_was_asked_has_changed_unless_it_goes_on_as_before():
    unchanged = [outcome for outcome in Outcome if not outcome.is_change(asked=True)]
    assert unchanged == [Outcome.BLOCKED, Outcome.IMAGE_FAILED, Outcome.NO_FETCH]
    assert all(outcome.is_change(asked=False, loaded=True) for outcome in Outcome)
    assert all(outcome.is_change(asked=False) == outcome.changed for outcome in Outcome)


def test_what_succeeded_is_at_its_target():
    assert all(outcome.at_target and outcome.changed for outcome in Outcome if outcome.succeeded)
    assert not any(outcome.failed for outcome in Outcome if outcome.at_target)


@pytest.mark.parametrize("outcome", Outcome)
def test_modules_rollout_and_junit_agree_on_what_a_failure_is(outcome):
    settled = settle(outcome, "Because.")
    recap = outcome.recap()
    assert settled["failed"] == (recap == "failed") == (outcome.junit == "failure") == outcome.failed
    assert settled["changed"] == (recap == "changed") == outcome.changed
    assert settled.get("msg") == (None if recap != "failed" and not outcome.left_over else "Because.")


@pytest.mark.parametrize("outcome", Outcome)
def test_fail_on_decides_where_nothing_is_wrong(outcome):
    assert (outcome.recap([outcome.value]) == "failed") == (outcome.failed or outcome.left_over)
    assert outcome.left_over == (outcome in (Outcome.DEFERRED, Outcome.NOT_STARTED))


@pytest.mark.parametrize("outcome", Outcome)
def test_of_all_failures_a_phone_that_never_answered_may_be_spared(outcome):
    assert outcome.recap(spare=True) == ("ok" if outcome is Outcome.UNREACHABLE else outcome.recap())


def test_every_error_has_an_outcome_that_is_a_failure_or_left_for_another_run():
    found = {error.outcome for error in all_errors(errors.SnomError)}
    assert found <= set(Outcome)
    assert {outcome for outcome in found if not (outcome.failed or outcome.left_over)} == {Outcome.PROTECTED}


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_to_be_done_is_one_sentence_and_short(outcome):
    """It stands on one line of a terminal with its word before it, and in a cell of the report."""
    must_act = outcome.failed or outcome.left_over
    assert bool(outcome.remedy) >= must_act
    assert bool(outcome.remedy) <= (must_act or not outcome.at_target)
    if outcome.remedy:
        assert len(outcome.remedy) <= 105
        assert re.fullmatch(r"[A-Z].*[.?]", outcome.remedy)
        assert not re.search(r"[.?] [A-Z]", outcome.remedy)
