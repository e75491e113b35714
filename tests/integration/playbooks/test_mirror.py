# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role firmware_mirror: a real nginx that serves what it downloaded and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from .bench import image, phone
from .conftest import StartBench
from .mirror import Mirror, mirror

StartMirror = Callable[..., Mirror]
IMAGE = image("320")
OTHER = image("D785")


@pytest.fixture
def start_mirror(start: StartBench) -> Iterator[StartMirror]:
    """Start a fleet with a mirror beside it."""
    with ExitStack() as stack:

        def start_mirror(phones: dict[str, Any] | None = None, **options: Any) -> Mirror:
            return stack.enter_context(mirror(start(phones or {"desk": phone()}), **options))

        yield start_mirror


def test_it_serves_what_it_has_downloaded(start_mirror: StartMirror) -> None:
    box = start_mirror()
    run = box.play(images=box.entries(IMAGE, OTHER))
    assert run.code == 0, run.output
    (entry,) = box.entries(IMAGE)
    answer = requests.get(f"{box.url}/fw/{IMAGE}", timeout=10)
    assert answer.status_code == 200
    assert (len(answer.content), hashlib.sha1(answer.content).hexdigest()) == (entry["size"], entry["sha1"])
    assert sorted(file.name for file in box.images.iterdir()) == sorted([IMAGE, OTHER])


def test_the_second_run_changes_nothing(start_mirror: StartMirror) -> None:
    box = start_mirror(images=[])
    assert box.play(images=box.entries(IMAGE)).code == 0
    downloads, workers = box.bench.fleet.counters()["images"], box.workers()
    again = box.play(images=box.entries(IMAGE))
    assert (again.code, again.recap) == (0, {"box": "ok"})
    assert (box.bench.fleet.counters()["images"], box.workers()) == (downloads, workers)


def test_ranges_and_nothing_else(start_mirror: StartMirror) -> None:
    box = start_mirror()
    assert box.play(images=box.entries(IMAGE)).code == 0
    whole = requests.get(f"{box.url}/fw/{IMAGE}", timeout=10).content
    part = requests.get(f"{box.url}/fw/{IMAGE}", headers={"Range": "bytes=100-199"}, timeout=10)
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert requests.get(f"{box.url}/fw/", timeout=10).status_code in (403, 404)
    assert requests.post(f"{box.url}/fw/{IMAGE}", timeout=10).status_code == 405
    assert requests.get(f"{box.url}/nginx.conf", timeout=10).status_code == 404


def test_absent_ends_it(start_mirror: StartMirror) -> None:
    box = start_mirror()
    assert box.play(images=box.entries(IMAGE)).code == 0
    assert (run := box.play(state="absent")).code == 0, run.output
    with pytest.raises(requests.ConnectionError):
        requests.get(box.url, timeout=10)
    assert (box.images / IMAGE).exists()
    assert box.play(state="absent").recap == {"box": "ok"}


def test_images_that_nobody_needs_are_listed_or_removed(start_mirror: StartMirror) -> None:
    box = start_mirror()
    box.images.mkdir(parents=True)
    old = "snom320-8.4.35-SIP-f.bin"
    for name in (old, "notes.txt"):
        (box.images / name).write_text("x")
    listed = box.play(images=box.entries(IMAGE))
    assert listed.code == 0 and f"would remove {old}." in listed.output
    assert (box.images / old).exists()
    assert box.play(images=box.entries(IMAGE), remove_unneeded=True).code == 0
    assert sorted(file.name for file in box.images.iterdir()) == ["notes.txt", IMAGE]
    refused = box.play(images=[], remove_unneeded=True)
    assert refused.code != 0 and "names none" in refused.output
    assert (box.images / IMAGE).exists()


def test_images_that_cannot_be_had_are_named_and_hold_up_no_other(start_mirror: StartMirror) -> None:
    box = start_mirror()
    wrong_hash, missing, wrong_size, truncated, unknown_hash, good = map(
        image, ("360", "370", "720", "760", "821", "320")
    )
    faults = {wrong_hash: "corrupt", missing: "not_found", wrong_size: "wrong_size", truncated: "truncated"}
    box.bench.fleet.patch_image_server(faults=faults)
    entries = {entry["file"]: entry for entry in box.entries(*faults, unknown_hash, good)}
    del entries[wrong_size]["sha1"], entries[unknown_hash]["sha1"]
    gone = {"file": "snom300-8.7.5.35-SIP-f.bin", "url": f"http://{box.address}:1/x", "sha1": "0" * 40}
    run = box.play(images=[*entries.values(), gone])
    assert run.code != 0
    assert sorted(file.name for file in box.images.iterdir()) == sorted([unknown_hash, good])
    (message,) = (line["result"]["msg"] for line in run.lines if line.get("status") == "failed")
    for file, reason in {
        wrong_hash: "did not match",
        missing: "404",
        wrong_size: "bytes instead of",
        truncated: "did not match",
        gone["file"]: "refused",
    }.items():
        assert f"{file} from http://" in message and reason in message, message
    assert f"{unknown_hash} is unverified" in run.output
