# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When phones may be triggered: daily maintenance windows in local time, by site."""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import missing_site, site_name

_EXAMPLE = 'for example "22:00-05:00 Europe/Berlin"'
_DAY = 86400.0
_ALWAYS = 7 * _DAY
"""Seconds. Windows that follow each other without a gap for so long never close."""
_DAYS_AHEAD = 9
_EPOCH = date(1970, 1, 1)
_ORDINARY_DAYS = tuple((date(2026, month, 15) - _EPOCH).days for month in (1, 7))
"""Days since the epoch, with winter and summer time and no change between them near."""
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?", re.ASCII)


@dataclass(frozen=True)
class _Daily:
    """One window of each day, in minutes after a local midnight; closes is at most a day after opens."""

    opens: int
    closes: int
    zone: zoneinfo.ZoneInfo

    def on(self, day: date) -> tuple[float, float]:
        """The span that opens on this day. It is empty (end <= start) where a change of the clocks swallows it."""
        return max(self._instants(day, self.opens)), min(self._instants(day, self.closes))

    def _instants(self, day: date, minutes: int) -> tuple[float, float]:
        """Both readings of a local time, as seconds since the epoch.

        They differ only when the clocks change: a time that the clock skips is read with the offset before and after
        the change, and a time that it shows twice is both of them.
        """
        days, minutes = divmod(minutes, 24 * 60)
        local = datetime.combine(day + timedelta(days=days), time(*divmod(minutes, 60)), self.zone)
        return local.timestamp(), local.replace(fold=1).timestamp()


@dataclass(frozen=True)
class Windows:
    """The maintenance windows of all sites.

    When the clocks change, a window may be shorter than its wall clock says, or not open at all, but it never opens
    earlier and never closes later: a start that the clock skips or shows twice is taken at its later reading, an end at
    its earlier one.
    """

    option: str
    sites: Mapping[str, tuple[_Daily, ...]]
    others: tuple[_Daily, ...] | None

    def current_or_next(self, site: str | None, now: float) -> tuple[float, float] | None:
        """The window of a site that contains now, or else the next one to open: (start, end), end exclusive.

        Times are in seconds since the epoch. Windows of a site that overlap or touch are one. None when the site is
        always open. site is None for phones without a site. Raises InputError when nothing is said for the site.
        """
        daily = self._of(site)
        if not daily:
            return None
        start, end = next(span for span in _spans(daily, int(now // _DAY)) if now < span[1])
        return None if start <= now and end - now >= _ALWAYS else (start, end)

    def longest(self, site: str | None) -> float:
        """Seconds of the longest window of a site on a day without a change of clocks; infinite when always open.

        What needs longer never fits. Raises InputError when nothing is said for the site.
        """
        daily = self._of(site)
        longest = max((end - start for day in _ORDINARY_DAYS for start, end in _spans(daily, day)), default=_ALWAYS)
        return longest if longest < _ALWAYS else math.inf

    def _of(self, site: str | None) -> tuple[_Daily, ...]:
        daily = self.sites.get(site, self.others) if site is not None else self.others
        if daily is None:
            raise missing_site(self.option, site)
        return daily


@lru_cache(maxsize=256)
def _spans(daily: tuple[_Daily, ...], today: int) -> tuple[tuple[float, float], ...]:
    """What these windows cover from before a day (in UTC, counted from the epoch) to `_DAYS_AHEAD` after it, merged."""
    # A window that is still open may have opened the day before, and the local date differs from UTC's by up to one.
    days = [_EPOCH + timedelta(days=today + offset) for offset in range(-2, _DAYS_AHEAD)]
    merged: list[tuple[float, float]] = []
    for start, end in sorted(window.on(day) for window in daily for day in days):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def parse_windows(value: object, option: str = "window") -> Windows | None:
    """Read windows: a string, a list of strings, or a mapping from sites to either. Raises InputError.

    A window is a span of local time with its zone, ``22:00-05:00 Europe/Berlin``; several in one string have commas
    between them. ``always`` means no limit. In a mapping, ``default`` stands for the sites that it does not name, and
    for the phones without a site; without it, such a site is an error rather than open at any time. None and an empty
    string mean that there are no windows; the answer is None then.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, Mapping):
        return Windows(option, {}, _parse_site(value, option))
    if not value:
        raise InputError(f"{option}: the mapping is empty. Name sites or default, {_EXAMPLE}.")
    sites = {
        site_name(site, option): _parse_site(windows, f"{option}, site {site!r}") for site, windows in value.items()
    }
    return Windows(option, sites, sites.get("default"))


def _parse_site(value: object, what: str) -> tuple[_Daily, ...]:
    """The windows of one site; none of them stands for always."""
    if value == "always":
        return ()
    elements = value if isinstance(value, list | tuple) else value.split(",") if isinstance(value, str) else [value]
    if not elements:
        raise InputError(f"{what}: the list is empty, so it would never open. Write {_EXAMPLE}, or always.")
    return tuple(_parse_window(element, what) for element in elements)


def _parse_window(element: object, what: str) -> _Daily:
    match = _WINDOW.fullmatch(element.strip()) if isinstance(element, str) else None
    opens = _minutes(match[1], match[2]) if match else None
    closes = _minutes(match[3], match[4]) if match else None
    if match is None or opens is None or closes is None or opens == 24 * 60:
        raise InputError(f"{what}: {element!r} is not a window. Write two times of day and a zone, {_EXAMPLE}.")
    if match[5] is None:
        raise InputError(f"{what}: {element!r} names no time zone. Write it behind the times, {_EXAMPLE}.")
    if opens == closes:
        raise InputError(
            f"{what}: {element!r} never opens, because it ends when it starts. For the whole day write always."
        )
    return _Daily(opens, closes if closes > opens else closes + 24 * 60, _zone(match[5], what))


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= 24 * 60 else None


def _zone(name: str, what: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        if zoneinfo.available_timezones():
            remedy = f"Write the name of a city's zone, {_EXAMPLE}, or UTC."
        else:
            remedy = "This controller has no database of time zones at all: install the Python package tzdata."
        raise InputError(f"{what}: there is no time zone {name!r}. {remedy}") from None
