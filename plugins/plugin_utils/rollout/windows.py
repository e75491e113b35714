# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When phones may be triggered: maintenance windows in local time, on all days or some, by site."""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import of_site, site_name

_OPTION = "window"
_EXAMPLE = 'for example "22:00-05:00 Europe/Berlin"'
_DAY = 86400.0
_ALWAYS = 7 * _DAY
"""Seconds. Windows that follow each other without a gap for so long never close."""
_DAYS_AHEAD = 9
_MOST_DATES = 400
"""Dates that one window may leave out: more than a year of them."""
_EPOCH = date(1970, 1, 1)
_ORDINARY_DAYS = tuple((date(2026, month, 15) - _EPOCH).days for month in (1, 7))
"""Days since the epoch, with winter and summer time and no change between them near."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY_DAY = frozenset(range(7))
_WINDOW = re.compile(
    r"(?:([a-z]+)(?:\s*-\s*([a-z]+))?\s+)?"
    r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})"
    r"(?:\s+(?!except\b)(\S+))?"
    r"(?:\s+except((?:\s+\S+)*))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class _Window:
    """One window of each of its weekdays, in minutes after a local midnight; closes is at most a day after opens."""

    opens: int
    closes: int
    zone: zoneinfo.ZoneInfo
    weekdays: frozenset[int] = _EVERY_DAY
    """On which it opens; Monday is 0."""
    left_out: frozenset[date] = frozenset()
    """Local dates on which it is closed, also where it opened the day before."""

    def on(self, day: date) -> tuple[float, float] | None:
        """The span that opens on this day, if one does: a change of the clocks may swallow it."""
        if day.weekday() not in self.weekdays:
            return None
        opens, closes = self.opens, self.closes
        if day in self.left_out:
            opens = 24 * 60
        if closes > 24 * 60 and day + timedelta(days=1) in self.left_out:
            closes = 24 * 60
        start, end = max(self._instants(day, opens)), min(self._instants(day, closes))
        return (start, end) if start < end else None

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

    sites: Mapping[str, tuple[_Window, ...]]
    others: tuple[_Window, ...] | None

    def current_or_next(self, site: str | None, now: float) -> tuple[float, float] | None:
        """The window of a site that contains now, or else the next one to open: (start, end), end exclusive.

        Times are in seconds since the epoch. Windows of a site that overlap or touch are one. None when the site is
        always open. site is None for phones without a site. Raises InputError when nothing is said for the site.
        """
        windows = self._of(site)
        if not windows:
            return None
        today, ahead = int(now // _DAY), _DAYS_AHEAD
        # Each window opens within a week of the last date that it leaves out.
        while not (spans := [span for span in _spans(windows, today, ahead) if now < span[1]]):
            ahead *= 2
        start, end = spans[0]
        return None if start <= now and end - now >= _ALWAYS else (start, end)

    def longest(self, site: str | None) -> float:
        """Seconds of the longest window of a site in a week without a change of clocks; infinite when always open.

        No date is left out then. What needs longer never fits. Raises InputError when nothing is said for the site.
        """
        windows = tuple(replace(window, left_out=frozenset()) for window in self._of(site))
        longest = max((end - start for day in _ORDINARY_DAYS for start, end in _spans(windows, day)), default=_ALWAYS)
        return longest if longest < _ALWAYS else math.inf

    def _of(self, site: str | None) -> tuple[_Window, ...]:
        return of_site(_OPTION, self.sites, self.others, site)


@lru_cache(maxsize=256)
def _spans(windows: tuple[_Window, ...], today: int, ahead: int = _DAYS_AHEAD) -> tuple[tuple[float, float], ...]:
    """What these windows cover from before a day (in UTC, counted from the epoch) to some days after it, merged."""
    # A window that is still open may have opened the day before, and the local date differs from UTC's by up to one.
    days = [_EPOCH + timedelta(days=today + offset) for offset in range(-2, ahead)]
    merged: list[tuple[float, float]] = []
    for start, end in sorted(span for window in windows for day in days if (span := window.on(day))):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def parse_windows(value: object) -> Windows | None:
    """Read windows: a string, a list of strings, or a mapping from sites to either. Raises InputError.

    A window is a span of local time with its zone, ``22:00-05:00 Europe/Berlin``; several in one string have commas
    between them. Weekdays before it, ``Sat`` or ``Mon-Fri``, are those on which it opens; dates behind it,
    ``except 2026-12-24 2026-12-31``, are closed from midnight to midnight. ``always`` means no limit. In a mapping,
    ``default`` stands for the sites that it does not name, and for the phones without a site; without it, such a site
    is an error rather than open at any time. None and an empty string mean that there are no windows; the answer is
    None then.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, Mapping):
        return Windows({}, _parse_site(value, _OPTION))
    if not value:
        raise InputError(f"{_OPTION}: the mapping is empty. Name sites or default, {_EXAMPLE}.")
    sites = {
        site_name(site, _OPTION): _parse_site(windows, f"{_OPTION}, site {site!r}") for site, windows in value.items()
    }
    return Windows(sites, sites.get("default"))


def _parse_site(value: object, what: str) -> tuple[_Window, ...]:
    """The windows of one site; none of them stands for always."""
    if value == "always":
        return ()
    elements = value if isinstance(value, list | tuple) else value.split(",") if isinstance(value, str) else [value]
    if not elements:
        raise InputError(f"{what}: the list is empty, so it would never open. Write {_EXAMPLE}, or always.")
    return tuple(_parse_window(element, what) for element in elements)


def _parse_window(element: object, what: str) -> _Window:
    match = _WINDOW.fullmatch(element.strip()) if isinstance(element, str) else None
    opens = _minutes(match[3], match[4]) if match else None
    closes = _minutes(match[5], match[6]) if match else None
    if match is None or opens is None or closes is None or opens == 24 * 60:
        raise InputError(f"{what}: {element!r} is not a window. Write two times of day and a zone, {_EXAMPLE}.")
    if match[7] is None:
        raise InputError(f"{what}: {element!r} names no time zone. Write it behind the times, {_EXAMPLE}.")
    if opens == closes:
        raise InputError(
            f"{what}: {element!r} never opens, because it ends when it starts. For the whole day write always."
        )
    return _Window(
        opens,
        closes if closes > opens else closes + 24 * 60,
        _zone(match[7], what),
        _weekdays(match[1], match[2], what),
        _dates(match[8], what),
    )


def _weekdays(first: str | None, last: str | None, what: str) -> frozenset[int]:
    """The weekdays from the first to the last one, also over the end of a week."""
    if first is None:
        return _EVERY_DAY
    for name in (first, last or first):
        if name.lower() not in _WEEKDAYS:
            known = ", ".join(day.title() for day in _WEEKDAYS)
            raise InputError(f"{what}: {name!r} is not a weekday. Write one of {known}, or two with a hyphen between.")
    start, end = (_WEEKDAYS.index(name.lower()) for name in (first, last or first))
    return frozenset((start + offset) % 7 for offset in range((end - start) % 7 + 1))


def _dates(text: str | None, what: str) -> frozenset[date]:
    """The dates that are left out."""
    if text is None:
        return frozenset()
    words = text.split()
    if not words or len(words) > _MOST_DATES:
        raise InputError(f"{what}: behind except stand dates with blanks between, as in 2026-12-24; no more than 400.")
    try:
        return frozenset(datetime.strptime(word, "%Y-%m-%d").date() for word in words)
    except ValueError:
        raise InputError(f"{what}: behind except stand dates with blanks between, as in 2026-12-24.") from None


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
