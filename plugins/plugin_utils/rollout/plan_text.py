# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan, as lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import deadline_for
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import (
    Kind,
    KnownPhone,
    PlannedPhone,
    SettledPhone,
)

_MOST_NAMES = 10


def _turn(wave: int | None) -> str:
    return "not before the stop" if wave is None else f"wave {wave}"


def _named(hosts: Sequence[str]) -> str:
    return ", ".join(hosts) if len(hosts) <= _MOST_NAMES else f"{len(hosts)} of them"


def plan_lines(plan: Plan, waves: Mapping[str, int], *, is_all: bool = False, limit: int = 100) -> list[str]:
    """The plan as text. waves gives the planned wave of each host that has a turn; limit says how many are listed.

    is_all: nothing is done after it, so the hosts of phones that fail are told at once, with their reasons.
    """
    work = plan.work
    need = "needs" if len(work) == 1 else "need"
    lines = [f"Plan {plan.plan_id}: {len(work)} of {count_phones(len(plan.phones))} {need} work."]
    canaries = _canaries(plan)
    listed = [phone for phone in plan.phones if not _needs_nothing(phone)] if len(plan.phones) <= limit else []
    width = max((len(phone.host) for phone in listed), default=0)
    noted: dict[str, list[str]] = {}
    for phone in plan.phones:
        for note in phone.notes:
            noted.setdefault(note, []).append(phone.host)
    for phone in listed:
        lines.append(f"  {phone.host:{width}}  {phone.model or '?':5} {_fate(phone, waves, is_all)}")
        lines += [f"  {'':{width}}        note: {note}" for note in phone.notes if len(noted[note]) == 1]
    if listed:
        # What is to be said of several is said once.
        lines += [f"  note for {_named(hosts)}: {note}" for note, hosts in noted.items() if len(hosts) > 1]
    idle = Counter(phone.outcome for phone in plan.settled if _needs_nothing(phone))
    if len(plan.phones) <= limit and idle:
        lines.append(f"  Nothing to do: {', '.join(f'{count} {outcome}' for outcome, count in idle.most_common())}.")
    if len(plan.phones) > limit:
        lines += [
            f"  {count} x {model} {before} -> {wanted}{f', {canaries[kind]} canaries' if canaries[kind] > 1 else ''}"
            for kind, count in sorted(Counter(phone.kind for phone in work).items(), key=str)
            for model, before, wanted in [kind]
        ]
        skipped = Counter(phone.outcome for phone in plan.settled)
        lines += [f"  {count} x {outcome}" for outcome, count in skipped.most_common()]
        by_count = sorted(noted.items(), key=lambda one: -len(one[1]))
        lines += [f"  note for {len(hosts)} of them: {note}" for note, hosts in by_count]
    if not work:
        return lines
    if (total := canaries.total()) > len(canaries):
        lines.append(
            f"  {total} canaries where model and versions alone would need {len(canaries)}: phones load from several "
            "places (snom_mirror), or are told in several ways (snom_transport), and each of these has its own."
        )
    readable = sum(phone.facts.call_state != "unknown" for phone in work)
    lines.append(f"  Call state readable on {readable} of the {count_phones(len(work))} that {need} work.")
    if plan.options.deadline is None:
        rates = sorted({plan.options.bandwidth.of(phone.target.site) for phone in work})
        lines.append(
            f"  Deadlines assume {plan.options.flash_time:.0f} s to flash (flash_time) and "
            f"{' or '.join(f'{rate:g}' for rate in rates)} Mbit/s per site (site_bandwidth_mbit)."
        )
    lines += _narrow_lines(plan)
    lines.append("  A call that begins while a phone fetches its image can be cut.")
    return lines


def _canaries(plan: Plan) -> Counter[Kind]:
    """How many there are of each kind; none without such a wave."""
    ways = {phone.way for phone in plan.work} if plan.options.with_canaries else ()
    return Counter(way.kind for way in ways)


def _fate(phone: PlannedPhone | SettledPhone, waves: Mapping[str, int], is_all: bool) -> str:
    """What becomes of a phone."""
    if isinstance(phone, PlannedPhone):
        path = " -> ".join(str(hop.version) for hop in phone.hops)
        size = f"{phone.size / 1e6:.1f} MB" if phone.size else "size unknown"
        return f"{phone.before} -> {path}, {size}, deadline {phone.deadline:.0f} s, {_turn(waves.get(phone.host))}"
    if is_all and phone.outcome.failed:
        return str(phone.outcome)
    return f"{phone.outcome}: {phone.ending.reason}"


def _needs_nothing(phone: KnownPhone) -> bool:
    """Whether it is counted only."""
    outcome = phone.outcome
    return outcome is not None and not (outcome.remedy or outcome.ahead or phone.notes)


def _narrow_lines(plan: Plan) -> list[str]:
    """A sentence for each site whose line can't carry what is planned within the deadlines, as far as is known."""
    options, lines = plan.options, []
    at_site: dict[str | None, list[PlannedPhone]] = {}
    for phone in plan.work:
        at_site.setdefault(phone.target.site, []).append(phone)
    for site, phones in at_site.items():
        deadline, needed = (max(max(getattr(one, name)) for one in phones) for name in ("deadlines", "needs"))
        slow = plan.slow.get(site, 0.0)
        if slow + options.flash_time > max(deadline, deadline_for(needed)):
            lines.append(
                f"  {shown_site(site)}: a phone of an earlier run took {slow:.0f} s to fetch its image. With "
                f"flash_time that is more than its deadline of {deadline:.0f} s: correct site_bandwidth_mbit to what "
                "the line carries, or raise deadline."
            )
        elif needed > deadline:
            lines.append(
                f"  {shown_site(site)}: deadline is {deadline:.0f} s, but a phone may need {needed:.0f} s to fetch and "
                "write its image, by site_bandwidth_mbit, max_in_flight and flash_time: raise deadline."
            )
    return lines


def shown_site(site: str | None) -> str:
    """A site at the begin of a sentence."""
    return "Phones without a site" if site is None else f"Site {site}"
