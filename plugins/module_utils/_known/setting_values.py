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
    dnd_mode: null                                          taken out again: a group may have set it
    fkey3: speed 111                                        one number, over or beside those that a group has set
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import InputError
from .masks import is_secret
from .setting_names import first_index, is_setting_name, split_name

PERMISSIONS = ("", "RW", "$", "R", "&", "!")
"""Flags of permission (protocol 5.4): ``RW``, ``$`` or nothing: users may change it, and provisioning overwrites that;
``!``: what users change stays; ``R`` or ``&``: read-only."""

# What a file of settings can give a function key beside its value (protocol 5.1).
_ATTRIBUTES = ("context", "label")
_LARGEST_INDEX = 999
# Control characters, halves of surrogate pairs and non-characters have no place in XML 1.0.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


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
            raise InputError(f"{where} is no name of a setting. Names are letters, digits and underscores.")
        for setting in _read(name, value, where):
            key = setting.name, -1 if setting.index is None else setting.index
            if key in found:
                raise InputError(f"{where}: {setting.wire_name} is set twice. Leave one of them out.")
            found[key] = setting
    return tuple(found[key] for key in sorted(found))


def _read(name: str, value: object, where: str) -> Iterator[Setting]:
    base, index = split_name(name)
    if value is None:
        return
    first = first_index(name)
    if first is not None and _is_single(value):
        # Phones have it with a number only (protocol 5.1).
        raise InputError(
            f"{where} is a single value, but there are several of it. Give a list, which begins with number {first}, a "
            f"mapping by number, or {name}{first} for that one alone."
        )
    if index is not None or _is_single(value):
        yield _setting(base, index, value, where)
    elif isinstance(value, Mapping):
        for number, item in value.items():
            if item is not None:
                yield _setting(name, _index(number, where), item, f"{where}, number {number}")
    else:
        if first is None:
            raise InputError(f"{where} is a list, but nobody says which number is its first. Give a mapping by number.")
        for number, item in enumerate(_as_list(value), first):
            if item is not None:
                yield _setting(name, number, item, f"{where}, number {number}")


def _is_single(value: object) -> bool:
    return (isinstance(value, Mapping) and "value" in value) or not isinstance(value, (Mapping, list, tuple))


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _index(number: object, where: str) -> int:
    text = str(number)
    if isinstance(number, bool) or not re.fullmatch("[0-9]{1,3}", text) or int(text) > _LARGEST_INDEX:
        raise InputError(
            f"{where}: {text!r} is no number of an indexed setting. Give a mapping from numbers to values, or a single "
            "value; what goes with a value stands beside it: {value: ..., perm: ...}."
        )
    return int(text)


def _setting(name: str, index: int | None, value: object, where: str) -> Setting:
    perm, attributes = None, {}
    if isinstance(value, Mapping):
        unknown = [str(key) for key in value if key not in ("value", "perm", *_ATTRIBUTES)]
        if unknown or "value" not in value:
            raise InputError(
                f"{where}: {', '.join(unknown) or 'value is missing'}. A setting takes value, perm, "
                f"{' and '.join(_ATTRIBUTES)}."
            )
        perm = value.get("perm")
        if perm is not None and perm not in PERMISSIONS:
            raise InputError(f"{where}: perm must be one of {', '.join(map(repr, PERMISSIONS))}.")
        attributes = {key: one_line(value[key], where) for key in _ATTRIBUTES if value.get(key) is not None}
        value = value["value"]
    return Setting(name=name, index=index, value=one_line(value, where), perm=perm, attributes=attributes)


def one_line(value: Any, where: str) -> str:
    """A value as phones spell it (protocol 5.1). Raises InputError that begins with where, and shows no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, (str, int, float)):
        raise InputError(f"{where} must be text, a number, true or false.")
    text = str(value)
    if _UNFIT.search(text):
        raise InputError(f"{where} holds a control character or half a character. Settings are one line of text.")
    if "]]>" in text:
        raise InputError(f"{where} holds ]]>, which ends a part of an XML file. Leave it out.")
    return text
