# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.dialect import dialect_of
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version


@pytest.mark.parametrize(
    ("firmware", "chains", "touches", "first_page", "hold", "outdated"),
    [
        (None, True, True, "advanced_update", "F_HOLD", set()),
        ("6.5.20", False, False, "advanced", "F_R", set()),
        ("7.3.30", False, False, "advanced", "F_R", {"MENU"}),
        ("8.4.33", True, False, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.4.34", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.7.1", True, False, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("8.7.2", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
        ("10.1.54.13", True, True, "advanced_update", "F_HOLD", {"MENU", "DISCONNECT"}),
    ],
)
def test_what_a_firmware_understands(
    firmware: str | None, chains: bool, touches: bool, first_page: str, hold: str, outdated: set[str]
) -> None:
    dialect = dialect_of(Version.parse(firmware) if firmware else None)
    assert (dialect.takes_chains, dialect.takes_touches) == (chains, touches)
    assert dialect.restart_pages[0] == first_page
    assert set(dialect.restart_pages) == {"advanced", "advanced_update"}
    assert dialect.spelled("F_HOLD") == hold
    assert dialect.spelled("ENTER") == "ENTER"
    assert set(dialect.outdated_keys) == outdated


def test_the_other_name_of_a_key_is_taken_too() -> None:
    assert dialect_of(Version.parse("8.7.5.35")).spelled("F_R") == "F_HOLD"
    assert dialect_of(None).spelled("F_R") == "F_R"
