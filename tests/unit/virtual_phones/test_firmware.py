# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images and User-Agents, against the real strings; the image server and its catalogue."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.telephony.snom.tests.unit.virtual_phones.client import get, status
from ansible_collections.telephony.snom.tests.unit.virtual_phones.conftest import StartFleet
from ansible_collections.telephony.snom.tests.virtual_phones import firmware

FILE = "snomD785-10.1.54.13-SIP-r.bin"


@pytest.mark.parametrize(
    ("model", "version", "agent"),
    [
        ("320", "6.5.20", "Mozilla/4.0 (compatible; snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38)"),
        ("320", "7.3.30", "Mozilla/4.0 (compatible; snom320-SIP 7.3.30 1.1.3-u)"),
        ("710", "8.7.3.19", "Mozilla/4.0 (compatible; snom710-SIP 8.7.3.19 1.1.5-IFX-05.01.12)"),
        ("710", "8.7.5.35", "Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413922D24)"),
        (
            "D785",
            "10.1.33.33",
            "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)",
        ),
    ],
)
def test_user_agents_are_the_real_ones(model: str, version: str, agent: str) -> None:
    assert firmware.user_agent(model, version, "000413922D24") == agent


@pytest.mark.parametrize(
    ("file", "model", "version", "kind"),
    [
        ("snom320-8.7.5.35-SIP-f.bin", "320", "8.7.5.35", "phone"),
        ("snomPA1-8.7.5.35-SIP-f.bin", "PA1", "8.7.5.35", "phone"),
        ("snomD865-10.1.215.13-SIP-r.swu", "D865", "10.1.215.13", "phone"),
        ("snom715-ramdisk-chained-update-r.bin", "715", "", "chained-update"),
    ],
)
def test_names_of_images(file: str, model: str, version: str, kind: str) -> None:
    assert firmware.named(file) == firmware.Image(file, model, version, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("file", ["", "snom.bin", "snomD7C-1.6.1-r.bin", "snom320-8.7.5.35-SIP-f.bin.txt"])
def test_other_names_are_no_images(file: str) -> None:
    assert firmware.named(file) is None


def test_an_image_passes_only_whole_and_on_its_model() -> None:
    image = firmware.Image(FILE, "D785", "10.1.54.13", "phone")
    data = firmware.build(image, 4096)
    assert firmware.check(FILE, data, "D785") == image
    for broken in (b"", data[:-1], data + b"x", data[:-1] + b"\0", data.replace(b"VIRTUAL", b"ANOTHER"), b"<html>\n\n"):
        with pytest.raises(firmware.BadImage):
            firmware.check(FILE, broken, "D785")
    with pytest.raises(firmware.BadImage, match="made for D785, not for 715"):
        firmware.check(FILE, data, "D715")


def test_versions_are_ordered_by_numbers() -> None:
    assert firmware.version_order("8.9.3.80") < firmware.version_order("10.1.54.13")


def test_the_catalogue_is_what_the_server_serves(start_fleet: StartFleet) -> None:
    other = "snomD785-ramdisk-chained-update-r.bin"
    fleet = start_fleet(image_server={"images": [FILE, other]})
    server = {"address": "127.0.0.1", "port": int(fleet.images.rpartition(":")[2])}
    entries = fleet.catalog()
    assert [(entry["file"], entry["version"], entry["kind"]) for entry in entries] == [
        (FILE, "10.1.54.13", "phone"),
        (other, None, "chained-update"),
    ]
    for entry in entries:
        body = get(server, entry["url"].removeprefix(fleet.images)).partition(b"\r\n\r\n")[2]
        assert (len(body), hashlib.sha1(body).hexdigest()) == (entry["size"], entry["sha1"])
    head = get(server, f"/fw/10.1/bin/{FILE}", method="HEAD")
    assert f"Content-Length: {entries[0]['size']}\r\n".encode() in head
    assert status(get(server, "/snom320-8.7.5.35-SIP-f.bin")) == 404  # not one of the images
    assert fleet.counters()["images"] == {FILE: 1, other: 1, "snom320-8.7.5.35-SIP-f.bin": 1}


@pytest.mark.parametrize(("fault", "code", "missing"), [("wrong_size", 200, 100), ("not_found", 404, 0)])
def test_faults_of_the_image_server(start_fleet: StartFleet, fault: str, code: int, missing: int) -> None:
    fleet = start_fleet(image_server={"images": [FILE]})
    server = {"address": "127.0.0.1", "port": int(fleet.images.rpartition(":")[2])}
    fleet.patch_image_server(faults={"*": fault})
    answer = get(server, f"/{FILE}")
    assert status(answer) == code
    if missing:
        assert len(answer.partition(b"\r\n\r\n")[2]) == fleet.catalog()[0]["size"] - missing
