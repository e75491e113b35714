# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout that is asked to stop, killed, or started a second time beside the first."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, RawServer

from .bench import Bench, Job, lives, phone, until
from .conftest import StartBench

NEW = "8.7.5.35"


def many(count: int, **keys: Any) -> dict[str, Any]:
    return {f"phone-{number:02}": phone(**keys) for number in range(1, count + 1)}


def start_rollout(found: Bench, **options: Any) -> Job:
    return found.start("telephony.snom.rollout", variables=found.rollout_variables(options))


def asked(found: Bench) -> set[str]:
    """The phones that were told to load an image."""
    return {entry["phone"] for entry in found.fleet.log(event="request") if "swload" in entry["target"]}


def journal(found: Bench) -> list[dict[str, Any]]:
    """What stands in the journal. A line that is being written is left out."""
    lines = found.journal.read_text().split("\n")[:-1] if found.journal.exists() else []
    return [json.loads(line) for line in lines]


def engine_process(job: Job) -> int:
    """The worker that runs the fleet task: the only child that lives for long."""
    (worker,) = until(lambda: len(found := job.workers()) == 1 and found, "one worker is left")
    return int(worker)


def touch_stop_file(found: Bench, job: Job) -> None:
    (found.out / "stop").touch()


def sigterm_to_worker(found: Bench, job: Job) -> None:
    os.kill(engine_process(job), signal.SIGTERM)


def sigterm_to_playbook(found: Bench, job: Job) -> None:
    """ansible-playbook passes it on and ends; the worker brings the rollout to its end."""
    worker = engine_process(job)
    job.kill(signal.SIGTERM)
    until(lambda: not lives(worker), "the worker has ended")


@pytest.mark.parametrize(
    "ask", [touch_stop_file, pytest.param(sigterm_to_worker, marks=pytest.mark.slow), sigterm_to_playbook]
)
def test_asked_to_stop(ask: Callable[[Bench, Job], None], start: StartBench) -> None:
    """No new triggers, those in flight are watched to their end, and the report is written."""
    found = start(many(4, timing={"flash": 4}))
    job = start_rollout(found, max_in_flight=2, deadline=60, stop_file=str(found.out / "stop"))
    until(lambda: len(asked(found)) == 2, "two phones are in flight")
    ask(found, job)
    found.check(job.wait())
    report = json.loads((found.out / "report" / "report.json").read_text())
    outcomes = [record["outcome"] for record in report["phones"].values()]
    assert sorted(outcomes) == ["not_started", "not_started", "upgraded", "upgraded"]
    assert len(asked(found)) == 2
    assert ("stop file" if ask is touch_stop_file else "SIGTERM") in report["stopped_by"]
    assert report["resume"].startswith("ansible-playbook -i ")

    (found.out / "stop").unlink(missing_ok=True)
    resumed = found.rollout(rehearse=False, deadline=60)
    assert sorted(resumed.outcomes.values()) == ["compliant", "compliant", "upgraded", "upgraded"]
    assert set(found.fetches().values()) == {1}


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({}, id="default", marks=pytest.mark.slow),
        pytest.param({"ANSIBLE_STDOUT_CALLBACK": "telephony.snom.fleet"}, id="fleet"),
    ],
)
def test_nobody_reads_the_output_any_more(env: dict[str, str], start: StartBench) -> None:
    """As behind a pager that is left: no new triggers, those in flight are watched, and ansible-playbook ends."""
    found = start(many(5, timing={"flash": 4}))
    reading, writing = os.pipe()
    options = found.rollout_variables({"max_in_flight": 1, "deadline": 60})
    job = found.start("telephony.snom.rollout", variables=options, env=env, pipe=writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as reader:
        assert any("Wave 1 (" in line for line in reader)
        until(lambda: asked(found), "a phone is asked")
    assert job.wait().code != 0
    report = json.loads((found.out / "report" / "report.json").read_text())
    assert "Nobody reads the output" in report["stopped_by"]
    ended = {host for host, record in report["phones"].items() if record["outcome"] == "upgraded"}
    assert ended == asked(found)
    assert {record["outcome"] for record in report["phones"].values()} == {"upgraded", "not_started"}
    assert journal(found)[-1]["type"] == "run_end"

    resumed = found.check(start_rollout(found, deadline=60).wait())
    assert set(resumed.outcomes.values()) == {"compliant", "upgraded"}
    assert set(found.fetches().values()) == {1}


@pytest.mark.slow
def test_lines_come_at_once(start: StartBench) -> None:
    """Also into a file, where a program keeps them back until they are thousands of bytes."""
    found = start({"busy": phone(call={"state": "in_call"})})
    options = found.rollout_variables({"deferred_interval": 3600, "stop_file": str(found.out / "stop")})
    job = found.start("telephony.snom.rollout", variables=options, env={"PYTHONUNBUFFERED": ""})
    until(lambda: job.says("busy: deferred"), "the line is there, and no other comes for an hour")
    touch_stop_file(found, job)
    assert "STOPPED" in found.check(job.wait()).output


@pytest.mark.parametrize("ask", [touch_stop_file, sigterm_to_playbook])
def test_asked_to_stop_while_a_mirror_keeps_it_waiting(ask: Callable[[Bench, Job], None], start: StartBench) -> None:
    """The run ends, and lets go of the journal."""
    found = start(many(2))
    # Just fast enough not to be given up.
    with RawServer(lambda _request: Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 3)) as server:
        found.inventory["phones"]["vars"]["snom_mirror"] = f"http://127.0.0.1:{server.port}"
        job = start_rollout(found, stop_file=str(found.out / "stop"))
        until(lambda: server.requests, "the mirror is asked")
        ask(found, job)
        found.check(job.wait())
    report = json.loads((found.out / "report" / "report.json").read_text())
    assert {record["outcome"] for record in report["phones"].values()} == {"not_started"}
    assert ("stop file" if ask is touch_stop_file else "SIGTERM") in report["stopped_by"]
    assert asked(found) == set()
    assert journal(found)[-1]["type"] == "run_end"


@pytest.mark.slow
def test_a_second_run_is_refused_and_told_who_holds_the_journal(start: StartBench) -> None:
    found = start({"busy": phone(call={"state": "in_call"})})
    first = start_rollout(found, deferred_retries=1000)
    until(lambda: first.says("busy: deferred"), "the first run is under way")
    second = found.check(start_rollout(found).wait())
    assert second.code != 0
    assert f"process {engine_process(first)} on" in second.rollout["msg"]
    assert "Wait until that run has ended" in second.rollout["msg"]
    found.fleet.patch("busy", call={"state": "idle"})
    assert found.check(first.wait()).outcomes == {"busy": "upgraded"}


def test_killed_and_started_again(start: StartBench) -> None:
    """SIGKILL in the middle: every phone ends on the target, none fetches twice, the orphan triggers nothing more."""
    found = start(many(30, faults={"slow": 0.05}))
    for number, variables in enumerate(found.hosts().values()):
        variables["snom_site"] = f"site-{number % 3}"
    options = {"waves": ["canary", "30%", "100%"], "max_in_flight": 4, "journal": str(found.journal)}

    job = start_rollout(found, **options)
    until(lambda: sum(entry["type"] == "intent" for entry in journal(found)) >= 8, "some phones are in flight")
    worker = engine_process(job)
    job.kill(signal.SIGKILL)
    job.ended()
    intended = {entry["host"] for entry in journal(found) if entry["type"] == "intent"}
    until(lambda: not lives(worker), "the orphan has ended")
    assert asked(found) <= intended
    with open(f"{found.journal}.lock", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    run = found.check(start_rollout(found, **options).wait())
    assert set(run.outcomes.values()) <= {"upgraded", "compliant"}, run.outcomes
    assert set(found.firmware(*found.hosts())) == {NEW}
    assert set(found.fetches().values()) == {1}
    assert "triggered by the interrupted run" in run.output


def test_a_resume_sends_no_refused_password_again(start: StartBench) -> None:
    found = start(many(2, timing={"flash": 4}) | {"refuses": phone(password="another one")})
    job = start_rollout(found, deadline=60, max_in_flight=1)
    until(lambda: len(asked(found)) == 1, "one phone is in flight")
    worker = engine_process(job)
    job.kill(signal.SIGKILL)
    job.ended()
    until(lambda: not lives(worker), "the orphan has ended")
    run = found.check(start_rollout(found, deadline=60).wait())
    assert run.outcomes == {"phone-01": "upgraded", "phone-02": "upgraded", "refuses": "auth_failed"}
    assert found.fleet.counters()["login_failed"] == 1


def test_killed_between_intent_and_request(start: StartBench) -> None:
    """The journal knows of a trigger that no phone ever saw: the phone is watched, and asked once that is proven."""
    found = start(many(3))
    found.rollout("--limit", "phone-01", rehearse=False, deadline=10)
    first = next(entry for entry in journal(found) if entry["type"] == "intent")
    length = first["deadline"] - first["time"]
    state = found.fleet.phone("phone-02")
    # As if the run had died right after writing this.
    lost = first | {
        "host": "phone-02",
        "mac": state["mac"],
        "time": first["time"] + 1,
        "deadline": first["time"] + 1 + length,
    }
    with found.journal.open("a") as file:
        file.write(json.dumps(lost) + "\n")
    number = found.fleet.log()[-1]["number"]

    run = found.check(start_rollout(found).wait())
    assert run.outcomes == {"phone-01": "compliant", "phone-02": "upgraded", "phone-03": "upgraded"}
    (trigger,) = (
        entry for entry in found.fleet.log("phone-02", since=number, event="request") if "swload" in entry["target"]
    )
    # It may have been loading for four times as long.
    assert trigger["time"] >= lost["deadline"] + 3 * length
    assert set(found.fetches().values()) == {1}
