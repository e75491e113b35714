# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of both ways in one play, killed in the middle and resumed: what its phones know afterwards."""

from __future__ import annotations

import ipaddress
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import NEW, Site, by_provisioning, image, site
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import Run, lives, phone, until
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio

OLD_D7, NEW_D7 = "10.1.54.13", "10.1.175.16"
VERSIONS = {"D862": NEW, "D735": NEW_D7}

# What a phone by provisioning may be like, in turn.
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"sip": {"new_contact": True}},
    {"provisioning": {"user_agent": "nested", "lower_case_mac": True}},
    {"sip": {"transport": "tcp"}},
    {"provisioning": {"user_agent": "without_mac"}},
)


def kill_and_resume(folder: Path, pbx: Kamailio, each: int, *, first: int, seconds: int) -> None:
    """Roll out to as many D862 by provisioning as D735 over HTTP; kill all of it when half have their image.

    first is the number of the first account. seconds is the deadline of a phone, and longer than a machine with other
    work takes for all of them: a deadline that passes is an outcome of its own.
    """
    slow = {"timing": {"load": 0.2, "flash": 6, "boot": 0.2, "reboot": 1}}
    new = [f"d8-{number:03}" for number in range(each)]
    classic = [f"d7-{number:03}" for number in range(each)]
    phones = {
        name: by_provisioning(pbx, first + number, **WAYS[number % len(WAYS)], **slow)
        for number, name in enumerate(new)
    }
    phones |= {name: phone("D735", OLD_D7, **slow) for name in classic}
    with (
        site(folder, pbx, phones, image(), image("D735", NEW_D7), snom_firmware_versions=VERSIONS) as place,
        place.timer(),
    ):
        found = place.bench
        until(lambda: len({one["phone"] for one in found.fleet.log(event="sip_registered")}) == each, "they register")
        options = {
            # A phone that has fetched nothing of its image is asked again after a quarter of that.
            "flash_time": 120,
            "deadline": seconds,
            "waves": ["canary", "25%", "100%"],
            # So that some are done, some are at it and some have not begun when it is killed.
            "max_in_flight": max(4, each // 2),
        }
        found.patience = 8 * seconds
        started = time.monotonic()
        job = found.start("telephony.snom.rollout", variables=found.rollout_variables(options))
        until(
            lambda: images_sent(place) >= each or job.process.poll() is not None, "half have their image", 2 * seconds
        )
        workers = job.workers()
        until(lambda: stopped_between_requests(place, workers), "nobody is between intent and request")
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        job.kill(signal.SIGKILL)
        assert job.ended() == -signal.SIGKILL, job.output.read_text()
        until(lambda: not any(map(lives, workers)), "all of it is gone")
        killed, asked, left = time.monotonic(), len(place.intended()), place.armed()
        assert each <= asked <= 2 * each
        resumed = found.rollout(rehearse=False, **options)
        ended = time.monotonic()

        told = Counter(resumed.outcomes.values())
        versions = dict(zip([*new, *classic], found.firmware(*new, *classic), strict=True))
        wrong = {name for name in new if versions[name] != NEW} | {name for name in classic if versions[name] != NEW_D7}
        more = {name: count for name, count in found.fetches().items() if count != 1}
        print(
            f"{each} + {each} phones: killed after {killed - started:.0f} s with {asked} asked and {len(left)} shown "
            f"an image; resumed in {ended - killed:.0f} s: {dict(told)}"
        )
        assert (set(told) <= {"upgraded", "compliant"}, wrong, more, place.armed()) == (True, set(), {}, []), (
            resumed.output
        )
        assert sum(told.values()) == 2 * each
        # What the report says of each is what it knows itself.
        assert {name: record["after"] for name, record in resumed.rollout["phones"].items()} == versions
        _again(found.rollout(rehearse=False, **options), found.fetches())


def stopped_between_requests(place: Site, workers: Iterable[int]) -> bool:
    """Stop the rollout; let it go on if it means to ask a phone over HTTP that was not asked yet.

    Killed then, nobody can tell that it was not, and it is watched for four deadlines.
    """
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    untold = {host for host in place.intended() if host.startswith("d7")} - told_over_http(place)
    addresses = {place.bench.address(host) for host in untold}
    until(lambda: not addresses & with_unread(Path("/proc/net/tcp").read_text("ascii")), "what is on its way arrives")
    if untold <= told_over_http(place):
        return True
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    return False


def told_over_http(place: Site) -> set[str]:
    """The phones that got a request to load an image."""
    return {entry["phone"] for entry in place.bench.fleet.log(event="request") if "swload" in entry["target"]}


def with_unread(table: str) -> set[str]:
    """The addresses of sockets that have bytes or connections which nobody has taken yet, by the kernel's table."""
    found = set()
    for line in table.splitlines()[1:]:
        _number, local, _remote, _state, queues, *_more = line.split()
        if int(queues.partition(":")[2], 16):
            # In the order of the machine's bytes.
            found.add(str(ipaddress.ip_address(int(local[:8], 16).to_bytes(4, sys.byteorder))))
    return found


def images_sent(place: Site) -> int:
    """How many images the mirror has sent."""
    return sum(line["uri"].startswith("/fw/") and line["status"] == 200 for line in place.box.requests())


def _again(run: Run, fetched: dict[str, int]) -> None:
    """A third run finds nothing to do."""
    assert set(run.outcomes.values()) == {"compliant"}, run.output
    assert set(fetched.values()) == {1}
