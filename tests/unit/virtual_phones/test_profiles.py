# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each profile that is kept is played, and read as it was when it came."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from ...profiles import __main__ as command
from ...profiles import reading
from ...profiles.reading import profiles, read, readings_file
from ...virtual_phones.running import free_port, running

PROFILES = profiles()


@pytest.mark.parametrize("file", PROFILES, ids=[file.stem for file in PROFILES])
def test_a_profile_is_read_as_it_was(file: Path) -> None:
    assert read(file) == json.loads(readings_file(file).read_text("utf-8"))


@pytest.mark.parametrize("file", PROFILES, ids=[file.stem for file in PROFILES])
def test_a_replay_is_the_recording_request_by_request(file: Path, tmp_path: Path) -> None:
    raw = json.loads(file.read_text("utf-8"))
    port = free_port()
    keys = {"name": "phone", "address": "127.0.0.1", "port": port, "profile": str(file)}
    phone = keys | {"model": raw["model"] or reading.ANY_MODEL, "firmware": raw["firmware"] or reading.ANY_VERSION}
    phone |= {"mac": raw["mac"]} if raw["mac"] else {}
    with running({"phones": [phone]}, tmp_path):
        for one in raw["states"].get("idle", []):
            if not one["head"] or one["head"][0].split()[1] == "401" or isinstance(one["body"], dict) or one["chunked"]:
                continue
            with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
                sock.sendall(f"GET {one['request']} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                received = b"".join(iter(lambda: sock.recv(65536), b""))
            assert received == ("\r\n".join([*one["head"], "", ""]) + "".join(one["body"])).encode("latin-1")


def test_one_command_turns_a_profile_into_a_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    assert command.main([str(PROFILES[0]), "copy"]) == 0
    kept = tmp_path / "copy.json"
    assert kept.read_text() == PROFILES[0].read_text()
    assert json.loads(readings_file(kept).read_text()) == json.loads(readings_file(PROFILES[0]).read_text())
    (tmp_path / "bad.json").write_text("{}")
    assert command.main([str(tmp_path / "bad.json"), "bad"]) == 1
    assert command.main([str(PROFILES[0]), "../outside"]) == 2
    assert "must be a profile" in capsys.readouterr().err
