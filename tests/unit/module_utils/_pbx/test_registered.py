# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import PATIENCE, LoginRefused, Pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings


@pytest.mark.parametrize(("error", "logins"), [(LoginRefused("The PBX"), 1), (PbxFailed("It is down."), 3)])
def test_only_a_login_that_the_pbx_refused_is_not_sent_again(error: PbxFailed, logins: int) -> None:
    """Some lock out who sends a wrong one every half a minute."""
    times = [1000.0]

    def log_in(_settings: PbxSettings) -> Pbx:
        tried.append(times[0])
        raise error

    tried: list[float] = []
    registrar = Registrar(PbxSettings(kind="asterisk", host="pbx.example"), open_one=log_in, now=lambda: times[0])
    for _number in range(3):
        with pytest.raises(PbxFailed, match=error.reason):
            registrar.of("000413922D24")
        times[0] += PATIENCE
    assert len(tried) == logins
