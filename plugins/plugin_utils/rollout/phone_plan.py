# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout would do with one phone, and why. Nothing here talks to a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import Protected, Refused, SnomError, expect
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.assess import Assessment, Desired, assess
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending, Evidence
from ansible_collections.telephony.snom.plugins.module_utils._known.images import read_image_name
from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import is_version
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import (
    KnownPhone,
    PlannedPhone,
    SettledPhone,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target


class NotApproved(SnomError):
    """The approved plan does not hold this phone as it is."""

    outcome = Outcome.DEFERRED


def plan_phone(
    target: Target,
    reading: Reading,
    options: Options,
    history: History,
    resumed: Ending | None = None,
    unsafe_macs: Mapping[str, float] | None = None,
) -> PlannedPhone | SettledPhone:
    """Decide for one phone. Its problems become its own outcome and never stop the others.

    unsafe_macs says by MAC address until when a phone must be left alone, whatever host it is now.
    """
    facts, first = reading.facts, None
    if resumed is not None:
        first = history.began.get(target.host, resumed.evidence.before)
    elif facts is not None and facts.firmware is not None:
        first = history.first_version(target.host, facts.mac, facts.firmware)
    known = KnownPhone(target=target, facts=facts, wanted=None, first=first, read_at=reading.at)
    phone = _decide(known, reading, options, history)
    mac, uptime = (None, None) if facts is None else (facts.mac, facts.uptime)
    has_run_since = history.reckoning.has_run_since(mac, uptime, reading.at)
    if resumed is not None:
        phone = _take_over(phone, resumed, has_run_since)
    if isinstance(phone, SettledPhone) and (phone.resumed or (phone.outcome.at_target and not has_run_since)):
        return phone
    unseen = max(history.unsafe.get(target.host, 0.0), (unsafe_macs or {}).get(mac or "", 0.0))
    if unseen and facts is not None:
        unseen = history.reckoning.unsafe_until(mac, uptime, reading.at, unseen)
    if resumed is None and isinstance(phone, SettledPhone) and target.host in history.open_intents:
        # A plan watches nobody, and what can't be read may be writing its flash.
        unseen = max(unseen, Evidence.of(history.open_intents[target.host]).unsafe_until)
    return _left_alone(phone, max(unseen, (resumed and resumed.unsafe_until) or 0.0))


def _left_alone(phone: PlannedPhone | SettledPhone, until: float) -> PlannedPhone | SettledPhone:
    """A phone whose end no run has seen is asked for nothing while it may be loading or flashing, by no run.

    until is in seconds since the epoch, and in the past for any other phone.
    """
    if until <= phone.read_at:
        return phone
    sentence = (
        "An earlier run asked it to load an image and did not see its end. It is not asked again before "
        f"{shown_time(until)}, because it may still be loading, or writing its flash."
    )
    if isinstance(phone, SettledPhone) and phone.outcome.at_target:
        sentence = f"{sentence} It shows {phone.before}, but by its uptime it has not restarted since."
    elif isinstance(phone, SettledPhone):
        ending = replace(phone.ending, reason=f"{phone.ending.reason} {sentence}", unsafe_until=until)
        return replace(phone, ending=ending)
    return phone.settle(Ending(Outcome.DEFERRED, f"{sentence} Run again then.", phone.before, unsafe_until=until))


def _take_over(phone: PlannedPhone | SettledPhone, resumed: Ending, has_run_since: bool) -> PlannedPhone | SettledPhone:
    """What the end of an interrupted run's trigger means for the plan: it stands, as if nothing had interrupted it.

    But a phone that is on its way over several hops goes on, and one that came back after its deadline is planned anew,
    as is one that shows another version than when it was given up.
    """
    wanted = phone.target.possible_versions() if phone.facts is None else {phone.wanted}
    on_its_way = resumed.outcome.succeeded and (phone.before or resumed.after) not in wanted
    gone_again = on_its_way and phone.facts is None
    if gone_again:
        # It has just loaded an image, and may restart once more (protocol 3.4).
        why = phone.ending.reason if isinstance(phone, SettledPhone) else ""
        reason = f"It was gone again after {resumed.after}. {why}"
        evidence = resumed.evidence
        resumed = Ending(Outcome.TIMED_OUT, reason, None, True, evidence, evidence.unsafe_until)
    elif on_its_way or _tells_more(phone, resumed, has_run_since):
        return phone
    if phone.wanted is None:
        # It can't be read: what it was asked for is known all the same.
        asked = expect(resumed.evidence.interrupted)
        image = read_image_name(asked.file)
        wanted_now = phone.target.wanted(image[0].name) if image else phone.target.version
        phone = replace(phone, wanted=wanted_now or asked.target)
    ending = replace(resumed, after=phone.before or resumed.after, triggered=True)
    if phone.facts is not None and not _may_be_the_same(resumed, phone.facts):
        reason = f"{resumed.reason} What answers now is another phone, {phone.facts.mac} on {phone.before}."
        ending = replace(ending, reason=reason, after=resumed.after)
    return phone.settle(ending, resumed=True, unrecorded=gone_again)


def _tells_more(phone: KnownPhone, resumed: Ending, has_run_since: bool) -> bool:
    """Whether a phone whose end nobody saw shows by now more of it than its run could see, when it gave it up."""
    if phone.facts is None:
        return False
    if resumed.outcome in (Outcome.TIMED_OUT, Outcome.UNPROVEN):
        # It has come back, unless it was never gone and has not restarted by now either.
        return not has_run_since or resumed.outcome is Outcome.TIMED_OUT
    if resumed.outcome is Outcome.CERTIFICATE_REJECTED and phone.outcome is Outcome.COMPLIANT:
        # It is trusted again. On its old version it may still be loading: nobody saw it gone under its new certificate.
        return True
    asked = resumed.evidence.interrupted
    # A journal does not say which version one showed that has failed.
    given_up_at = resumed.after or (asked and asked.before)
    if resumed.unsafe_until is None or phone.before in (None, given_up_at):
        return False
    # It may have been loading, and shows another version by now.
    return _may_be_the_same(resumed, phone.facts)


def _may_be_the_same(resumed: Ending, facts: PhoneFacts) -> bool:
    """Whether no MAC address tells the phone that answers from the one that the interrupted run asked."""
    asked = resumed.evidence.interrupted
    return asked is None or None in (asked.mac, facts.mac) or asked.mac == facts.mac


def _desired(target: Target, options: Options) -> Desired:
    return Desired(
        versions={None: target.version} if target.version else dict(target.versions.items()),
        option="snom_firmware_versions",
        catalog=options.catalog,
        mac=target.mac,
        model=target.model,
        mirror=target.mirror or options.mirror,
        allow_downgrade=options.allow_downgrade,
        force=options.force,
        by_provisioning=target.by_provisioning,
    )


def _decide(phone: KnownPhone, reading: Reading, options: Options, history: History) -> PlannedPhone | SettledPhone:
    def object_to(assessment: Assessment) -> None:
        _check_approved(phone, assessment.target, options)
        for hop in assessment.hops:
            if (phone.host, hop.file) in history.failed_images and not options.force:
                raise Refused(
                    f"It came back on its old version after {hop.file} before. Check the image; force sends it again."
                )

    try:
        if phone.target.protected:
            raise Protected(
                "snom_protected is set; only naming the host in snom_protected_override lets it be changed."
            )
        if reading.error is not None:
            raise reading.error
    except SnomError as error:
        return phone.refuse(error.outcome, error.reason)
    facts = expect(phone.facts)
    assessment = assess(facts, _desired(phone.target, options), object_to=object_to)
    target, hops, notes = assessment.target, assessment.hops, assessment.notes
    if assessment.outcome is not None:
        known = replace(phone, wanted=target, hops=hops, notes=notes)
        return known.refuse(assessment.outcome, assessment.reason)
    return PlannedPhone(
        target=phone.target,
        facts=facts,
        wanted=expect(target),
        first=phone.first,
        hops=hops,
        notes=notes,
        read_at=phone.read_at,
    )


def _check_approved(phone: KnownPhone, wanted: Version | None, options: Options) -> None:
    if options.approved is None:
        return
    approved = options.approved.get(phone.host)
    mac = phone.facts.mac if phone.facts else None
    if (
        approved is None
        or approved.get("mac") != mac
        or not is_version(approved.get("before"), phone.first)
        or not is_version(approved.get("target"), wanted)
    ):
        raise NotApproved(
            "It does not stand in the approved plan with this MAC, version and target. Plan and approve anew."
        )
