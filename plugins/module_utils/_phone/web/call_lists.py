# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many calls the lists of a phone hold."""

from __future__ import annotations

from .pages import CALL_LIST, lower_text, visible_text


def read_call_lists(page: str) -> dict[str, int]:
    """How many calls the lists on index.htm hold: ``missed``, ``dialed``, ``received``.

    How they look there is not public; a line such as ``Missed calls: 3`` is inferred.
    """
    found: dict[str, set[int]] = {}
    for name, number in CALL_LIST.findall(lower_text(visible_text(page))):
        found.setdefault(name.replace("ll", "l"), set()).add(int(number))
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}
