# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror import log as mirror_log
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import (
    MAX_LINE,
    MirrorLog,
    log_lines,
    read_logs,
)
from hypothesis import given
from hypothesis import strategies as st

MAC = "000413922D24"
AGENT = f"Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 {MAC} SXM:0 UXM:0)"
OLD_AGENT = "Mozilla/4.0 (compatible; snom320-SIP 8.4.18 1.1.3-s)"
IMAGE = "snomD785-10.1.54.13-SIP-r.bin"


def line(**changes: Any) -> bytes:
    """A line as nginx writes it: a complete fetch of an image of 1000 bytes, if nothing else is said."""
    entry = {
        "time": "2026-11-26T22:00:00+00:00",
        "address": "192.0.2.17",
        "site": "",
        "method": "GET",
        "uri": f"/fw/{IMAGE}",
        "mac": "",
        "status": 200,
        "bytes": 1000,
        "length": "1000",
        "range": "",
        "user_agent": AGENT,
    }
    return json.dumps(entry | changes).encode() + b"\n"


def part(first: int, sent: int, minute: int, total: int = 1000) -> bytes:
    """A line of an answer with the bytes from first on, of which so many were sent."""
    return line(
        time=f"2026-11-26T22:{minute:02}:00+00:00",
        status=206,
        bytes=sent,
        length=str(total - first),
        range=f"bytes {first}-{total - 1}/{total}",
    )


def read(*lines: bytes) -> dict[str, Any]:
    log = MirrorLog()
    log.read(lines)
    return log.as_dict()


def fetched(*lines: bytes) -> dict[str, Any]:
    """The only file that the only phone fetched."""
    (phone,) = read(*lines)["phones"].values()
    (fetch,) = phone["fetched"]
    return dict(fetch)


def test_a_fetch() -> None:
    assert read(line()) == {
        "phones": {
            MAC: {
                "model": "D785",
                "firmware": "10.1.33.33",
                "said_by": "phone",
                "said_at": "2026-11-26T22:00:00+00:00",
                "boot_loader": "2010.12-00004-g9ba52f5",
                "boot_loader_built": None,
                "modules": {"SXM": 0, "UXM": 0},
                "address": "192.0.2.17",
                "last_seen": "2026-11-26T22:00:00+00:00",
                "fetched": [
                    {
                        "file": IMAGE,
                        "path": f"/fw/{IMAGE}",
                        "status": 200,
                        "complete": True,
                        "time": "2026-11-26T22:00:00+00:00",
                    }
                ],
            }
        },
        "unknown": 0,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"uri": "/current/snom320-0004132A3B4C.htm"},
        {"uri": "/generations/ab12/snom320-0004132A3B4C.xml"},
        {"uri": "/fw/snom320-8.7.5.35-SIP-f.bin", "mac": "0004132a3b4c"},
        {"uri": "/fw/snom320-8.7.5.35-SIP-f.bin", "mac": "00%3a04%3a13%3a2a%3a3b%3a4c"},
        {"uri": "/fw/snom320-8.7.5.35-SIP-f.bin", "mac": "0004.132a.3b4c"},
        {"uri": "/provisioning/token/0004132a3b4c.xml"},
        {"uri": "/current/00-04-13-2A-3B-4C.htm"},
        {"uri": "/current/.htm-0004132A3B4C"},
        {"uri": "/current/0004132a3b4c/snom320.htm"},
        {"uri": "/current/00:04:13:2a:3b:4c/snom320.htm"},
        {"uri": "/current/00%3A04%3A13%3A2A%3A3B%3A4C/snom320.htm"},
        {"uri": "/cfg0004132a3b4c.xml"},
        {"uri": "/provision/?mac=00:04:13:2a:3b:4c&file=/a/b"},
    ],
)
def test_an_old_phone_is_known_by_what_it_asks_for(changes: dict[str, str]) -> None:
    found = read(line(user_agent=OLD_AGENT, **changes))
    assert found["phones"]["0004132A3B4C"]["firmware"] == "8.4.18"


def test_its_user_agent_knows_a_phone_best() -> None:
    assert list(read(line(uri="/current/snomD785-0004132A3B4C.htm", mac="0004132A3B4D"))["phones"]) == [MAC]


@pytest.mark.parametrize(
    "uri", ["/generations/a1b2c3d4e5f6/snom320.htm", "/generations/202611262200/snom320.htm", "/fw/202611262200.bin"]
)
def test_what_only_looks_like_an_address_is_none(uri: str) -> None:
    assert read(line(user_agent=OLD_AGENT, uri=uri)) == {"phones": {}, "unknown": 1}


def test_what_can_not_be_told_is_null_and_takes_nothing_along() -> None:
    for agent, told in {
        AGENT.replace("D785", "D999"): ("D999", "10.1.33.33"),
        AGENT.replace("10.1.33.33", "newest"): ("D785", None),
        f"snomD862/10.1.226.13 {MAC}": ("D862", "10.1.226.13"),
    }.items():
        phone = read(line(user_agent=agent))["phones"][MAC]
        assert (phone["model"], phone["firmware"]) == told and phone["fetched"][0]["complete"]
    nameless = line(user_agent="Mozilla/4.0 (compatible; snom lid 3605)", mac=MAC)
    assert read(nameless)["phones"][MAC]["model"] is None


def test_what_loads_an_image_proves_its_fetch_but_not_what_the_phone_runs() -> None:
    loader = line(
        user_agent="Mozilla/4.0 (compatible; snom720 8.9.3.80)",
        mac=MAC,
        time="2026-11-26T23:00:00+00:00",
        uri="/fw/a.bin",
    )
    alone = read(loader)["phones"][MAC]
    assert (alone["model"], alone["firmware"], alone["said_by"]) == ("720", "8.9.3.80", "image_loader")
    assert alone["fetched"][0]["complete"]
    for lines in ([line(uri="/a.htm"), loader], [loader, line(uri="/a.htm")]):
        phone = read(*lines)["phones"][MAC]
        assert (phone["firmware"], phone["said_by"], phone["said_at"][11:13]) == ("10.1.33.33", "phone", "22")
        assert phone["last_seen"][11:13] == "23" and len(phone["fetched"]) == 2


def test_a_line_needs_no_more_than_who_when_and_what() -> None:
    entry = json.loads(line())
    for name in ("mac", "length", "range", "site"):
        del entry[name]
    phone = read(json.dumps(entry).encode())["phones"][MAC]
    assert phone["model"] == "D785" and not phone["fetched"][0]["complete"]


def test_other_servers_write_queries_and_dashes() -> None:
    phone = read(line(uri=f"/fw/{IMAGE}?mac={MAC}", length="-"))["phones"][MAC]
    assert [(fetch["file"], fetch["complete"]) for fetch in phone["fetched"]] == [(IMAGE, False)]


def test_a_dect_base_is_not_among_the_phones() -> None:
    agent = "Mozilla/4.0 (compatible; snomM900 7.40 000413AABB0C)"
    assert read(line(user_agent=agent, uri="/dect/M900_v0740_b0104.fwu")) == {"phones": {}, "unknown": 1}


def test_who_says_no_address_is_unknown() -> None:
    assert read(line(user_agent=OLD_AGENT), line(user_agent="curl/7.88.1", mac=MAC)) == {"phones": {}, "unknown": 2}


def test_the_newest_line_counts_in_any_order() -> None:
    new = line(
        time="2026-11-27T00:30:00+02:00",
        address="192.0.2.18",
        user_agent=AGENT.replace("10.1.33.33", "10.1.54.13"),
        uri="/current/snomD785.htm",
        status=404,
        bytes=146,
    )
    for lines in ([line(), new], [new, line()]):
        phone = read(*lines)["phones"][MAC]
        assert (phone["firmware"], phone["address"]) == ("10.1.54.13", "192.0.2.18")
        assert phone["last_seen"] == "2026-11-26T22:30:00+00:00"
        assert [(fetch["file"], fetch["status"], fetch["complete"]) for fetch in phone["fetched"]] == [
            (IMAGE, 200, True),
            ("snomD785.htm", 404, False),
        ]


def test_the_newest_of_each_file_counts() -> None:
    earlier, later = line(time="2026-11-26T21:00:00+00:00"), line(status=404)
    assert fetched(later, earlier)["status"] == fetched(earlier, later)["status"] == 404


def test_a_fetch_that_ended_early_is_not_complete() -> None:
    assert not fetched(line(bytes=999))["complete"]
    assert not fetched(line(length=""))["complete"]


def test_a_fetch_may_come_in_parts() -> None:
    assert fetched(part(0, 1000, 1))["complete"]
    assert fetched(line(bytes=400), part(400, 600, 1))["complete"]
    assert fetched(part(0, 300, 1), part(300, 300, 2), part(500, 500, 3))["complete"]
    assert fetched(part(0, 300, 1), part(300, 300, 2), part(500, 500, 3))["status"] == 206


def test_parts_with_a_gap_are_not_complete() -> None:
    assert not fetched(part(500, 500, 1))["complete"]
    assert not fetched(line(bytes=400), part(401, 599, 1))["complete"]
    assert not fetched(part(0, 300, 1), part(300, 300, 2))["complete"]
    # A phone that begins again has nothing of what it got before.
    assert not fetched(line(), part(0, 10, 1))["complete"]


def test_parts_may_lie_in_several_logs(tmp_path: Path) -> None:
    """A phone goes on after the log was rotated, and the newer file's name comes first."""
    (tmp_path / "access.log").write_bytes(b"no JSON\n" + part(700, 300, 9))
    (tmp_path / "access.log.1").write_bytes(part(400, 300, 5))
    with gzip.open(tmp_path / "access.log.2.gz", "wb") as stream:
        stream.write(part(0, 400, 1))
    found = read_logs([str(tmp_path / "access.log*")])
    assert [file["complete"] for file in found["phones"][MAC]["fetched"]] == [True] and found["unknown"] == 1


def test_a_head_is_seen_but_fetches_nothing() -> None:
    phone = read(line(method="HEAD", bytes=0))["phones"][MAC]
    assert (phone["firmware"], phone["fetched"]) == ("10.1.33.33", [])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b'192.0.2.17 - - [26/Nov/2026] "GET / HTTP/1.1" 200 1 "-" "-"\n',
        b"[]\n",
        b"17\n",
        b"null\n",
        b"{}\n",
        b"[" * 60000,
        b'{"user_agent": ' + b"9" * 60000,
        line()[:-9],
        line(time="yesterday"),
        line(time=None),
        line(time="0001-01-01T00:00:00+23:59"),
        line(status="many"),
        line(bytes=None),
        line(user_agent=None),
        line(user_agent=["Mozilla"]),
    ],
)
def test_lines_that_are_none(text: bytes) -> None:
    assert read(text) == {"phones": {}, "unknown": 1}


@pytest.mark.parametrize("uri", ["/fw/", "/fw/a b", "/fw/\x1b[2J", f"/fw/{'x' * 5000}", "/fw/é.bin", "", 7])
def test_files_that_no_phone_asks_for_are_not_listed(uri: object) -> None:
    (phone,) = read(line(uri=uri))["phones"].values()
    assert [fetch for fetch in phone["fetched"] if fetch["file"] != "7"] == []


def test_bytes_that_are_no_text() -> None:
    assert read(line().replace(b"/fw/", b"/\xff\xfe/"))["phones"][MAC]["fetched"][0]["file"] == IMAGE


@given(st.dictionaries(st.sampled_from(list(json.loads(line()))), st.one_of(st.text(), st.integers(), st.none())))
def test_no_line_breaks_it(changes: dict[str, Any]) -> None:
    found = read(line(**changes))
    assert len(found["phones"]) + found["unknown"] == 1
    json.dumps(found)


def test_invented_phones_and_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_log, "MAX_PHONES", 3)
    monkeypatch.setattr(mirror_log, "MAX_FILES", 2)
    found = read(*(line(user_agent=AGENT.replace(MAC, f"000413{number:06X}")) for number in range(9)))
    assert (len(found["phones"]), found["unknown"]) == (3, 6)
    (phone,) = read(*(line(uri=f"/fw/{number}.bin") for number in range(9)))["phones"].values()
    assert len(phone["fetched"]) == 2


def test_logs_also_compressed_ones(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_bytes(line())
    with gzip.open(tmp_path / "access.log.2.gz", "wb") as stream:
        stream.write(line(user_agent=AGENT.replace(MAC, "000413922D25")))
    assert list(read_logs([f"{tmp_path}/access.log*"])["phones"]) == [MAC, "000413922D25"]


def test_a_log_is_streamed_and_an_endless_line_cut(tmp_path: Path) -> None:
    with (tmp_path / "access.log").open("wb") as stream:
        stream.write(b"x" * (8 * MAX_LINE) + b"\n")
        for _unused in range(2000):
            stream.write(line(user_agent="y" * 4000))
        stream.write(line())
    tracemalloc.start()
    try:
        found = read_logs([str(tmp_path / "access.log")])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert list(found["phones"]) == [MAC]
    assert peak < 2_000_000, "8 MB of log must not be held in memory"


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.log can't be read: No such file"):
        read_logs([str(tmp_path / "none.log")])
    broken = tmp_path / "access.log.1.gz"
    broken.write_bytes(gzip.compress(line() * 100)[:-20])
    with pytest.raises(InputError, match=r"1\.gz can't be read"):
        list(log_lines(str(broken)))
    broken.write_bytes(b"no gzip")
    with pytest.raises(InputError, match=r"1\.gz can't be read"):
        list(log_lines(str(broken)))
