# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One press of a key. A file of its own: who only names it among the commands needs no table of keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyEvent:
    """One press of a key. press and pause are milliseconds; None leaves them to the phone."""

    key: str
    press: int | None = None
    pause: int | None = None

    @property
    def seconds(self) -> float:
        """How long the phone is busy with it."""
        return ((self.press or 0) + (self.pause or 0)) / 1000
