# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a phone's part in a run can end: one word each, the same in every result, recap and report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One outcome word and what follows from it.

    ``bad`` says whether a phone that ends so counts at a rollout's gate (``max_bad``): ``if_triggered`` only when it
    was triggered before, ``option`` when the rollout's option ``unreachable`` is ``bad``. ``recap`` is how the host
    ends in Ansible's recap; ``fail_on`` means that the rollout's option of that name decides between ok and failed.
    """

    word: str
    meaning: str
    bad: Literal["no", "yes", "if_triggered", "option"] = "no"
    recap: Literal["ok", "changed", "failed", "fail_on"]


OUTCOMES: dict[str, Outcome] = {
    outcome.word: outcome
    for outcome in (
        Outcome(word="compliant", meaning="Is at the target.", recap="ok"),
        Outcome(word="planned", meaning="Would be upgraded.", recap="changed"),
        Outcome(word="triggered", meaning="Was asked to upgrade or reboot, and not waited for.", recap="changed"),
        Outcome(word="upgraded", meaning="The wanted version was read back.", recap="changed"),
        Outcome(word="rebooted", meaning="Was seen gone and back, or its uptime fell.", recap="changed"),
        Outcome(
            word="deferred", meaning="Is in a call, its call state is unknown, or the window ended.", recap="fail_on"
        ),
        Outcome(word="not_started", meaning="The rollout stopped before this phone's turn.", recap="fail_on"),
        Outcome(word="protected", meaning="Is marked as protected, and nothing was sent to change it.", recap="ok"),
        Outcome(
            word="refused",
            meaning="No or wrong image, wrong model, unsafe downgrade, or provisioning would undo it.",
            recap="failed",
        ),
        Outcome(
            word="wrong_phone",
            meaning="MAC or model differ from the inventory, or from the first reading.",
            bad="if_triggered",
            recap="failed",
        ),
        Outcome(word="unreachable", meaning="Never answered, before anything was sent.", bad="option", recap="failed"),
        Outcome(
            word="certificate_rejected",
            meaning="Answers with a certificate that is not trusted, or without TLS that is allowed. Nothing was sent.",
            bad="if_triggered",
            recap="failed",
        ),
        Outcome(word="auth_failed", meaning="Refused the user name or password.", recap="failed"),
        Outcome(word="locked_out", meaning="Blocks logins for a while after too many failures.", recap="failed"),
        Outcome(word="blocked", meaning="Forbids the request: hidden tags or restricted queries.", recap="failed"),
        Outcome(word="user_mode", meaning="Is in user mode and needs admin mode.", recap="failed"),
        Outcome(word="unsupported", meaning="Has no remote control over HTTP (D8xx).", recap="failed"),
        Outcome(
            word="image_failed",
            meaning="Was never seen gone, until its deadline and for as long again, and has the version it had.",
            bad="yes",
            recap="failed",
        ),
        Outcome(
            word="old_version", meaning="Was seen gone, and came back on the old version.", bad="yes", recap="failed"
        ),
        Outcome(
            word="timed_out",
            meaning="Was seen gone, and was not back by the deadline. Do not power it off.",
            bad="yes",
            recap="failed",
        ),
        Outcome(
            word="not_registered",
            meaning="Has the wanted version, but lost a registration it had before.",
            bad="yes",
            recap="failed",
        ),
        Outcome(word="reverted", meaning="Left the wanted version again during the soak.", bad="yes", recap="failed"),
    )
}
