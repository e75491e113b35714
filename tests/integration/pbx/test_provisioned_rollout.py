# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts of phones by provisioning: virtual D8xx at a real Kamailio, with a real nginx as their mirror."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.telephony.snom.tests.integration.pbx.kamailio import Kamailio
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import NEW, OLD, by_provisioning, image, site


def test_a_phone_goes_from_old_to_new(tmp_path: Path, kamailio: Kamailio) -> None:
    phones = {"desk": by_provisioning(kamailio, 1)}
    with site(tmp_path, kamailio, phones, images={image(): 0}, snom_firmware_version=NEW) as place:
        run = place.bench.rollout()
        assert run.outcomes == {"desk": "upgraded"}, run.output
        assert place.bench.firmware("desk") == [NEW]
        assert (place.images_sent("desk"), place.armed()) == (1, [])
        record = run.rollout["phones"]["desk"]
        assert (record["before"], record["after"]) == (OLD, NEW)
        again = place.bench.rollout()
        assert again.outcomes == {"desk": "compliant"}
        assert place.images_sent("desk") == 1
