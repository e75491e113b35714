# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import place_of, unexpected

PAYLOAD = "payload.zip/ansible_collections/telephony/snom/plugins"


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (f"{PAYLOAD}/module_utils/_phone/web/client.py", "plugins/module_utils/_phone/web/client.py"),
        (f"{PAYLOAD}/action/snom_info.py", "plugins/action/snom_info.py"),
        ("site-packages/requests/sessions.py", "sessions.py"),
        ("site-packages/ansible/plugins/loader.py", "loader.py"),
    ],
)
def test_a_mistake_is_placed_within_the_collection(tmp_path: Path, file: str, shown: str) -> None:
    source = tmp_path / file
    source.parent.mkdir(parents=True)
    source.write_text("\nraise ValueError('s3cr3t')\n", "utf-8")
    with pytest.raises(ValueError, match="s3cr3t") as error:
        # Without a module around it, whose loader would be asked for the source.
        exec(compile(source.read_text("utf-8"), str(source), "exec"), {})
    assert place_of(error.value) == f"ValueError in {shown} line 2"
    assert unexpected(error.value) == f"Unexpected error, please report it: ValueError in {shown} line 2."
