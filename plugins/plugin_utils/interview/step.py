# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One step at one phone: what it goes by, its look at the phone, and the profile that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import Word
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.saying import write
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Seen, Subject, others, see


@dataclass(frozen=True)
class Step:
    """One step at one phone, what the person says of it, and the clock by which it goes."""

    name: str
    subject: Subject
    parameters: Mapping[str, Any]
    person: Sequence[Word]
    now: Callable[[], float]
    sleep: Callable[[float], None]

    def see(self) -> tuple[Seen, list[Word]]:
        """A look at all that the phone shows, and what it and all others say. Raises as `see` does."""
        seen = see(self.subject)
        return seen, [*seen.words, *others(self.subject, seen, self.parameters), *self.person]

    def write(
        self,
        states: Mapping[str, Sequence[Recorded]],
        words: Sequence[Word],
        *,
        tls: Mapping[str, Any] | None = None,
        measured: Mapping[str, Any] | None = None,
        lines: Sequence[str] | None = None,
        shows: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> bool:
        """Write the profile; whether its file changed. lines are of the mirror's log, by default all that are given."""
        heard = self.subject.ear.heard((self.parameters["mirror_lines"] or ()) if lines is None else lines)
        return write(self.subject, self.parameters, states, words, tls, measured, heard, shows)


def state_of(words: Sequence[Word]) -> str:
    """The name of the state of a profile: ``in_call`` where anybody says so, or ``idle``."""
    calls = {word.value for word in words if word.fact == "call"}
    return "in_call" if "in_call" in calls else "idle"
