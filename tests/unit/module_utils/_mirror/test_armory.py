# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One mirror for all phones: what it does not answer costs them its time once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._mirror.armory import FRESH, Armory
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._mirror.served_log import Position

MACS = ("000413000001", "000413000002", "000413000003")
TIMEOUT = 30.0


class StandsStill:
    """A mirror whose answers never come, and its log and control."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.requests = 0
        self.log = self
        self.client = self
        self.skew, self.told, self.gap = 0.0, None, False
        self.position = Position()

    def now(self) -> float:
        return self.time

    def read_new(self) -> Any:
        self.requests += 1
        self.time += TIMEOUT
        raise MirrorFailed("It gave no whole answer.")

    def mark(self) -> Any:
        self.read_new()

    def ask(self, url: str, verify: bool | str) -> bool:
        self.read_new()
        return False


def armory_of(mirror: Any) -> Armory:
    settings = ControlSettings(url="https://mirror.example", username="ansible", password="secret")
    armory = Armory(settings, control=lambda given: mirror, now=mirror.now, clock=mirror.now, ask=mirror.ask)
    for mac in MACS:
        position = Position().as_dict()
        armory.follow(mac, {"position": position, "since": mirror.time, "image": "a.swu", "length": 10})
    return armory


@pytest.mark.parametrize(
    "look",
    [
        lambda armory, mac: armory.progress(mac),
        lambda armory, mac: armory.progress(mac, fresh=0),
        lambda armory, mac: armory.is_whole(mac),
    ],
)
def test_all_who_wait_for_a_mirror_that_stands_still_wait_once(look: Callable[[Armory, str], Any]) -> None:
    """Seed 69 with 50 phones: eleven that loaded waited 30 s each, one after the other, in each round."""
    mirror = StandsStill()
    armory = armory_of(mirror)
    for mac in MACS:
        with pytest.raises(MirrorFailed, match="no whole answer"):
            look(armory, mac)
    assert (mirror.requests, mirror.time) == (1, 1000.0 + TIMEOUT)
    mirror.time += FRESH
    with pytest.raises(MirrorFailed):
        look(armory, MACS[0])
    assert mirror.requests == 2
