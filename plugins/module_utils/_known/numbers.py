# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers and SIP addresses that a phone may be told to call. They may be secret, so no reason shows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .._core.errors import InputError, Refused

NUMBER_FORMATS = ("keep", "plus", "00")

EMERGENCY_NUMBERS = (
    *("000", "110", "111", "112", "113", "114", "115", "117", "118", "119", "122", "133", "144", "190"),
    *("911", "995", "997", "998", "999"),
)
"""Of many countries. Those of two digits, as in France, are left out: too many extensions end with them."""

_LONGEST = 64
_SEPARATORS = re.compile(r"[ ./()-]")
_NUMBER = re.compile(r"\+?[0-9*#]+")
_NO_DIGIT = re.compile(r"\D")
_LETTER = re.compile(r"[A-Za-z]")
_SIGN = re.compile(r"[*#]")
_DTMF = re.compile(r"[0-9*#A-D]+")
_ADDRESS = re.compile(r"(?:sips?:)?([A-Za-z0-9_.+*-]+)@([A-Za-z0-9.-]+)")


def read_number(text: str, number_format: str) -> str:
    """The number as it is sent: without separators, and with ``+`` or ``00`` in front as number_format says.

    Clients do this with numbers of address books (protocol 1.5); ``+49 (0)30 12`` is +493012. Raises InputError.
    """
    number = _SEPARATORS.sub("", text.replace("(0)", "") if text.lstrip(" ").startswith(("+", "00")) else text)
    if len(number) > _LONGEST or not _NUMBER.fullmatch(number):
        raise InputError(
            f"number must be up to {_LONGEST} digits, * and #, with + in front at most, or an address user@host of the "
            "phone's own PBX."
        )
    if number_format == "plus" and number.startswith("00"):
        return "+" + number[2:]
    if number_format == "00" and number.startswith("+"):
        return "00" + number[1:]
    return number


def read_address(text: str, name: str) -> str:
    """A SIP address as ``user@host``. name is the option that holds it. Raises InputError."""
    match = _ADDRESS.fullmatch(text)
    if match is None or len(text) > 2 * _LONGEST:
        raise InputError(f"{name} must be a SIP address, user@host without port and parameters.")
    return f"{match[1]}@{match[2]}"


def read_tones(text: str) -> str:
    """DTMF tones: digits, ``*``, ``#`` and A to D. Raises InputError."""
    tones = text.upper()
    if len(tones) > 3 * _LONGEST or not _DTMF.fullmatch(tones):
        raise InputError(f"digits must be 1 to {3 * _LONGEST} of 0 to 9, *, # and A to D.")
    return tones


def refuse_elsewhere(address: str, own: Iterable[str]) -> None:
    """Raise Refused unless the host of an address is that of one of the phone's own addresses."""
    hosts = {one.rpartition("@")[2].lower() for one in own}
    if address.rpartition("@")[2].lower() not in hosts:
        known = f"the PBX of the phone is {' or '.join(sorted(hosts))}" if hosts else "the phone does not show its PBX"
        raise Refused(f"The host of number is refused: {known}, and calls to elsewhere are not made.")


def calls_for_help(number: str, emergency_numbers: Collection[str]) -> bool:
    """Whether a number, or the user of an address, is an emergency number.

    That is so too behind one digit for the outside line, an international prefix, or a feature code (``*31#112``), and
    between separators, which a PBX may ignore (``1-1-2@pbx.example``).
    """
    known = {_NO_DIGIT.sub("", one) for one in emergency_numbers} - {""}
    parts = [part for part in _SIGN.split(number.partition("@")[0]) if not _LETTER.search(part)]
    called = {_NO_DIGIT.sub("", part) for part in parts}
    called |= {digits[1:] for digits in called}
    return bool((called | {digits.removeprefix("00") for digits in called}) & known)


def refuse_emergency(number: str, emergency_numbers: Collection[str]) -> None:
    """Raise Refused if a number, or the user of an address, calls for help."""
    if calls_for_help(number, emergency_numbers):
        raise Refused(
            "number is an emergency number, or one behind a prefix. If the call is meant, or if it is an "
            "extension, set allow_emergency: true, or set emergency_numbers to those of your country."
        )
