# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    InputError,
    Refused,
    SnomError,
    Unsupported,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations import screen
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, parameters_of
from ansible_collections.telephony.snom.tests.unit.pictures import PICTURE, bitmap, pixels

BITMAP = bitmap(PICTURE, 24)
FIX = "fix line info layer"


def save(phone: RemotePhone, dest: Path, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    parameters = parameters_of(screen.ARGUMENT_SPEC, dest=str(dest), **given)
    return screen.save_screen(phone, parameters, check_mode, sleep=phone.sleep)


def showing(content: bytes | Exception = BITMAP, which: str = "display", **attributes: Any) -> RemotePhone:
    if isinstance(content, Exception):
        return RemotePhone(faults={f"picture={which}": content}, **attributes)
    return RemotePhone(pictures={which: content}, **attributes)


def test_check_do_and_do_again(tmp_path: Path) -> None:
    phone, dest = showing(), tmp_path / "desk.bmp"
    checksum = hashlib.sha1(BITMAP).hexdigest()
    planned = save(phone, dest, check_mode=True)
    assert planned == {"changed": True, "path": str(dest), "checksum": checksum, "sent": ["picture=display"]}
    assert list(tmp_path.iterdir()) == []

    assert save(phone, dest) == planned
    assert dest.read_bytes() == BITMAP
    assert list(tmp_path.iterdir()) == [dest]

    assert save(phone, dest) == planned | {"changed": False}


def test_another_picture_replaces_the_file(tmp_path: Path) -> None:
    dest = tmp_path / "desk.bmp"
    dest.write_bytes(b"BM of yesterday")
    assert save(showing(), dest)["changed"]
    assert dest.read_bytes() == BITMAP


def test_png(tmp_path: Path) -> None:
    dest = tmp_path / "desk.png"
    result = save(showing(), dest, format="png")
    assert pixels(dest.read_bytes()) == PICTURE
    assert result["checksum"] == hashlib.sha1(dest.read_bytes()).hexdigest()


@pytest.mark.parametrize("which", ["display", "labels", "expansion"])
def test_the_screens_of_a_phone(which: str, tmp_path: Path) -> None:
    assert save(showing(which=which), tmp_path / "a.bmp", which=which)["sent"] == [f"picture={which}"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (Unsupported("It has none."), Unsupported),
        (AnswerUnreadable("It is no picture."), AnswerUnreadable),
        (b"BM garbage", AnswerUnreadable),
        (AnswerLost("It broke."), AnswerLost),
    ],
)
def test_what_is_no_picture_does_not_become_a_file(content: Any, error: type[SnomError], tmp_path: Path) -> None:
    with pytest.raises(error):
        save(showing(content), tmp_path / "desk.png", format="png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".", "missing/desk.bmp", "a" * 300, f"{'a' * 300}/desk.bmp", "file/desk.bmp"])
def test_a_dest_that_can_not_be_a_file(name: str, tmp_path: Path) -> None:
    phone = showing()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        save(phone, tmp_path / name)
    assert phone.requests == []


def test_a_file_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    dest = tmp_path / "desk.bmp"
    dest.write_bytes(b"BM of yesterday")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        save(showing(), dest)
    assert [(file, file.read_bytes()) for file in tmp_path.iterdir()] == [(dest, b"BM of yesterday")]


@pytest.mark.parametrize("model", ["820", "821"])
def test_the_layer_is_fixed_before_the_picture_is_taken(model: str, tmp_path: Path) -> None:
    phone, dest = showing(model=model), tmp_path / "desk.bmp"
    planned = save(phone, dest, check_mode=True, fix_line_info_layer=True)
    assert (planned["changed"], planned["sent"]) == (True, [FIX, "picture=display"])
    assert (phone.commands, phone.sleeps) == ([], [])
    assert save(phone, dest, fix_line_info_layer=True) == planned
    assert phone.commands == [FIX]
    assert phone.sleeps == [2]
    # It was sent, although the picture is the same.
    assert save(phone, dest, fix_line_info_layer=True)["changed"]


def test_the_layer_of_other_models(tmp_path: Path) -> None:
    phone = showing(model="870")
    with pytest.raises(Refused, match="820 and 821"):
        save(phone, tmp_path / "desk.bmp", fix_line_info_layer=True)
    assert phone.commands == []


def test_a_picture_that_fails_after_the_layer_was_fixed(tmp_path: Path) -> None:
    result = save(
        showing(AnswerUnreadable("It is no picture."), model="820"), tmp_path / "desk.bmp", fix_line_info_layer=True
    )
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unsupported")
