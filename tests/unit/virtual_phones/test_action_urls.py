# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action URLs: who is told what, and how variables are filled in."""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import (
    Listener,
    eventually,
    get,
    phone_keys,
    until,
)
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet


def test_a_boot_is_told_first_then_the_registrations(start_fleet: StartFleet, listener: Listener) -> None:
    settings = {
        "action_setup_url": f"{listener.url}/up/$mac&/x?fw=$firmware&ip=$phone_ip",
        "action_log_on_url": f"{listener.url}/on?user=$user_name1&pw=$http_pass&none=$unheard_of",
    }
    phone = phone_keys(name="p", mac="000413241234", identities=["100"], settings=settings)
    fleet = start_fleet(phone)
    get(phone, "/advanced_update.htm?reboot=Reboot")
    until(lambda: len(listener.targets), lambda number: number == 2)
    assert listener.targets == [
        f"/up/000413241234/x?fw=snom320-SIP%208.4.35&ip={phone['address']}",
        "/on?user=100&pw=&none=",
    ]
    assert listener.agents[0] == "Mozilla/4.0 (compatible; snom320-SIP 8.4.35 1.1.3-u)"
    assert [entry["detail"] for entry in until(lambda: fleet.log(event="action_url"), lambda log: len(log) == 2)] == [
        "action_setup_url",
        "action_log_on_url",
    ]


def test_an_identity_that_cannot_register_is_told_at_each_boot(start_fleet: StartFleet, listener: Listener) -> None:
    settings = {"action_reg_failed": f"{listener.url}/failed?mac=$mac", "action_log_on_url": f"{listener.url}/on"}
    phone = phone_keys(name="p", mac="000413241234", identities=["100", "101"], unregistered=["101"], settings=settings)
    start_fleet(phone)
    get(phone, "/advanced_update.htm?reboot=Reboot")
    until(lambda: len(listener.targets), lambda number: number == 2)
    assert listener.targets == ["/on", "/failed?mac=000413241234"]


def test_a_call_tells_its_story(start_fleet: StartFleet, listener: Listener) -> None:
    names = ("incoming", "outgoing", "connected", "disconnected")
    settings = {f"action_{name}_url": f"{listener.url}/{name}?from=$remote&at=$local" for name in names}
    fleet = start_fleet(phone := phone_keys(name="p", identities=["100@pbx"], settings=settings))
    fleet.patch("p", call={"state": "ringing", "remote": "0 30"})
    get(phone, "/command.htm?key=ENTER")
    get(phone, "/command.htm?key=CANCEL")
    fleet.patch("p", call={"state": "ringing", "remote": "31"})
    get(phone, "/command.htm?key=CANCEL")  # rejected: nobody is told
    get(phone, "/command.htm?number=32")
    until(lambda: len(listener.targets), lambda number: number == 5)
    assert [target.replace("&at=100%40pbx", "") for target in listener.targets] == [
        "/incoming?from=0%2030",
        "/connected?from=0%2030",
        "/disconnected?from=0%2030",
        "/incoming?from=31",
        "/outgoing?from=32",
    ]


def test_one_is_set_over_http_with_its_variables(start_fleet: StartFleet, listener: Listener) -> None:
    fleet = start_fleet(phone := phone_keys(name="p"))
    url = quote(f"{listener.url}/dnd?a=$mac&b=on", safe="$")
    get(phone, f"/dummy.htm?settings=save&action_dnd_on_url={url}")
    get(phone, "/command.htm?key=DND")
    until(lambda: listener.targets, lambda targets: targets == [f"/dnd?a={fleet.phone('p')['mac']}&b=on"])
    assert fleet.phone("p")["settings"]["dnd_mode"] == "on"


def test_a_listener_that_is_not_there_is_noted(start_fleet: StartFleet) -> None:
    phone = phone_keys(name="p", settings={"action_setup_url": "http://127.0.0.1:1/up"})
    fleet = start_fleet(phone)
    get(phone, "/advanced_update.htm?reboot=Reboot")
    eventually(fleet, "p", lambda state: bool(state["cycles"]) and "up" in state["cycles"][0])
    until(lambda: fleet.log(event="action_url_failed"), lambda entries: len(entries) == 1)
