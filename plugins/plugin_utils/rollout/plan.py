# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout would do with each phone, and why. Nothing here talks to a phone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    Protected,
    Refused,
    SnomError,
    expect,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.assess import Assessment, Desired, assess
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    deadline_for,
    hop_need,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.images import read_image_name
from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import is_version
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History, Step
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


@dataclass(kw_only=True)
class Plan:
    """All phones of a rollout, in the order of the inventory."""

    phones: list[PlannedPhone | SettledPhone]
    options: Options
    plan_id: str
    proven: frozenset[Step] = frozenset()
    """The steps that an interrupted run has brought phones well through."""
    slow: Mapping[str | None, float] = field(default_factory=dict)
    """By site: seconds that a phone of an earlier run took to fetch its image, where that was more than assumed."""

    @property
    def work(self) -> list[PlannedPhone]:
        """The phones that need an upgrade."""
        return [phone for phone in self.phones if isinstance(phone, PlannedPhone)]

    @property
    def settled(self) -> list[SettledPhone]:
        """The phones that are asked for nothing."""
        return [phone for phone in self.phones if isinstance(phone, SettledPhone)]

    def refuse(self, problems: Mapping[str, SnomError]) -> None:
        """Take phones out of the work, by host."""
        self.phones = [
            phone.refuse(problems[phone.host].outcome, problems[phone.host].reason) if phone.host in problems else phone
            for phone in self.phones
        ]


def check_targets(targets: Sequence[Target]) -> None:
    """Raise InputError naming every host that can't be planned; nothing has been sent when this runs."""
    problems = [
        f"{target.host} has no target: set snom_firmware_version or snom_firmware_versions."
        for target in targets
        if not target.possible_versions() and not target.protected
    ]
    problems += _doubles(targets, lambda target: target.mac, "the MAC", "Correct snom_mac of one of them.")
    # A phone that is reached by its PBX may share its address with others, and it is never asked for.
    addressed = [target for target in targets if target.transport != "sip"]
    problems += _doubles(addressed, _address, "the address", "Correct ansible_host of one of them.")
    if problems:
        shown = problems[:20]
        if len(problems) > len(shown):
            shown.append(f"… and {len(problems) - len(shown)} more.")
        raise InputError("The inventory can't be rolled out; nothing was sent. " + " ".join(shown))


def _address(target: Target) -> str:
    """The host, and its port unless it is 80 or 443: these two are the same phone."""
    host, port = target.connection.host.lower(), target.connection.port
    return host if port in (None, 80, 443) else f"{host}:{port}"


def _doubles(targets: Iterable[Target], key: Callable[[Target], str | None], what: str, remedy: str) -> list[str]:
    seen: dict[str, list[str]] = {}
    for target in targets:
        value = key(target)
        if value is not None:
            seen.setdefault(value, []).append(target.host)
    return [
        f"{' and '.join(hosts)} have {what} {value} in common. {remedy}"
        for value, hosts in seen.items()
        if len(hosts) > 1
    ]


def make_plan(
    targets: Sequence[Target],
    readings: Mapping[str, Reading],
    options: Options,
    history: History,
    resumed: Mapping[str, Ending],
) -> Plan:
    """Decide for each phone what it needs. resumed says how phones ended that an interrupted run had triggered."""
    macs = history.macs_to_leave_alone({target.host for target in targets}, resumed)
    phones = _without_doubles(
        [
            plan_phone(target, readings[target.host], options, history, resumed.get(target.host), macs)
            for target in targets
        ]
    )
    at_site = Counter(phone.target.site for phone in phones if isinstance(phone, PlannedPhone))
    phones = [
        _with_deadlines(phone, options, at_site[phone.target.site]) if isinstance(phone, PlannedPhone) else phone
        for phone in phones
    ]
    proven = frozenset(step for step, count in history.proven.items() if count > 0)
    return Plan(phones=phones, options=options, plan_id=_plan_id(phones), proven=proven, slow=history.slow)


def _without_doubles(phones: list[PlannedPhone | SettledPhone]) -> list[PlannedPhone | SettledPhone]:
    """Refuse a phone that shows itself as several hosts: each of them would ask it, also while it writes its flash."""
    by_mac: dict[str | None, list[str]] = {}
    for phone in phones:
        by_mac.setdefault(phone.facts.mac if phone.facts else None, []).append(phone.host)

    def refused(phone: PlannedPhone | SettledPhone) -> PlannedPhone | SettledPhone:
        mac = phone.facts.mac if phone.facts else None
        if not isinstance(phone, PlannedPhone) or mac is None or len(by_mac[mac]) == 1:
            return phone
        return phone.refuse(
            Outcome.REFUSED,
            f"{' and '.join(by_mac[mac])} show the same MAC {mac}: it is one phone under several names, or it changed "
            "its address while the phones were read. Correct ansible_host of one of them, or plan again.",
        )

    return [refused(phone) for phone in phones]


def _with_deadlines(phone: PlannedPhone, options: Options, at_site: int) -> PlannedPhone | SettledPhone:
    """A phone with the seconds that it needs and gets, as one of so many at its site."""
    parallel = min(options.max_in_flight or at_site, at_site)
    bandwidth = options.bandwidth.of(phone.target.site)
    needs = tuple(
        hop_need(hop.size, phone.flash_time(options), parallel=parallel, bandwidth_mbit=bandwidth) for hop in phone.hops
    )
    given = options.deadline
    phone = replace(
        phone, needs=needs, deadlines=tuple(deadline_for(need) if given is None else given for need in needs)
    )
    if options.windows is not None and (longest := options.windows.longest(phone.target.site)) < phone.deadline:
        return phone.refuse(
            Outcome.DEFERRED,
            f"Its deadline of {phone.deadline:.0f} s never fits into the window of {longest:.0f} s: "
            "widen the window, or set deadline or flash_time.",
        )
    return phone


def _plan_id(phones: Iterable[KnownPhone]) -> str:
    """A short hash of all that would be done: equal plans have equal ids."""
    text = json.dumps(
        [
            [
                phone.host,
                phone.facts.mac if phone.facts else None,
                str(phone.before),
                str(phone.wanted),
                [hop.file for hop in phone.hops],
                phone.outcome,
                phone.target.wave,
            ]
            for phone in sorted(phones, key=lambda phone: phone.host)
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
    if resumed is not None:
        phone = _take_over(phone, resumed)
    if isinstance(phone, SettledPhone) and (phone.resumed or phone.outcome.at_target):
        return phone
    mac = None if facts is None else facts.mac
    unseen = max(history.unsafe.get(target.host, 0.0), (unsafe_macs or {}).get(mac or "", 0.0))
    if unseen and facts is not None:
        unseen = history.reckoning.unsafe_until(mac, facts.uptime, reading.at, unseen)
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
    if isinstance(phone, SettledPhone):
        ending = replace(phone.ending, reason=f"{phone.ending.reason} {sentence}", unsafe_until=until)
        return replace(phone, ending=ending)
    return phone.settle(Ending(Outcome.DEFERRED, f"{sentence} Run again then.", phone.before, unsafe_until=until))


def _take_over(phone: PlannedPhone | SettledPhone, resumed: Ending) -> PlannedPhone | SettledPhone:
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
    elif on_its_way or _tells_more(phone, resumed):
        return phone
    if phone.wanted is None:
        # It can't be read: what it was asked for is known all the same.
        asked = expect(resumed.evidence.interrupted)
        image = read_image_name(asked.file)
        wanted_now = phone.target.wanted(image[0].name) if image else phone.target.version
        phone = replace(phone, wanted=wanted_now or asked.target)
    ending = replace(resumed, after=phone.before or resumed.after, triggered=True)
    return phone.settle(ending, resumed=True, unrecorded=gone_again)


def _tells_more(phone: KnownPhone, resumed: Ending) -> bool:
    """Whether a phone whose end nobody saw shows by now more of it than its run could see, when it gave it up."""
    if phone.facts is None:
        return False
    if resumed.outcome in (Outcome.TIMED_OUT, Outcome.UNPROVEN):
        # It has come back.
        return True
    if resumed.outcome is Outcome.CERTIFICATE_REJECTED and phone.outcome is Outcome.COMPLIANT:
        # It is trusted again. On its old version it may still be loading: nobody saw it gone under its new certificate.
        return True
    asked = resumed.evidence.interrupted
    # A journal does not say which version one showed that has failed.
    given_up_at = resumed.after or (asked and asked.before)
    if resumed.unsafe_until is None or phone.before in (None, given_up_at):
        return False
    # It may have been loading, and shows another version by now.
    return asked is None or None in (asked.mac, phone.facts.mac) or asked.mac == phone.facts.mac


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
        transport=target.transport,
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
