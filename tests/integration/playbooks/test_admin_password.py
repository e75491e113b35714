# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passing 10.1.185.0, where the rules of the administrator password change: refused, noted, or fine."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench, phone
from .conftest import StartBench

BEFORE, AFTER = "10.1.184.15", "10.1.198.19"
IMAGE = f"snomD713-{AFTER}-SIP-r.bin"

PHONES: dict[str, dict[str, Any]] = {
    # No login: the phone would be left without an administrator password.
    "open": {"password": None},
    # The same, and credentials go along unasked: its home page tells.
    "open-unasked": {"password": None, "inventory": {"snom_auth": "basic"}},
    "login": {},
    "shows-it-empty": {"secrets_shown": "empty", "has_webserver_admin_password": True},
    "shows-it-set": {
        "secrets_shown": "masked",
        "has_webserver_admin_password": True,
        "settings": {"webserver_admin_password": "n0t-to-be-seen, that neither"},
    },
}
REFUSED = ["open", "open-unasked"]
NOTES = {"login": "is not shown", "shows-it-empty": "is shown empty"}


def begin(start: StartBench) -> Bench:
    phones = {name: phone("D713", BEFORE, **keys) for name, keys in PHONES.items()}
    return start(phones, images=[IMAGE], snom_firmware_version=AFTER)


def test_a_rollout_refuses_what_is_known_to_be_missing_and_notes_what_is_open(start: StartBench) -> None:
    found = begin(start)
    run = found.rollout()
    assert run.outcomes == {name: "refused" if name in REFUSED else "upgraded" for name in PHONES}
    for name in REFUSED:
        assert "Set http_user and http_pass" in run.rollout["phones"][name]["reason"]
        assert found.fleet.phone(name)["writes"] == 0
    notes = {name: record["notes"] for name, record in run.rollout["phones"].items() if record["notes"]}
    assert notes.keys() == NOTES.keys()
    for name, words in NOTES.items():
        assert words in notes[name][0]
        assert notes[name][0] in run.output
    assert found.fleet.log(event="no_admin_password")[0]["phone"] == "shows-it-empty"

    forced = found.rollout("--limit", ",".join(REFUSED), force=True, rehearse=False)
    assert set(forced.outcomes.values()) == {"refused"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["open", "login", "shows-it-set"])
def test_so_does_the_module_for_one_phone(name: str, start: StartBench) -> None:
    found = begin(start)
    task = {"telephony.snom.snom_firmware": {"catalog": str(found.catalog), "flash_time": 4}}
    play = [{"name": "Upgrade", "hosts": name, "gather_facts": False, "tasks": [{"name": "Upgrade", **task}]}]
    run = found.play(play, warns=NOTES.get(name))
    assert run.results("snom_firmware")[name]["outcome"] == ("refused" if name in REFUSED else "upgraded")
    assert found.firmware(name) == [BEFORE if name in REFUSED else AFTER]
