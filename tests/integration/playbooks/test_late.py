# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that take longer than a deadline, and what is known of phones whose end another run, or nobody, has seen."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from .bench import HELD, Bench, Job, Run, image, lives, phone, until
from .conftest import StartBench
from .test_stop import asked, engine_process, journal, start_rollout

OLD, NEW = "8.4.35", "8.7.5.35"

FLASH_TIME = 12
"""Seconds. A deadline is 18 s away then, and an image at the rate below takes 20 s: more, and less than twice as long.

The mirror is never quicker than its rate, and a busy machine has 16 s to be slower in.
"""
SLOW = {"image_size": 20_000, "bytes_per_second": 1000}


def killed(found: Bench, job: Job) -> None:
    """Kill ansible-playbook, and wait until its worker has noticed."""
    worker = engine_process(job)
    job.kill(signal.SIGKILL)
    job.ended()
    until(lambda: not lives(worker), "the orphan has ended")


def record(run: Run, host: str, *keys: str) -> list[Any]:
    return [run.rollout["phones"][host][key] for key in keys]


def test_phones_that_still_load_at_their_deadline(start: StartBench) -> None:
    """They end well, keep their place meanwhile, and the same command again asks nobody."""
    group = {"inventory": {"snom_group": "ward"}}
    found = start({"one": phone(**group), "two": phone(**group)})
    found.fleet.patch_image_server(**SLOW)
    options = {"flash_time": FLASH_TIME, "verify_image": "none"}
    run = found.rollout(rehearse=False, **options)
    assert run.outcomes == {"one": "upgraded", "two": "upgraded"}
    assert "longer than its deadline of 18 s" in run.rollout["phones"]["one"]["reason"]
    assert "one: late, perhaps still loading, do not power it off before" in run.output
    assert "Phones without a site: one took" in run.output
    first, second = (found.fleet.phone(name)["cycles"][-1] for name in ("one", "two"))
    assert second["triggered"] >= first["up"]
    assert found.rollout(rehearse=False, **options).outcomes == {"one": "compliant", "two": "compliant"}
    assert found.fetches() == {"one": 1, "two": 1}


def test_a_resume_does_not_ask_a_phone_that_still_loads_at_its_deadline(start: StartBench) -> None:
    found = start({"one": phone(), "two": phone()})
    found.fleet.patch_image_server(**SLOW)
    options = {"flash_time": FLASH_TIME, "verify_image": "none"}
    job = start_rollout(found, **options)
    until(lambda: len(asked(found)) == 2, "both are asked")
    killed(found, job)
    run = found.rollout(rehearse=False, **options)
    assert run.outcomes == {"one": "upgraded", "two": "upgraded"}
    assert found.fetches() == {"one": 1, "two": 1}


def test_a_stop_watches_phones_that_are_late_to_their_end(start: StartBench) -> None:
    found = start({"one": phone(), "two": phone()})
    found.fleet.patch_image_server(**SLOW)
    stop = found.out / "stop"
    options = {"flash_time": FLASH_TIME, "verify_image": "none", "max_in_flight": 1, "stop_file": str(stop)}
    job = start_rollout(found, **options)
    until(lambda: len(asked(found)) == 1, "one is asked")
    stop.touch()
    run = found.check(job.wait())
    assert sorted(run.outcomes.values()) == ["not_started", "upgraded"]


def two_images(start: StartBench, **keys: Any) -> Bench:
    found = start({"phone": phone("320", "7.3.14", **keys)}, images=["snom320-8.4.35-SIP-f.bin"])
    found.change_catalog(image("320"), requires=OLD)
    return found


@pytest.mark.slow
def test_a_second_image_that_fails(start: StartBench) -> None:
    found = two_images(start)
    found.fleet.patch_image_server(faults={image("320"): "not_found"})
    run = found.rollout(verify_image="none", deadline=15)
    assert record(run, "phone", "outcome", "before", "after", "path") == ["image_failed", "7.3.14", OLD, [OLD]]
    assert run.rollout["phones"]["phone"]["reason"].startswith(f"It has loaded {OLD} and runs it, but not {NEW}")
    assert run.results("snom_rollout_result")["phone"]["changed"] is True
    assert run.status("snom_rollout_result", "phone") == "failed"


@pytest.mark.slow
def test_provisioning_that_overtakes_the_second_image(start: StartBench) -> None:
    found = two_images(start, provisioning={"firmware": NEW}, timing={"load": 0})
    run = found.rollout()
    assert record(run, "phone", "outcome", "before", "after", "target") == ["upgraded", "7.3.14", NEW, NEW]


@pytest.mark.slow
def test_a_resume_reports_a_phone_that_hides_its_mac_after_its_upgrade(start: StartBench) -> None:
    found = resumed(start, lambda bench: bench.fleet.patch("one", faults={"hides_mac": True}))
    run = found.check(start_rollout(found).wait())
    assert record(run, "one", "outcome", "before", "after", "target", "path") == ["upgraded", OLD, NEW, NEW, [NEW]]


@pytest.mark.slow
def test_a_resume_reports_a_phone_that_can_not_be_read_after_its_upgrade(start: StartBench) -> None:
    found = resumed(start, lambda bench: bench.fleet.patch("one", faults={"reset": {"on": "request"}}))
    run = found.check(start_rollout(found).wait())
    assert record(run, "one", "outcome", "before", "after", "target", "path") == ["upgraded", OLD, NEW, NEW, [NEW]]


def resumed(start: StartBench, change: Callable[[Bench], Any]) -> Bench:
    """A rollout that was killed when it had upgraded one phone, which has changed since, and had asked another."""
    found = start({"one": phone(), "two": phone(faults=HELD)})
    job = start_rollout(found, max_in_flight=1, deadline=60)
    until(lambda: any((one["type"], one.get("host")) == ("end", "one") for one in journal(found)), "one has ended")
    until(lambda: "two" in asked(found), "two is asked")
    killed(found, job)
    found.release("two", NEW)
    change(found)
    return found


def test_a_phone_that_is_dark_to_the_end_is_in_the_list_whatever_the_clock_says(start: StartBench) -> None:
    found = start({"dark": phone(faults={"never_return": True}), "well": phone()})
    run = found.rollout(soak=25, deadline=20)
    assert run.outcomes == {"dark": "timed_out", "well": "upgraded"}
    (unsafe,) = run.rollout["do_not_power_off"]
    assert unsafe["host"] == "dark" and unsafe["until"] < run.rollout["ended"]
    assert "DO NOT POWER OFF dark without a look at its screen, also after" in run.output
