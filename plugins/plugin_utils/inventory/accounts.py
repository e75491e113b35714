# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names at a PBX that YAML took for numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import is_number

display = Display()


def warn_of_numbers(account: object, pbx: object) -> None:
    """Warn if snom_account, or the login in snom_pbx, is a number and so may have lost its zeros.

    It is not refused: 401 is common, and nothing tells it from what YAML makes of 0621.
    """
    login = pbx if isinstance(pbx, Mapping) else {}
    given = {"snom_account": account} | {f"{name} of snom_pbx": login.get(name) for name in ("username", "password")}
    for name, value in given.items():
        if is_number(value):
            _warn(
                f"{name} is a number without quotes, for one phone at least. YAML takes zeros in front off, and makes "
                "257 of 0401. Put it in quotes."
            )


@cache
def _warn(sentence: str) -> None:
    """Once in a process, which may read thousands of phones: it names none of them."""
    display.warning(sentence)
