# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a mirror's log tells of many phones at once. test_sync has what begins and ends a load of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._mirror import begun_load
from ansible_collections.telephony.snom.plugins.module_utils._mirror.begun_load import ToldLog

from .test_progress import IMAGE, MAC, NEW, OLD, OTHER, SINCE, agent, image, line

NOW = SINCE + timedelta(minutes=5)


def told_by(lines: Iterable[bytes], macs: Collection[str]) -> dict[str, begun_load.Told]:
    log = ToldLog(macs)
    log.read(lines)
    return {mac: log.of(mac) for mac in macs}


def said(lines: Iterable[bytes], macs: Collection[str]) -> dict[str, str]:
    return {mac: str(told.said) for mac, told in told_by(lines, macs).items() if told.said}


def begun(*lines: bytes) -> dict[str, tuple[int, str]]:
    """Of each phone that loads: in which second it began, and what."""
    found = {mac: (told.begun((), NOW), told.file) for mac, told in told_by(lines, {MAC, OTHER}).items()}
    return {mac: (at.second, file) for mac, (at, file) in found.items() if at is not None}


def test_what_phones_said_last_is_what_stands_last_in_the_log() -> None:
    lines = [
        line(f"/current/snom{MAC}.htm", 9, user_agent=agent(NEW)),
        # The clock was set back.
        line(f"/current/snom{MAC}.htm", 1),
        # Not the phone as it runs, not one of these, nobody's, and no line.
        image(2, user_agent=agent(NEW)),
        line("/current/all.htm", 3, user_agent=agent(NEW, OTHER)),
        line(f"/current/snom{MAC}.htm", 4, user_agent="curl/8"),
        line("/current/all.htm", 5, user_agent="Mozilla/4.0 (compatible; snomD865-SIP 10.1.175.16)"),
        b"{half a line",
    ]
    assert said(lines, {MAC}) == {MAC: OLD}
    # Without a MAC address in what it says, the file's name tells.
    lines = [line(f"/current/snom{MAC}.htm", user_agent="Mozilla/4.0 (compatible; snomD865-SIP 10.1.175.16)")]
    assert said(lines, {MAC, OTHER}) == {MAC: NEW}
    assert said([], {MAC}) == {}


def test_each_of_many_phones_has_its_own_load() -> None:
    other = agent(mac=OTHER)
    shown = line(f"/firmware/{MAC}.xml", 1), line(f"/firmware/{OTHER}.xml", 2, user_agent=other)
    assert begun(*shown) == {MAC: (1, ""), OTHER: (2, "")}
    assert begun(*shown, image(3), image(4, user_agent=other)) == {MAC: (3, IMAGE), OTHER: (4, IMAGE)}
    assert begun(*shown, image(3), line(f"/beacon/{MAC}", 4, user_agent=agent(NEW))) == {OTHER: (2, "")}
    # One that does not say who it is may be each that is there, and no other.
    assert begun(*shown, image(5, user_agent="curl/8")) == {MAC: (5, IMAGE), OTHER: (5, IMAGE)}
    assert begun(*shown, image(5, user_agent="curl/8", address="192.0.2.99")) == {MAC: (1, ""), OTHER: (2, "")}
    # What was there before does not count.
    assert begun(image(0, user_agent="curl/8"), *shown) == {MAC: (1, ""), OTHER: (2, "")}
    back = line(f"/beacon/{MAC}", 6, user_agent=agent(NEW))
    assert begun(*shown, image(5, user_agent="curl/8"), back) == {OTHER: (5, IMAGE)}


def test_phones_at_one_address_cost_no_more_than_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its own image, and none says who it is: behind a router all of them may be each."""
    count, noted = 300, 0
    note = begun_load.Told.note

    def counted(*arguments: object) -> None:
        nonlocal noted
        noted += 1
        note(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(begun_load.Told, "note", counted)
    macs = [f"00041300{number:04X}" for number in range(count)]
    lines = [line(f"/firmware/{mac}.xml", user_agent=agent(mac=mac)) for mac in macs]
    lines += [image(user_agent="curl/8") for _mac in macs]
    assert {told.file for told in told_by(lines, set(macs)).values()} == {IMAGE}
    assert noted == 2 * count
