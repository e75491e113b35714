# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware versions and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .._core.errors import InputError

_NUMBERS = r"[0-9]{1,6}(?:\.[0-9]{1,6}){1,5}"
_EARLY = r"(?:alpha|beta|rc|pre)(?![a-z])"
# Behind a blank stands the boot loader, or the rest of a sentence: of that, only what certainly belongs to the version.
PRE_RELEASE = rf"\ ?\(?{_EARLY}(?:[-_.]?[0-9]{{1,4}}|\ [0-9]{{1,3}}(?![-_.:0-9a-z]))?(?![0-9a-z])\)?"
_SUFFIX = rf"(?:[-_+~](?!sip)[a-z][0-9a-z]{{0,20}}(?:[-_.+~](?!sip)[0-9a-z]{{1,20}}){{0,3}}|{PRE_RELEASE})?"
WITHIN = rf"{_NUMBERS}[a-z]?{_SUFFIX}(?=[^0-9a-z._])(?![-+~](?!sip)(?:[0-9a-z]|\Z)|[^0-9\n]{{0,8}}{_EARLY})"
"""A version within a text in lower case. It must be followed by something: at the end of what was cut off, it could be
the beginning of another one. What may be a suffix and is none that can be read leaves no version."""

_WHOLE = re.compile(f"({_NUMBERS})([a-z]?)({_SUFFIX})")
_SUFFIX_PART = re.compile("[0-9a-z]+")
_IS_EARLY = re.compile(_EARLY)


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A firmware version: two to six numbers, a letter on very old phones (``3.60d``, protocol 4.3), or a suffix.

    ``08.9.3.80`` and ``8.9.3.80`` are the same version; ``3.60`` is older than ``3.60d``, and ``8.7.3.25`` is older
    than ``8.7.3.25.9``. ``10.1.54.13-beta`` is not ``10.1.54.13``, and sorts before it: see `reaches`.
    """

    numbers: tuple[int, ...]
    letter: str = ""
    is_plain: bool = True
    """Whether there is no suffix."""
    suffix: str = ""
    """In lower case, its parts joined by dashes."""
    written: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version. Raises InputError.

        Beta names such as ``873_19_20130321`` (protocol 4.4) are refused: where they stand among the others is not
        public.
        """
        written = text.strip()
        match = _WHOLE.fullmatch(written.lower())
        if match is None:
            raise InputError(f"{text!r} is not a firmware version. Write it like 8.9.3.80 or 10.1.54.13.")
        suffix = "-".join(_SUFFIX_PART.findall(match[3]))
        return cls(tuple(int(number) for number in match[1].split(".")), match[2], not suffix, suffix, written)

    @property
    def major(self) -> int:
        return self.numbers[0]

    @property
    def normal(self) -> str:
        """The spelling for names of files, the same for equal versions."""
        return ".".join(map(str, self.numbers)) + self.letter + (f"-{self.suffix}" if self.suffix else "")

    def reaches(self, other: Version) -> bool:
        """Whether it is certainly the other one, or newer.

        Of two with the same numbers that is certain where one is called an early form of the other, and of the letters
        of very old phones. Nothing public orders others.
        """
        if self.numbers != other.numbers or self == other:
            return self >= other
        is_early = _IS_EARLY.match(other.suffix) is not None
        if self.letter != other.letter:
            return self > other and len(self.numbers) == 2 and self.is_plain and (other.is_plain or is_early)
        return self.is_plain and is_early

    def __str__(self) -> str:
        return self.written or self.normal
