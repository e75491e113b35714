# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.filter.outcomes import DOCUMENTATION, FilterModule

outcomes = FilterModule().filters()["outcomes"]


def test_what_playbooks_ask_of_outcomes() -> None:
    assert outcomes("left_over") == ["deferred", "not_started"]
    assert outcomes("at_target") == ["compliant", "upgraded", "rebooted", "synced"]
    assert outcomes("spared") == ["unreachable"]
    assert outcomes("login_refused") == ["auth_failed", "locked_out"]
    assert {"planned", "triggered", "upgraded"} <= set(outcomes("changed"))
    assert {type(word) for word in outcomes("failed")} == {str}


def test_there_is_what_is_documented() -> None:
    for kind in yaml.safe_load(DOCUMENTATION)["options"]["_input"]["choices"]:
        assert outcomes(kind)
    with pytest.raises(AnsibleFilterError, match="'bad' is no kind of outcomes: give one of at_target, changed"):
        outcomes("bad")
