# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps of the interview with a real Kamailio: what phones fetch by a real nginx's log, and a line that is off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import by_provisioning, site
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import bench, until
from ansible_collections.telephony.snom.tests.profiles.reading import read
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port


@pytest.mark.slow
def test_what_a_phone_fetches_after_each_event_is_captured(tmp_path: Path, kamailio: Kamailio) -> None:
    trusting = {"mb_trusted_hosts": "127.0.0.1", "filter_registrar": "off"}
    phones = {
        "desk": by_provisioning(kamailio, 91, "D735", "10.1.169.16", settings=trusting),
        "new": by_provisioning(kamailio, 92, settings=trusting),
    }
    port = free_port()
    collector = {"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"}
    with site(tmp_path, kamailio, phones, setting_networks=["127.0.0.0/8"], snom_collector=collector) as place:
        found = place.bench
        for name, file in (("desk", "snomD735-000413AB005B.htm"), ("new", "snomD862-000413AB005C.htm")):
            # Its own file is there, so a check-sync is proven.
            own = found.folder / "www" / "current" / file
            own.parent.mkdir(exist_ok=True)
            own.write_text("<html><pre></pre></html>\n")
            found.fleet.patch(name, settings={"setting_server": f"{place.box.url}/current"})

        def interview(name: str, step: str, *, rehearse: bool = False, **more: Any) -> Any:
            variables = {
                "snom_hosts": name,
                "step": step,
                "snom_interview_mirror": "box",
                "snom_interview_mirror_logs": [str(place.box.log)],
                "snom_interview_watch": 6,
                "snom_interview_dir": "talk",
                **more,
            }
            return found.play("telephony.snom.interview", variables=variables, rehearse=rehearse)

        def told(name: str) -> tuple[int, list[str]]:
            """How often it was told to fetch, and what documents told it. Those in which it reports are none."""
            log = found.fleet.log(name)
            syncs = sum(str(line.get("detail")).startswith("check-sync") for line in log if line["event"] == "notify")
            return syncs, [str(line["detail"]) for line in log if line["event"] == "fragment"]

        # The first is a D8xx, which takes no commands over HTTP.
        for name, event, outcome, shown, syncs, ran in (
            ("new", "check_sync", "synced", "check-sync", 1, []),
            ("desk", "minibrowser", "sent", "reloadset by minibrowser.htm", 0, ["reloadset"]),
            ("desk", "notify", "sent", "reloadset by NOTIFY", 0, ["reloadset"]),
            ("desk", "by_hand", None, "by hand", 0, []),
        ):
            before = told(name)
            run = interview(name, "capture", capture_event=event, rehearse=event == "minibrowser")
            assert run.code == 0, run.output
            result = run.results("snom_interview")[name]["captured"]
            assert (result["event"], result["outcome"]) == (shown, outcome)
            after = told(name)
            assert (after[0] - before[0], after[1][len(before[1]) :]) == (syncs, ran)
            assert bool(result["requests"]) == (event != "by_hand"), (event, result)
            assert all(phones[name]["model"] in one["as"] for one in result["requests"])
            profile = json.loads((found.out / "talk" / "profile-capture.json").read_text())
            assert len(profile["log"]) == len(result["requests"])
            assert profile["measured"]["capture"]["event"] == shown
            assert [("reloadset" in "".join(one)) for one in profile["documents"]] == [True] * len(ran)
            assert "0413AB" not in json.dumps(profile).upper() and place.box.address not in json.dumps(profile)
        assert found.fleet.log("desk", event="boot") == []

        # A word is written down, and nothing is sent. Neither is anything to a phone in a call.
        before = told("desk")
        assert interview("desk", "capture", capture_event="notify", saw="call_went_on").code == 0
        run = interview("desk", "capture", capture_event="notify", in_call=True)
        assert run.code == 2 and "Nothing was sent" in " ".join(run.output.split())
        assert told("desk") == before

        # What a look at the D8xx says of the modules goes by its PBX, and so does the question whether it is in a call.
        look = interview("new", "look", shown_version=phones["new"]["firmware"]).results("snom_interview")["new"]
        will = {row["module"]: row["will"] for row in look["forecast"]}
        assert (will["snom_info"], will["snom_rollout"], will["snom_settings"]) == ("works", "unsure", "refuses")
        rows = {row["fact"]: row for row in look["verdicts"]}
        assert rows["version"]["verdict"] == "agreed" and rows["call"]["value"] == "idle"
        assert {said["source"] for said in rows["call"]["said"]} == {"PBX", "the phone's report"}


@pytest.mark.slow
def test_how_a_line_shows_that_is_logged_off_meanwhile(tmp_path: Path, kamailio: Kamailio) -> None:
    phones = {"desk": by_provisioning(kamailio, 93, "D735", "10.1.169.16")}
    with bench(tmp_path, phones, snom_pbx=kamailio.pbx) as found:

        def reads() -> int:
            return sum(line["target"] == "/info.htm" for line in found.fleet.log("desk", event="request"))

        def more(what: str) -> None:
            before = reads()
            until(lambda: reads() >= before + 6, what)

        variables = {"snom_hosts": "phones", "step": "registration", "snom_interview_dir": "talk"}
        job = found.start("telephony.snom.interview", variables=variables | {"snom_interview_watch": 3000})
        more("it looks at the line that is registered")
        found.fleet.patch("desk", unregistered=["4093"])
        more("it looks at the line that is off")
        found.fleet.patch("desk", unregistered=[])
        run = found.check(job.wait())
        assert run.code == 0, run.output
        assert "was told by the PBX: a page shows when the line is off" in " ".join(run.output.split())
        (lesson,) = run.results("snom_interview")["desk"]["taught"]
        assert lesson["registration"]["page"] == "info.htm"
        file = found.out / "talk" / "profile-registration.json"
        played = read(file)
        lines = [[one["registered"] for one in played[state]["identities"]] for state in ("idle", "unregistered")]
        assert lines == [[True], [False]] and found.fleet.counters()["writes"] == 0
