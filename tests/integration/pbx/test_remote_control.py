# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote control of a D8xx through a real Kamailio: the same modules as over HTTP, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.integration.pbx.conftest import until
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import by_provisioning
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import bench
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio

SENT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "snom_key": ({"keys": "UP;DOWN"}, ["key=UP", "key=DOWN"]),
    "snom_call_list": ({"lists": ["missed"]}, ["calllistclear=Missed", "calllistclear=Missed"]),
    "snom_identity": ({"line": 1, "state": "reregistered"}, ["reregister=0"]),
    "snom_call": ({"action": "dial", "number": "+49301"}, ["numberdial=+49301"]),
    # Behind it there is no phone that could be asked.
    "snom_factory_reset": ({"confirm": "00:04:13:AB:00:01"}, ["reboot=reset"]),
}
REFUSED: dict[str, dict[str, Any]] = {
    "snom_reboot": {},
    "snom_ringer": {"ringer": 1},
    "snom_screen": {"dest": "desk.bmp"},
    "snom_settings": {"settings": {"language": "English"}},
    "snom_firmware": {"version": "10.1.226.13"},
}


def test_what_the_modules_do_by_the_pbx(tmp_path: Path, kamailio: Kamailio) -> None:
    phones = {"desk": by_provisioning(kamailio, 1)}
    with bench(tmp_path, phones, snom_pbx=kamailio.pbx) as found:
        until(lambda: found.fleet.log("desk", event="sip_registered"), bool)
        options = {"snom_info": {}} | {name: given for name, (given, _sent) in SENT.items()} | REFUSED
        tasks = [{f"telephony.snom.{name}": given, "ignore_errors": True} for name, given in options.items()]
        plays = [{"hosts": "phones", "gather_facts": False, "tasks": tasks}]
        rehearsed = found.check(found.start(plays, "--check").wait())
        assert found.fleet.log("desk", event="notify") == [], "check mode tells the phone"
        run = found.play(plays, rehearse=False)
        assert found.fleet.log("desk", event="request") == [], "asked over HTTP"

        facts = run.results("snom_info")["desk"]["phone"]
        assert (facts["model"], facts["firmware"], facts["mac"]) == ("D862", "10.1.215.13", "000413AB0001")
        for name, (_given, sent) in SENT.items():
            result, foretold = (one.results(name)["desk"] for one in (run, rehearsed))
            assert requests_of(result) == sent and result["changed"] is foretold["changed"] is True
            # Whether a list has to be cleared in another spelling is not known before.
            assert requests_of(foretold) == list(dict.fromkeys(sent))
        assert (run.results("snom_call")["desk"]["before"], run.results("snom_call")["desk"]["after"]) == (
            "idle",
            "in_call",
        )
        told = [entry["detail"] for entry in found.fleet.log("desk", event="fragment")]
        assert told == [one for _given, sent in SENT.values() for one in sent]

        for name in REFUSED:
            for one in (rehearsed, run):
                result = one.results(name)["desk"]
                assert (result["outcome"], result["changed"]) == ("unsupported", False), (name, result)
                assert "snom_transport is sip" in result["msg"]


def requests_of(result: dict[str, Any]) -> list[str]:
    return result["sent"] if "sent" in result else [step["request"] for step in result["steps"]]
