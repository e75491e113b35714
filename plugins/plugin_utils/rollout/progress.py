# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run shows of itself, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Course, Phase
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan import Plan
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.plan_text import shown_site
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.said import Said

_SHOWN_PHASES = {phase: phase.value for phase in Phase} | {
    Phase.PROBE: "up, on its way",
    Phase.STILL_UP: "asked to load, still up",
}


class Progress:
    """The lines of one run, and what they show of what happened before."""

    def __init__(self, plan: Plan, notify: Callable[[str], None], now: Callable[[], float]) -> None:
        """notify shows one line to the user; now gives seconds since the epoch."""
        self._plan = plan
        self._notify = notify
        self._now = now
        self._phases: dict[str, Phase] = {}
        self._last_trigger: dict[str | None, float] = {}

    def wave_begins(self, number: int, label: str, count: int) -> None:
        """A wave of so many phones begins."""
        line = f"Wave {number} ({label}): {count_phones(count)}"
        self._notify(Said(line, "wave", number=number, label=label, phones=count))

    def soak_begins(self, number: int, seconds: float) -> None:
        """A wave's phones are left alone for a while."""
        self._notify(Said(f"Wave {number}: soak for {seconds:.0f} s", "phase"))

    def wave_ends(self, number: int, outcomes: Iterable[Outcome]) -> None:
        """A wave has ended, and its phones so; one that will be asked again is deferred."""
        summary = ", ".join(f"{count} {word}" for word, count in Counter(outcomes).most_common())
        self._notify(Said(f"Wave {number} ended: {summary or 'nothing done'}", "phase"))

    def window_opens(self, site: str | None, seconds: float) -> None:
        """A site's window opens in so many seconds."""
        self._notify(Said(f"Site {site or '-'}: its window opens in {seconds / 60:.0f} minutes", "phase"))

    def phone_ended(self, host: str, ending: Ending) -> None:
        """A phone has its outcome."""
        line = f"{host}: {ending.outcome}: {ending.reason}"
        self._notify(Said(line, "end", host=host, outcome=ending.outcome.value))

    def phone_deferred(self, phone: PlannedPhone, ending: Ending) -> None:
        """A phone had no time for it and will be asked again."""
        line = f"{phone.host}: deferred, will be asked again. {ending.reason}"
        self._notify(_step(line, phone, "deferred, will be asked again", waits=True))

    def stopped(self, reason: str, flying: int) -> None:
        """No trigger is made any more, with so many phones under way."""
        tail = f" {flying} in flight {'is' if flying == 1 else 'are'} watched to the end." if flying else ""
        self._notify(Said(f"STOPPED, no new triggers: {reason}{tail}", "phase"))

    def step_taken(self, phone: PlannedPhone, course: Course) -> None:
        """A phone has taken a step, perhaps into another phase."""
        site = phone.target.site
        if at := course.evidence.triggered_at:
            self._last_trigger[site] = max(at, self._last_trigger.get(site, 0.0))
        if course.phase not in (self._phases.get(phone.host, Phase.PROBE), Phase.ENDED):
            what = _SHOWN_PHASES[course.phase]
            if course.phase is Phase.LATE:
                what += f", do not power it off before {shown_time(course.evidence.unsafe_until)}"
            line = f"{phone.host}: {what} ({phone.model} {phone.before} -> {phone.wanted})"
            self._notify(_step(line, phone, what))
        # One that is asked again begins anew.
        self._phases[phone.host] = Phase.PROBE if course.phase is Phase.ENDED else course.phase

    def line_is_slow(self, phone: PlannedPhone, seconds: float, deadline: float) -> None:
        """A phone took so many seconds to fetch its image that the deadlines of its site, of so many, are too short."""
        self._notify(
            f"{shown_site(phone.target.site)}: {phone.host} took {seconds:.0f} s to fetch its image. With flash_time "
            f"that is more than its deadline of {deadline:.0f} s: correct site_bandwidth_mbit "
            "to what the line carries, or raise deadline."
        )

    def summary(
        self, ended: Mapping[str, Outcome], flying: Collection[str], deferred: Collection[str], bad: Collection[str]
    ) -> list[str]:
        """A line for each site: what is done, in flight, deferred and bad, and when the last trigger was.

        ended holds the outcomes by host; flying, deferred and bad hold hosts.
        """
        sites: dict[str | None, Counter[str]] = {}
        for phone in self._plan.phones:
            host, outcome = phone.host, ended.get(phone.host)
            counts = sites.setdefault(phone.target.site, Counter())
            counts["all"] += 1
            counts["done"] += outcome is not None
            counts["in flight"] += host in flying
            counts["bad"] += host in bad
            waits = host in deferred and host not in flying
            counts["deferred"] += waits if outcome is None else outcome.passing
        return [self._site_summary(site, counts) for site, counts in sites.items()]

    def _site_summary(self, site: str | None, counts: Counter[str]) -> str:
        last = self._last_trigger.get(site)
        ago = f"{self._now() - last:.0f} s ago" if last is not None else "none"
        return Said(
            f"-- {site or 'no site'}: {counts['done']}/{counts['all']} done, {counts['in flight']} in flight, "
            f"{counts['deferred']} deferred, {counts['bad']} bad, last trigger {ago}",
            "sites",
        )


def _step(line: str, phone: PlannedPhone, state: str, *, waits: bool = False) -> Said:
    """A line about a step of a phone."""
    kind = {"model": phone.model, "before": str(phone.before), "wanted": str(phone.wanted)}
    return Said(line, "phone", host=phone.host, state=state, waits=waits, **kind)
