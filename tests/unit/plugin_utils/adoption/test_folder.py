# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption import folder
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.folder import read_folder


def test_files_are_read_by_their_paths_and_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "snom").mkdir()
    (tmp_path / "snom" / "a.xml").write_bytes(b"<settings/>")
    (tmp_path / "b.htm").symlink_to(tmp_path / "snom" / "a.xml")
    with (tmp_path / "snom720-8.7.5.35-SIP-r.bin").open("wb") as image:
        image.truncate(100 * 1024 * 1024)
    found = read_folder(str(tmp_path))
    assert found.files == {"b.htm": b"<settings/>", "snom/a.xml": b"<settings/>"}
    assert found.others == ["snom720-8.7.5.35-SIP-r.bin"]


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "passwd").write_text("root: x")
    (inside / "a.xml").symlink_to("../passwd")
    with pytest.raises(InputError, match=r"a\.xml is a link that leads out of the folder"):
        read_folder(str(inside))


def test_a_folder_outside_that_is_linked_is_not_entered(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "000413AABBCC.xml").write_text("language: English")
    (inside / "more").symlink_to(outside)
    (inside / "itself").symlink_to(inside)
    assert read_folder(str(inside)).files == {}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xml")
    with pytest.raises(InputError, match=r"a\.xml can't be read"):
        read_folder(str(tmp_path))


def test_a_hundred_megabytes_are_refused_by_their_size(tmp_path: Path) -> None:
    with (tmp_path / "a.xml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(InputError, match=r"a\.xml has more than 2 MB"):
        read_folder(str(tmp_path))


def test_firmware_of_other_devices_is_no_reason_to_stop(tmp_path: Path) -> None:
    for name in ("M700_v0740_b0104.fwu", "vmlinuz"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(3 * 1024 * 1024)
    (tmp_path / "a.xml").write_bytes(b"<settings/>")
    found = read_folder(str(tmp_path))
    assert (list(found.files), found.others) == (["a.xml"], ["M700_v0740_b0104.fwu", "vmlinuz"])
    (tmp_path / "000413AABBCC").write_bytes(b"language: English\n" * 200_000)
    with pytest.raises(InputError, match="000413AABBCC has more than 2 MB"):
        read_folder(str(tmp_path))


def test_all_together_and_how_many_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.xml").write_bytes(b"x" * 400)
    monkeypatch.setattr(folder, "LARGEST_TOGETHER", 1000)
    with pytest.raises(InputError, match="together"):
        read_folder(str(tmp_path))
    monkeypatch.setattr(folder, "MOST_FILES", 2)
    with pytest.raises(InputError, match="more than 2 files"):
        read_folder(str(tmp_path))


def test_folders_in_each_other_are_bounded(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghijkl")
    deep.mkdir(parents=True)
    with pytest.raises(InputError, match="folders in each other"):
        read_folder(str(tmp_path))


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        read_folder(str(tmp_path / "gone"))
