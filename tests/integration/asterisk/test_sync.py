# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""snom_sync: a real Asterisk tells virtual phones, and the mirror's log is all the proof, for it tells no answers."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.telephony.snom.tests.integration.asterisk.asterisk import running_asterisk
from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.test_sync import at_pbx, site


def test_what_each_phone_did_is_told(tmp_path: Path) -> None:
    # By the first one Asterisk sends what goes to a contact and not to an account.
    accounts = ["401", "801", "802", "803", "804", "805", "806"]
    with running_asterisk(tmp_path, accounts) as asterisk:
        phones = {
            "desk": at_pbx(asterisk, "801"),
            "deaf": at_pbx(asterisk, "802", sip={"deaf": True}),
            # Asterisk answers for it, with outbound_auth.
            "challenges": at_pbx(asterisk, "803", settings={"challenge_checksync": "on"}),
            "ignores": at_pbx(asterisk, "804", sip={"check_sync": "ignored"}),
            # Two phones with one account, and one of which an old contact is still listed.
            "shared-1": at_pbx(asterisk, "805"),
            "shared-2": at_pbx(asterisk, "805"),
            "moved": at_pbx(asterisk, "806", sip={"new_contact": True}),
            "nowhere": at_pbx(asterisk, "801", inventory={"snom_mac": "000413AAAAAA"}),
        }
        with site(tmp_path / "site", phones) as found:
            fleet = found.bench.fleet
            fleet.patch("moved", running=False)
            fleet.patch("moved", running=True)
            until(lambda: len(fleet.log("moved", event="sip_registered")) == 2, bool)
            assert found.provision().code == 0
            results = found.sync(fetch_timeout=20)
            told = {
                host: (result["outcome"], result.get("evidence", {}).get("answer")) for host, result in results.items()
            }
            assert told == {
                "desk": ("synced", None),
                "deaf": ("no_fetch", None),
                "challenges": ("synced", None),
                "ignores": ("no_fetch", None),
                "shared-1": ("synced", None),
                "shared-2": ("synced", None),
                "moved": ("synced", None),
                "nowhere": ("unreachable", None),
            }
            # An event to the account would have reached both of them twice.
            assert [len(found.events(name)) for name in ("shared-1", "shared-2", "moved", "nowhere")] == [1, 1, 1, 0]
            for name in ("desk", "challenges", "shared-1", "shared-2", "moved"):
                assert fleet.phone(name)["mac"] in results[name]["evidence"]["fetched"]["file"]
                assert fleet.phone(name)["settings"]["phone_name"] == phones[name]["identities"][0]
