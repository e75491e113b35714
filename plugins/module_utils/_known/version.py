# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware versions and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._core.errors import InputError

_FORM = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6}){1,5})([a-z]?)")


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A firmware version: two to six numbers, and on very old phones a letter (``3.60d``, protocol 4.3).

    ``08.9.3.80`` and ``8.9.3.80`` are the same version; ``3.60`` is older than ``3.60d``, and ``8.7.3.25`` is older
    than ``8.7.3.25.9``.
    """

    numbers: tuple[int, ...]
    letter: str = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version. Raises InputError.

        Beta names such as ``873_19_20130321`` (protocol 4.4) are refused: where they stand among the others is not
        public.
        """
        match = _FORM.fullmatch(text.strip().lower())
        if match is None:
            raise InputError(f"{text!r} is not a firmware version. Write it like 8.9.3.80 or 10.1.54.13.")
        return cls(tuple(int(number) for number in match[1].split(".")), match[2])

    @property
    def major(self) -> int:
        return self.numbers[0]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) + self.letter
