# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import zoneinfo
from datetime import datetime, timedelta

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.windows import parse_windows
from hypothesis import given
from hypothesis import strategies as st

HOUR = 3600.0
NIGHT = "22:00-05:00 Europe/Berlin"


def utc(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


def span(value: object, now: str, site: str | None = None) -> tuple[str, str] | None:
    """The window around or after a time, all in UTC."""
    found = parse_windows(value).current_or_next(site, utc(now))
    if found is None:
        return None
    start, end = (datetime.fromtimestamp(edge, zoneinfo.ZoneInfo("UTC")).strftime("%m-%d %H:%M") for edge in found)
    return start, end


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-10 12:00", ("01-10 21:00", "01-11 04:00")),
        ("2026-01-10 21:00", ("01-10 21:00", "01-11 04:00")),
        ("2026-01-11 03:59", ("01-10 21:00", "01-11 04:00")),
        ("2026-01-11 04:00", ("01-11 21:00", "01-12 04:00")),
        ("2026-07-10 12:00", ("07-10 20:00", "07-11 03:00")),
    ],
)
def test_a_window_over_midnight_in_winter_and_summer(now, expected):
    assert span(NIGHT, now) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-10 12:00", ("01-10 18:00", "01-11 00:00")),
        ("2026-01-11 00:00", ("01-11 18:00", "01-12 00:00")),
    ],
)
def test_a_window_until_midnight(now, expected):
    assert span("18:00-24:00 UTC", now) == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_zones_far_from_utc(zone):
    windows = parse_windows(f"00:00-01:00 {zone}")
    now = datetime(2026, 1, 10, 0, 30, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    assert windows.current_or_next(None, now) == (now - 0.5 * HOUR, now + 0.5 * HOUR)


def test_a_window_that_opened_two_utc_days_ago_is_still_open():
    # 13:30 on 9 January in Pago Pago (UTC-11): the window opened there at 14:00 on the 8th.
    assert span("14:00-13:45 Pacific/Pago_Pago", "2026-01-10 00:30") == ("01-09 01:00", "01-10 00:45")


def test_windows_of_a_list_that_overlap_or_touch_are_one():
    value = ["20:00-22:00 UTC", "22:00-23:00 UTC", "22:30-01:00 UTC", "12:00-13:00 UTC"]
    assert span(value, "2026-01-10 14:00") == ("01-10 20:00", "01-11 01:00")
    assert span(", ".join(value), "2026-01-10 10:00") == ("01-10 12:00", "01-10 13:00")


def test_a_window_inside_another_does_not_shorten_it():
    assert span("20:00-04:00 UTC, 21:00-22:00 UTC", "2026-01-10 21:30") == ("01-10 20:00", "01-11 04:00")


def test_windows_in_different_zones_are_one_where_they_overlap():
    assert span("20:00-22:00 UTC, 22:00-23:59 Europe/London", "2026-01-10 20:00") == ("01-10 20:00", "01-10 23:59")


@pytest.mark.parametrize("value", ["always", "00:00-24:00 UTC", "00:00-12:00 UTC, 12:00-24:00 UTC"])
def test_what_never_closes_is_always_open(value):
    windows = parse_windows(value)
    assert windows.current_or_next("berlin", utc("2026-01-10 12:00")) is None
    assert windows.longest("berlin") == math.inf


# In Berlin the clocks go from 02:00 to 03:00 on 29 March 2026 (01:00 UTC), and from 03:00 to 02:00 on 25 October.
@pytest.mark.parametrize(
    ("window", "now", "expected"),
    [
        ("22:00-05:00", "2026-03-28 22:00", ("03-28 21:00", "03-29 03:00")),  # six hours instead of seven
        ("22:00-05:00", "2026-10-24 22:00", ("10-24 20:00", "10-25 04:00")),  # eight hours
        ("02:00-04:00", "2026-03-29 00:00", ("03-29 01:00", "03-29 02:00")),  # starts in the gap
        ("01:00-02:30", "2026-03-29 00:00", ("03-29 00:00", "03-29 00:30")),  # ends in the gap, so before it
        ("02:00-03:00", "2026-03-29 00:00", ("03-30 00:00", "03-30 01:00")),  # lies in the gap: not that night
        ("22:00-02:30", "2026-10-24 22:00", ("10-24 20:00", "10-25 00:30")),  # ends at the first of two 02:30
        ("02:30-05:00", "2026-10-24 22:00", ("10-25 01:30", "10-25 04:00")),  # starts at the second of two 02:30
        ("02:10-02:30", "2026-10-25 00:00", ("10-26 01:10", "10-26 01:30")),  # both twice: not that night
    ],
)
def test_nights_on_which_the_clocks_change(window, now, expected):
    assert span(f"{window} Europe/Berlin", now) == expected


@given(
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.integers(int(utc("2026-01-01 00:00")), int(utc("2028-01-01 00:00"))),
)
def test_inside_a_window_the_wall_clock_never_shows_a_time_outside_it(opens, length, zone, now):
    closes = opens + length
    value = f"{opens // 60}:{opens % 60:02}-{closes % 1440 // 60}:{closes % 60:02} {zone}"
    if length == 1440:
        return
    start, end = parse_windows(value).current_or_next(None, now)
    assert start < end
    assert end > now
    assert end - now <= 3 * 24 * HOUR
    for edge in (start, end - 1):
        shown = datetime.fromtimestamp(edge, zoneinfo.ZoneInfo(zone))
        assert (timedelta(hours=shown.hour, minutes=shown.minute).seconds // 60 - opens) % 1440 < length


# 10 January 2026 is a Saturday.
@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("Sat-Sun 02:00-06:00 UTC", "2026-01-08 12:00", ("01-10 02:00", "01-10 06:00")),
        ("Sat-Sun 02:00-06:00 UTC", "2026-01-11 06:00", ("01-17 02:00", "01-17 06:00")),
        ("sat 02:00-06:00 UTC", "2026-01-10 06:00", ("01-17 02:00", "01-17 06:00")),
        # It belongs to the day on which it opens: Friday's goes on into Saturday, and Sunday has none.
        ("Mon-Fri 20:00-06:00 UTC", "2026-01-10 05:00", ("01-09 20:00", "01-10 06:00")),
        ("Mon-Fri 20:00-06:00 UTC", "2026-01-10 06:00", ("01-12 20:00", "01-13 06:00")),
        ("Sun-Mon 20:00-21:00 UTC", "2026-01-10 06:00", ("01-11 20:00", "01-11 21:00")),
        ("Sat-Sun 00:00-24:00 UTC", "2026-01-08 12:00", ("01-10 00:00", "01-12 00:00")),
        ("Fri 22:00-24:00 UTC, Sat 00:00-03:00 UTC", "2026-01-08 12:00", ("01-09 22:00", "01-10 03:00")),
        # A Saturday in Berlin begins on Friday in UTC.
        ("Sat 00:00-02:00 Europe/Berlin", "2026-01-08 12:00", ("01-09 23:00", "01-10 01:00")),
        # The night in which the clocks change is a Sunday's.
        ("Sat 22:00-05:00 Europe/Berlin", "2026-03-28 12:00", ("03-28 21:00", "03-29 03:00")),
        ("Sun 02:00-03:00 Europe/Berlin", "2026-03-28 12:00", ("04-05 00:00", "04-05 01:00")),
        ("Sat-Sun 02:30-05:00 Europe/Berlin", "2026-10-25 00:00", ("10-25 01:30", "10-25 04:00")),
    ],
)
def test_windows_on_weekdays(value, now, expected):
    assert span(value, now) == expected


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("20:00-22:00 UTC except 2026-01-10", "2026-01-10 12:00", ("01-11 20:00", "01-11 22:00")),
        ("20:00-06:00 UTC except 2026-01-11", "2026-01-10 12:00", ("01-10 20:00", "01-11 00:00")),
        ("20:00-06:00 UTC except 2026-01-11", "2026-01-11 00:00", ("01-12 00:00", "01-12 06:00")),
        (
            "Sat 02:00-06:00 UTC except 2026-01-10 2026-01-17 2026-01-24",
            "2026-01-09 00:00",
            ("01-31 02:00", "01-31 06:00"),
        ),
        ("02:00-06:00 Europe/Berlin except 2026-01-10", "2026-01-09 23:30", ("01-11 01:00", "01-11 05:00")),
        # What another window covers stays open.
        ("02:00-06:00 UTC except 2026-01-10, 03:00-04:00 UTC", "2026-01-10 00:00", ("01-10 03:00", "01-10 04:00")),
    ],
)
def test_dates_that_are_left_out(value, now, expected):
    assert span(value, now) == expected


def test_a_year_of_dates_can_be_left_out():
    days = " ".join(str(datetime(2026, 1, 1).date() + timedelta(days=day)) for day in range(365))
    assert span(f"02:00-06:00 UTC except {days}", "2026-01-01 00:00") == ("01-01 02:00", "01-01 06:00")
    assert parse_windows(f"02:00-06:00 UTC except {days}").longest(None) == 4 * HOUR
    start, _end = parse_windows(f"02:00-06:00 UTC except {days}").current_or_next(None, utc("2026-01-01 00:00"))
    assert start == utc("2027-01-01 02:00")


def test_each_day_by_its_name_is_always_open():
    assert span("Mon-Sun 00:00-24:00 UTC", "2026-01-10 12:00") is None
    assert span("Mon-Fri 00:00-24:00 UTC, Sat-Sun 00:00-24:00 UTC", "2026-01-10 12:00") is None


@pytest.mark.parametrize(("value", "hours"), [("Sat-Sun 00:00-24:00 UTC", 48), ("Sat 02:00-06:00 UTC", 4)])
def test_the_longest_window_on_weekdays(value, hours):
    assert parse_windows(value).longest(None) == hours * HOUR


def test_each_site_has_its_own_windows_and_default_holds_for_the_others():
    value = {"berlin": NIGHT, 7: ["01:00-02:00 UTC", "03:00-04:00 UTC"], "lab": "always", "default": "05:00-06:00 UTC"}
    now = "2026-01-10 02:30"
    assert span(value, now, "berlin") == ("01-09 21:00", "01-10 04:00")
    assert span(value, now, "7") == ("01-10 03:00", "01-10 04:00")
    assert span(value, now, "lab") is None
    assert span(value, now, "paris") == ("01-10 05:00", "01-10 06:00")
    assert span(value, now) == ("01-10 05:00", "01-10 06:00")


@pytest.mark.parametrize(("site", "named"), [("paris", "site 'paris'"), (None, "the phones without a site")])
def test_a_site_without_a_window_is_an_error_and_not_open(site, named):
    windows = parse_windows({"berlin": NIGHT})
    for ask in (lambda: windows.longest(site), lambda: windows.current_or_next(site, 0.0)):
        with pytest.raises(InputError, match=f"^window: nothing is said for {named}.*default"):
            ask()


@pytest.mark.parametrize(
    ("value", "hours"),
    [(NIGHT, 7), ("20:00-22:00 UTC, 21:00-23:30 UTC", 3.5), ("1:00-2:00 UTC, 3:00-6:00 UTC", 3)],
)
def test_the_longest_window(value, hours):
    assert parse_windows(value).longest("berlin") == hours * HOUR


@pytest.mark.parametrize("value", [None, ""])
def test_without_windows_there_is_nothing(value):
    assert parse_windows(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("22:00-05:00", "'22:00-05:00' names no time zone.*Europe/Berlin"),
        ("22-05 UTC", "'22-05 UTC' is not a window.*Europe/Berlin"),
        ("25:00-05:00 UTC", "is not a window"),
        ("22:60-05:00 UTC", "is not a window"),
        ("24:00-05:00 UTC", "is not a window"),
        ("22:00-24:01 UTC", "is not a window"),
        ("22:00-05:00 UTC extra", "is not a window"),
        (NIGHT + ",", "'' is not a window"),
        (["always", NIGHT], "'always' is not a window"),
        (True, "True is not a window"),
        (79200, "79200 is not a window"),
        ("22:00-22:00 UTC", "never opens.*write always"),
        ("00:00-00:00 UTC", "never opens"),
        ([], "the list is empty"),
        ({}, "the mapping is empty"),
        ({"berlin": None}, "^window, site 'berlin': None is not a window"),
        ({True: NIGHT}, "True is not the name of a site"),
        ("22:00-05:00 Europe/Atlantis", "no time zone 'Europe/Atlantis'.*Europe/Berlin"),
        ("22:00-05:00 ../../etc/passwd", "no time zone"),
        ("22:00-05:00 Europe", "no time zone 'Europe'"),
        ("22:00-05:00 +01:00", "no time zone"),
        ("Sam 22:00-05:00 UTC", "'Sam' is not a weekday.*Mon, Tue"),
        ("Mon-Freitag 22:00-05:00 UTC", "'Freitag' is not a weekday"),
        ("Mon-Fri", "is not a window"),
        ("Mon-Fri 22:00-05:00", "names no time zone"),
        ("22:00-05:00 except 2026-12-24", "names no time zone"),
        ("22:00-05:00 UTC except", "behind except stand dates.*2026-12-24"),
        ("22:00-05:00 UTC except 24.12.2026", "behind except stand dates"),
        ("22:00-05:00 UTC except 2026-02-30", "behind except stand dates"),
        ("22:00-05:00 UTC except " + "2026-12-24 " * 401, "no more than 400"),
    ],
)
def test_a_bad_window_is_an_error_with_a_remedy(value, message):
    with pytest.raises(InputError, match=message) as error:
        parse_windows(value)
    assert error.value.reason.startswith("window")


def test_a_controller_without_zones_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(
        zoneinfo, "ZoneInfo", lambda name: (_unused for _unused in ()).throw(zoneinfo.ZoneInfoNotFoundError(name))
    )
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(InputError, match=r"install the Python package tzdata"):
        parse_windows("22:00-05:00 Europe/Berlin")
