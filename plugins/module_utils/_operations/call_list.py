# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_call_list: empty the lists of missed, dialed and received calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .._core.errors import InputError, NoEffect
from .._phone.commands import LISTS, SPELLINGS, ClearList
from .._phone.phone import Phone
from .session import REMOTE_ARGUMENTS, Remote

ARGUMENT_SPEC: dict[str, dict[str, Any]] = REMOTE_ARGUMENTS | {
    "lists": {"type": "list", "elements": "str", "choices": [*LISTS], "default": [*LISTS]},
    "state": {"type": "str", "choices": ["absent"], "default": "absent"},
}


def clear_call_lists(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Empty the lists, and look whether they are. Raises SnomError where nothing was sent.

    A phone that does not show how long its lists are gets both spellings of the request: to clear a list twice does no
    harm.
    """
    names = list(dict.fromkeys(parameters["lists"]))
    if not names:
        raise InputError("lists is empty. Name at least one of missed, dialed and received.")
    remote = Remote(phone, parameters, check_mode, sleep)
    before = _lengths(phone, names)
    after = before

    def work() -> dict[str, Any]:
        nonlocal after
        for spelling in range(SPELLINGS):
            left = [name for name in names if after[name] != 0]
            for name in left:
                remote.send(ClearList(name, spelling))
            if left and not check_mode:
                after = _lengths(phone, names)
            if check_mode:
                break
        if full := [name for name in names if after[name] and not check_mode]:
            raise NoEffect(
                f"The phone was asked to clear its lists, and still shows calls: {', '.join(full)}. Check that hidden "
                "tags and restricted URI queries are off."
            )
        return {"changed": bool(remote.steps)}

    result = remote.attempt(work)
    return result | {"before": before, "after": None if check_mode else after, "sent": remote.sent}


def _lengths(phone: Phone, names: list[str]) -> dict[str, int | None]:
    """How many calls the lists hold; None where the phone does not show it."""
    shown = phone.call_lists()
    return {name: shown.get(name) for name in names}
