# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the controller that tasks name by relative paths."""

from __future__ import annotations

import pytest

from .bench import certificate, phone
from .conftest import StartBench


@pytest.mark.slow
def test_relative_paths_count_from_the_current_directory_whether_or_not_a_module_runs(start: StartBench) -> None:
    keys = {"tls": True, "certificate": "own"}
    ways = {"in_process": True, "as_module": False}
    found = start(
        {
            way: phone(
                inventory={"snom_scheme": "https", "snom_ca_path": f"{way}.pem", "snom_in_process": value}, **keys
            )
            for way, value in ways.items()
        }
    )
    for way in ways:
        (found.out / f"{way}.pem").write_text(certificate(found.address(way), found.port))
    task = {"telephony.snom.snom_screen": {"dest": "{{ inventory_hostname }}.bmp"}}
    run = found.play([{"hosts": "phones", "gather_facts": False, "tasks": [task]}])
    assert run.code == 0
    for way, result in run.results("snom_screen").items():
        assert result["path"] == str(found.out / f"{way}.bmp")
        assert (found.out / f"{way}.bmp").is_file()
