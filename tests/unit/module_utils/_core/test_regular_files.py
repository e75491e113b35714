# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import open_regular, read_regular


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(str(tmp_path / "link")) == b"content"


def test_a_file_is_made(tmp_path: Path) -> None:
    os.close(open_regular(str(tmp_path / "new"), os.O_RDWR | os.O_CREAT))
    assert (tmp_path / "new").stat().st_mode & 0o137 == 0


@pytest.mark.parametrize("name", ["gone", "fifo", "folder", "device", "nul\0"])
def test_nothing_else_is_opened(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/zero")
    with pytest.raises(OSError, match=r"No such file|no regular file|a folder|a NUL"):
        read_regular(str(tmp_path / name))
