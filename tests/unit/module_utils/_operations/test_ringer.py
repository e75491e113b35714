# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AnswerLost, InputError
from ansible_collections.telephony.snom.plugins.module_utils._operations.ringer import ARGUMENT_SPEC, play_ringer
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, parameters_of

NINE = "ring=9"


def ring(phone: RemotePhone, ringer: int, *, check_mode: bool = False) -> dict[str, Any]:
    return play_ringer(phone, parameters_of(ARGUMENT_SPEC, ringer=ringer), check_mode, sleep=phone.sleep)


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_button_of_the_vendors_page(check_mode: bool) -> None:
    phone = RemotePhone()
    assert ring(phone, 9, check_mode=check_mode) == {"changed": True, "sent": [NINE]}
    assert phone.commands == ([] if check_mode else [NINE])


@pytest.mark.parametrize("ringer", [-1, 0, 10])
def test_tones_that_are_not_there(ringer: int) -> None:
    phone = RemotePhone()
    with pytest.raises(InputError, match="1 to 9"):
        ring(phone, ringer)
    assert phone.requests == []


def test_a_lost_answer_is_no_success() -> None:
    result = ring(RemotePhone(answers={NINE: AnswerLost("It broke.")}), 9)
    assert (result["failed"], result["changed"], result["sent"]) == (True, True, [NINE])
