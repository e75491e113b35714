# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user teaches about phones that no public source shows, by ``snom_taught``: labels, texts and spellings.

It is used after what is built in. All of it is literal text: no pattern of a user's can run away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .._core.errors import InputError
from .models import find_model
from .version import Version

MOST_LESSONS = 50

_PLACES = {
    "version": ("label",),
    "mac": ("label",),
    "model": ("label",),
    "registration": ("label", "registered", "unregistered"),
    "idle": ("text",),
    "busy": ("text",),
}
_SPELLINGS = {
    # A button of a page (protocol 1.4). Never that for a factory reset, which is said by "reset" in either place.
    "reboot": (r"/?[A-Za-z0-9_]{1,40}\.html?\?(?:reboot=Reboot|REBOOT=yes)", "PAGE.htm?reboot=Reboot"),
    "clear_lists": ("[A-Za-z0-9]{1,20}", "clear"),
    # What has no query only reads (protocol 1.4).
    "settings_page": (r"/?[A-Za-z0-9_.-]{1,60}", "settings.xml"),
}
_PAGE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_KEYS = ("models", "firmware", *_PLACES, *_SPELLINGS, "flash_time")


@dataclass(frozen=True)
class Place:
    """A page's path, and what stands there."""

    path: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What was taught of some models and versions. Models and firmware are empty where it is for all."""

    models: tuple[str, ...] = ()
    firmware: tuple[Version, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)
    spellings: Mapping[str, str] = field(default_factory=dict, hash=False)
    flash_time: float | None = None

    def fits(self, model: str | None, firmware: Version | None) -> bool:
        """Whether it is for such a phone. What is not known of a phone is none of those that a lesson names."""
        of_firmware = firmware is not None and any(
            firmware.numbers[: len(one.numbers)] == one.numbers and (one.is_plain or one == firmware)
            for one in self.firmware
        )
        return (not self.models or model in self.models) and (not self.firmware or of_firmware)


def spelling(lessons: tuple[Lesson, ...], name: str, model: str | None, firmware: Version | None) -> str | None:
    """How a command is spelled for such a phone, by the first lesson that says it."""
    return next((one.spellings[name] for one in lessons if name in one.spellings and one.fits(model, firmware)), None)


def flash_time(lessons: tuple[Lesson, ...], model: str | None, firmware: Version | None, assumed: float) -> float:
    """Seconds that such a phone takes to flash: what is assumed, or more where more was taught."""
    return max([assumed, *(one.flash_time for one in lessons if one.flash_time and one.fits(model, firmware))])


def parse_taught(value: object) -> tuple[Lesson, ...]:
    """Read ``snom_taught``. Raises InputError that names the lesson, and the remedy."""
    if not isinstance(value, (list, tuple)) or len(value) > MOST_LESSONS:
        raise InputError(f"snom_taught must be a list of no more than {MOST_LESSONS} mappings, as interview writes it.")
    return tuple(_lesson(number, one) for number, one in enumerate(value, 1))


def _lesson(number: int, given: Any) -> Lesson:
    def wrong(what: str) -> NoReturn:
        raise InputError(f"snom_taught, entry {number}: {what}")

    if not isinstance(given, Mapping) or set(given) - set(_KEYS) or not set(given) - {"models", "firmware"}:
        wrong(f"must be a mapping that teaches something. Its keys are {', '.join(_KEYS)}.")
    models = [find_model(str(name)) for name in _listed(given.get("models"))]
    if None in models:
        wrong("models has a name that is no model of this collection.")
    places = {name: _place(name, given[name], wrong) for name in _PLACES if name in given}
    spellings = {name: str(given[name]) for name in _SPELLINGS if name in given}
    for name, text in spellings.items():
        form, example = _SPELLINGS[name]
        if not re.fullmatch(form, text):
            wrong(f"{name} can't be {text[:60]!r}. Write it like {example}.")
        spellings[name] = text if name == "clear_lists" else "/" + text.lstrip("/")
    try:
        firmware = tuple(_version(one) for one in _listed(given.get("firmware")))
        seconds = None if given.get("flash_time") is None else float(given["flash_time"])
    except InputError as error:
        wrong(error.reason)
    except (TypeError, ValueError):
        wrong("flash_time must be a number of seconds.")
    if seconds is not None and not 1 <= seconds <= 86_400:
        wrong("flash_time must be between a second and a day.")
    names = tuple(model.name for model in models if model)
    return Lesson(models=names, firmware=firmware, places=places, spellings=spellings, flash_time=seconds)


def _place(name: str, given: Any, wrong: Any) -> Place:
    keys = ("page", *_PLACES[name])
    if not isinstance(given, Mapping) or set(given) != set(keys):
        wrong(f"{name} must be a mapping of {', '.join(keys)}.")
    page = str(given["page"]).lstrip("/")
    if not _PAGE.fullmatch(page):
        wrong(f"the page of {name} must be the name of a page, such as info.htm, without a query.")
    words = tuple(" ".join(str(given[key]).split()).rstrip(":= ") for key in keys[1:])
    if not all(3 <= len(word) <= 60 and word.isprintable() for word in words):
        wrong(f"the {' and the '.join(keys[1:])} of {name} must be plain text of 3 to 60 characters.")
    return Place(f"/{page}", words)


def _version(value: Any) -> Version:
    if isinstance(value, float):
        # 10.10 would be 10.1.
        raise InputError(f"firmware must be text: write {str(value)!r} with its quotes.")
    return Version.parse(str(value))


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
