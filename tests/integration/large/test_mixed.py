# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes longer than a change should wait for: `make check NAME=large`."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx.mixed import kill_and_resume
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import running_kamailio


@pytest.mark.parametrize("each", [10, 200])
def test_as_many_of_each_way_killed_in_the_middle_and_resumed(each: int, tmp_path: Path) -> None:
    with running_kamailio(tmp_path) as kamailio:
        kill_and_resume(tmp_path, kamailio, each, first=1000, seconds=240)
