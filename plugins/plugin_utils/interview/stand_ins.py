# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile shows in place of what could be about somebody: of the same kind, and no one's."""

from __future__ import annotations

import re
from collections import Counter
from string import ascii_lowercase

SNOM_MAC = re.compile(r"(?i:000413|1C7126|00087B|589EC6|00ACDC)[0-9A-Fa-f]{6}(?![0-9A-Fa-f])")


class StandIns:
    """What stands for what in one profile: for one thing the same, wherever that stands."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self.counts: Counter[str] = Counter()
        """How many different things of each kind have been replaced."""

    def replacements(self) -> list[tuple[str, str, str]]:
        """What stands for what: the kind, what it was, and what it is now. Secrets are only counted."""
        known = sorted(self._known.items())
        return [(kind, original, new) for (kind, original), new in known if kind != "secrets"]

    def secret(self, secret: str, shown: str) -> str:
        """For a secret, as it is shown here."""
        return self._as("secrets", secret, "x" * len(shown))

    def mac(self, mac: str) -> str:
        """For a MAC address of twelve digits in capitals: of the same maker, where that is Snom."""
        prefix = mac[:6] if SNOM_MAC.fullmatch(mac) else "020000"
        return self._as("MAC addresses", mac, prefix + f"{self.counts['MAC addresses'] + 1:06X}")

    def ipv4(self, address: str) -> str:
        """For an address, one of those that are for documents."""
        count = self.counts["addresses"]
        nets = ("192.0.2", "198.51.100", "203.0.113")
        return self._as("addresses", address, f"{nets[count // 250 % 3]}.{count % 250 + 1}")

    def ipv6(self, address: str) -> str:
        """For an address in its normal form, one of those that are for documents."""
        return self._as("addresses", address, f"2001:db8::{self.counts['addresses'] + 1:x}")

    def number(self, digits: str, key: str | None = None) -> str:
        """For digits, as many. key is what they are, where that is not what is shown."""
        key = key or digits
        number = self.counts["numbers"] + 1
        return self._as("numbers", key, f"{number % 10 ** len(digits):0{len(digits)}d}")

    def word(self, key: str, word: str) -> str:
        """For a word, one of the same length, with capitals where it has some. key is what it says in small letters."""
        number, letters = self.counts["words"] + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = ascii_lowercase[rest] + letters
        new = self._as("words", f"{key}/{len(word)}", letters[-len(word) :].rjust(len(word), "q"))
        return "".join(
            sign.upper() if old.isascii() and old.isupper() else sign for sign, old in zip(new, word, strict=True)
        )

    def _as(self, kind: str, original: str, new: str) -> str:
        if (kind, original) not in self._known:
            self._known[kind, original] = new
            self.counts[kind] += 1
        return self._known[kind, original]
