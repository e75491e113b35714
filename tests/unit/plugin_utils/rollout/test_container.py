# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.container import check_lasting, ends_with_container

RUNNER = {"AWX_ISOLATED_DATA_DIR": "/runner/artifacts/7"}
AWX = RUNNER | {"JOB_ID": "7", "AWX_HOST": "https://awx.example"}
# A folder that is on no device of a real one.
MOUNTED = "/proc"


@pytest.mark.parametrize("environment", [RUNNER, AWX])
def test_what_lies_in_the_container_is_gone_with_it(environment: dict[str, str]) -> None:
    assert ends_with_container("/no/such/folder/journal", environment)
    assert not ends_with_container(f"{MOUNTED}/journal", environment)


def test_the_folder_of_the_job_is_the_users_unless_awx_made_it() -> None:
    assert not ends_with_container("/runner/artifacts/7/journal", RUNNER)
    assert ends_with_container("/runner/artifacts/7/journal", AWX)


@pytest.mark.parametrize("environment", [{}, {"AWX_ISOLATED_DATA_DIR": "/tmp/job/artifacts/7"}])
def test_without_a_container_everything_stays(environment: dict[str, str]) -> None:
    assert not ends_with_container("/no/such/folder/journal", environment)


def test_a_journal_that_would_be_gone_is_refused() -> None:
    with pytest.raises(InputError, match="journal: /no/such/journal lies in the container of this job or in memory"):
        check_lasting("journal", "/no/such/journal", AWX)
    check_lasting("journal", f"{MOUNTED}/journal", AWX)


@pytest.mark.parametrize(("kind", "ends"), [("tmpfs", True), ("ramfs", True), ("nfs4", False), ("ext4", False)])
def test_memory_that_is_mounted_is_no_volume(tmp_path: Path, kind: str, ends: bool) -> None:
    device = os.stat(MOUNTED).st_dev
    number, mounts = f"{os.major(device)}:{os.minor(device)}", tmp_path / "mounts"
    mounts.write_text(
        "1 0 0:1 / / rw - overlay overlay rw\n"
        f"2 1 {number} / {MOUNTED} rw,nosuid shared:7 master:1 - {kind} - rw\nno line of any sense\n"
    )
    assert ends_with_container(f"{MOUNTED}/journal", AWX, mounts=str(mounts)) is ends
    assert not ends_with_container(f"{MOUNTED}/journal", AWX, mounts=str(tmp_path / "none"))
