# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.progress import FetchProgress, ProgressLog

MAC = "000413922D24"
OTHER = "000413922D25"
IMAGE = "snomD865-10.1.175.16-SIP-r.swu"
OLD = "10.1.141.13"
NEW = "10.1.175.16"
SINCE = datetime(2026, 11, 26, 22, 0, 0, tzinfo=timezone.utc)


def agent(version: str = OLD, mac: str = MAC) -> str:
    return f"Mozilla/4.0 (compatible; snomD865-SIP {version} 2010.12-00004-g9ba52f5 {mac} SXM:0 UXM:0)"


def line(uri: str, second: int = 1, **changes: Any) -> bytes:
    """A line as nginx writes it: a complete answer of 1000 bytes to the phone, if nothing else is said."""
    entry = {
        "time": f"2026-11-26T22:00:{second:02}+00:00",
        "address": "192.0.2.17",
        "site": "",
        "method": "GET",
        "uri": uri,
        "mac": "",
        "status": 200,
        "bytes": 1000,
        "length": "1000",
        "range": "",
        "user_agent": agent(),
    }
    return json.dumps(entry | changes).encode() + b"\n"


def follow(*lines: bytes, armed_length: int | None = None) -> FetchProgress:
    log = ProgressLog()
    progress = log.expect(MAC, IMAGE, SINCE, armed_length)
    log.read(lines)
    return progress


def image(second: int = 3, **changes: Any) -> bytes:
    return line(f"/fw/{IMAGE}", second, **changes)


def test_each_step_is_told_apart() -> None:
    lines = [
        line(f"/current/snom{MAC}.htm", 1),
        line(f"/firmware/{MAC.lower()}.xml", 2),
        image(3),
        line(f"/beacon/{MAC}", 4, status=404),
        line(f"/current/snom{MAC}.htm", 5, user_agent=agent(NEW)),
    ]
    seen = [follow(*lines[:count]) for count in range(len(lines) + 1)]
    assert [bool(one.settings_fetched) for one in seen] == [False, True, True, True, True, True]
    assert [bool(one.firmware_fetched) for one in seen] == [False, False, True, True, True, True]
    assert [one.images for one in seen] == [0, 0, 0, 1, 1, 1]
    assert [bool(one.beacon) for one in seen] == [False, False, False, False, True, True]
    # While it loads, and as long as nothing came back, it still says the old one.
    assert [one.version and str(one.version) for one in seen] == [None, None, None, None, OLD, NEW]
    assert [one.version_before and str(one.version_before) for one in seen] == [None, *[OLD] * 5]


def test_what_a_log_tells_behind_the_image_and_was_before_it_is_no_word_of_after() -> None:
    seen = follow(
        line(f"/firmware/{MAC}.xml", 2), image(9), line(f"/current/snom{MAC}.htm", 8), line(f"/beacon/{MAC}", 7)
    )
    assert (seen.images, seen.version, seen.beacon) == (1, None, None)


def test_what_was_before_counts_for_nothing() -> None:
    before = {"time": "2026-11-26T21:59:59+00:00"}
    seen = follow(line(f"/firmware/{MAC}.xml", **before), image(**before), line(f"/current/snom{MAC}.htm", **before))
    assert (seen.settings_fetched, seen.firmware_fetched, seen.images, seen.version) == (None, None, 0, None)


def test_the_firmware_file_of_an_unarmed_phone_is_no_step() -> None:
    assert follow(line(f"/firmware/{MAC}.xml", bytes=99), armed_length=160).firmware_fetched is None
    assert follow(line(f"/firmware/{MAC}.xml", bytes=160), armed_length=160).firmware_fetched
    assert follow(line(f"/firmware/{MAC}.xml", status=404), armed_length=None).firmware_fetched is None


def test_an_image_in_parts_is_one() -> None:
    parts = [
        image(3, bytes=400),
        image(4, status=206, bytes=300, length="600", range="bytes 400-999/1000"),
        image(5, status=206, bytes=300, length="300", range="bytes 700-999/1000"),
    ]
    assert [follow(*parts[:count]).images for count in range(4)] == [0, 0, 0, 1]
    assert follow(parts[0]).image_begun and not follow(image(3, status=503, bytes=99)).image_begun
    # What is behind a whole image begins anew, and its last part alone is no second one.
    assert follow(*parts, parts[2]).images == 1
    assert follow(parts[0], parts[2]).images == 0


def test_twice_without_another_version_is_a_loop() -> None:
    old, new = Version.parse(OLD), Version.parse(NEW)
    assert not follow(image(3)).is_looping(old)
    assert follow(image(3), image(4)).is_looping(old)
    assert follow(image(3), line("/current/all.xml", 4), image(5)).is_looping(old)
    left = follow(image(3), image(4), line("/current/all.xml", 5, user_agent=agent(NEW)))
    assert left.version == new and not left.is_looping(old)


def test_another_image_and_a_head_are_no_step() -> None:
    assert follow(line("/fw/other.swu"), image(method="HEAD", bytes=0)).images == 0


def test_a_loader_that_does_not_say_who_it_is_is_known_by_its_address() -> None:
    anonymous = {"user_agent": "libcurl/7.80"}
    first = line(f"/firmware/{MAC}.xml", 2, **anonymous)
    assert follow(first, image(**anonymous)).images == 1
    assert follow(first, image(address="192.0.2.18", **anonymous)).images == 0
    # Its version is nobody's word.
    assert (
        follow(first, image(**anonymous), line("/current/all.xml", 4, user_agent="snomD865-SIP 10.1.1.1")).version
        is None
    )


def test_two_at_one_address_are_not_told_apart() -> None:
    log = ProgressLog()
    phones = [log.expect(mac, IMAGE, SINCE) for mac in (MAC, OTHER)]
    anonymous = {"user_agent": "libcurl/7.80"}
    log.read([line(f"/firmware/{mac}.xml", 2, **anonymous) for mac in (MAC, OTHER)] + [image(**anonymous)])
    assert [one.images for one in phones] == [0, 0]
    log.forget(OTHER)
    log.read([image(**anonymous)])
    assert [one.images for one in phones] == [1, 0]
    assert log.of(OTHER) is None and log.of(MAC) is phones[0]


def test_only_phones_that_are_followed_are_remembered() -> None:
    log = ProgressLog()
    log.expect(MAC, IMAGE, SINCE)
    log.read(line(f"/firmware/0004139{number:05X}.xml", address=f"10.0.{number}.1") for number in range(100))
    log.read(line(f"/firmware/{MAC}.xml", address=f"10.1.{number}.1") for number in range(100))
    log.read([b"", b"{}", b"[" * 60_000, b"\xff\n", b'{"time": 1}\n'])
    assert len(log._phones) == len(log._by_address) == 1


def test_a_step_of_a_load_whose_time_is_before_it_began_is_a_doubt() -> None:
    """Either the clock of the log was set back since, or it is an old line that is read once more."""
    before = {"time": "2026-11-26T21:00:00+00:00"}
    for step in (line(f"/firmware/{MAC}.xml", **before), line(f"/fw/{IMAGE}?mac={MAC}", **before)):
        progress = follow(step, armed_length=1000)
        assert progress.doubtful
        assert (progress.firmware_fetched, progress.image_begun, progress.images) == (None, None, 0)
    for other in (
        line(f"/current/snom{MAC}.htm", **before),
        line(f"/firmware/{MAC}.xml", bytes=900, **before),
        line(f"/firmware/{MAC}.xml", status=404, **before),
        line("/fw/snomD865-10.1.141.13-SIP-r.swu", **before),
        line(f"/fw/{IMAGE}", method="HEAD", **before),
        line(f"/fw/{IMAGE}"),
    ):
        assert not follow(other, armed_length=1000).doubtful
