# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.course import Phase
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Evidence
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.progress import Progress

from .planned import NEW, OLD, ended, phone, plan

NOW = 1_800_000_000.0


class Run:
    """Progress, and the lines that it showed."""

    def __init__(self, *phones: PlannedPhone) -> None:
        self.lines: list[str] = []
        self.progress = Progress(plan(*phones), self.lines.append, lambda: NOW)

    def step(self, one: PlannedPhone, phase: Phase, **evidence: Any) -> None:
        self.progress.step_taken(one, SimpleNamespace(phase=phase, evidence=Evidence(**evidence)))  # type: ignore[arg-type]


def test_a_wave() -> None:
    run = Run()
    run.progress.wave_begins(1, "canary", 1)
    run.progress.wave_begins(2, "50%", 7)
    run.progress.soak_begins(2, 90.4)
    run.progress.wave_ends(2, [Outcome.UPGRADED, Outcome.TIMED_OUT, Outcome.UPGRADED])
    run.progress.wave_ends(3, [])
    assert run.lines == [
        "Wave 1 (canary): 1 phone",
        "Wave 2 (50%): 7 phones",
        "Wave 2: soak for 90 s",
        "Wave 2 ended: 2 upgraded, 1 timed_out",
        "Wave 3 ended: nothing done",
    ]


def test_what_becomes_of_phones() -> None:
    run = Run()
    run.progress.phone_ended("desk-1", ended())
    run.progress.phone_deferred(phone("desk-2"), ended(Outcome.DEFERRED))
    run.progress.window_opens(None, 600.0)
    run.progress.window_opens("berlin", 90.0)
    assert run.lines == [
        "desk-1: upgraded: It is upgraded.",
        "desk-2: deferred, will be asked again. It is deferred.",
        "Site -: its window opens in 10 minutes",
        "Site berlin: its window opens in 2 minutes",
    ]


def test_a_stop() -> None:
    run = Run()
    for flying in (0, 1, 2):
        run.progress.stopped("Enough.", flying)
    assert run.lines == [
        "STOPPED, no new triggers: Enough.",
        "STOPPED, no new triggers: Enough. 1 in flight is watched to the end.",
        "STOPPED, no new triggers: Enough. 2 in flight are watched to the end.",
    ]


def test_a_phase_is_shown_once_and_anew_when_a_phone_is_asked_again() -> None:
    run, one = Run(), phone("desk-1")
    way = f"(D785 {OLD} -> {NEW})"
    for phase in (Phase.PROBE, Phase.STILL_UP, Phase.STILL_UP, Phase.DOWN, Phase.UP, Phase.PROBE, Phase.ENDED):
        run.step(one, phase)
    assert run.lines == [
        f"desk-1: {what} {way}" for what in ("asked to load, still up", "down", "up", "up, on its way")
    ]
    run.step(one, Phase.PROBE)
    assert len(run.lines) == 4


def test_a_late_phone_is_not_to_be_powered_off() -> None:
    run, one = Run(), phone("desk-1")
    run.step(one, Phase.LATE, triggered_at=NOW, deadline_at=NOW + 900, watched_until=NOW + 1800)
    (line,) = run.lines
    # Four times its deadline.
    assert "do not power it off before 2027-01-15 09:00:00 UTC" in line


def test_a_slow_line() -> None:
    run, one = Run(), phone("desk-1", site="berlin")
    run.progress.line_is_slow(one, 700.0, 900.0)
    (line,) = run.lines
    assert "desk-1 took 700 s to fetch its image" in line and "its deadline of 900 s" in line
    assert "berlin" in line and "site_bandwidth_mbit" in line


def test_the_summary_has_a_line_for_each_site() -> None:
    berlin = [phone(f"desk-{number}", site="berlin") for number in range(1, 6)]
    run = Run(*berlin, phone("attic"))
    run.step(berlin[0], Phase.STILL_UP, triggered_at=NOW - 120)
    run.step(berlin[1], Phase.STILL_UP, triggered_at=NOW - 300)
    lines = run.progress.summary(
        {"desk-1": Outcome.UPGRADED, "desk-2": Outcome.TIMED_OUT, "desk-3": Outcome.DEFERRED},
        flying={"desk-4"},
        # desk-4 was, and is asked again now.
        deferred={"desk-4", "desk-5"},
        bad={"desk-2"},
    )
    assert lines == [
        "-- berlin: 3/5 done, 1 in flight, 2 deferred, 1 bad, last trigger 120 s ago",
        "-- no site: 0/1 done, 0 in flight, 0 deferred, 0 bad, last trigger none",
    ]
