# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_update import (
    Update,
    find_update,
    read_text,
    write_text,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.image_probe import NotThere, Probed
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import Stated

FILE = "snomD785-10.1.54.13-SIP-r.bin"
SEEN = Probed(size=5, sha1="a" * 40, sha256="b" * 64)
FOUND = {"size": 5, "sha1": "a" * 40, "sha256": "b" * 64}
VENDOR = "https://downloads.snom.com/fw"


def catalog(**more: Any) -> Catalog:
    return Catalog(parse_images([{"file": FILE, "url": f"{VENDOR}/x/{FILE}", **more}], "a test"))


class Servers:
    """What is there, by URL; all else is not."""

    def __init__(self, *there: str, seen: Probed = SEEN) -> None:
        self.there = there
        self.seen = seen
        self.asked: list[str] = []

    def __call__(self, url: str) -> Probed:
        self.asked.append(url)
        if url not in self.there:
            raise NotThere(f"404 for {url}.")
        return self.seen


def update(servers: Servers, version: str = "10.1.54.13", model: str = "D785", **more: Any) -> Update:
    stated = [Stated(host="desk", model=MODELS[model], version=Version.parse(version))]
    own, all_known = more.pop("own", Catalog()), more.pop("all_known", Catalog())
    return find_update(stated, all_known.merged(own), own, servers, **more)


@pytest.mark.parametrize(
    ("version", "likelier"),
    [("10.1.39.11", "10.1.39.11/bin/"), ("10.1.20.0", ""), ("10.1.30.0", "")],
)
def test_an_unknown_image_is_looked_for_at_both_places_of_the_vendor(version: str, likelier: str) -> None:
    file = f"snomD785-{version}-SIP-r.bin"
    places = {f"{VENDOR}/{version}/bin/{file}", f"{VENDOR}/{file}"}
    first = f"{VENDOR}/{likelier}{file}"
    (other,) = places - {first}
    servers = Servers(other)
    found = update(servers, version)
    assert servers.asked == [first, other]
    assert found.entries == {file: {"url": other, "model": "D785", "version": version, **FOUND}}
    assert [(image["state"], image["url"]) for image in found.images] == [("added", other)]
    assert found.known == {"D785": [version]}


def test_one_that_is_nowhere_names_both_places() -> None:
    found = update(Servers())
    (missing,) = found.missing
    assert (missing["model"], missing["version"], found.entries, found.known) == (
        "D785",
        "10.1.54.13",
        {},
        {"D785": []},
    )
    assert f"404 for {VENDOR}/10.1.54.13/bin/{FILE}. 404 for {VENDOR}/{FILE}. Correct the version" in missing["reason"]


@pytest.mark.parametrize("more", [{"size": 5, "sha1": "a" * 40}, {"size": 5, "sha256": "b" * 64}])
@pytest.mark.parametrize("place", ["own", "all_known"])
def test_what_is_known_is_not_asked_for(more: dict[str, Any], place: str) -> None:
    servers = Servers()
    found = update(servers, **{place: catalog(**more)})
    assert ([image["state"] for image in found.images], found.entries, servers.asked) == (["known"], {}, [])


@pytest.mark.parametrize("more", [{}, {"size": 5}, {"sha1": "a" * 40}])
def test_an_entry_that_lacks_something_is_completed(more: dict[str, Any]) -> None:
    found = update(Servers(f"{VENDOR}/x/{FILE}"), own=catalog(**more))
    assert [image["state"] for image in found.images] == ["completed"]
    assert found.entries == {FILE: FOUND}


@pytest.mark.parametrize("more", [{"size": 6}, {"sha1": "c" * 40}, {"size": 5, "sha256": "c" * 64}])
def test_what_contradicts_is_missing_until_it_is_to_be_renewed(more: dict[str, Any]) -> None:
    servers = Servers(f"{VENDOR}/x/{FILE}")
    found = update(servers, own=catalog(**more), known="verify")
    assert "but the catalogue says" in found.missing[0]["reason"] and found.entries == {}
    found = update(servers, own=catalog(**more), known="renew")
    assert found.entries == {FILE: FOUND} and not found.missing


def test_a_built_in_image_that_is_renewed_becomes_an_entry() -> None:
    known = catalog(size=6, sha1="c" * 40)
    found = update(Servers(f"{VENDOR}/x/{FILE}"), all_known=known, known="renew")
    entry = {"url": f"{VENDOR}/x/{FILE}", "model": "D785", "version": "10.1.54.13", **FOUND}
    assert (found.entries, found.images[0]["state"]) == ({FILE: entry}, "renewed")


def test_verified_ones_stay_known() -> None:
    known = catalog(size=5, sha1="a" * 40)
    found = update(Servers(f"{VENDOR}/x/{FILE}"), all_known=known, known="verify")
    assert (found.entries, found.images[0]["state"], found.missing) == ({}, "known", [])


def test_another_server_has_the_vendors_paths() -> None:
    servers = Servers(f"http://copy.example/fw/x/{FILE}")
    found = update(servers, own=catalog(), server="http://copy.example/")
    assert found.entries == {FILE: FOUND}
    servers = Servers(f"http://copy.example/fw/10.1.54.13/bin/{FILE}")
    assert update(servers, server="http://copy.example").entries[FILE]["url"] == servers.there[0]


def test_a_chained_update_image_that_is_not_complete_is_asked_for_too() -> None:
    chain = "snomD785-ramdisk-chained-update-r.bin"
    new = "snomD785-10.1.184.15-SIP-r.bin"
    rows: list[dict[str, Any]] = [
        {"file": chain, "url": f"{VENDOR}/update/{chain}", "kind": "chained-update"},
        {"file": new, "url": f"{VENDOR}/x/{new}", "size": 5, "sha1": "a" * 40},
    ]
    known = Catalog(parse_images(rows, "a test"))
    found = update(Servers(f"{VENDOR}/update/{chain}"), "10.1.184.15", all_known=known)
    entry = {"url": f"{VENDOR}/update/{chain}", "model": "D785", "kind": "chained-update", **FOUND}
    assert found.entries == {chain: entry}
    assert found.known == {"D785": ["10.1.184.15"]}


def test_a_model_without_known_names_is_missing() -> None:
    unnamed = next(name for name, model in MODELS.items() if model.image_letter is None)
    found = update(Servers(), "10.1.54.13", unnamed)
    assert [one["model"] for one in found.missing] == [unnamed]


@pytest.mark.parametrize("option", ["server", "mirror"])
def test_a_server_that_cannot_be_read_is_refused_before_anything_is_asked(option: str) -> None:
    servers = Servers()
    with pytest.raises(InputError):
        update(servers, **{option: "somewhere"})
    assert servers.asked == []


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yml", tmp_path / "images.yml"
    real.write_text("images: []\n")
    real.chmod(0o600)
    link.symlink_to(real)
    write_text(str(link), "images:\n")
    assert link.is_symlink() and real.read_text() == "images:\n" and real.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["images.yml", "real.yml"]


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        write_text(str(tmp_path / "nowhere" / "images.yml"), "")
    (tmp_path / "latin.yml").write_bytes(b"# f\xfcr uns\n")
    with pytest.raises(InputError, match="Save it as UTF-8"):
        read_text(str(tmp_path / "latin.yml"))
    with pytest.raises(InputError, match="it is a folder"):
        read_text(str(tmp_path))


def test_a_refusal_of_one_holds_up_no_other() -> None:
    def probe(url: str) -> Probed:
        if "D785" in url:
            raise Refused("Not so.")
        return SEEN

    stated = [
        Stated(host=model, model=MODELS[model], version=Version.parse("10.1.54.13")) for model in ("D785", "D765")
    ]
    found = find_update(stated, Catalog(), Catalog(), probe)
    assert list(found.entries) == ["snomD765-10.1.54.13-SIP-r.bin"]
    assert [one["reason"] for one in found.missing] == ["Not so."]
