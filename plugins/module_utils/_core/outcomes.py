# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a phone's part in a run can end: one word each, the same in every result, recap and report.

All that follows from an outcome stands here, so no other file lists words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

Recap = Literal["ok", "changed", "failed"]

GUIDE = "https://github.com/telephony/snom/blob/main/docs/docsite/rst/troubleshooting.rst"
"""The page with a section for each outcome that wants something done."""


@dataclass(frozen=True)
class _Row:
    """One outcome and what follows from it."""

    word: str
    meaning: str
    recap: Literal["ok", "changed", "failed", "fail_on"]
    """How the host ends in Ansible's recap; fail_on: the rollout's option of that name decides between ok and failed.

    What fail_on may name is left for another run.
    """
    bad: Literal["if_triggered", "always", "option"] = "if_triggered"
    """When a failure counts at a rollout's gate (``max_bad``).

    That of a phone that was triggered always does; with ``option`` that of any, if the option ``unreachable`` is
    ``bad``.
    """
    stops: bool = False
    """Whether a rollout triggers nothing more after it, whatever ``max_bad`` says."""
    at_target: bool = False
    """Whether the phone is where it was wanted."""
    loaded: bool = False
    """Whether it was asked to load the image and runs it, so that what this changed can be read."""
    passing: bool = False
    """Whether what was in its way may be over in a while: it is asked again in the same run."""
    blames_image: bool = False
    """Whether the image is not sent again to this phone by itself."""
    blind: Literal["no", "unless_up", "always"] = "no"
    """Whether nobody saw what a phone did that was triggered: it may be writing its flash.

    ``unless_up``: it is the phone that says no, so it is up where it is asked for something new.
    """
    untouched: bool = False
    """Whether a phone that was asked for something goes on as before, as far as anybody knows."""
    off_test: bool = False
    """Whether a JUnit report shows it as skipped, though it is no failure."""
    spared: bool = False
    """Whether a rollout's option spare_unreachable keeps its host from failing, unless the phone was asked."""
    another_run: bool = False
    """Whether another run can bring it to its target with nothing to mend before, though it is a failure."""
    remedy: str = ""
    """What to do, in one sentence; empty where nothing is to be done. The guide's section of that name says more."""


class Outcome(str, Enum):
    """An outcome. It equals its word, and `plain.to_plain` makes it one: Ansible takes no members of an Enum."""

    COMPLIANT = _Row("compliant", "Is at the target.", "ok", at_target=True)
    PLANNED = _Row("planned", "Would be upgraded.", "changed", off_test=True)
    TRIGGERED = _Row(
        "triggered",
        "Was asked to upgrade or reboot, and not waited for.",
        "changed",
        remedy="Run the same again later: only what is read back then is proof.",
    )
    UPGRADED = _Row("upgraded", "The wanted version was read back.", "changed", at_target=True, loaded=True)
    REBOOTED = _Row("rebooted", "Was seen gone and back, or its uptime fell.", "changed", at_target=True)
    SYNCED = _Row(
        "synced", "Fetched its own settings file after it was asked to (check-sync).", "changed", at_target=True
    )
    DEFERRED = _Row(
        "deferred",
        "Is in a call, its call state is unknown, or the window ended.",
        "fail_on",
        passing=True,
        remedy="Run again when its calls have ended, or in its next window: its reason says which.",
    )
    NOT_STARTED = _Row(
        "not_started",
        "The rollout stopped before this phone's turn.",
        "fail_on",
        remedy="Solve what stopped the rollout, then run the same command again.",
    )
    PROTECTED = _Row("protected", "Is marked as protected, and nothing was sent to change it.", "ok", off_test=True)
    REFUSED = _Row(
        "refused",
        "No or wrong image, wrong model, unsafe downgrade, or provisioning would undo it.",
        "failed",
        remedy="Correct what the reason names: an image, a version, a setting or an option.",
    )
    WRONG_PHONE = _Row(
        "wrong_phone",
        "MAC or model differ from the inventory, or from the first reading.",
        "failed",
        remedy="Correct ansible_host, snom_mac or snom_model in the inventory.",
    )
    UNREACHABLE = _Row(
        "unreachable",
        "Never answered, before anything was sent.",
        "failed",
        bad="option",
        spared=True,
        remedy="Is it switched on, is there a way to it from here, do snom_scheme and snom_port fit?",
    )
    CERTIFICATE_REJECTED = _Row(
        "certificate_rejected",
        "Answers with a certificate that is not trusted, or without TLS that is allowed. Nothing was sent.",
        "failed",
        blind="always",
        remedy="Collect its fingerprint with telephony.snom.fingerprints; if another was known, find out why first.",
    )
    AUTH_FAILED = _Row(
        "auth_failed",
        "Refused the user name or password.",
        "failed",
        blind="unless_up",
        remedy="Correct snom_username and snom_password, which are its settings http_user and http_pass.",
    )
    LOCKED_OUT = _Row(
        "locked_out",
        "Blocks logins for a while after too many failures.",
        "failed",
        blind="unless_up",
        remedy="Correct the password first, then wait: each further failure locks it for longer.",
    )
    BLOCKED = _Row(
        "blocked",
        "Forbids the request: hidden tags or restricted queries.",
        "failed",
        untouched=True,
        remedy="Switch off use_hidden_tags and restrict_uri_queries in its provisioning, or set snom_scheme to https.",
    )
    USER_MODE = _Row(
        "user_mode",
        "Is in user mode and needs admin mode.",
        "failed",
        remedy="Set admin_mode to on, in its provisioning or in its menu.",
    )
    UNSUPPORTED = _Row(
        "unsupported",
        "Has no remote control over HTTP (D8xx).",
        "failed",
        remedy="Bring it to its version by provisioning: it takes no commands over HTTP.",
    )
    IMAGE_FAILED = _Row(
        "image_failed",
        "Was never seen gone, until its deadline and for as long again, and has the version it had.",
        "failed",
        bad="always",
        blind="always",
        untouched=True,
        remedy="See in the mirror's log whether it fetched the image, and don't power it off while it does.",
    )
    OLD_VERSION = _Row(
        "old_version",
        "Was seen gone, and came back on the old version.",
        "failed",
        bad="always",
        blames_image=True,
        remedy="Check the image and its provisioning; the same image is sent again only with force.",
    )
    TIMED_OUT = _Row(
        "timed_out",
        "Was seen gone, and was not back by the deadline. Do not power it off.",
        "failed",
        bad="always",
        blind="always",
        another_run=True,
        remedy="Don't power it off: look at its screen, and run again when it is back.",
    )
    NOT_REGISTERED = _Row(
        "not_registered",
        "Has the wanted version, but lost a registration it had before.",
        "failed",
        bad="always",
        loaded=True,
        remedy="Look at its status page and at the PBX, before any other phone follows.",
    )
    REVERTED = _Row(
        "reverted",
        "Left the wanted version again during the soak.",
        "failed",
        bad="always",
        remedy="Change the version in its provisioning first, which has brought the other one back.",
    )
    NO_FETCH = _Row(
        "no_fetch",
        "Was asked to fetch its settings, and was not seen to fetch any in time.",
        "failed",
        bad="always",
        untouched=True,
        remedy="Is it registered at this PBX, and does its setting_server lead to this mirror?",
    )
    LOOPING = _Row(
        "looping",
        "Loaded the whole image twice, and its version did not change. Do not power it off.",
        "failed",
        bad="always",
        stops=True,
        blames_image=True,
        blind="always",
        remedy="Don't power it off, and compare the image with its model, before it is sent any again.",
    )
    UNPROVEN = _Row(
        "unproven",
        "Loaded the whole image, or may have, and nothing says which version it runs now. Do not power it off.",
        "failed",
        bad="always",
        # Where it turns out to have its old version, that image made a phone silent.
        blames_image=True,
        blind="always",
        another_run=True,
        remedy="Don't power it off: look at its screen, and run again when it is registered.",
    )
    FAILED = _Row(
        "failed",
        "Something that has no word of its own went wrong.",
        "failed",
        remedy="Do what the reason says, and report it to us where it is called unexpected.",
    )

    meaning: str
    remedy: str
    at_target: bool
    loaded: bool
    passing: bool
    blames_image: bool
    stops: bool
    _row: _Row

    def __new__(cls, row: _Row) -> Outcome:  # noqa: PYI034  # typing.Self came after Python 3.10
        """The member of a row."""
        member = str.__new__(cls, row.word)
        member._value_ = row.word
        member._row = row
        member.meaning = row.meaning
        member.remedy = row.remedy
        member.at_target = row.at_target
        member.loaded = row.loaded
        member.passing = row.passing
        member.blames_image = row.blames_image
        member.stops = row.stops
        return member

    # An Enum's own would say Outcome.COMPLIANT.
    __str__ = str.__str__

    @property
    def failed(self) -> bool:
        """Whether it is a failure. A rollout's option spare_unreachable may spare the host all the same."""
        return self._row.recap == "failed"

    @property
    def left_over(self) -> bool:
        """Whether nothing is wrong and it is left for another run: what the option fail_on may name."""
        return self._row.recap == "fail_on"

    @property
    def spared(self) -> bool:
        """Whether it is a failure of a phone that may just be switched off."""
        return self._row.spared

    @property
    def changed(self) -> bool:
        """Whether the phone was changed, or would be."""
        return self._row.recap == "changed"

    @property
    def succeeded(self) -> bool:
        """Whether it was asked to load an image, and all is well: this proves the image for others of its kind."""
        return self._row.loaded and not self.failed

    @property
    def ahead(self) -> bool:
        """Whether it is to change, and nobody has looked yet whether it did."""
        return self.changed and not self._row.at_target

    @property
    def wants_another_run(self) -> bool:
        """Whether the command that goes on is shown."""
        return self.left_over or self._row.another_run

    def is_change(self, *, asked: bool, loaded: bool = False) -> bool:
        """Whether something changed on a phone that ends so, as far as anybody knows.

        asked: it may have taken the request to load an image, or to restart. loaded: it was seen to run an image that
        it was asked to load.
        """
        return self.changed or loaded or (asked and not self._row.untouched)

    def recap(self, fail_on: Collection[str] = (), *, spare: bool = False) -> Recap:
        """How its host ends in Ansible's recap, by a rollout's option fail_on.

        spare: its option spare_unreachable is set, and the phone was not asked for anything.
        """
        if self._row.recap == "fail_on":
            return "failed" if self.value in fail_on else "ok"
        return "ok" if spare and self._row.spared else self._row.recap

    def is_bad(self, *, triggered: bool, unreachable_is_bad: bool = False) -> bool:
        """Whether a phone that ends so counts at a rollout's gate."""
        always = self._row.bad == "always" or (self._row.bad == "option" and unreachable_is_bad)
        return self.failed and (triggered or always)

    def is_blind(self, *, up: bool = False) -> bool:
        """Whether a phone that was triggered and ends so may be writing its flash.

        up: what it refused was asked between two images, when it was up.
        """
        return self._row.blind == "always" or (self._row.blind == "unless_up" and not up)

    @property
    def junit(self) -> Literal["passed", "skipped", "failure"]:
        """What a JUnit report calls it, where its host does not fail by the rollout's options."""
        if self.left_over or self._row.off_test:
            return "skipped"
        return "failure" if self.failed else "passed"


OUTCOMES: Mapping[str, Outcome] = {outcome.value: outcome for outcome in Outcome}
"""By their words, in order."""
