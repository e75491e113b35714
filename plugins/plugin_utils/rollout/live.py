# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout as a table that lives: what its lines are about, kept, and drawn to fit a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import shorten, text_table

Tone = Literal["", "well", "open", "failed"]
"""How a line is meant: said only, nothing to do, not done yet, something to do."""
Drawn = tuple[str, Tone]

_HEAD = ("phone", "model", "now -> target", "state")
_BAR = 24
_FEWEST_ROWS = 3


@dataclass
class _Phone:
    """One that has taken a step."""

    model: str = ""
    way: str = ""
    state: str = ""
    outcome: Outcome | None = None
    waits: bool = False
    """Whether it was put off and has not begun again."""
    since: float = 0.0
    """When it took this step, in seconds of any clock."""

    def shown(self, now: float) -> str:
        """Its state, and for how long it has been in it while it is under way."""
        if self.outcome is not None or self.waits:
            return self.state
        minutes, seconds = divmod(max(0, int(now - self.since)), 60)
        return f"{self.state}, {minutes}:{seconds:02d}"

    @property
    def tone(self) -> Tone:
        return "" if self.outcome is None else _tone(self.outcome)


class Live:
    """What is known of a run by what it said so far."""

    def __init__(self, *, unicode: bool) -> None:
        """unicode: whether the terminal shows more than ASCII."""
        self._bar = "█░" if unicode else "#-"
        self._work = 0
        self._wave = ""
        # In the order in which they began, and behind these in which they ended.
        self._phones: dict[str, _Phone] = {}

    @property
    def has_begun(self) -> bool:
        """Whether there is something to draw."""
        return bool(self._wave)

    def hear(self, said: Mapping[str, Any], now: float) -> None:
        """Take what a line is about (see `Said`), with its kind. now is in seconds of any clock."""
        kind = said.get("kind")
        if kind == "plan":
            self._work = int(said["work"])
        elif kind == "wave":
            self._wave = f"Wave {said['number']} ({said['label']})"
        elif kind in ("phone", "end"):
            host = visible_line(str(said["host"]))
            phone = self._phones.setdefault(host, _Phone())
            if kind == "end":
                self._phones[host] = self._phones.pop(host)
            if "model" in said:
                phone.model = str(said["model"])
                phone.way = f"{said['before']} -> {said['wanted']}"
            phone.outcome = OUTCOMES.get(str(said.get("outcome")))
            phone.waits = bool(said.get("waits"))
            phone.since = now
            phone.state = str(said.get("outcome") or said["state"])

    def draw(self, width: int, height: int, now: float) -> list[Drawn]:
        """The lines for a terminal of this size; none of them is wider, and they are fewer than it is high.

        now is of the clock that `hear` is told.
        """
        rows = self._rows(max(_FEWEST_ROWS, height - 6))
        cells = [_HEAD, *((host, phone.model, phone.way, phone.shown(now)) for host, phone in rows)]
        head, *lines = [shorten(line, width) for line in text_table(cells, width)]
        drawn: list[Drawn] = [("", ""), (shorten(self._progress(), width), "")]
        if rows:
            drawn += [("", ""), (head, "")]
        drawn += [(line, phone.tone) for line, (_host, phone) in zip(lines, rows, strict=True)]
        return drawn

    def _rows(self, limit: int) -> list[tuple[str, _Phone]]:
        """Those under way, then those that are not well, then those that ended last."""
        under_way = [one for one in self._phones.items() if one[1].outcome is None]
        under_way.sort(key=lambda one: one[1].waits)
        ended = [one for one in reversed(self._phones.items()) if one[1].outcome is not None]
        ended.sort(key=lambda one: one[1].tone != "failed")
        return [*under_way, *ended][:limit]

    def _progress(self) -> str:
        ended = [phone for phone in self._phones.values() if phone.outcome is not None]
        done, bad = len(ended), sum(phone.tone == "failed" for phone in ended)
        share = min(1.0, done / self._work) if self._work else 1.0
        drawn = self._bar[0] * int(share * _BAR) + self._bar[1] * (_BAR - int(share * _BAR))
        waiting = sum(phone.waits for phone in self._phones.values())
        counts = f"{done} of {self._work} done, {len(self._phones) - done - waiting} under way"
        more = f"{f', {waiting} put off' if waiting else ''}{f', {bad} not well' if bad else ''}"
        return f"{self._wave}  {drawn}  {counts}{more}"


def _tone(outcome: Outcome) -> Tone:
    if outcome.failed:
        return "failed"
    return "open" if outcome.ahead or outcome.left_over else "well"


def result_table(found: Mapping[str, Mapping[str, Any]], limit: int = 100) -> list[Drawn]:
    """How the phones of a rollout's result ended, without those that needed nothing. These are counted."""
    shown, idle = {}, 0
    for host, phone in found.items():
        outcome = OUTCOMES.get(str(phone["outcome"]), Outcome.FAILED)
        if outcome.remedy or outcome.changed:
            shown[host] = outcome
        else:
            idle += 1
    # Where not all can be shown, those that are not well are.
    hosts = sorted(shown, key=lambda host: not shown[host].remedy)[:limit] if len(shown) > limit else list(shown)
    names = ("site", "model", "before", "after", "wave", "outcome")
    cells = [["phone", *names], *([host, *(found[host][name] for name in names)] for host in hosts)]
    head, *lines = text_table(cells, 80, spare=("wave", "site"))
    drawn: list[Drawn] = [(head, "")]
    drawn += [(line, _tone(shown[host])) for line, host in zip(lines, hosts, strict=True)]
    if len(shown) > limit:
        drawn.append((f"... and {len(shown) - limit} more", ""))
    if idle:
        drawn.append((f"Nothing to do: {idle}", "well"))
    return drawn if len(drawn) > 1 else []
