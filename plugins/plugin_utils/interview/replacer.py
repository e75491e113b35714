# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes out of what a phone says all that could be about somebody.

Nobody can list what is personal, so it goes the other way round: a word stays if it is one of `vocabulary`, or of a
label that the user named; a number stays if it has no more than two digits; a version stays if it is known to be one.
Whatever else there is becomes something of the same length and shape, the same one wherever it stands. An encoding does
not hide a word: what is encoded is no word that stays.

Text here is bytes, as latin-1, so that nothing gets lost.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable

from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forms import Forms
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.stand_ins import StandIns
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.tags import Tags
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import IN_HEADERS
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.words import Words


class Replacer:
    """Replaces in one profile."""

    def __init__(
        self,
        *,
        macs: Iterable[str] = (),
        secrets: Iterable[str] = (),
        words: Iterable[str] = (),
        hidden: Iterable[str] = (),
        versions: Iterable[str] = (),
        model: str | None = None,
    ) -> None:
        """macs are those of the phone; secrets and names go wherever they stand; words and versions stay.

        hidden are words that go although they are known ones: there are people who are called Day or Keys. They stay
        within headers, which are no place for people, and within tags where markup is made of them.
        """
        self.stand_ins = StandIns()
        self.words = Words(self.stand_ins, words, hidden, model)
        self.forms = Forms(self.stand_ins, macs, versions, lambda text: self.words.plain(text, None))
        self._secrets = [secret for secret in sorted(set(secrets), key=len, reverse=True) if len(secret) >= 3]

    def text(self, text: str) -> str:
        """A page, or any other text."""
        return self._outside(text, Tags(self.words.plain).part)

    def head(self, text: str, words: frozenset[str] = IN_HEADERS) -> str:
        """A header, or the target of a request, in which these words stay."""
        return self._outside(text, lambda part: self.words.plain(part, words))

    def private(self, text: str) -> str:
        """Text in which no word is one that stays, such as a value of a setting."""
        return self._outside(text, lambda part: self.words.plain(part, None))

    def _outside(self, text: str, words: Callable[[str], str]) -> str:
        """Replace what has a form of its own, and by ``words`` what lies between."""
        for secret in self._secrets:
            for form in dict.fromkeys((secret, html.escape(secret))):
                raw = form.encode("utf-8").decode("latin-1")
                if raw in text:
                    text = text.replace(raw, self.stand_ins.secret(secret, raw))
        return "".join(piece if done else words(piece) for piece, done in self.forms.parted(text))
