# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a rollout's files while it works: the journal, its lock, the report, the disk that they lie on."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable

import pytest

from .bench import Bench, Job, phone, until
from .conftest import StartBench
from .test_stop import asked, engine_process, many, start_rollout


def by_link(found: Bench) -> dict[str, str]:
    link = found.out / "other.jsonl"
    link.symlink_to(found.journal)
    return {"journal": str(link)}


def without_lock_file(found: Bench) -> dict[str, str]:
    os.unlink(f"{found.journal}.lock")
    return {}


@pytest.mark.parametrize("come", [by_link, pytest.param(without_lock_file, marks=pytest.mark.slow)])
def test_a_second_run_is_refused_however_it_comes_to_the_journal(
    come: Callable[[Bench], dict[str, str]], start: StartBench
) -> None:
    found = start({"busy": phone(call={"state": "in_call"})})
    first = start_rollout(found, deferred_retries=1000)
    until(lambda: first.says("busy: deferred"), "the first run is under way")
    second = found.check(start_rollout(found, **come(found)).wait())
    assert second.code != 0
    assert f"process {engine_process(first)} on" in second.rollout["msg"]
    found.fleet.patch("busy", call={"state": "idle"})
    assert found.check(first.wait()).outcomes == {"busy": "upgraded"}
    assert found.fetches() == {"busy": 1}


def test_a_journal_that_is_removed_midway_stops_the_triggers(start: StartBench) -> None:
    found = start(many(4, timing={"flash": 4}))
    job = start_rollout(found, max_in_flight=1, deadline=60)
    until(lambda: asked(found), "a phone is in flight")
    found.journal.unlink()
    run = found.check(job.wait())
    assert "moved, removed or replaced" in run.rollout["stopped_by"]
    assert set(run.outcomes.values()) == {"upgraded", "not_started"}
    assert asked(found) == {host for host, outcome in run.outcomes.items() if outcome == "upgraded"}
    assert set(start_rollout(found).wait().outcomes.values()) == {"compliant", "upgraded"}
    assert set(found.fetches().values()) == {1}


def no_file_longer_than(job: Job, size: int) -> None:
    """Like a full disk, for which one would have to be root: no write of the run gets beyond so many bytes."""
    resource.prlimit(engine_process(job), resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_is_full_midway(start: StartBench) -> None:
    """No other phone is asked, those under way are watched, the result is complete, and a resume asks none twice."""
    found = start(many(4, timing={"flash": 4}))
    job = start_rollout(found, max_in_flight=1, deadline=60)
    until(lambda: asked(found), "a phone is in flight")
    no_file_longer_than(job, found.journal.stat().st_size)
    run = found.check(job.wait())
    assert "can't be written: File too large" in run.rollout["stopped_by"]
    assert set(run.outcomes.values()) == {"upgraded", "not_started"}
    assert "report_dir: no report can be written" in run.rollout["closing"][-1]
    assert run.rollout["report"] is None and not (found.out / "report" / "report.json").exists()
    resumed = found.check(start_rollout(found).wait())
    # The end of the one under way could not be written, so it is looked at once more, and not asked.
    assert set(resumed.outcomes.values()) <= {"compliant", "upgraded"}
    assert set(found.fetches().values()) == {1}


@pytest.mark.slow
def test_a_report_that_fits_by_half_leaves_the_earlier_one(start: StartBench) -> None:
    found = start({"busy": phone(call={"state": "in_call"})})
    found.play("telephony.snom.rollout", "--check", variables=found.rollout_variables({}), rehearse=False)
    report = found.out / "report"
    before = {file.name: file.read_bytes() for file in report.iterdir()}
    job = start_rollout(found, deferred_retries=1000)
    until(lambda: job.says("busy: deferred"), "the run is under way")
    # Room for all but the page.
    no_file_longer_than(job, len(before["report.html"]) - 2000)
    found.fleet.patch("busy", call={"state": "idle"})
    run = found.check(job.wait())
    assert run.outcomes == {"busy": "upgraded"}
    assert "is of an earlier run" in run.rollout["closing"][-1]
    assert {file.name: file.read_bytes() for file in report.iterdir()} == before


def test_a_wrong_password_night_after_night_locks_no_phone(start: StartBench) -> None:
    found = start({"refuses": phone(password="another one")})
    for _night in range(4):
        run = found.rollout(rehearse=False)
        assert run.outcomes == {"refuses": "auth_failed"}
    assert found.fleet.counters()["login_failed"] == 3
    assert "retry_login" in run.rollout["phones"]["refuses"]["reason"]
    # Corrected on the phone.
    found.fleet.patch("refuses", password=found.password)
    assert found.rollout(rehearse=False, retry_login=True).outcomes == {"refuses": "upgraded"}
    assert json.loads(found.journal.read_text().splitlines()[-1])["type"] == "run_end"
