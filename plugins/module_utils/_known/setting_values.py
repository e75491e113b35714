# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings as an inventory writes them, read into one form.

::

    language: English                                       a plain setting
    use_hidden_tags: false                                  written as phones do: off
    user_name: ["100", "101"]                               an indexed one, numbered from its first: 1 here
    fkey: {0: blf 101, 5: {value: speed 110, label: Desk}}  an indexed one, by number
    phone_name: {value: Reception, perm: R}                 with the flag of permission that provisioning gives it
    phone_name: null                                        taken out again: a group may have set it
    fkey3: speed 111                                        one number, over or beside those that a group has set
    stun_server: {value: a.example, 1: b.example}           one that phones have both without a number and with one
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.errors import InputError
from .known_settings import (
    FACT,
    KNOWN,
    first_index,
    is_dialed,
    is_setting_name,
    kind_of,
    known_setting,
    nearest_name,
    needs_number,
    split_name,
    switch_words,
)
from .masks import is_secret
from .permissions import PERMISSIONS, canonical_permission

ATTRIBUTES = KNOWN["fkey"].attributes
"""What a file of settings can give a function key beside its value, by Snom's page on that tag and by public files.

Others are given in ``attributes``.
"""

LABELS = {"label": "fkey_label", "short_label": "fkey_short_label"}
"""Attributes of a function key that are settings of their own in requests (protocol 5.1), and what they are called."""

OF_KEYS = {**LABELS, "context": "fkey_context", "icon_type": "fkey_icon_type"}
"""The same, and what has a name of its own besides: in files of text for old firmware, and in the log of a D785."""

OTHER_WORD = (
    "These switches have other words, and what a phone makes of one that it does not know is not public. Write true or "
    "false without quotes (in a template: | bool), or the words that the page of all settings has."
)
"""What to say of switches with a word of other ones, see is_other_word."""

# By the vendor, and in all public templates, the second stands beside the first.
_PASSWORD, _CONFIRMED = "admin_mode_password", "admin_mode_password_confirm"
# What a check-sync would do then (Snom's page on it), which anybody may send; and what sounds like that at once.
_ERASES = {"checksync_action": ("factory-reset", "delete-contacts"), "reset_settings": None}
_NO_WORDS = ("yes", "no")
_ATTRIBUTE_NAME = re.compile(r"(?!(?:idx|perm|xml\w*)\Z)[A-Za-z_][A-Za-z0-9_.-]*")
_LARGEST_INDEX = 999
# By the hours of a day (Gigaset's page on polling).
_CLOCK = ("prov_polling_time", "prov_polling_time_rand_end")
_OTHERWISE_NUMBERED = re.compile(r"(\w+?)(?:\[([0-9]{1,3})\]|[. _-]([0-9]{1,3}))")
_FLAGGED = re.compile(r"(\w+)[!&$#]")
_INDEX = re.compile("[0-9]{1,3}")
_NAMED_KEY = re.compile(r"P([1-9][0-9]{0,2})", re.IGNORECASE)
# Control characters, halves of surrogate pairs and non-characters have no place in XML 1.0.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAKS = str.maketrans("", "", "\n")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value of one setting. index is None for a plain setting."""

    name: str
    index: int | None = None
    value: str = field(repr=False)
    perm: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def wire_name(self) -> str:
        """The name as HTTP spells it, with the number glued on (protocol 5.1)."""
        return self.name if self.index is None else f"{self.name}{self.index}"

    @property
    def secret(self) -> bool:
        """Whether the value must not be shown."""
        return is_secret(self.name)


def is_settings_variable(name: str) -> bool:
    """Whether a host variable of this name holds settings: ``snom_settings``, or that with a suffix."""
    return name == "snom_settings" or name.startswith("snom_settings_")


def merge_settings(layers: Mapping[str, object]) -> dict[str, object]:
    """Merge the variables that hold settings, given by name.

    They go over each other in the order of their names, ``snom_settings`` last; a whole setting replaces that of a
    lower layer with all its numbers, a name with its number replaces that one, and a null takes out what it would
    replace. Raises InputError that names the variable.
    """
    merged: dict[str, object] = {}
    for variable in sorted(layers, key=lambda name: (name == "snom_settings", name)):
        layer = layers[variable]
        if layer is None:
            continue
        if not isinstance(layer, Mapping):
            raise InputError(f"{variable} must be a mapping from names of settings to values.")
        upper = {str(name): value for name, value in layer.items()}
        merged = _without_replaced(merged, upper) | upper
    return {name: value for name, value in merged.items() if value is not None}


def _without_replaced(lower: Mapping[str, object], upper: Mapping[str, object]) -> dict[str, object]:
    """The lower layer without what the upper one spells in another way: ``fkey3`` is number 3 of ``fkey``."""
    left = {name: value for name, value in lower.items() if split_name(name)[0] not in upper}
    for base, index in map(split_name, upper):
        if index is not None and base in left:
            left[base] = _without_number(left[base], index, first_index(base) or 0)
    return left


def _without_number(value: object, index: int, first: int) -> object:
    """An indexed setting without one of its numbers. What is no indexed setting stays, for parse_settings to refuse."""
    if isinstance(value, Mapping):
        return {number: item for number, item in value.items() if str(number) != str(index)}
    if isinstance(value, (list, tuple)):
        return [None if number == index else item for number, item in enumerate(value, first)]
    return value


def parse_settings(settings: object, option: str = "settings") -> tuple[Setting, ...]:
    """Read settings, sorted by name and number. Nulls are left out.

    Raises InputError that names the option, the setting and the remedy, and shows no value.
    """
    if not isinstance(settings, Mapping):
        raise InputError(f"{option} must be a mapping from names of settings to values.")
    found: dict[tuple[str, int], Setting] = {}
    for name, value in settings.items():
        where = f"{option}: {name}"
        if not isinstance(name, str) or not is_setting_name(name):
            raise InputError(
                f"{where} is no name of a setting. Names are letters, digits and underscores.{_meant(name)}"
            )
        for setting in _read(name, value, where):
            key = setting.name, -1 if setting.index is None else setting.index
            if key in found:
                raise InputError(f"{where}: {setting.wire_name} is set twice. Leave one of them out.")
            found[key] = setting
    if password := found.get((_PASSWORD, -1)):
        confirmed = found.setdefault((_CONFIRMED, -1), replace(password, name=_CONFIRMED))
        if confirmed.value != password.value:
            raise InputError(f"{option}: {_CONFIRMED} is not the same as {_PASSWORD}. Leave it out: it is filled in.")
    return tuple(found[key] for key in sorted(found))


def with_labels(settings: Iterable[Setting], option: str) -> tuple[Setting, ...]:
    """The settings with labels and contexts of function keys as attributes of these, as files have them (protocol 5.1).

    Raises InputError where there is no such key.
    """
    given = tuple(settings)
    keys = {one.index: one for one in given if one.name == "fkey"}
    for attribute, name in OF_KEYS.items():
        for label in (one for one in given if one.name == name):
            key = keys.get(label.index)
            if key is None:
                raise InputError(
                    f"{option}: {label.wire_name} has no fkey{label.index} beside it. In a file of settings it "
                    f"goes with the value of its key: give fkey{label.index}, too."
                )
            if key.attributes.get(attribute, label.value) != label.value:
                raise InputError(
                    f"{option}: {label.wire_name} is not what fkey{label.index} has as its {attribute}. Leave one of "
                    "them out."
                )
            keys[label.index] = replace(key, attributes={**key.attributes, attribute: label.value})
    return tuple(keys[one.index] if one.name == "fkey" else one for one in given if one.name not in OF_KEYS.values())


def _meant(name: object) -> str:
    """How a name is written that holds more than itself: its number, or the flag that files of text have there."""
    numbered = _OTHERWISE_NUMBERED.fullmatch(str(name))
    if numbered and is_setting_name(numbered[1]):
        return f" Write {numbered[1]}{numbered[2] or numbered[3]}."
    flagged = _FLAGGED.fullmatch(str(name))
    return f" The flag stands beside the value: {flagged[1]}: {{value: ..., perm: ...}}." if flagged else ""


def numbers_without_quotes(settings: Mapping[str, object]) -> Iterator[str]:
    """The names of secrets and of what is dialed, SIP users too, that are given as numbers.

    What YAML takes for a number has lost a plus and zeros in front, and 0123 is 83.
    """
    for name, value in settings.items():
        if (is_secret(name) or is_dialed(name)) and any(map(is_number, _values(value))):
            yield name


def is_number(value: object) -> bool:
    """Whether it is a number, as YAML reads them."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _values(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "value" or _is_number(key):
                yield from _values(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _values(item)
    else:
        yield value


def _read(name: str, value: object, where: str) -> Iterator[Setting]:
    base, index = split_name(name)
    if value is None:
        return
    if index is not None:
        yield _setting(base, index, value, where)
        return
    first = first_index(name)
    if _is_single(value):
        if needs_number(name):
            # Phones have it with a number only (protocol 5.1).
            begin = "" if first is None else f"a list, which begins with number {first}, "
            one = "" if first is None else f", or {name}{first} for that one alone"
            raise InputError(
                f"{where} is a single value, but there are several of it, and a phone takes none without its number. "
                f"Give {begin}a mapping by number{one}."
            )
        numbers = {key: item for key, item in value.items() if _is_number(key)} if isinstance(value, Mapping) else {}
        alone = {key: item for key, item in value.items() if key not in numbers} if numbers else value  # type: ignore[attr-defined]
        yield _setting(name, None, alone, where)
        yield from _numbered(name, numbers, where)
    elif isinstance(value, Mapping):
        yield from _numbered(name, value, where)
    else:
        if first is None:
            nearest = None if known_setting(name) else nearest_name(name)
            raise InputError(
                f"{where} is a list, but nobody says which number is its first. Give a mapping by number"
                f"{f', or is it {nearest}?' if nearest else '.'}"
            )
        yield from _numbered(name, dict(enumerate(_as_list(value), first)), where)


def _refuse(name: str, value: str, where: str) -> None:
    """Raise InputError for what is no setting, would take settings away, or is no word of any switch."""
    if kind_of(name) == FACT:
        raise InputError(f"{where} is what a phone tells of itself, and no setting. Take it out.")
    # Nobody knows whether capitals and blanks make another name or word to a phone.
    erasing = _ERASES.get(name.lower(), ())
    if value and (erasing is None or value.strip().lower() in erasing):
        raise InputError(
            f"{where} takes away what is in a phone, settings or contacts. Take it out; to reset a phone there is "
            "snom_factory_reset."
        )
    if value.strip().lower() in _NO_WORDS and switch_words(name):
        raise InputError(
            f"{where} is yes or no, as text, which no phone was seen to have there. Write true or false without quotes "
            "(in a template: | bool), or on or off."
        )


def _numbered(name: str, values: Mapping[Any, object], where: str) -> Iterator[Setting]:
    for number, item in values.items():
        if item is not None:
            yield _setting(name, _index(name, number, where), item, f"{where}, number {number}")


def _is_single(value: object) -> bool:
    return (isinstance(value, Mapping) and "value" in value) or not isinstance(value, (Mapping, list, tuple))


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _is_number(key: object) -> bool:
    return not isinstance(key, bool) and bool(_INDEX.fullmatch(str(key)))


def _index(name: str, number: object, where: str) -> int:
    if not _is_number(number) or int(str(number)) > _LARGEST_INDEX:
        key = _NAMED_KEY.fullmatch(str(number)) if name == "fkey" else None
        raise InputError(
            f"{where}: {str(number)!r} is no number of an indexed setting. Give a mapping from numbers to values, or a "
            "single value; what goes with a value stands beside it: {value: ..., perm: ...}."
            + (f" The key {key[0]} has number {int(key[1]) - 1}." if key else "")
        )
    return int(str(number))


def _setting(name: str, index: int | None, value: object, where: str) -> Setting:
    perm, attributes = None, {}
    if isinstance(value, Mapping):
        unknown = [str(key) for key in value if key not in ("value", "perm", "attributes", *ATTRIBUTES)]
        if unknown or "value" not in value:
            asks_type = name == "fkey" and "type" in unknown
            raise InputError(
                f"{where}: {', '.join(unknown) or 'value is missing'}. A setting takes value, perm, attributes, "
                f"{', '.join(ATTRIBUTES)}; what else a phone has beside a value stands in attributes."
                + (" What a key is stands in its value, before the rest: {value: blf 101}." if asks_type else "")
            )
        if value.get("perm") is not None:
            perm = canonical_permission(str(value["perm"]))
            if perm not in PERMISSIONS:
                raise InputError(f"{where}: perm must be one of {', '.join(map(repr, PERMISSIONS))}.")
        attributes = _attributes(value, where)
        value = value["value"]
    if name in _CLOCK and is_number(value):
        raise InputError(f"{where} is a number, which YAML makes of a time such as 22:30. Put the time in quotes.")
    text = _spelled(name, one_line(value, where, name in LABELS.values()), value)
    _refuse(name, text, where)
    return Setting(name=name, index=index, value=text, perm=perm, attributes=attributes)


def _attributes(value: Mapping[Any, Any], where: str) -> dict[str, str]:
    others = value.get("attributes") or {}
    if not isinstance(others, Mapping):
        raise InputError(f"{where}: attributes must be a mapping from their names to values.")
    given = {key: value[key] for key in ATTRIBUTES if key in value} | {str(key): item for key, item in others.items()}
    bad = [key for key in given if not _ATTRIBUTE_NAME.fullmatch(key)]
    if bad:
        raise InputError(f"{where}: {bad[0]!r} is no name of an attribute. idx and perm have places of their own.")
    # Self-labeling keys have labels of two lines (Snom's manual of the D7C).
    return {key: one_line(item, where, True) for key, item in given.items() if item is not None}


def _spelled(name: str, text: str, value: object) -> str:
    """What a switch is called for this setting: most are on or off, those of TR-369 true or false."""
    return str(value).lower() if isinstance(value, bool) and "true" in switch_words(name) else text


def one_line(value: Any, where: str, lines: bool = False) -> str:
    """A value as phones spell it (protocol 5.1); with lines it may have line breaks.

    Raises InputError that begins with where, and shows no value.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, (str, int, float)):
        raise InputError(f"{where} must be text, a number, true or false.")
    text = str(value)
    if _UNFIT.search(text.translate(_LINE_BREAKS) if lines else text):
        raise InputError(f"{where} holds a control character or half a character. Settings are one line of text.")
    if "]]>" in text:
        raise InputError(f"{where} holds ]]>, which ends a part of an XML file. Leave it out.")
    return text
