# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import place_of

PAYLOAD = "/home/me/.ansible/tmp/payload.zip/ansible_collections/telephony/snom/plugins"


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (f"{PAYLOAD}/module_utils/_phone/web/client.py", "plugins/module_utils/_phone/web/client.py"),
        (f"{PAYLOAD}/action/snom_info.py", "plugins/action/snom_info.py"),
        ("/home/me/venv/site-packages/requests/sessions.py", "sessions.py"),
        ("/home/me/venv/site-packages/ansible/plugins/loader.py", "loader.py"),
    ],
)
def test_a_mistake_is_placed_within_the_collection(file: str, shown: str) -> None:
    with pytest.raises(ValueError, match="s3cr3t") as caught:
        exec(compile("\nraise ValueError('s3cr3t')", file, "exec"))
    assert place_of(caught.value) == f"ValueError in {shown} line 2"
