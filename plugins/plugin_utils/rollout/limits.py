# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many phones at a time: waves, limits, values by site, and which phones go first as canaries."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError

T = TypeVar("T")

_WAVES_EXAMPLE = 'for example [canary, "10%", "100%"]'


@dataclass(frozen=True)
class Wave:
    """One step of a rollout."""

    label: str
    """As the user wrote it."""
    kind: Literal["canary", "count", "percent", "stop"]
    value: int = 0
    """Phones or percent; of no meaning for canaries and the stop."""

    def size(self, total: int) -> int:
        """How many phones it takes, where total phones need work; at least one while there are any.

        A percentage is rounded up. Raises ValueError for canaries, of which `pick_canaries` tells how many, and for the
        stop, which takes none.
        """
        if self.kind in ("canary", "stop"):
            raise ValueError(f"The size of {self.kind} does not follow from the number of phones.")
        return min(total, self.value if self.kind == "count" else -(-total * self.value // 100))


@dataclass(frozen=True)
class Limit:
    """How many phones something tolerates: a number, or a percentage of the phones that need work."""

    label: str
    """As the user wrote it."""
    value: int
    percent: bool = False

    def of(self, total: int) -> int:
        """Phones tolerated of total. A percentage is rounded down, so that no more are tolerated than it says."""
        return total * self.value // 100 if self.percent else self.value


@dataclass(frozen=True)
class BySite:
    """A number for each site."""

    option: str
    sites: Mapping[str, float]
    others: float | None

    def of(self, site: str | None) -> float:
        """The number of one site; None stands for the phones without a site. Raises InputError when there is none."""
        return of_site(self.option, self.sites, self.others, site)


def parse_waves(value: object) -> tuple[Wave, ...]:
    """Read the option ``waves``: one wave, a list of them, or a string with commas between them.

    A wave is a number of phones, a percentage of the phones that need work, or the word ``canary``. The word ``stop``
    after the last wave keeps it from being repeated. Raises InputError.
    """
    elements = value if isinstance(value, list | tuple) else value.split(",") if isinstance(value, str) else [value]
    if not elements:
        raise InputError(f"waves: the list is empty. Write {_WAVES_EXAMPLE}.")
    waves = tuple(_parse_wave(element) for element in elements)
    if any(wave.kind == "stop" for wave in waves[:-1]) or waves[0].kind == "stop":
        raise InputError("waves: stop must be the last one and come after a wave, for example [canary, stop].")
    return waves


def _parse_wave(element: object) -> Wave:
    label = str(element).strip()
    if label.lower() == "canary":
        return Wave(label, "canary")
    if label.lower() == "stop":
        return Wave(label, "stop")
    number = _number_or_percent(element)
    if number and number[0] > 0:
        return Wave(label, "percent" if number[1] else "count", number[0])
    raise InputError(
        f"waves: {element!r} is not a wave. Write a number of phones from 1, a whole percentage from 1% to 100%, "
        f"or the word canary, {_WAVES_EXAMPLE}; stop may end the list."
    )


def parse_limit(value: object, option: str) -> Limit:
    """Read an option such as ``max_bad``: a number of phones or a percentage, from 0. Raises InputError."""
    number = _number_or_percent(value)
    if number is None:
        raise InputError(
            f"{option}: {value!r} is not a limit. Write a number of phones from 0, or a whole percentage "
            f'up to 100%, for example 3 or "5%".'
        )
    return Limit(str(value).strip(), *number)


def _number_or_percent(value: object) -> tuple[int, bool] | None:
    """A whole number from 0, and whether it is a percentage (then at most 100). None for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, False) if value >= 0 else None
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*(%?)\s*", value) if isinstance(value, str) else None
    if match is None:
        return None
    number, percent = int(match[1]), bool(match[2])
    return None if percent and number > 100 else (number, percent)


def parse_by_site(value: object, option: str) -> BySite:
    """Read an option that is a number above 0, or a mapping from sites to such numbers. Raises InputError.

    In a mapping, ``default`` stands for the sites that it does not name, and for the phones without a site.
    """
    if not isinstance(value, Mapping):
        return BySite(option, {}, _positive(value, option))
    sites = {site_name(site, option): _positive(number, f"{option}, site {site!r}") for site, number in value.items()}
    return BySite(option, sites, sites.get("default"))


def _positive(value: object, what: str) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if 0 < number < math.inf:
            return number
    raise InputError(
        f"{what}: {value!r} is not a number above 0. Write for example 100, or {{berlin: 50, default: 100}}."
    )


def site_name(key: object, option: str) -> str:
    """The name of a site as a key of a mapping. YAML reads some names as something else: ``no`` is a bool to it."""
    if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool)):
        return str(key)
    raise InputError(f"{option}: {key!r} is not the name of a site. Put the name in quotes.")


def of_site(option: str, sites: Mapping[str, T], others: T | None, site: str | None) -> T:
    """What a mapping says of a site; None stands for the phones without one. Raises InputError when it says nothing."""
    found = others if site is None else sites.get(site, others)
    if found is None:
        which = "the phones without a site" if site is None else f"site {site!r}"
        raise InputError(f"{option}: nothing is said for {which}. Name it in the mapping, or add an entry default.")
    return found
