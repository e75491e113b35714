# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts of phones by provisioning: virtual D8xx at a real Kamailio, with a real nginx as their mirror."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import (
    LOGIN,
    NEW,
    OLD,
    by_provisioning,
    image,
    site,
)
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import lives, phone, until
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio


def test_a_phone_goes_from_old_to_new(tmp_path: Path, kamailio: Kamailio) -> None:
    phones = {"desk": by_provisioning(kamailio, 1)}
    with site(tmp_path, kamailio, phones, image(), snom_firmware_version=NEW) as place:
        run = place.bench.rollout(rehearse=True)
        assert run.outcomes == {"desk": "upgraded"}, run.output
        assert place.bench.firmware("desk") == [NEW]
        assert (place.images_sent("desk"), place.armed()) == (1, [])
        record = run.rollout["phones"]["desk"]
        assert (record["before"], record["after"]) == (OLD, NEW)
        again = place.bench.rollout()
        assert again.outcomes == {"desk": "compliant"}
        assert place.images_sent("desk") == 1


def test_a_mixed_fleet_that_is_killed_goes_on_without_a_second_image(tmp_path: Path, kamailio: Kamailio) -> None:
    """D8xx by provisioning, D7xx over HTTP, and one by provisioning whose web server is off, in one run."""
    slow = {"timing": {"load": 0.2, "flash": 6, "boot": 0.2, "reboot": 1}}
    closed = {"webserver_type": "off"}
    phones = {
        "d8-1": by_provisioning(kamailio, 11, **slow),
        "d8-2": by_provisioning(kamailio, 12, sip={"new_contact": True}, **slow),
        "d8-3": by_provisioning(kamailio, 13, provisioning={"user_agent": "nested", "lower_case_mac": True}, **slow),
        "d7-1": phone("D735", "10.1.54.13", **slow),
        "d7-2": by_provisioning(kamailio, 14, "D735", "10.1.54.13", settings=closed, **slow),
    }
    images = image(), image("D735", "10.1.175.16")
    versions = {"D862": NEW, "D735": "10.1.175.16"}
    with site(tmp_path, kamailio, phones, *images, snom_firmware_versions=versions) as place:
        found = place.bench
        options = {"flash_time": 20, "deadline": 200}
        job = found.start("telephony.snom.rollout", variables=found.rollout_variables(options))
        until(lambda: len(place.intended()) == 5, "all are to be asked")
        # One that was killed between the intent and the request is watched for four deadlines.
        until(lambda: any("swload" in entry["target"] for entry in found.fleet.log(event="request")), "d7-1 is told")
        workers = job.workers()
        job.kill(signal.SIGKILL)
        job.ended()
        until(lambda: not any(map(lives, workers)), "the orphan has ended")
        run = found.rollout(rehearse=False, **options)
        assert set(run.outcomes.values()) <= {"upgraded", "compliant"}, run.output
        assert found.firmware("d8-1", "d8-2", "d8-3", "d7-1", "d7-2") == [NEW] * 3 + ["10.1.175.16"] * 2
        assert (set(found.fetches().values()), place.armed()) == ({1}, [])


def test_what_phones_do_that_do_not_do_it(tmp_path: Path, kamailio: Kamailio) -> None:
    """Nothing stays shown, and each has its own word."""
    phones = {
        "no-answer": by_provisioning(kamailio, 21, sip={"check_sync": "ignored"}),
        "settings-only": by_provisioning(kamailio, 22, settings={"update_policy": "settings_only"}),
        "challenges": by_provisioning(kamailio, 23, settings={"challenge_checksync": "on"}),
        "old": by_provisioning(kamailio, 24, faults={"keep_old_version": True}),
        "elsewhere": by_provisioning(kamailio, 25, inventory={"snom_mac": "0004139999FE"}),
        "protected": by_provisioning(kamailio, 26, inventory={"snom_protected": True}),
        "forbidden": by_provisioning(kamailio, 27, inventory={"snom_settings": {"update_policy": "never_update"}}),
        "unsaid": by_provisioning(kamailio, 28, inventory={"snom_settings": {"phone_name": "Hall"}}),
    }
    with site(tmp_path, kamailio, phones, image(), snom_firmware_version=NEW) as place:
        run = place.bench.rollout(rehearse=False, deadline=25)
        assert run.outcomes == {
            "no-answer": "no_fetch",
            "settings-only": "no_fetch",
            "challenges": "auth_failed",
            "old": "old_version",
            "elsewhere": "unreachable",
            "protected": "protected",
            "forbidden": "refused",
            "unsaid": "refused",
        }, run.output
        assert [place.bench.fleet.log(name, event="check_sync") for name in ("forbidden", "unsaid")] == [[], []]
        assert place.armed() == []
        assert {name: place.images_sent(name) for name in phones if place.images_sent(name)} == {"old": 1}
        again = place.bench.rollout(rehearse=False, deadline=25)
        assert again.outcomes["old"] == "refused" and place.images_sent("old") == 1


@pytest.mark.slow
def test_a_mirror_that_is_another_ends_the_run_before_anything_is_sent(tmp_path: Path, kamailio: Kamailio) -> None:
    phones = {"desk": by_provisioning(kamailio, 31)}
    with site(tmp_path, kamailio, phones, image(), snom_firmware_version=NEW) as place:
        found = place.bench
        everybody = found.inventory["phones"]["vars"]
        everybody["snom_mirror"] = f"http://{place.box.address.rpartition('.')[0]}.254:{found.port}/fw"
        run = found.rollout(rehearse=False)
        assert run.code != 0 and "does not stand in the log of the mirror" in run.output
        everybody["snom_mirror_control"]["password"] = "wrong"
        run = found.rollout(rehearse=False)
        assert run.code != 0 and "refuses the login" in run.output
        place.box.write_log_in_parts()
        everybody["snom_mirror"] = f"{place.box.url}/fw"
        everybody["snom_mirror_control"]["password"] = LOGIN[1]
        run = found.rollout(rehearse=False)
        assert run.code != 0 and "of the mirror" in run.output and "within 5 s" in run.output
        assert found.fleet.log("desk", event="check_sync") == []
